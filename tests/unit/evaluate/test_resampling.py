from __future__ import annotations

import numpy as np
import pytest

from ace_risk.evaluate.intervals import wilson_interval
from ace_risk.evaluate.resampling import ratio_interval, resampled_ratios, share_interval


def test_drawing_kinds_of_households_is_drawing_households():
    rng = np.random.default_rng(5)
    homes = rng.integers(0, 60, 400)
    whole = rng.random(400) < 0.6
    part = whole & (rng.random(400) < 0.4)
    sums = np.array([[part[homes == home].sum(), whole[homes == home].sum()] for home in np.unique(homes)])
    plain = [np.divide(*sums[rng.integers(0, len(sums), len(sums))].sum(axis=0)) for _ in range(4_000)]
    ours = resampled_ratios(part, whole, homes, seed=1, draws=4_000)
    assert np.quantile(ours, [0.025, 0.5, 0.975]) == pytest.approx(np.quantile(plain, [0.025, 0.5, 0.975]), abs=0.012)
    assert ours.std() == pytest.approx(np.std(plain), rel=0.1)


def test_rows_of_one_household_make_the_interval_wider():
    found = np.repeat(np.arange(100) % 2 == 0, 4)
    alone = ratio_interval(found, np.ones(400), np.arange(400), seed=1)
    together = ratio_interval(found, np.ones(400), np.repeat(np.arange(100), 4), seed=1)
    assert alone[0] == together[0] == 0.5
    assert together[2] - together[1] > 1.6 * (alone[2] - alone[1])


def test_order_of_rows_and_names_of_households_do_not_matter():
    rng = np.random.default_rng(2)
    homes, part = rng.integers(0, 30, 200), rng.random(200) < 0.3
    turned = rng.permutation(200)
    expected = ratio_interval(part, np.ones(200), homes, seed=3)
    assert ratio_interval(part[turned], np.ones(200), homes[turned], seed=3) == expected


def test_nothing_beneath_the_line_is_no_figure():
    assert np.isnan(ratio_interval([0, 0], [0, 0], ["a", "b"], seed=1)).all()
    assert np.isnan(share_interval([0, 0], [0, 0], ["a", "b"], seed=1)).all()


@pytest.mark.parametrize("value", [0, 1])
def test_a_share_of_nothing_or_all_is_not_certain(value):
    assert share_interval([value] * 8, [1] * 8, list("abcdefgh"), seed=1) == wilson_interval(8 * value, 8)


def test_the_ends_are_those_of_a_95_percent_interval():
    """Rows that stand for themselves: near the normal interval, 1.96 standard errors either way."""
    rows, share = 4_000, 0.3
    found = np.arange(rows) < share * rows
    _, low, high = ratio_interval(found, np.ones(rows), np.arange(rows), seed=1, draws=20_000)
    half = 1.96 * np.sqrt(share * (1 - share) / rows)
    assert [share - low, high - share] == pytest.approx([half, half], rel=0.06)
