"""A list of real children needs an approval of the data and a sign-off of the pack."""

from __future__ import annotations

import shutil
from datetime import date, timedelta

import pytest

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
    signed = run_command("sign-off", run, "--name", "Ada Holme", "--role", "Head of early help", "--until", until)
    assert signed.returncode == 0, signed.stderr
    done = run_command(*command)
    assert done.returncode == 0, done.stderr
    for name in ("referrals.html", "referrals.txt"):
        assert "Signed off by Ada Holme, Head of early help" in (tmp_path / "list" / name).read_text(), name
        text = (tmp_path / "list" / name).read_text()
        assert "Approved by The Constabulary under UK GDPR (lawful basis: UK GDPR article 6(1)(e)" in text, name
        assert "For use by Ada Holme and CCP team, Carlisle only; made by Ada Holme" in text, name


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
