"""Ranking figures: scikit-learn's where they are defined, NaN where not."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from ace_risk.errors import DataError
from ace_risk.evaluate.ranking import auc, average_precision, brier

RNG = np.random.default_rng(11)
Y = RNG.random(300) < 0.3
SCORE = np.round(RNG.normal(size=300) + Y, 1)


def test_auc_is_the_share_of_pairs_in_order() -> None:
    u = mannwhitneyu(SCORE[Y], SCORE[~Y]).statistic
    assert auc(Y, SCORE) == pytest.approx(u / (Y.sum() * (~Y).sum()), abs=1e-12)


def test_average_precision_is_the_mean_precision_at_each_case() -> None:
    order = np.argsort(-np.arange(300))
    precision_at = np.cumsum(Y[order]) / np.arange(1, 301)
    assert average_precision(Y, np.arange(300)) == pytest.approx(precision_at[Y[order]].mean(), abs=1e-12)


def test_brier_is_the_mean_squared_distance() -> None:
    p = RNG.random(300)
    assert brier(Y, p) == pytest.approx(np.mean((p - Y) ** 2), abs=1e-12)
    assert brier(np.ones(3), [1.0, 0.5, 0.0]) == pytest.approx(1.25 / 3)


def test_what_is_not_defined_is_nan() -> None:
    assert isnan(auc([0, 0], [1, 2]))
    assert isnan(auc([1, 1], [1, 2]))
    assert isnan(average_precision([0, 0], [1, 2]))
    assert isnan(brier(np.zeros(0), np.zeros(0)))


@pytest.mark.parametrize("p", [[0.5, 1.5], [0.5, -0.1], [0.5, np.nan], [0.5]])
def test_probabilities_must_be_probabilities(p: list[float]) -> None:
    with pytest.raises(DataError):
        brier([0, 1], p)
