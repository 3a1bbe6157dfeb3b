"""A pack is rebuilt from itself and its data, and a different one is not passed off as the same."""

from __future__ import annotations

import json
import shutil

import pytest

from ace_risk.kinds import configs_folder
from ace_risk.tracking.manifest import MANIFEST, write_manifest


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_demo_s_pack_is_rebuilt_and_nothing_is_written(run_command, demo):
    before = files_of(demo / "run" / "pack")
    done = run_command("rebuild", demo / "run" / "pack", "--data", demo / "data")
    assert done.returncode == 0, done.stderr
    assert "The model is the same" in done.stdout
    assert "are those that it was trained on" in done.stdout
    assert files_of(demo / "run" / "pack") == before


@pytest.mark.parametrize("what", ["size", "seed of the points"])
def test_another_model_is_not_the_same(run_command, demo, tmp_path, what):
    """A pack that says another size, or whose model has another point: its hashes are right, its model isn't."""
    from ace_risk.models.additive import AdditiveModel

    pack = tmp_path / "pack"
    shutil.copytree(demo / "run" / "pack", pack)
    if what == "size":
        evaluation = json.loads((pack / "evaluation.json").read_text())
        for trial in evaluation["search"]["trials"]:
            trial["chosen"] = trial["number"] == 0
            trial |= {"max_features": 1, "max_cuts": 1} if trial["chosen"] else {}
        (pack / "evaluation.json").write_text(json.dumps(evaluation))
    else:
        from dataclasses import replace

        model = AdditiveModel.from_json((pack / "model.json").read_text())
        first = replace(model.terms[0], missing_score=model.terms[0].missing_score - 1)
        other = replace(model, terms=(first, *model.terms[1:]), directions={})
        (pack / "model.json").write_text(other.to_json())
    (pack / MANIFEST).unlink()
    write_manifest(pack)
    done = run_command("rebuild", pack, "--data", demo / "data")
    assert done.returncode == 4
    assert "not the same" in done.stderr
    assert ("missing_score" in done.stderr) == (what != "size")


@pytest.mark.slow
def test_the_committed_pack_is_rebuilt_on_a_fresh_world(run_command, tmp_path):
    assert run_command("synth", "--config", configs_folder() / "demo.yaml", "--out", tmp_path / "data").returncode == 0
    done = run_command("rebuild", configs_folder().parent / "models" / "demo", "--data", tmp_path / "data")
    assert done.returncode == 0, f"{done.stderr} Run `make sample`."
    assert "are those that it was trained on" in done.stdout
