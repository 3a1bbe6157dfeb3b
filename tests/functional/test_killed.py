"""Killed without warning at any moment, a training loses no finished trial and leaves nothing half-written."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import yaml

from ace_risk import load_pack
from ace_risk.kinds import configs_folder

pytestmark = pytest.mark.slow

MOMENTS = 3
"""The first is any moment of the first 20 seconds; the others follow a number of finished trials."""
FILES = ("catalogue", "aces", "kinds", "codes", "outcomes")
DONE = (
    "SELECT trials.number, trial_values.value FROM trials JOIN trial_values USING (trial_id) "
    "WHERE trials.state = 'COMPLETE'"
)


def finished_trials(path):
    """Number and figure of every trial that is done; none if the database isn't there yet."""
    if not path.is_file():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as database:
        try:
            return set(database.execute(DONE))
        except sqlite3.OperationalError:  # killed before its tables were made
            return set()


def test_a_killed_training_goes_on_and_gives_the_same_model(demo, tmp_path):
    pack = load_pack(demo / "run")
    study = yaml.safe_load((configs_folder() / "demo.yaml").read_text(encoding="utf-8"))
    study["world"]["children"] = pack.study.world.children
    study["referrals"]["places"] = pack.study.referrals.places
    study |= {key: str(configs_folder() / study[key]) for key in FILES}
    config = tmp_path / "demo.yaml"
    config.write_text(yaml.safe_dump(study), encoding="utf-8")
    run, store = tmp_path / "out" / "run", tmp_path / "out" / "run.search.db"
    command = [sys.executable, "-W", "error", "-m", "ace_risk.cli", "train", "--config", str(config),
               "--data", str(demo / "data"), "--out", str(run)]  # fmt: skip
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed of the moments: {seed}")
    draw = random.Random(seed)
    targets = [0, *sorted(draw.sample(range(1, pack.study.search.trials), MOMENTS - 1))]
    kept = set()
    for target in targets:
        training = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while training.poll() is None and len(finished_trials(store)) < target:
            time.sleep(0.05)
        with contextlib.suppress(subprocess.TimeoutExpired):
            training.wait(draw.uniform(0.0, 1.0 if target else 20.0))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(training.pid, signal.SIGKILL)
        training.wait()
        if run.exists():
            load_pack(run)
            break
        found = finished_trials(store)
        assert kept <= found
        assert len(found) >= target
        kept = found
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert kept <= finished_trials(run / "search.db")
    assert sorted(path.name for path in run.parent.iterdir()) == ["run", "test-openings.jsonl"]
    resumed = load_pack(run)
    assert resumed.model == pack.model
    assert resumed.evaluation["search"] == pack.evaluation["search"]
