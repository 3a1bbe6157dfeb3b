"""Lead time by group: the median and its interval, beside closed forms."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from ace_risk.fairness.counts import Attribute
from ace_risk.fairness.disclosure import SUPPRESSED
from ace_risk.fairness.lead import home_median, lead_chapter
from ace_risk.fairness.shares import ShownGroups


def shown(codes, below=0):
    return ShownGroups([Attribute("sex", ["a", "b"], np.asarray(codes))], set(), np.arange(len(codes)), below)


def test_the_interval_is_that_of_order_statistics():
    """Drawing again, the middle lies beneath the k-th day with a binomial chance."""
    days = np.sort(np.random.default_rng(3).exponential(90, 201))
    median, low, high = home_median(days, np.arange(201), 4_000, np.random.default_rng(4))
    assert median == days[100]
    first, last = binom.ppf([0.025, 0.975], 201, 0.5).astype(int)
    assert abs(np.searchsorted(days, low) - (first - 1)) <= 2
    assert abs(np.searchsorted(days, high) - last) <= 2


def test_siblings_widen_it():
    rng = np.random.default_rng(5)
    days = np.repeat(rng.exponential(90, 60), 4)
    _, low, high = home_median(days, np.repeat(np.arange(60), 4), 2_000, rng)
    _, plain_low, plain_high = home_median(days, np.arange(240), 2_000, rng)
    assert high - low > 1.4 * (plain_high - plain_low)


def test_a_child_counts_once_from_its_first_list_and_in_its_group_on_that_day():
    children = np.array(["x", "x", "y", "z", "w"])
    cutoffs, days = np.array([2, 1, 1, 1, 1]), np.array([5.0, 90.0, 30.0, np.nan, 12.0])
    listed = np.array([True, True, True, True, False])
    made = lead_chapter(children, cutoffs, days, listed, shown([1, 0, 0, 0, 0]), 100, 0)
    assert made["overall"]["children"] == 2
    assert [row["children"] for row in made["by_group"]] == [2, 0]
    assert all(row["median_days"] is None for row in made["by_group"]), "too few for a median"


def test_small_numbers_of_children_are_hidden_in_two_groups():
    rows = 60
    codes = np.r_[np.zeros(55, dtype=int), np.ones(5, dtype=int)]
    made = lead_chapter(
        np.arange(rows), np.ones(rows), np.arange(rows, dtype=float), np.ones(rows, dtype=bool), shown(codes, 6), 200, 0
    )
    assert [row["children"] for row in made["by_group"]] == [SUPPRESSED] * 2
    assert {row["median_days"] for row in made["by_group"]} == {SUPPRESSED}
    assert made["overall"]["median_days"] == 29.0
