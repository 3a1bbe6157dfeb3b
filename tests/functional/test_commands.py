"""Each command: what it writes, and what it says when something is wrong."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from datetime import date, timedelta

import openpyxl
import pandas as pd
import pytest
import yaml

from ace_risk import load_tables
from ace_risk.kinds import configs_folder

CARD_FILES = ("card.json", "card.md", "card.html", "atrs.json", "atrs.md", "young-people.html")
DEMO = configs_folder() / "demo.yaml"
AS_OF = ("--as-of", "2026-01-01")


def test_help_names_every_command_with_an_example(run_command):
    done = run_command("--help")
    assert done.returncode == 0
    governing = ("rebuild", "promote", "sign-off", "expire")
    for command in ("synth", "check", "train", "audit", "list", "review", "child", "card", *governing, "demo"):
        assert command in done.stdout
        assert "Example:" in run_command(command, "--help").stdout


def test_help_imports_nothing_heavy():
    code = "import sys, ace_risk.cli as c\ntry: c.main(['--help'])\nexcept SystemExit: pass\nprint(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("'pandas'", "'numpy'", "'sklearn'", "'mlflow'", "'shap'", "'matplotlib'", "'pydantic'"):
        assert heavy not in loaded, heavy


def test_check_says_that_the_rules_hold_and_what_the_data_are_like(run_command, demo):
    done = run_command("check", demo / "data")
    assert done.returncode == 0
    assert "Every rule of the data contract holds" in done.stdout
    assert "name no child" in done.stdout


def test_the_canary_is_quiet_on_the_demo(run_command, demo):
    done = run_command("check", demo / "data", "--canary")
    assert done.returncode == 0, done.stderr
    assert "The canary is quiet" in done.stdout


def test_a_list_for_one_hub_has_only_its_children(run_command, demo, tmp_path):
    done = run_command("list", demo / "run", "--data", demo / "data", *AS_OF, "--places", 5, "--hub", "Carlisle",
                       "--out", tmp_path / "list")  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (tmp_path / "list" / "referrals.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert {row["hub"] for row in rows} == {"Carlisle"}


def test_a_second_list_says_who_is_new(run_command, demo, tmp_path):
    command = ["list", demo / "run", "--data", demo / "data", "--places", 15]
    assert run_command(*command, "--as-of", "2025-10-01", "--out", tmp_path / "one").returncode == 0
    done = run_command(*command, *AS_OF, "--out", tmp_path / "two", "--previous", tmp_path / "one" / "referrals.csv")
    assert done.returncode == 0, done.stderr
    lists = []
    for name in ("one", "two"):
        with (tmp_path / name / "referrals.csv").open(encoding="utf-8", newline="") as file:
            lists.append({row["child_id"]: row["changed_since_last"] for row in csv.DictReader(file)})
    assert set(lists[0].values()) == {"first list"}
    for child, change in lists[1].items():
        assert change == ("still listed" if child in lists[0] else "new")


def test_a_list_bears_the_time_of_source_date_epoch(run_command, demo, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    command = ["list", demo / "run", "--data", demo / "data", *AS_OF, "--places", 5, "--out"]
    for name in ("one", "two"):
        assert run_command(*command, tmp_path / name).returncode == 0
    for name in ("referrals.csv", "referrals.xlsx", "referrals.html", "referrals.txt", "next-in-line.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert "2026-01-01T00:00:00" in (tmp_path / "one" / "referrals.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--as-of", "1 May"), "YYYY-MM-DD"),
        ((*AS_OF, "--places", "0"), "places"),
        ((*AS_OF, "--places", "99999"), "places"),
        ((*AS_OF, "--hub", "Atlantis"), "Use one of"),
        ((*AS_OF, "--previous", "README.md"), "not a referral list"),
        ((*AS_OF, "--objections", "README.md"), "not a file of objections"),
        ((*AS_OF, "--additions", "no-such-file.csv"), "not a file of additions"),
    ],
)
def test_wrong_options_of_list_are_explained(run_command, demo, tmp_path, options, words):
    done = run_command("list", demo / "run", "--data", demo / "data", *options, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_objections_and_additions_are_counted_in_every_text_and_never_named(run_command, demo, tmp_path):
    command = ["list", demo / "run", "--data", demo / "data", *AS_OF, "--places", 10, "--out"]
    assert run_command(*command, tmp_path / "one").returncode == 0
    line = [
        row["child_id"] for name in ("referrals", "next-in-line") for row in rows_of(tmp_path / "one" / f"{name}.csv")
    ]
    (tmp_path / "o.csv").write_text(f"child_id\n{line[0]}\nUNKNOWN-1\n", encoding="utf-8")
    (tmp_path / "a.csv").write_text(f"child_id,reason\n{line[14]},=School asked\nUNKNOWN-2,x\n", encoding="utf-8")
    files = ("--objections", tmp_path / "o.csv", "--additions", tmp_path / "a.csv")
    last = ("--previous", tmp_path / "one" / "referrals.csv")
    done = run_command(*command, tmp_path / "two", *files, *last)
    assert done.returncode == 0, done.stderr
    listed = rows_of(tmp_path / "two" / "referrals.csv")
    assert [row["child_id"] for row in listed] == [*line[1:11], line[14]]
    assert listed[-1]["changed_since_last"] == "added by a worker: =School asked"
    assert [row["child_id"] for row in rows_of(tmp_path / "two" / "left-the-list.csv")] == []
    said = {"referrals.txt": (tmp_path / "two" / "referrals.txt").read_text(encoding="utf-8"),
            "referrals.html": (tmp_path / "two" / "referrals.html").read_text(encoding="utf-8"),
            "stdout": done.stdout}  # fmt: skip
    for name, text in said.items():
        assert "objected: 1. Objections that match no child in these data: 1." in text, name
        assert "beyond the 10 places: 1." in text, name
        assert not [child for child in (line[0], "UNKNOWN") if child in text], name


def test_a_parent_s_condition_is_named_in_no_format_unless_the_approval_permits_it(
    run_command, demo, approve, tmp_path
):
    folder = damaged(demo, tmp_path, "datapackage.json", lambda path: path.unlink())
    shutil.copytree(demo / "run", tmp_path / "run")
    signed = ("--name", "Ada Holme", "--role", "Head of early help", "--until", date.today() + timedelta(30))
    assert run_command("sign-off", tmp_path / "run", *signed, "--without-gate", "a test").returncode == 0
    words = (
        "A parent",
        "parental",
        "a parent in prison",
        "mental ill-health",
        "drug and alcohol service",
        "young carer",
    )
    found = {}
    for permitted in (True, False):
        approve(folder, names_parental_conditions=permitted)
        out = tmp_path / str(permitted)
        done = run_command(
            "list", tmp_path / "run", "--data", folder, "--as-of", "2025-12-01", "--places", 150, "--out", out
        )
        assert done.returncode == 0, done.stderr
        sheet = openpyxl.load_workbook(out / "referrals.xlsx").active
        head = next(cell.row for cell in sheet["A"] if cell.value == "rank")
        cells = [str(value) for row in sheet.iter_rows(min_row=head + 1, values_only=True) for value in row if value]
        html = (out / "referrals.html").read_text(encoding="utf-8")
        found[permitted] = {
            "csv": (out / "referrals.csv").read_text(encoding="utf-8"), "xlsx": " ".join(cells),
            "next": (out / "next-in-line.csv").read_text(encoding="utf-8"), "html": html[html.index('id="children"') :],
        }  # fmt: skip
        found[permitted]["html"] = found[permitted]["html"].split("About this page")[0]
        note = "doesn't permit naming a parent's health" in (out / "referrals.txt").read_text(encoding="utf-8")
        assert note != permitted
    for name in ("csv", "xlsx", "html"):
        assert sum(word in found[True][name] for word in words) >= 4, "else this test could not fail"
        assert "oncerns at home" in found[False][name], name
    for name, text in found[False].items():
        assert not [word for word in words if word in text], name


@pytest.mark.parametrize("as_of", ["2030-01-01", "2011-01-01"])
def test_a_day_outside_the_data_is_refused(run_command, demo, tmp_path, as_of):
    done = run_command("list", demo / "run", "--data", demo / "data", "--as-of", as_of, "--out", tmp_path / "out")
    assert done.returncode == 3
    assert "data" in done.stderr
    assert list(tmp_path.iterdir()) == []


def damaged(demo, tmp_path, name, damage):
    folder = tmp_path / "data"
    shutil.copytree(demo / "data", folder)
    damage(folder / name)
    return folder


def test_a_missing_and_a_truncated_table_are_told_together_with_exit_code_3(run_command, demo, approve, tmp_path):
    folder = damaged(demo, tmp_path, "services.parquet", lambda path: path.unlink())
    incidents = folder / "incidents.parquet"
    incidents.write_bytes(incidents.read_bytes()[:1_000])
    command = ("train", "--config", DEMO, "--data", folder, "--out", tmp_path / "run")
    refused = run_command(*command)  # no longer what was made, so it might be real
    assert refused.returncode == 4
    assert "were changed after they were made" in refused.stderr
    approve(folder)
    done = run_command(*command)
    assert done.returncode == 3
    assert "services" in done.stderr
    assert "incidents" in done.stderr
    assert not (tmp_path / "run").exists()


def test_every_command_that_reads_real_data_asks_for_an_approval_that_holds(run_command, demo, approve, tmp_path):
    folder = damaged(demo, tmp_path, "datapackage.json", lambda path: path.unlink())
    out = ("--out", tmp_path / "out")
    child = load_tables(demo / "data").children["child_id"].iloc[0]
    commands = (
        ("check", folder),
        ("train", "--config", DEMO, "--data", folder, *out),
        ("list", demo / "run", "--data", folder, *AS_OF, *out),
        ("review", demo / "run", "--data", folder, *AS_OF, *out),
        ("child", demo / "run", child, "--data", folder, *AS_OF, *out),
        ("rebuild", demo / "run", "--data", folder),
        ("promote", demo / "run", "--data", folder, "--models", tmp_path / "out"),
    )
    for words, given in (("regime: the law it falls under", None), ("ended on", {"expires_on": date.today()})):
        if given is not None:
            approve(folder, **given)
        for command in commands:
            done = run_command(*command)
            assert done.returncode == 4, command[0]
            assert words in done.stderr, command[0]
            assert child not in done.stderr, command[0]
            assert done.stdout == "", command[0]
    assert not (tmp_path / "out").exists()


def test_check_of_approved_data_says_what_they_are_approved_for(run_command, demo, approve, tmp_path):
    folder = damaged(demo, tmp_path, "datapackage.json", lambda path: path.unlink())
    approve(folder, permitted_outcomes=["another"], retention_days=7)
    done = run_command("check", folder)
    assert done.returncode == 0, done.stderr
    assert "Approved by The Constabulary" in done.stdout
    done = run_command("check", folder, "--config", DEMO)
    assert done.returncode == 4
    assert "statutory_support is not among another" in done.stderr
    assert "may be kept for 7, but the study keeps it for 28" in done.stderr


def test_real_records_cannot_be_passed_off_as_synthetic(run_command, demo, tmp_path):
    """One child's birth date is another, and datapackage.json says that the generator wrote it so."""
    from dataclasses import replace

    from ace_risk.data.package import package_section, read_package, write_tables
    from ace_risk.data.tables import Tables

    tables = load_tables(demo / "data")
    children = tables.children.copy()
    children.loc[7, "birth_date"] -= pd.Timedelta(1, "D")
    forged: Tables = replace(tables, children=children)
    write_tables(forged, tmp_path / "data", extra=package_section(read_package(demo / "data")))
    assert load_tables(tmp_path / "data").synthetic
    for command in (
        ("train", "--config", DEMO, "--data", tmp_path / "data", "--out", tmp_path / "out"),
        ("list", demo / "run", "--data", tmp_path / "data", *AS_OF, "--out", tmp_path / "out"),
        ("rebuild", demo / "run", "--data", tmp_path / "data"),
    ):
        done = run_command(*command)
        assert done.returncode == 4
        assert "claim to be synthetic" in done.stderr
        assert "children" in done.stderr
        assert "SYN-" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_study_with_unknown_keys_and_contradictions_is_refused_with_exit_code_2(run_command, tmp_path):
    study = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    study["colour"] = "blue"
    study["folds"]["test_cutofs"] = 3
    for key in ("catalogue", "aces", "kinds", "codes", "outcomes"):
        study[key] = str(configs_folder() / study[key])
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    done = run_command("synth", "--config", path, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "colour: unknown key" in done.stderr
    assert "folds.test_cutofs: unknown key" in done.stderr
    del study["colour"], study["folds"]["test_cutofs"]
    study["referrals"]["places"] = 30_000
    study["folds"]["history_years"] = 9
    study["outcome"] = {"kinds": ["arrest"]}
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    done = run_command("synth", "--config", path, "--out", tmp_path / "out")
    assert done.returncode == 2
    for words in ("referrals.places", "history_years", "enforcement"):
        assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_data_too_short_for_the_folds_are_refused(run_command, tmp_path):
    study = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    study["world"] |= {"children": 300, "start": "2021-01-01"}
    for key in ("catalogue", "aces", "kinds", "codes", "outcomes"):
        study[key] = str(configs_folder() / study[key])
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study | {"referrals": {"places": 5}}), encoding="utf-8")
    assert run_command("synth", "--config", path, "--out", tmp_path / "data").returncode == 0
    done = run_command("train", "--config", path, "--data", tmp_path / "data", "--out", tmp_path / "run")
    assert done.returncode == 3
    assert "too short" in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("out", ["/proc/ace-risk", "README.md", "src"])
