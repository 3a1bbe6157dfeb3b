"""Cut points: where they may lie, and that they are the best ones."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import xlogy

from ace_risk.models.binning import best_cuts, bin_feature, choose_edges, fine_edges, smallest_bin
from ace_risk.models.terms import bin_codes


def likelihood(rows: np.ndarray, cases: np.ndarray, cuts: tuple[int, ...]) -> float:
    total = 0.0
    for low, high in zip((0, *(cut + 1 for cut in cuts)), (*(cut + 1 for cut in cuts), len(rows)), strict=True):
        n, k = rows[low:high].sum(), cases[low:high].sum()
        total += xlogy(k, k / n) + xlogy(n - k, 1 - k / n)
    return float(total)


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 1)), min_size=2, max_size=8), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_the_cuts_are_the_best_of_all(bins: list[tuple[int, float]], most: int) -> None:
    rows = np.array([float(n) for n, _ in bins])
    cases = np.array([float(round(n * share)) for n, share in bins])
    options = [cuts for size in range(1, most + 1) for cuts in combinations(range(len(bins) - 1), size)]
    best = max(likelihood(rows, cases, cuts) - 1.5 * len(cuts) for cuts in options)
    found = tuple(best_cuts(rows, cases, most, penalty=1.5))
    assert found in options
    assert likelihood(rows, cases, found) - 1.5 * len(found) == pytest.approx(best, abs=1e-6)


NUMBERS = st.floats(-1e6, 1e6) | st.integers(0, 5) | st.just(np.nan)


@given(st.lists(NUMBERS, min_size=1, max_size=200), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_edges_rise_and_every_bin_holds_rows(values: list[float], seed: int) -> None:
    x = np.array(values, dtype=float)
    edges = choose_edges(x, np.random.default_rng(seed).integers(0, 2, len(x)).astype(float))
    assert len(edges) <= 5
    assert all(low < high for low, high in pairwise(edges))
    assert (np.bincount(bin_codes(x, edges), minlength=len(edges) + 1)[: len(edges) + 1] > 0).all() or not edges


def test_small_counts_are_cut_at_their_values() -> None:
    x = np.repeat([0.0, 1.0, 2.0, 3.0, 4.0, 9.0], [500, 200, 150, 100, 47, 3])
    assert fine_edges(x, smallest_bin(1_000)) == (1.0, 2.0, 3.0, 4.0)


def test_bins_hold_half_a_per_cent_of_the_rows() -> None:
    x = np.random.default_rng(0).exponential(100, 10_000)
    edges = fine_edges(x, smallest_bin(10_000))
    assert 50 <= len(edges) <= 63
    assert np.bincount(bin_codes(x, edges)).min() >= 45


def test_a_step_in_the_tail_is_found_at_a_readable_number() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 1_000, 40_000)
    edges = choose_edges(x, (rng.random(40_000) < np.where(x >= 950, 0.5, 0.1)).astype(float))
    assert len(edges) == 1
    assert edges[0] == pytest.approx(950, abs=20)
    assert edges[0] == round(edges[0], 1)


def test_nothing_to_cut_gives_no_edges() -> None:
    for x in (np.zeros(50), np.full(50, np.nan), np.array([0.0] * 49 + [1.0])):
        assert choose_edges(x, np.arange(50) % 2.0) == ()


def test_levels_run_from_least_to_most_need_with_missing_lowest() -> None:
    x = np.tile([5.0, 50.0, np.nan, 500.0], 250)
    y = np.tile([1.0, 0.0, 0.0, 0.0], 250)
    y[1::8] = 1.0
    since = bin_feature("since", x, y, "less_need")
    assert since.edges == (50.0, 500.0)
    assert since.levels[:4].tolist() == [3, 2, 0, 1]
    assert bin_feature("count", x, y, "more_need").levels[:4].tolist() == [1, 2, 0, 3]
    assert bin_feature("free", x, y, "either").levels[:4].tolist() == [0, 1, 3, 2]


@pytest.mark.parametrize(("direction", "shares_with"), [("less_need", 3), ("more_need", 0), ("either", 1)])
def test_a_missing_bin_without_rows_shares_a_level(direction: str, shares_with: int) -> None:
    x = np.repeat([0.0, 1.0, 2.0, 3.0], [100, 400, 100, 100])
    y = (np.arange(700) % 10 < np.repeat([0, 2, 5, 9], [100, 400, 100, 100])).astype(float)
    feature = bin_feature("f", x, y, direction)  # type: ignore[arg-type]
    assert feature.edges == (1.0, 2.0, 3.0)
    assert feature.level_of_bin[-1] == feature.level_of_bin[shares_with]
    assert feature.size == 4
