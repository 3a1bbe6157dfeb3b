from __future__ import annotations

import numpy as np
import pytest

from ace_risk.evaluate.bar import gain_interval, judge, overall


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.20, 0.30, "meets"),
        (0.19, 0.30, "not enough evidence"),
        (0.10, 0.19, "does not meet"),
        (0.10, 0.20, "not enough evidence"),
        (np.nan, np.nan, "not enough evidence"),
    ],
)
def test_an_interval_must_lie_wholly_on_one_side(low, high, verdict):
    assert judge(low, high, at_least=0.2) == verdict


def test_a_range_has_two_sides():
    assert judge(0.9, 1.1, 0.8, 1.2) == "meets"
    assert judge(1.3, 1.4, 0.8, 1.2) == "does not meet"
    assert judge(0.9, 1.3, 0.8, 1.2) == "not enough evidence"


def test_the_worst_verdict_stands():
    assert overall(["meets", "not enough evidence", "does not meet"]) == "does not meet"
    assert overall(["meets", "meets"]) == "meets"


def test_gain_is_the_ratio_and_its_interval_is_that_of_a_plain_household_bootstrap():
    rng = np.random.default_rng(3)
    homes = np.repeat(np.arange(150), 2).astype(object)
    ours, theirs = rng.random(300) < 0.5, rng.random(300) < 0.4
    gain, low, high = gain_interval(ours, theirs, homes, seed=1)
    assert gain == pytest.approx(ours.sum() / theirs.sum() - 1)
    draws = []
    for _ in range(2_000):
        chosen = rng.integers(0, 150, 150)
        rows = np.concatenate([[2 * home, 2 * home + 1] for home in chosen])
        draws.append(ours[rows].sum() / theirs[rows].sum() - 1)
    assert [low, high] == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.04)


def test_nobody_found_by_the_other_list_is_no_figure():
    nobody = np.zeros(4, dtype=bool)
    assert np.isnan(gain_interval(~nobody, nobody, np.arange(4).astype(object), seed=1)).all()
