"""The points card without rounding: against scikit-learn's logistic regression, and under directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import bin_features
from ace_risk.models.columns import read_columns
from ace_risk.models.fitting import RIDGE
from ace_risk.models.logistic import fit_binned_logistic
from ace_risk.models.points import PointsClassifier


def drawn(seed: int, rows: int = 4_000) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    need = rng.normal(size=rows)
    since = np.floor(rng.exponential(100 * np.exp(-need)))
    frame = pd.DataFrame(
        {
            "count": rng.poisson(np.exp(0.5 * need)),
            "since": np.where(rng.random(rows) < 0.3, np.nan, since),
            "free": rng.normal(size=rows) + need,
            "noise": rng.normal(size=rows),
            "constant": 1,
        }
    )
    return frame, (rng.random(rows) < expit(2 * need - 1.5)).astype(int)


@pytest.mark.parametrize("seed", range(3))
def test_without_directions_it_is_the_logistic_regression_on_one_column_per_bin(seed: int) -> None:
    X, y = drawn(seed)
    table = fit_binned_logistic(X, y, directions=None)
    chosen = set(table.feature_names_in_)
    assert {"count", "since", "free"} <= chosen
    binned = bin_features(read_columns(X, list(X.columns)), y.astype(float), {})
    design = np.column_stack(
        [
            feature.levels == level
            for feature in binned
            if feature.name in chosen
            for level in range(feature.size)
            if level != feature.reference
        ]
    ).astype(float)
    peer = LogisticRegression(C=1 / RIDGE, tol=1e-10, max_iter=5_000).fit(design, y)
    np.testing.assert_allclose(table.decision_function(X), peer.decision_function(design), atol=1e-5)
    np.testing.assert_allclose(table.predict_proba(X), peer.predict_proba(design), atol=1e-5)


def test_directions_hold_and_one_against_the_data_keeps_the_feature_out() -> None:
    X, y = drawn(3)
    directions: dict[str, Any] = {"count": "more_need", "since": "less_need", "free": "less_need", "other": "either"}
    table = fit_binned_logistic(X, y, directions=directions)
    assert table.check_directions() == []
    assert dict(table.directions) == {"count": "more_need", "since": "less_need"}
    wrong = fit_binned_logistic(X[["count"]], y, directions={"count": "less_need"})
    assert wrong.terms == ()
    np.testing.assert_allclose(wrong.predict_proba(X)[:, 1], y.mean())


def test_features_and_bins_are_those_of_the_points_card_and_its_loss_is_no_higher() -> None:
    X, y = drawn(4)
    table = fit_binned_logistic(X, y, directions={"count": "more_need"}, max_features=2, max_cuts=2)
    card = PointsClassifier(2, 5, {"count": "more_need"}, max_cuts=2).fit(X, y).table_
    assert table.feature_names_in_.tolist() == card.feature_names_in_.tolist()
    for term, rounded in zip(table.terms, card.terms, strict=True):
        assert set(rounded.edges) <= set(term.edges)
        assert len(term.edges) <= 2
    losses = [-np.log(model.predict_proba(X)[np.arange(len(y)), y]).sum() for model in (table, card)]
    assert losses[0] < losses[1]


def test_the_table_survives_json_and_the_order_of_columns() -> None:
    X, y = drawn(5)
    table = fit_binned_logistic(X, y, directions={"since": "less_need"})
    assert AdditiveModel.from_json(table.to_json()) == table
    assert fit_binned_logistic(X[X.columns[::-1]], y, directions={"since": "less_need"}).to_json() == table.to_json()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": [0] * 10}, "1 class"),
        ({"X": pd.DataFrame({"a": [np.inf, *range(9)]})}, r"features\.a: must not be infinite"),
        ({"X": pd.DataFrame(index=range(10))}, "rows and columns, got 10 by 0"),
        ({"X": np.ones((10, 2))}, "DataFrame"),
        ({"max_features": 0}, "max_features: must be a whole number from 1"),
        ({"max_cuts": 1.5}, "max_cuts: must be a whole number from 1"),
        ({"directions": {"a": "up"}}, "up is unknown"),
    ],
)
def test_bad_input_is_a_clear_error(changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"X": pd.DataFrame({"a": range(10)}), "y": [0, 1] * 5, "directions": None} | changes
    with pytest.raises((DataError, StudyError), match=message):
        fit_binned_logistic(given.pop("X"), given.pop("y"), **given)
