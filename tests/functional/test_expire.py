"""Lists are deleted when their date has passed, and nothing else is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ace_risk.data.files import output_folder
from ace_risk.data.marker import write_expiry, write_marker
from ace_risk.data.unfinished import hidden_sibling
from ace_risk.errors import RefusedError, StudyError
from ace_risk.governance.expire import expire
from ace_risk.tracking.store import quiet_mlflow

NOW = datetime(2026, 5, 12, 9, 30)


def made(folder: Path, when: datetime) -> Path:
    with output_folder(folder, "a referral list") as part:
        (part / "referrals.csv").write_text("rank,child_id\n")
        write_expiry(part, when)
        os.utime(part / ".expires", (NOW.timestamp(), NOW.timestamp()))
    return folder


def test_files_that_name_children_can_be_read_by_their_owner_only(demo):
    for name in ("referrals.csv", "referrals.xlsx", "referrals.html", "referrals.txt"):
        assert (demo / "list" / name).stat().st_mode & 0o777 == 0o600, name


def test_the_command_deletes_a_lapsed_list_and_says_so(run_command, demo, tmp_path):
    shutil.copytree(demo / "list", tmp_path / "lists" / "one")
    (tmp_path / "lists" / "notes.txt").write_text("somebody's own")
    done = run_command("expire", tmp_path / "lists")
    assert done.returncode == 0, done.stderr
    assert "deleted: " in done.stdout
    assert "29 January 2026" in done.stdout
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["notes.txt"]
    assert "Nothing in" in run_command("expire", tmp_path / "lists").stdout


def test_a_list_is_kept_until_its_moment(tmp_path):
    due, early = made(tmp_path / "deep" / "due", NOW), made(tmp_path / "early", NOW + timedelta(seconds=1))
    told = expire(tmp_path, now=NOW)
    assert len(told) == 1
    assert str(due) in told[0]
    assert not due.exists()
    assert early.exists()


def test_a_list_that_was_filled_in_is_left_unless_asked_and_the_others_go(tmp_path):
    filled, other = made(tmp_path / "filled", NOW), made(tmp_path / "other", NOW)
    (filled / "referrals.csv").write_text("rank,child_id,decision\n")
    with pytest.raises(RefusedError, match=r"referrals\.csv") as caught:
        expire(tmp_path, now=NOW)
    assert caught.value.exit_code == 4
    assert f"deleted: {other}" in str(caught.value)
    assert (filled / "referrals.csv").exists()
    assert not other.exists()
    assert "changed or added" in expire(tmp_path, even_if_changed=True, now=NOW)[0]
    assert not filled.exists()


def test_only_what_ace_risk_wrote_is_deleted(tmp_path):
    foreign, broken = tmp_path / "foreign", made(tmp_path / "broken", NOW)
    foreign.mkdir()
    (foreign / ".expires").write_text("2020-01-01T00:00:00\n")
    (broken / ".expires").write_text("long ago\n")
    outside = made(tmp_path.parent / f"{tmp_path.name}-outside", NOW)
    (tmp_path / "link").symlink_to(outside)
    assert expire(tmp_path, now=NOW) == [f"Nothing in {tmp_path} has expired."]
    assert foreign.exists()
    assert broken.exists()
    assert outside.exists()


def test_an_output_inside_that_still_holds_is_never_deleted_with_what_is_around_it(tmp_path):
    outer = made(tmp_path / "outer", NOW)
    inner = made(outer / "inner", NOW + timedelta(days=1))
    run = made(outer / "deep" / "run", NOW)
    (run / ".expires").unlink()
    for even in (False, True):
        with pytest.raises(RefusedError, match="holding what hasn't expired"):
            expire(tmp_path, even_if_changed=even, now=NOW)
        assert (inner / "referrals.csv").exists()
        assert (run / "referrals.csv").exists()
    shutil.rmtree(run)
    told = expire(tmp_path, now=NOW + timedelta(days=1))
    assert [str(inner) in told[0], str(outer) in told[1]] == [True, True]
    assert list(tmp_path.iterdir()) == []


def test_what_a_link_leads_to_stays(tmp_path):
    outside = tmp_path / "outside.csv"
    outside.write_text("somebody's own")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "kept.txt").write_text("kept")
    due = made(tmp_path / "lists" / "due", NOW)
    (due / "link.csv").symlink_to(outside)
    (due / "folder").symlink_to(folder)
    with pytest.raises(RefusedError, match=r"link\.csv"):
        expire(tmp_path / "lists", now=NOW)
    assert expire(tmp_path / "lists", even_if_changed=True, now=NOW)
    assert not due.exists()
    assert outside.read_text() == "somebody's own"
    assert (folder / "kept.txt").read_text() == "kept"
    (tmp_path / "way").symlink_to(tmp_path / "lists")
    with pytest.raises(StudyError, match="no such folder"):
        expire(tmp_path / "way", now=NOW)


def test_a_clock_that_was_set_back_is_told(tmp_path):
    made(tmp_path / "one", NOW + timedelta(days=28))
    assert expire(tmp_path, now=NOW) == [f"Nothing in {tmp_path} has expired."]
    told = expire(tmp_path, now=NOW - timedelta(days=2))
    assert len(told) == 2
    assert "set the clock right" in told[1]


def test_every_file_of_a_demo_that_names_a_child_is_its_owner_s_only(demo):
    """But for the six tables and the truth behind them: they are made up, and to be handed on."""
    import zipfile

    private = set()
    for path in demo.rglob("*"):
        if not path.is_file() or path.is_relative_to(demo / "data"):
            continue
        content = path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                content = b"".join(parts.read(name) for name in parts.namelist())
        if re.search(rb"SYN-[0-9a-f]{10}", content):
            assert path.stat().st_mode & 0o777 == 0o600, path.name
            private.add(path.name)
    assert private == {"referrals.csv", "referrals.html", "referrals.xlsx", "next-in-line.csv"}


def test_the_commit_stands_beside_the_pack_and_not_in_it(demo):
    told = json.loads((demo / "run" / "provenance.json").read_text())
    manifest = (demo / "run" / "pack" / "manifest.sha256").read_bytes()
    import hashlib

    assert told["pack"] == hashlib.sha256(manifest).hexdigest()
    assert told["git_commit"] is None or len(told["git_commit"]) in (40, 64)
    commit = (told["git_commit"] or "no commit").encode()
    assert not any(commit in path.read_bytes() for path in (demo / "run" / "pack").iterdir())


def test_the_search_is_in_mlflow_a_run_per_trial(demo):
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{demo / 'run' / 'mlflow.db'}"
    with quiet_mlflow():
        client = MlflowClient(uri, uri)
        runs = client.search_runs([client.get_experiment_by_name("demo").experiment_id])
    parents = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
    trials = json.loads((demo / "run" / "evaluation.json").read_text())["search"]["trials"]
    assert len(parents) == 1
    assert len(runs) == 1 + len(trials)
    assert parents[0].data.tags["mlflow.note.content"].startswith("# Model card")
    assert "git_commit" in parents[0].data.tags
    recalls = sorted(run.data.metrics["recall"] for run in runs if run is not parents[0])
    assert recalls == pytest.approx(sorted(trial["recall"] for trial in trials))


def test_what_a_killed_command_left_half_written_is_deleted_and_what_is_being_written_is_not(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    busy = hidden_sibling(tmp_path / "lists" / "list", "part")
    left = busy.with_name(busy.name.replace(f"-{os.getpid()}-", f"-{gone.pid}-"))
    elsewhere, forgotten = (busy.with_name(f".list.{machine}-1-0a1b2c3d.part") for machine in ("0" * 8, "1" * 8))
    for folder in (busy, left, elsewhere, forgotten):
        folder.mkdir(parents=True)
        (folder / "referrals.csv").write_text("child_id\nSYN-1\n", encoding="utf-8")
        write_marker(folder, "a referral list")
        write_expiry(folder, datetime(2026, 1, 1))  # of a day long past, as when a list of the past is made
    three_days_ago = time.time() - 3 * 24 * 3600
    for path in (*forgotten.iterdir(), forgotten):
        os.utime(path, (three_days_ago, three_days_ago))
    told = expire(tmp_path)
    assert {path for path in (busy, left, elsewhere, forgotten) if path.exists()} == {busy, elsewhere}
    assert (elsewhere / "referrals.csv").is_file(), "another machine may still be writing it"
    ending = "(left half-written by a command that was stopped)"
    assert sorted(told) == sorted(f"deleted: {path} {ending}" for path in (left, forgotten))
