"""A full disk and a folder where nobody may write: one clear error, and everything stays as it was."""

from __future__ import annotations

import ctypes
import hashlib
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

import ace_risk.commands
import ace_risk.team_commands  # noqa: F401
from ace_risk.data.files import output_folder
from ace_risk.data.marker import write_expiry

AS_OF = ("--as-of", "2025-12-01")
UNTIL = ("--name", "Ada", "--role", "Head", "--until", date.today() + timedelta(9), "--without-gate", "A test.")


@contextmanager
def full_disk(size: int):
    """No file may grow beyond so many bytes: what a full disk does to whoever writes, without being root."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def nobody_may_write(*folders: Path):
    """Take the right to write into folders, also from root, who on Linux gives up the way around it for a while."""
    modes = {folder: folder.stat().st_mode for folder in folders}
    header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    linux = sys.platform == "linux"
    if linux:
        assert libc.capget(header, data) == 0
    held = data[0]
    try:
        for folder in folders:
            folder.chmod(0o500)
        data[0] = held & ~0b110  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        if linux:
            assert libc.capset(header, data) == 0
        yield
    finally:
        data[0] = held
        if linux:
            assert libc.capset(header, data) == 0
        for folder, mode in modes.items():
            folder.chmod(mode)


def state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
    }


@pytest.fixture
def place(demo, tmp_path) -> Path:
    """A run of which nothing but the pages may be written again, and a list whose date has passed."""
    shutil.copytree(demo / "run", tmp_path / "work" / "run")
    (tmp_path / "work" / "run" / "card.html").write_text("an older page")
    with output_folder(tmp_path / "work" / "lists" / "due", "a referral list") as part:
        (part / "referrals.csv").write_text("rank,child_id\n")
        write_expiry(part, datetime(2026, 1, 1))
    return tmp_path / "work"


def commands(demo, place) -> dict[str, tuple]:
    child = (demo / "list" / "referrals.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[1]
    run, reading = place / "run", ("--data", demo / "data", *AS_OF)
    return {
        "card": ("card", run),
        "audit": ("audit", run),
        "sign-off": ("sign-off", run, *UNTIL),
        "list": ("list", run, *reading, "--places", 5, "--out", place / "out"),
        "review": ("review", run, *reading, "--hours", 744, "--out", place / "out"),
        "child": ("child", run, child, *reading, "--out", place / "out"),
    }


@pytest.mark.parametrize(("name", "size"), [("card", 0), ("card", 30_000), ("audit", 100_000), ("sign-off", 20),
                                            ("list", 1_000), ("review", 1_000), ("child", 1_000)])  # fmt: skip
def test_a_full_disk_is_told_and_changes_nothing(run_command, demo, place, name, size):
    before = state(place)
    with full_disk(size):
        done = run_command(*commands(demo, place)[name])
    assert done.returncode == 2, done.stderr
    assert "can't be written" in done.stderr
    assert "Free some space" in done.stderr
    assert "Traceback" not in done.stderr
    assert state(place) == before


@pytest.mark.parametrize("name", ["card", "audit", "sign-off", "list", "review", "child"])
def test_a_folder_where_nobody_may_write_is_told_and_changes_nothing(run_command, demo, place, name):
    before = state(place)
    with nobody_may_write(place, place / "run"):
        done = run_command(*commands(demo, place)[name])
    assert done.returncode == 2, done.stderr
    assert "can't be written" in done.stderr
    assert "where you may write" in done.stderr
    assert state(place) == before


def test_a_lapsed_list_that_can_not_be_deleted_is_told(run_command, place):
    with nobody_may_write(place / "lists", place / "lists" / "due"):
        done = run_command("expire", place / "lists")
    assert done.returncode == 2, done.stderr
    assert "where you may write" in done.stderr
    assert (place / "lists" / "due" / "referrals.csv").exists()
    assert "deleted" in run_command("expire", place / "lists").stdout


def test_rebuild_writes_nothing_and_needs_no_room(run_command, demo, place):
    with full_disk(0):
        done = run_command("rebuild", place / "run", "--data", demo / "data")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("size", [1_000, 700_000])
def test_a_promotion_that_finds_no_room_can_be_made_again(run_command, demo, place, size):
    """A store that MLflow had begun is taken away again, so that the next try starts afresh."""
    command = ("promote", place / "run", "--models", place / "models", "--candidate")
    assert run_command("card", place / "run").returncode == 0, "its store is led to where the copy lies"
    with full_disk(size):
        done = run_command(*command)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert not (place / "models").exists()
    assert size == 1_000 or "MLflow" in done.stderr
    assert not (place / "mlflow.db").exists()
    again = [sys.executable, "-m", "ace_risk.cli", *map(str, command)]  # a new process: MLflow remembers its stores
    tried = subprocess.run(again, capture_output=True, text=True, check=False, timeout=300)
    assert tried.returncode == 0, tried.stderr
    assert "challenger" in tried.stdout
