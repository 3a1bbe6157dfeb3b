"""A small cell of `make world`: what can be learnt is learnt, and nothing else."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location

import pytest

from ace_risk import load_study
from ace_risk.kinds import configs_folder


@pytest.fixture(scope="module")
def table():
    path = configs_folder().parent / "benchmarks" / "world.py"
    found = spec_from_file_location("world_benchmark", path)
    module = module_from_spec(found)
    found.loader.exec_module(module)
    study = load_study(configs_folder() / "demo.yaml")
    small = study.model_copy(update={"world": study.world.model_copy(update={"children": 4_000})})
    return module.compare(small).set_index("model")


def test_the_oracle_is_above_every_model_and_the_card_above_counting(table):
    assert table["auc"].idxmax() == "oracle (true need)"
    assert table.loc["points card", "auc"] > table.loc["ace_count", "auc"] + 0.03


def test_shuffled_labels_teach_nothing(table):
    assert table["auc_shuffled"].drop("oracle (true need)").between(0.45, 0.55).all()
