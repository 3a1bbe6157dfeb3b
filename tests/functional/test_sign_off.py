"""A list of real children needs an approval of the data and a sign-off of the pack."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from html import unescape

import pandas as pd
import pytest

from ace_risk import load_pack, load_tables

AS_OF = ("--as-of", "2025-12-01", "--places", "5")


@pytest.fixture
def real(demo, tmp_path, approve):
    """The demo's tables without the file that says where they come from: they stand for real ones."""
    folder = tmp_path / "data"
    shutil.copytree(demo / "data", folder)
    (folder / "datapackage.json").unlink()
    approve(folder)
    return folder


def test_real_data_are_listed_only_with_a_sign_off(run_command, demo, real, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(demo / "run", run)
    command = ("list", run, "--data", real, *AS_OF, "--out", tmp_path / "list")
    done = run_command(*command)
    assert done.returncode == 4
    assert "nobody has signed this pack off" in done.stderr
    assert not (tmp_path / "list").exists()
    until = date.today() + timedelta(30)
    sign = ("sign-off", run, "--name", "Ada Holme", "--role", "Head of early help", "--until", until)
    refused = run_command(*sign)
    assert refused.returncode == 4
    assert "The gate has not let this pack through: run ace-risk promote first" in refused.stderr
    assert not (run / "sign-off.yaml").exists()
    signed = run_command(*sign, "--without-gate", "The pilot of a <small> team.")
    assert signed.returncode == 0, signed.stderr
    done = run_command(*command)
    assert done.returncode == 0, done.stderr
    for name in ("referrals.html", "referrals.txt"):
        text = unescape((tmp_path / "list" / name).read_text())
        assert "Signed off by Ada Holme, Head of early help" in text, name
        assert "has not let this model through; it is used because: The pilot of a <small> team." in text, name
        assert "Approved by The Constabulary under UK GDPR (lawful basis: UK GDPR article 6(1)(e)" in text, name
        assert "For use by Ada Holme and CCP team, Carlisle only; made by Ada Holme" in text, name


def test_a_clock_that_was_set_by_hand_is_told_on_real_data(run_command, demo, real, tmp_path, monkeypatch):
    run = shutil.copytree(demo / "run", tmp_path / "run")
    run_command("sign-off", run, "--name", "Ada Holme", "--role", "Head", "--until", date.today() + timedelta(30),
                "--without-gate", "A test.")  # fmt: skip
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    for name, data in (("real", real), ("made-up", demo / "data")):
        done = run_command("list", run, "--data", data, *AS_OF, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
        assert ("(SOURCE_DATE_EPOCH)" in (tmp_path / name / "referrals.html").read_text()) == (name == "real")


def test_an_approval_that_ended_is_refused_whatever_was_signed(run_command, demo, real, approve, tmp_path):
    approve(real, expires_on=date.today())
    done = run_command("list", demo / "run", "--data", real, *AS_OF, "--out", tmp_path / "list")
    assert done.returncode == 4
    assert "ended on" in done.stderr


def test_a_list_of_synthetic_children_says_that_nobody_signed(demo):
    for name in ("referrals.html", "referrals.txt"):
        assert "Nobody has signed this model off" in (demo / "list" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("until", ["soon", "2020-01-01", ""])
def test_a_day_that_is_none_is_explained(run_command, demo, tmp_path, until):
    done = run_command("sign-off", demo / "run", "--name", "Ada", "--role", "Head", "--until", until)
    assert done.returncode == 2
    assert "--until" in done.stderr
    assert not (demo / "run" / "sign-off.yaml").exists()


def test_what_a_team_gets_lapses_with_the_approval(run_command, demo, real, approve, tmp_path):
    """The demo's tables moved to today, so that a list of today would outlive its approval."""
    later = pd.Timestamp(date.today()) - pd.Timestamp("2026-01-01")
    for path in real.glob("*.parquet"):
        table = pd.read_parquet(path)
        dates = table.select_dtypes("datetime").columns
        table[dates] = table[dates] + later
        table.to_parquet(path)
    ends = date.today() + timedelta(3)
    approve(real, expires_on=ends)
    run = shutil.copytree(demo / "run", tmp_path / "run")
    run_command("sign-off", run, "--name", "Ada Holme", "--role", "Head", "--until", date.today() + timedelta(30),
                "--without-gate", "A test.")  # fmt: skip
    as_of = date.today() - timedelta(5)
    of = ("--data", real, "--as-of", as_of)
    done = run_command("list", run, *of, "--places", "5", "--out", tmp_path / "list")
    assert done.returncode == 0, done.stderr
    child = (tmp_path / "list" / "referrals.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[1]
    assert run_command("child", run, child, *of, "--out", tmp_path / "child").returncode == 0
    for name in ("list", "child"):
        assert (tmp_path / name / ".expires").read_text(encoding="utf-8") == f"{ends}T00:00:00\n"
    made = load_pack(run).refer(load_tables(real), as_of=pd.Timestamp(as_of), places=5)
    assert made.expires_at == pd.Timestamp(ends)
