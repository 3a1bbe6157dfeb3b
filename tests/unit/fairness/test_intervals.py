"""Intervals beside closed forms, exact coverage, and a household bootstrap by brute force."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, binomtest

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.intervals import exact, gap_interval, wilson

CASES = [(0, 6), (1, 6), (6, 6), (3, 40), (812, 20_000), (1, 1), (0, 1)]


@pytest.mark.parametrize(("hits", "n"), CASES)
@pytest.mark.parametrize(("ours", "method"), [(wilson, "wilson"), (exact, "exact")])
def test_rates_have_scipys_intervals(hits, n, ours, method):
    low, high = ours(np.array([hits / n]), np.array([float(n)]))
    expected = binomtest(hits, n).proportion_ci(0.95, method=method)
    assert low[0] == pytest.approx(expected.low, abs=1e-12)
    assert high[0] == pytest.approx(expected.high, abs=1e-12)


@pytest.mark.parametrize("ours", [wilson, exact])
def test_an_undefined_rate_has_no_interval(ours):
    low, high = ours(np.array([np.nan]), np.array([0.0]))
    assert np.isnan([low[0], high[0]]).all()


def test_the_audit_publishes_wilsons_intervals():
    rng = np.random.default_rng(2)
    label, score = rng.integers(0, 2, 200), rng.random(200)
    table = audit_fairness(label, score, pd.Series(rng.choice(list("ab"), 200)), list_size=50).by_group
    for row in table.itertuples():
        expected = binomtest(row.tp, row.tp + row.fn).proportion_ci(0.95, method="wilson")
        assert (row.tpr_low, row.tpr_high) == pytest.approx((expected.low, expected.high), abs=1e-12)
        assert (row.fnr_low, row.fnr_high) == pytest.approx((1 - row.tpr_high, 1 - row.tpr_low), abs=1e-12)


def gap_limits(first: int, second: int) -> tuple[np.ndarray, np.ndarray]:
    """The gap's interval for every pair of counts that groups of these sizes can have."""
    rate, reference = np.meshgrid(np.arange(first + 1) / first, np.arange(second + 1) / second, indexing="ij")
    sizes = np.full(rate.shape, float(first)), np.full(rate.shape, float(second))
    return gap_interval(rate, exact(rate, sizes[0]), reference, exact(reference, sizes[1]), np.zeros(rate.shape))


@pytest.mark.parametrize("first", [2, 3, 6, 10, 30, 200])
@pytest.mark.parametrize("second", [10, 50, 400])
def test_gap_intervals_cover_the_true_gap_and_raise_few_false_alarms(first, second):
    """Worked out over all outcomes, not simulated: the share of audits whose interval holds the true gap."""
    low, high = gap_limits(first, second)
    for true in (0, 0.01, 0.05, 0.1, 0.3, 0.5, 0.8):
        for gap in (-0.3, -0.05, 0, 0.02, 0.05, 0.2):
            if not 0 <= true + gap <= 1:
                continue
            chance = np.outer(
                binom.pmf(np.arange(first + 1), first, true + gap), binom.pmf(np.arange(second + 1), second, true)
            )
            assert chance[(low <= gap + 1e-12) & (gap - 1e-12 <= high)].sum() >= 0.95
            if abs(gap) <= 0.05:
                assert chance[(low > 0.05) | (high < -0.05)].sum() <= 0.03


def families(seed: int, homes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Household, group and listed or not of each child; siblings are half alike and may differ in group."""
    rng = np.random.default_rng(seed)
    home = np.repeat(np.arange(homes), 1 + rng.poisson(1.5, homes))
    group = np.where(rng.random(len(home)) < 0.3, "b", "a")
    luck = np.where(rng.random(len(home)) < 0.7, rng.random(homes)[home], rng.random(len(home)))
    return home, group, luck < 0.3


def test_household_intervals_agree_with_a_bootstrap_by_brute_force():
    home, group, listed = families(1, 150)
    audit = audit_fairness(
        np.zeros(len(home), dtype=int), listed, pd.Series(group), threshold=1, households=home, n_boot=4000, seed=2
    )
    rows = {number: np.flatnonzero(home == number) for number in range(150)}
    rng = np.random.default_rng(9)
    rates, gaps = [], []
    for _ in range(1500):
        drawn = np.concatenate([rows[number] for number in rng.integers(150, size=150)])
        mine, other = (listed[drawn][group[drawn] == name].mean() for name in "ba")
        rates.append(mine)
        gaps.append(mine - other)
    b = audit.by_group.set_index("group").loc["b"]
    verdict = audit.verdicts.set_index("metric").loc["selection_rate"]
    assert verdict["group"] == "b"
    assert (b["selection_rate_high"] - b["selection_rate_low"]) / 3.92 == pytest.approx(np.std(rates), rel=0.1)
    assert 0.95 <= (verdict["gap_high"] - verdict["gap_low"]) / 3.92 / np.std(gaps) <= 1.3


def test_households_widen_and_never_narrow():
    home, group, listed = families(3, 300)
    label = np.zeros(len(home), dtype=int)
    alone = audit_fairness(label, listed, pd.Series(group), threshold=1)
    together = audit_fairness(label, listed, pd.Series(group), threshold=1, households=home)
    singles = audit_fairness(label, listed, pd.Series(group), threshold=1, households=np.arange(len(home)))

    def widths(audit):
        return (audit.verdicts["gap_high"] - audit.verdicts["gap_low"]).dropna().to_numpy()

    assert (widths(together) >= widths(alone) - 1e-12).all()
    assert (widths(singles) >= widths(alone) - 1e-12).all()
    assert widths(together)[0] > 1.05 * widths(alone)[0]
    np.testing.assert_allclose(widths(singles), widths(alone), rtol=0.08)


def test_a_rate_of_nought_in_few_households_keeps_a_wide_interval():
    """Six children of two families, none listed: worth two families, not six children, and never a point."""
    group = pd.Series(["small"] * 6 + ["large"] * 60)
    home = [0, 0, 0, 1, 1, 1, *range(2, 62)]
    audit = audit_fairness([0] * 66, [0] * 6 + [1, 0] * 30, group, threshold=1, households=home)
    small = audit.by_group.set_index("group").loc["small"]
    expected = binomtest(0, 2).proportion_ci(0.95, method="wilson").high
    assert small["selection_rate_high"] == pytest.approx(expected, abs=1e-12)


def test_household_gaps_cover_the_true_gap():
    covered = []
    for seed in range(80):
        home, group, listed = families(seed, 60)
        audit = audit_fairness(
            np.zeros(len(home), dtype=int),
            listed,
            pd.Series(group),
            threshold=1,
            households=home,
            n_boot=100,
            seed=seed,
        )
        verdict = audit.verdicts.iloc[0]
        covered.append(verdict["gap_low"] <= 0 <= verdict["gap_high"])
    assert np.mean(covered) >= 0.93


def test_rows_without_a_household_stand_alone_and_names_play_no_part():
    home, group, listed = families(4, 80)
    label = np.zeros(len(home), dtype=int)
    named = pd.Series([f"SYN-{number}" for number in home]).where(home > 10)
    numbered = np.where(home > 10, home, 1000 + np.arange(len(home)))
    first, second = (
        audit_fairness(label, listed, pd.Series(group), threshold=1, households=ids) for ids in (named, numbered)
    )
    pd.testing.assert_frame_equal(first.verdicts, second.verdicts)
    assert first.settings["households"] == second.settings["households"]
