"""The rankings that a model has to beat."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ace_risk.errors import StudyError
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.models.baselines import load_baselines

FEATURES = pd.DataFrame(
    {"other": [1, 1, 1, 1], "ppn_green_count_91d": [0, 2, 3, 9], "ace_distinct_kinds_ever": [3, 0, 5, 1]},
    index=[4, 3, 2, 1],
)


def test_each_scores_by_its_rule() -> None:
    baselines = load_baselines(configs_folder() / "aces.yaml", load_kinds())
    assert {name: score.tolist() for name, _, score in baselines.scores(FEATURES)} == {
        "ace_count": [3, 0, 5, 1],
        "ppn_rule": [0, 0, 1, 1],
    }


def test_kinds_that_are_unknown_or_enforcement_are_refused_together(tmp_path: Path) -> None:
    path = tmp_path / "aces.yaml"
    path.write_text("aces: [arrest, dragons]\nppn_rule: {kinds: [ppn_child], at_least: 0}\n")
    with pytest.raises(StudyError, match="at_least"):
        load_baselines(path, load_kinds())
    path.write_text("aces: [arrest, dragons]\nppn_rule: {kinds: [arrest]}\n")
    with pytest.raises(StudyError, match=r"(?s)dragons: is not a kind.*arrest"):
        load_baselines(path, load_kinds())
