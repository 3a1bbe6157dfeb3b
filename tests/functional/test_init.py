"""A data scientist's own data: from `init` over `check` to a trained model, guided at every step."""

from __future__ import annotations

import re
import shutil

import pytest

from ace_risk.data.approval_file import Approval
from ace_risk.data.package import write_tables

NAMED = {
    "(name the senior responsible owner)": "Head of early help",
    "(name a team and how to reach it)": "hub@example.org",
    "(name who stops the work)": "Head of early help",
    "(say how soon)": "within two working days",
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
def ours(own_tables, tmp_path, run_command, approve):
    """A folder written by `init`, approved and its tables filled, nothing else."""
    folder = tmp_path / "ours"
    assert run_command("init", folder).returncode == 0
    shutil.copytree(own_tables, folder, dirs_exist_ok=True)
    approve(folder)
    return folder


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


def test_an_open_approval_is_refused_with_every_answer_that_it_lacks(tmp_path, run_command):
    run_command("init", tmp_path / "ours")
    done = run_command("check", tmp_path / "ours")
    assert done.returncode == 4
    lacking = [name for name in Approval.model_fields if f"- {name}: " in done.stderr]
    assert lacking == list(Approval.model_fields)


def test_check_names_what_is_wrong_in_half_filled_tables(ours, run_command):
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
    assert done.returncode == 0
    left = done.stdout.split("Left to do before training:")[1]
    assert "owner, contact, stop.who, stop.by_when" in left
    assert "train" not in left

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
    assert "Approved by The Constabulary" in (tmp_path / "run" / "card.md").read_text(encoding="utf-8")


def test_check_says_when_the_outcome_is_never_recorded(ours, run_command):
    services = (ours / "services.csv").read_text(encoding="utf-8").splitlines()
    (ours / "services.csv").write_text(services[0] + "\n", encoding="utf-8")
    done = run_command("check", ours)
    assert "outcome statutory_support: never recorded within 365 days" in done.stdout
    assert "no record of the kind cin, cpp, early_help" in done.stdout


def test_check_without_a_study_is_about_the_tables_alone(own_tables, run_command, approve, tmp_path):
    tables = shutil.copytree(own_tables, tmp_path / "tables")
    approve(tables)
    done = run_command("check", tables)
    assert done.returncode == 0
    assert "before training" not in done.stdout