def test_an_output_folder_that_cannot_be_written_is_refused(run_command, demo, out):
    done = run_command("list", demo / "run", "--data", demo / "data", *AS_OF, "--places", 5, "--out", out)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_a_changed_pack_is_refused_with_exit_code_5(run_command, demo, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(demo / "run", run)
    model = run / "pack" / "model.json"
    model.write_text(model.read_text(encoding="utf-8").replace("1", "2", 1), encoding="utf-8")
    for command in (
        ("audit", run),
        ("card", run),
        ("list", run, "--data", demo / "data", *AS_OF, "--out", tmp_path / "l"),
    ):
        done = run_command(*command)
        assert done.returncode == 5
        assert "model.json" in done.stderr


def test_audit_and_card_write_the_same_again(run_command, demo, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    run = tmp_path / "run"
    shutil.copytree(demo / "run", run)
    for command, names in (("audit", ("audit.json", "fairness.html")), ("card", CARD_FILES)):
        assert run_command(command, run).returncode == 0
        before = {name: (run / name).read_bytes() for name in names}
        assert run_command(command, run).returncode == 0
        assert {name: (run / name).read_bytes() for name in names} == before
    assert json.loads((run / "audit.json").read_text(encoding="utf-8"))["format"] == "ace-risk/audit/1"


def test_an_audit_says_what_changed_since_an_earlier_one(run_command, demo, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(demo / "run", run)
    earlier = json.loads((run / "audit.json").read_text(encoding="utf-8"))
    girls = next(row for row in earlier["verdicts"] if row["role"] == "primary")
    girls["verdict"] = next(word for word in ("within", "outside") if word != girls["verdict"])
    (tmp_path / "before.json").write_text(json.dumps(earlier), encoding="utf-8")
    done = run_command("audit", run, "--previous", tmp_path / "before.json")
    assert done.returncode == 0, done.stderr
    assert "1 has another verdict" in done.stdout
    assert "Since the last audit" in (run / "fairness.html").read_text(encoding="utf-8")
    assert json.loads((run / "audit.json").read_text(encoding="utf-8"))["since"]["tally"]["another verdict"] == 1
    before = (run / "fairness.html").read_bytes()
    (tmp_path / "before.json").write_text('{"format": "ace-risk/audit/9"}', encoding="utf-8")
    done = run_command("audit", run, "--previous", tmp_path / "before.json")
    assert done.returncode == 2
    assert "'ace-risk/audit/9'" in done.stderr
    assert (run / "fairness.html").read_bytes() == before


def private(path):
    return path.stat().st_mode & 0o077 == 0


def test_a_review_and_a_child_s_page_are_written_for_their_owner_only(run_command, demo, tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1764579600")
    month = ("--as-of", "2025-12-01T09:00", "--hours", 744)
    for name in ("one", "two"):
        done = run_command("review", demo / "run", "--data", demo / "data", *month, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    rows = rows_of(tmp_path / "one" / "review.csv")
    assert f"{len(rows)} children in" in done.stdout
    assert len(rows) > 5
    assert {row["review_expires_at"] for row in rows} == {"2025-12-02T09:00:00"}
    page = (tmp_path / "one" / "review.html").read_text(encoding="utf-8")
    assert "If significant harm is suspected, refer now" in page
    assert not [row["child_id"] for row in rows if row["child_id"] not in page]
    assert not [row["child_id"] for row in rows if row["child_id"] in done.stdout]
    for name in ("review.html", "review.csv"):
        assert private(tmp_path / "one" / name)
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    child = next(row["child_id"] for row in rows if row["place"].startswith("Considered"))
    (tmp_path / "o.csv").write_text(f"child_id\n{child}\n", encoding="utf-8")
    objected = ("--objections", tmp_path / "o.csv")
    done = run_command("review", demo / "run", "--data", demo / "data", *month, *objected, "--out", tmp_path / "three")
    assert child not in {row["child_id"] for row in rows_of(tmp_path / "three" / "review.csv")}
    assert "objected: 1." in done.stdout
    command = ["child", demo / "run", child, "--data", demo / "data", "--as-of", "2025-12-01", "--out"]
    done = run_command(*command, tmp_path / "child")
    assert done.returncode == 0, done.stderr
    assert child not in done.stdout
    page = (tmp_path / "child" / "child.html").read_text(encoding="utf-8")
    assert child in page[page.index("<main") :]
    assert child not in page[: page.index("<main")]
    assert private(tmp_path / "child" / "child.html")
    refused = run_command(*command, tmp_path / "four", *objected)
    assert refused.returncode == 2
    assert child not in refused.stderr
    assert not (tmp_path / "four").exists()
    (tmp_path / "o.csv").write_text(f"child_id\n{child.lower()} \nSYN-nobody\n", encoding="utf-8")
    assert run_command(*command, tmp_path / "four", *objected).returncode == 2, "an id with a space, in small letters"
    (tmp_path / "o.csv").write_text("child_id\nSYN-nobody\n", encoding="utf-8")
    done = run_command(*command, tmp_path / "five", *objected)
    assert "Objections that match no child in these data: 1." in done.stdout


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--as-of", "noon"), 2, "YYYY-MM-DDTHH:MM"),
        (("--as-of", "2025-12-01", "--hours", "0"), 2, "--hours"),
        (("--as-of", "2025-12-01", "--objections", "README.md"), 2, "not a file of objections"),
        (("--as-of", "2030-01-01T08:00"), 3, "after the end of the data"),
        (("--as-of", "2011-01-01"), 3, "before the data"),
        (("--as-of", "2025-12-01", "--hub", "Nowhere"), 2, "lives in a hub of that name. Use one of:"),
        (("--as-of", "2025-12-01", "--list", "README.md"), 2, "--list: README.md is not a referral list"),
    ],
)
def test_wrong_options_of_review_are_explained(run_command, demo, tmp_path, options, code, words):
    done = run_command("review", demo / "run", "--data", demo / "data", *options, "--out", tmp_path / "out")
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_review_or_a_page_of_no_run_or_no_child_is_refused(run_command, demo, tmp_path):
    as_of = ("--data", demo / "data", "--as-of", "2025-12-01", "--out", tmp_path / "out")
    assert run_command("review", tmp_path / "nothing", *as_of).returncode == 5
    done = run_command("child", demo / "run", "SYN-nobody", *as_of)
    assert done.returncode == 2
    assert "no child of this id" in done.stderr
    assert "SYN-nobody" not in done.stderr
    assert list(tmp_path.iterdir()) == []
