"""Ratios of rates: defined only where they are, and in step with the differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.stats import binom

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.intervals import exact
from ace_risk.fairness.ratios import ratio_interval

GROUPS = pd.Series(["small"] * 300 + ["large"] * 500, name="g")


def test_a_ratio_is_the_groups_rate_over_the_references_as_in_fairlearn():
    rng = np.random.default_rng(1)
    label, score = rng.integers(0, 2, 800), rng.random(800)
    table = audit_fairness(label, score, GROUPS, threshold=0.6).ratios.set_index("metric")
    frame = MetricFrame(metrics=selection_rate, y_true=label, y_pred=score >= 0.6, sensitive_features=GROUPS).by_group
    told = table.loc["selection_rate"]
    assert (told["group"], told["reference"]) == ("small", "large")
    assert told["ratio"] == pytest.approx(frame["small"] / frame["large"], abs=1e-12)
    assert told["ratio_low"] < told["ratio"] < told["ratio_high"]


def test_an_undefined_ratio_is_undefined_and_one_over_a_rate_that_may_be_nought_has_no_upper_end():
    nobody = audit_fairness([1] * 800, [0] * 800, GROUPS, threshold=1).ratios.set_index("metric")
    assert nobody.loc["tpr", ["ratio", "ratio_low", "ratio_high"]].isna().all()
    listed = np.r_[np.ones(10), np.zeros(290), np.ones(0), np.zeros(500)]
    none_in_large = audit_fairness([1] * 800, listed, GROUPS, threshold=1).ratios.set_index("metric")
    assert np.isnan(none_in_large.loc["tpr", "ratio"])
    one_class = audit_fairness([0] * 800, listed, GROUPS, threshold=1).ratios.set_index("metric")
    assert np.isnan(one_class.loc["tpr", "ratio"])
    low, high = ratio_interval(*(np.array([0.5]), (np.array([0.4]), np.array([0.6]))) * 2, np.array([0.0]))
    assert low[0] < 1 < high[0]
    unbounded = (np.array([0.5]), (np.array([0.4]), np.array([0.6])), np.array([0.1]), (np.zeros(1), np.array([0.9])))
    assert ratio_interval(*unbounded, np.array([0.0]))[1][0] == np.inf


rates = np.array([0.0, 0.02, 0.2, 0.5, 0.9, 1.0])
ONE, OTHER = (part.ravel() for part in np.meshgrid(rates, rates[1:]))


@pytest.mark.parametrize("correlation", [0.0, -0.4])
def test_swapped_groups_give_the_reciprocal_and_1_is_left_out_where_the_difference_leaves_out_nought(correlation):
    from ace_risk.fairness.intervals import gap_interval

    limits, others = exact(ONE, np.full(30, 50.0)), exact(OTHER, np.full(30, 80.0))
    with_one = np.full(30, correlation)
    low, high = ratio_interval(ONE, limits, OTHER, others, with_one)
    back_low, back_high = ratio_interval(OTHER, others, ONE, limits, with_one)
    some = (ONE > 0) & (low > 0) & np.isfinite(high)
    assert some.sum() >= 20
    np.testing.assert_allclose(back_low[some], 1 / high[some], rtol=1e-9)
    np.testing.assert_allclose(back_high[some], 1 / low[some], rtol=1e-9)
    gap_low, gap_high = gap_interval(ONE, limits, OTHER, others, with_one)
    np.testing.assert_array_equal((low > 1) | (high < 1), (gap_low > 0) | (gap_high < 0))


@pytest.mark.parametrize(
    ("first", "second"), [((40, 0.3), (60, 0.5)), ((25, 0.1), (200, 0.1)), ((100, 0.8), (30, 0.6))]
)
def test_ratio_intervals_cover_the_true_ratio(first, second):
    (n, p), (m, q) = first, second
    hits, others = np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij")
    weight = binom.pmf(hits, n, p) * binom.pmf(others, m, q)
    seen = others > 0
    one, other = hits[seen] / n, others[seen] / m
    low, high = ratio_interval(
        one, exact(one, np.full(one.shape, float(n))), other, exact(other, np.full(one.shape, float(m))),
        np.zeros(one.shape),
    )  # fmt: skip
    covered = float(weight[seen][(low <= p / q) & (p / q <= high)].sum() / weight[seen].sum())
    assert covered >= 0.95
