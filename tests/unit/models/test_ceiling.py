"""The ceiling: as good as free gradient boosting, under directions, and never stored."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.ceiling import fit_ceiling


def drawn(seed: int, rows: int = 6_000) -> tuple[pd.DataFrame, np.ndarray]:
    """The outcome depends on the product of two features, which no sum of single features can tell."""
    rng = np.random.default_rng(seed)
    a, b, count = rng.normal(size=rows), rng.normal(size=rows), rng.poisson(1.0, rows)
    frame = pd.DataFrame({"a": a, "b": b, "count": count, "since": np.where(count > 1, np.nan, count * 10.0)})
    return frame, (rng.random(rows) < expit(2 * a * b + 0.5 * count - 1)).astype(int)


X, Y = drawn(0)
DIRECTIONS: dict[str, Any] = {"count": "more_need", "since": "less_need", "other": "less_need"}
CEILING = fit_ceiling(X, Y, directions=DIRECTIONS)


def test_it_learns_what_a_sum_of_features_cannot() -> None:
    new_X, new_y = drawn(1)
    p = CEILING.predict_proba(new_X)
    assert roc_auc_score(new_y, p[:, 1]) > 0.8
    np.testing.assert_allclose(expit(CEILING.decision_function(new_X)), p[:, 1])
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_scores_never_run_against_a_direction() -> None:
    base = X.head(200)
    rising = np.array([CEILING.decision_function(base.assign(count=value)) for value in range(8)])
    falling = np.array([CEILING.decision_function(base.assign(since=value)) for value in (0.0, 3.0, 10.0, 99.0)])
    assert (np.diff(rising, axis=0) >= -1e-12).all()
    assert (np.diff(falling, axis=0) <= 1e-12).all()
    assert np.diff(rising, axis=0).max() > 0.1


def test_columns_are_read_by_name_and_the_same_seed_gives_the_same_scores() -> None:
    score = CEILING.decision_function(X)
    assert (CEILING.decision_function(X[X.columns[::-1]].assign(extra="text")) == score).all()
    assert (fit_ceiling(X, Y == 1, directions=DIRECTIONS).decision_function(X) == score).all()


def test_it_is_no_table_and_cannot_be_stored() -> None:
    assert not isinstance(CEILING, AdditiveModel)
    assert not hasattr(CEILING, "to_json")
    with pytest.raises(StudyError, match="can't be stored"):
        copy.deepcopy(CEILING)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": [1] * 10}, "1 class"),
        ({"X": pd.DataFrame({"a": [np.inf, *range(9)]})}, r"features\.a: must not be infinite"),
        ({"directions": {"a": "up"}}, "up is unknown"),
        ({"seed": -1}, "seed: must be a whole number from 0"),
    ],
)
def test_bad_input_is_a_clear_error(changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"X": pd.DataFrame({"a": range(10)}), "y": [0, 1] * 5, "directions": None} | changes
    with pytest.raises((DataError, StudyError), match=message):
        fit_ceiling(given.pop("X"), given.pop("y"), **given)


def test_ten_rows_give_nearly_the_base_rate() -> None:
    frame = pd.DataFrame({"a": range(10), "constant": 1, "empty": np.nan})
    np.testing.assert_allclose(fit_ceiling(frame, [0, 1] * 5, directions=None).predict_proba(frame), 0.5)
