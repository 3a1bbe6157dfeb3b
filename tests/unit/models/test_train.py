"""Training: which rows, which kind of table, and what is refused."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import DataError
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.models.boosting import fit_boosted_table
from ace_risk.models.logistic import fit_binned_logistic
from ace_risk.models.points import PointsClassifier
from ace_risk.models.train import train_table
from ace_risk.plans import ModelKind, ModelPlan

CATALOGUE = Catalogue(
    [
        FeatureSpec("missing", ("missing",), "count", 365, direction="more_need"),
        FeatureSpec("missing", ("missing",), "days_since_last", direction="less_need"),
    ]
)
PLAN = ModelPlan(max_features=2, max_points=3, max_cuts=2)
RNG = np.random.default_rng(0)
COUNT = RNG.poisson(1.0, 3_000)
FEATURES = pd.DataFrame(
    {
        "missing_count_365d": COUNT.astype("uint8"),
        "missing_days_since_last_ever": np.where(COUNT > 0, RNG.integers(0, 900, 3_000), np.nan),
    }
)
LABELS = pd.Series(RNG.random(3_000) < 0.1 + 0.2 * np.minimum(COUNT, 3)).astype("Int8")
LABELS[::7] = pd.NA
ROWS = np.arange(200, 2_800)
KNOWN = ROWS[LABELS.iloc[ROWS].notna().to_numpy()]


def given(kind: ModelKind, seed: int = 3) -> Any:
    return train_table(kind, FEATURES, LABELS, ROWS, PLAN, CATALOGUE, seed)


def test_each_kind_is_fitted_on_the_rows_with_a_known_outcome() -> None:
    X, y, ways = FEATURES.iloc[KNOWN], LABELS.iloc[KNOWN].astype(int), CATALOGUE.directions
    assert given("points_card") == PointsClassifier(2, 3, ways, max_cuts=2).fit(X, y).table_
    assert given("binned_logistic") == fit_binned_logistic(X, y, directions=ways, max_features=2, max_cuts=2)
    assert given("boosted_table") == fit_boosted_table(X, y, directions=ways, seed=3)


@pytest.mark.parametrize("kind", get_args(ModelKind))
def test_every_kind_is_a_table_that_follows_the_directions(kind: ModelKind) -> None:
    table = given(kind)
    assert table.terms
    assert table.check_directions() == []
    assert table.predict_proba(FEATURES.iloc[KNOWN])[:, 1].mean() == pytest.approx(
        LABELS.iloc[KNOWN].astype(float).mean(), abs=0.01
    )


@pytest.mark.parametrize("kind", get_args(ModelKind))
@pytest.mark.parametrize("value", [0, 1, pd.NA])
def test_rows_with_one_outcome_or_none_known_are_refused(kind: ModelKind, value: Any) -> None:
    labels = pd.Series([value] * 3_000, dtype="Int8")
    with pytest.raises(DataError, match="Both kinds are needed"):
        train_table(kind, FEATURES, labels, ROWS, PLAN, CATALOGUE, 0)
