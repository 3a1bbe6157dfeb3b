"""A world too small to learn from: it is made and checked, and training says clearly what is wanting."""

from __future__ import annotations

import pytest

from ace_risk.kinds import configs_folder


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiny")
    for path in configs_folder().glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    demo = (folder / "demo.yaml").read_text(encoding="utf-8")
    small = demo.replace("children: 20000", "children: 50").replace("places: 200", "places: 5")
    (folder / "fifty.yaml").write_text(small.replace("next_in_line: 20", "next_in_line: 5"), encoding="utf-8")
    return folder / "fifty.yaml"


def test_fifty_children_can_be_made_and_checked_and_are_too_few_to_train_on(run_command, study):
    data = study.parent / "data"
    assert run_command("synth", "--config", study, "--out", data).returncode == 0
    assert run_command("check", data, "--canary").returncode == 0
    done = run_command("train", "--config", study, "--data", data, "--out", study.parent / "run")
    assert done.returncode == 3
    assert "test period" in done.stderr
    assert "load more data" in done.stderr
    assert not (study.parent / "run").exists()


def test_a_demo_of_fifty_children_says_why_it_stops(run_command, tmp_path):
    done = run_command("demo", "--children", 50, "--out", tmp_path / "demo")
    assert done.returncode == 3
    assert "rows with a known outcome" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [0, -1])
def test_no_worker_is_refused(run_command, study, tmp_path, workers):
    done = run_command("synth", "--config", study, "--out", tmp_path / "data", "--workers", workers)
    assert done.returncode == 2
    assert "workers: must be 1 or more" in done.stderr
    assert list(tmp_path.iterdir()) == []
