"""Two trainings at once: into one folder the second is refused, into two folders neither notices the other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ace_risk import load_pack
from ace_risk.data.marker import changed_files

pytestmark = pytest.mark.slow


def start(config, data, run):
    command = [sys.executable, "-W", "error", "-m", "ace_risk.cli", "train", "--config", str(config),
               "--data", str(data), "--out", str(run)]  # fmt: skip
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_of_two_trainings_into_one_folder_at_least_one_is_told_and_none_is_spoilt(small_study, tmp_path):
    config, data = small_study
    both = [start(config, data, tmp_path / "run") for _ in range(2)]
    said = [training.communicate(timeout=600)[1] for training in both]
    refused = [text for training, text in zip(both, said, strict=True) if training.returncode != 0]
    assert refused, "else one of them overwrote the other"
    assert all("is being written by another command" in text for text in refused), said
    assert {training.returncode for training in both} <= {0, 2}
    if len(refused) == 1:
        assert load_pack(tmp_path / "run").evaluation["search"]["trials"]
        assert changed_files(tmp_path / "run") == []
        assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "test-openings.jsonl"]


def test_trainings_into_two_folders_give_the_same_model(small_study, tmp_path):
    config, data = small_study
    both = [start(config, data, tmp_path / name) for name in ("one", "two")]
    said = [training.communicate(timeout=600)[1] for training in both]
    assert [training.returncode for training in both] == [0, 0], said
    one, two = (load_pack(tmp_path / name) for name in ("one", "two"))
    assert one.model == two.model
    assert one.evaluation["search"] == two.evaluation["search"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "test-openings.jsonl", "two"]
    assert len((tmp_path / "test-openings.jsonl").read_text().splitlines()) == 2
