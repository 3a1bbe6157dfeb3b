"""The rankings that a model has to beat."""

from __future__ import annotations

import pandas as pd
import pytest

from ace_risk.errors import DataError
from ace_risk.models.baselines import BASELINES

FEATURES = pd.DataFrame(
    {"other": [1, 1, 1, 1], "ppn_green_count_91d": [0, 2, 3, 9], "ace_distinct_kinds_ever": [3, 0, 5, 1]},
    index=[4, 3, 2, 1],
)


def test_each_scores_by_its_rule() -> None:
    assert {name: baseline.score(FEATURES).tolist() for name, baseline in BASELINES.items()} == {
        "ace_count": [3, 0, 5, 1],
        "ppn_rule": [0, 0, 1, 1],
    }


@pytest.mark.parametrize("name", BASELINES)
def test_each_names_the_column_that_it_lacks(name: str) -> None:
    with pytest.raises(DataError, match="absent"):
        BASELINES[name].score(FEATURES[["other"]])


def test_a_missing_count_is_none() -> None:
    features = FEATURES.assign(ace_distinct_kinds_ever=pd.Series([None, 0, 5, 1], dtype="Int8").to_numpy())
    features["ace_distinct_kinds_ever"] = features["ace_distinct_kinds_ever"].astype("Int8")
    assert BASELINES["ace_count"].score(features).tolist() == [0, 0, 5, 1]
