"""A data scientist's own data: from `init` over `check` to a trained model, guided at every step."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import yaml

from ace_risk.data.package import write_tables

NAMED = {
    "(name the senior responsible owner)": "Head of early help",
    "(name a team and how to reach it)": "hub@example.org",
    "(name who stops the work)": "Head of early help",
    "(say how soon)": "within two working days",
}
ANSWERS = {
    "controller": "Example Council",
    "lawful_basis": "article 6(1)(e), public task",
    "regime": "UK GDPR",
    "purpose": "Finding children who may benefit from early support",
    "dpia_reference": "DPIA-2026-014",
    "permitted_outcomes": ["statutory_support"],
    "names_parental_conditions": False,
    "people_allowed": ["Ada Holme"],
    "starts_on": "2020-01-01",
    "expires_on": "2099-01-01",
    "retention_days": 60,
}
QUICK = """model: {max_features: 6, compare: []}
search: {trials: 0}
checks: {learning_shares: [], unseen_families: false}
referrals: {places: 20}
fairness: {replicates: 100}
"""


@pytest.fixture(scope="module")
def own_tables(demo_tables, tmp_path_factory):
    """The demo's tables as somebody's own: CSV, without a word about where they come from."""
    folder = tmp_path_factory.mktemp("own")
    write_tables(demo_tables, folder, extra={}, format="csv")
    (folder / "datapackage.json").unlink()
    return folder


@pytest.fixture
def ours(own_tables, tmp_path, run_command):
    """A folder written by `init`, its tables filled, nothing else."""
    folder = tmp_path / "ours"
    assert run_command("init", folder).returncode == 0
    shutil.copytree(own_tables, folder, dirs_exist_ok=True)
    return folder


def approve(folder):
    """Fill in every line of the form that the approval asks for."""
    form = yaml.safe_load((folder / "approval.yaml").read_text(encoding="utf-8"))
    lines = [f"{name}: {json.dumps(ANSWERS[name])}" for name in form]
    (folder / "approval.yaml").write_text("\n".join(lines), encoding="utf-8")


def replace(path, *pairs):
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def test_init_says_what_to_do_and_refuses_a_folder_that_holds_something(tmp_path, run_command):
    done = run_command("init", tmp_path / "ours")
    assert done.returncode == 0
    assert f"ace-risk check {tmp_path / 'ours'}" in done.stdout
    again = run_command("init", tmp_path / "ours")
    assert again.returncode == 2
    assert "isn't empty" in again.stderr


def test_check_names_what_is_wrong_in_half_filled_tables(ours, run_command):
    approve(ours)
    (ours / "incidents.csv").write_text((ours / "incidents.csv").read_text().splitlines()[0] + "\n", encoding="utf-8")
    replace(ours / "children.csv", (",F,", ",female,"))
    replace(ours / "residence.csv", ("hub", "area"))
    done = run_command("check", ours)
    assert done.returncode == 3
    assert "incidents: must have at least one row" in done.stderr
    assert "name them under codes in mapping.yaml" in done.stderr
    assert "residence.area: unknown column" in done.stderr
    assert "SYN-" not in done.stderr


def test_check_says_what_is_left_and_then_nothing_and_the_study_trains(ours, run_command, tmp_path):
    done = run_command("check", ours)
    assert re.search("controller: .*empty", done.stdout + done.stderr)
    refused = run_command("train", "--config", ours / "study.yaml", "--data", ours, "--out", tmp_path / "run")
    assert refused.returncode == 4

    approve(ours)
    done = run_command("check", ours)
    left = done.stdout.split("Left to do before training:")[1]
    assert "owner, contact, stop.who, stop.by_when" in left
    assert "approval" not in left

    replace(ours / "study.yaml", *NAMED.items())
    text = (ours / "study.yaml").read_text(encoding="utf-8")
    for key in re.findall(r"^(\w+):", QUICK, re.MULTILINE):
        text = re.sub(rf"^{key}:.*\n(?:  .*\n)*", "", text, flags=re.MULTILINE)
    (ours / "study.yaml").write_text(text + QUICK, encoding="utf-8")
    done = run_command("check", ours)
    assert "Nothing is left to do before training." in done.stdout, done.stdout + done.stderr
    command = re.search(r"^ace-risk (train .*) RUN$", done.stdout, re.MULTILINE)[1]
    trained = run_command(*command.split(), tmp_path / "run")
    assert trained.returncode == 0, trained.stderr
    assert "Approved by Example Council" in (tmp_path / "run" / "card.md").read_text(encoding="utf-8")


def test_check_says_when_the_outcome_is_never_recorded(ours, run_command):
    approve(ours)
    services = (ours / "services.csv").read_text(encoding="utf-8").splitlines()
    (ours / "services.csv").write_text(services[0] + "\n", encoding="utf-8")
    done = run_command("check", ours)
    assert "outcome statutory_support: never recorded within 365 days" in done.stdout
    assert "no record of the kind cin, cpp, early_help" in done.stdout


def test_check_without_a_study_is_about_the_tables_alone(demo, run_command):
    done = run_command("check", demo / "data")
    assert done.returncode == 0
    assert "before training" not in done.stdout
