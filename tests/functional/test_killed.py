"""Killed without warning at any moment, a training loses no finished trial and leaves nothing half-written."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from ace_risk import load_pack
from ace_risk.data.marker import changed_files

pytestmark = pytest.mark.slow

MOMENTS, SEED = 20, 8
"""Four in each of five trainings; where they fall is drawn from the seed."""
DONE = (
    "SELECT trials.number, trial_values.value FROM trials JOIN trial_values USING (trial_id) "
    "WHERE trials.state = 'COMPLETE'"
)
UNFINISHED = re.compile(
    r"\.run\.[0-9a-f]{8}-\d+-[0-9a-f]{8}\.(part|old)|run\.search\.db(-journal)?|test-openings\.jsonl"
)
"""What may lie beside a run that isn't there: hidden folders, the trials, and the log of test openings."""


def finished_trials(path):
    """Number and figure of every trial that is done; none if the database isn't there yet."""
    if not path.is_file():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            return set(database.execute(DONE))
        except sqlite3.OperationalError:  # killed before its tables were made
            return set()


def is_whole(run):
    """Whether every file of a run is as it was written, the pack loads, and the stores are sound."""
    assert changed_files(run) == []
    assert load_pack(run).evaluation["search"]["trials"]
    for name in ("mlflow.db", "search.db"):
        with contextlib.closing(sqlite3.connect(run / name)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return True


def killed_at(command, store, trials, later):
    """Start a training and kill it some seconds after some trials are done; how it ended, and what it said."""
    training = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while training.poll() is None and len(finished_trials(store)) < trials:
        time.sleep(0.02)
    with contextlib.suppress(subprocess.TimeoutExpired):
        training.wait(later)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(training.pid, signal.SIGKILL)
    said = training.communicate()[1]
    return training.returncode, said


def test_a_training_killed_twenty_times_goes_on_and_gives_the_same_model(small_study, tmp_path):
    """Five trainings, each killed before the search, twice during it, and between it and the end of the run."""
    config, data = small_study
    command = [sys.executable, "-W", "error", "-m", "ace_risk.cli", "train", "--config", str(config), "--data",
               str(data), "--out"]  # fmt: skip
    began = time.monotonic()
    subprocess.run([*command, str(tmp_path / "first")], check=True, capture_output=True, timeout=600)
    took = time.monotonic() - began
    first = load_pack(tmp_path / "first")
    trials = len(first.evaluation["search"]["trials"])
    draw = random.Random(SEED)
    killed = 0
    for round_number in range(MOMENTS // 4):
        run = tmp_path / f"out{round_number}" / "run"
        store, log = run.parent / "run.search.db", run.parent / "test-openings.jsonl"
        early, late = sorted(draw.sample(range(1, trials), 2))
        kept = set()
        for target, longest in ((0, took / 2), (early, took / trials), (late, took / trials), (trials, took / 2)):
            code, said = killed_at([*command, str(run)], store, target, draw.uniform(0, longest))
            assert code in (0, -signal.SIGKILL), said
            killed += code != 0
            assert all(json.loads(line)["pack"] for line in (log.read_text().splitlines() if log.exists() else ()))
            if run.exists():
                assert is_whole(run)
                assert kept <= finished_trials(run / "search.db")
                break
            names = [path.name for path in run.parent.iterdir()] if run.parent.exists() else []
            assert all(UNFINISHED.fullmatch(name) for name in names), names
            found = finished_trials(store)
            assert kept <= found, "a finished trial was lost"
            assert len(found) >= target
            kept = found
    assert killed >= MOMENTS - MOMENTS // 4
    done = subprocess.run([*command, str(run)], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert kept <= finished_trials(run / "search.db")
    assert is_whole(run)
    assert sorted(path.name for path in run.parent.iterdir()) == ["run", "test-openings.jsonl"]
    resumed = load_pack(run)
    assert resumed.model == first.model
    assert resumed.evaluation["search"] == first.evaluation["search"]
