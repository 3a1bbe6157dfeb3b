"""Cut points chosen from the data: a few per feature, where the outcome changes most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from ace_risk.features.catalogue import Direction
from ace_risk.models.columns import Floats
from ace_risk.models.terms import bin_codes

MAX_CUTS = 5
FINE_BINS = 64
SMALLEST_SHARE = 0.005
FEW_VALUES = 20


@dataclass(frozen=True)
class BinnedFeature:
    """One feature cut into bins, and its levels: what the fit gives a score to.

    Attributes
    ----------
    name, edges, counts
        Column name, cut points, and training rows per bin (missing last).
    level_of_bin
        The level of each bin (missing last). For a feature with a direction, levels run from least to
        most need, missing lowest; a missing bin with too few rows shares the level of the bin of least
        need, and without a direction that of the most common bin.
    levels
        Training rows' levels.
    reference
        The most common level, which scores 0.
    ordered
        Whether scores may not fall from one level to the next.
    """

    name: str
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    level_of_bin: tuple[int, ...]
    levels: NDArray[np.intp]
    reference: int
    ordered: bool

    @property
    def size(self) -> int:
        """Number of levels."""
        return max(self.level_of_bin) + 1


def bin_features(
    columns: Mapping[str, Floats], outcome: Floats, directions: Mapping[str, Direction], max_cuts: int = MAX_CUTS
) -> list[BinnedFeature]:
    """Every column cut into bins, without those that can't tell any rows apart.

    Parameters
    ----------
    columns
        Feature to values; NaN is missing.
    outcome
        1 or 0 per row.
    directions
        Feature to direction; a feature that isn't named is `either`.
    max_cuts
        The most cut points of a feature.

    Examples
    --------
    >>> columns = {"count": np.array([0.0, 0.0, 1.0, 1.0]), "constant": np.ones(4)}
    >>> [feature.name for feature in bin_features(columns, np.array([0.0, 0.0, 1.0, 1.0]), {})]
    ['count']
    """
    binned = [
        bin_feature(name, values, outcome, directions.get(name, "either"), max_cuts) for name, values in columns.items()
    ]
    return [feature for feature in binned if feature.size > 1 and np.ptp(feature.levels) > 0]


def bin_feature(
    name: str, values: Floats, outcome: Floats, direction: Direction, max_cuts: int = MAX_CUTS
) -> BinnedFeature:
    """Cut one feature by `choose_edges` and lay out its levels.

    Parameters
    ----------
    name, values
        The feature; NaN is missing.
    outcome
        1 or 0 per row.
    direction
        Decides the order of the levels.
    max_cuts
        The most cut points.
    """
    edges = choose_edges(values, outcome, max_cuts)
    codes = bin_codes(values, edges)
    counts = np.bincount(codes, minlength=len(edges) + 2)
    bins = len(edges) + 1
    order = list(range(bins)) if direction != "less_need" else list(range(bins))[::-1]
    level_of_bin = np.zeros(bins + 1, dtype=np.intp)
    level_of_bin[order] = np.arange(bins)
    if counts[-1] >= smallest_bin(len(values)) and bins > 0:
        if direction == "either":
            level_of_bin[-1] = bins
        else:
            level_of_bin[:-1] += 1
            level_of_bin[-1] = 0
    else:
        level_of_bin[-1] = level_of_bin[int(np.argmax(counts[:-1]))] if direction == "either" else 0
    levels = level_of_bin[codes]
    return BinnedFeature(
        name=name,
        edges=edges,
        counts=tuple(counts.tolist()),
        level_of_bin=tuple(level_of_bin.tolist()),
        levels=levels,
        reference=int(np.argmax(np.bincount(levels))),
        ordered=direction != "either",
    )


def smallest_bin(rows: int) -> int:
    """The fewest rows that a bin may hold: half a per cent, and at least 2 (1 below 20 rows)."""
    return max(ceil(SMALLEST_SHARE * rows), 2 if rows >= 20 else 1)


def choose_edges(values: Floats, outcome: Floats, max_cuts: int = MAX_CUTS) -> tuple[float, ...]:
    """At most `max_cuts` cut points, placed so that the bins explain the outcome best.

    The values are first cut finely (each distinct value of a small count; otherwise about equal numbers
    of rows, at readable numbers), every bin with at least half a per cent of the rows. Of all ways to
    keep up to `max_cuts` of these cuts, the one with the smallest log loss is taken (dynamic
    programming); a cut must earn more than half the logarithm of the number of rows (the Bayesian
    information criterion), so fewer cuts stay where the outcome doesn't change.

    Returns
    -------
    tuple of float
        Strictly increasing; a value equal to an edge lies above it. At least one if the feature can be
        cut at all, none if it is constant or always missing.

    Examples
    --------
    >>> values = np.repeat([0.0, 1.0, 2.0, 3.0], 100)
    >>> choose_edges(values, (np.arange(400) % 10 < np.repeat([1, 1, 5, 5], 100)).astype(float))
    (2.0,)
    """
    present = ~np.isnan(values)
    known, outcome = values[present], outcome[present]
    fine = fine_edges(known, smallest_bin(len(values)))
    if not fine:
        return ()
    codes = bin_codes(known, fine)
    rows = np.bincount(codes, minlength=len(fine) + 1).astype(np.float64)
    cases: Floats = np.bincount(codes, weights=outcome, minlength=len(fine) + 1).astype(np.float64)
    kept = best_cuts(rows, cases, max_cuts, penalty=0.5 * np.log(len(values)))
    return tuple(fine[cut] for cut in kept)


def fine_edges(known: Floats, smallest: int) -> tuple[float, ...]:
    """Cuts into up to 64 bins of at least `smallest` rows, from values without missing."""
    distinct, rows = np.unique(known, return_counts=True)
    few = len(distinct) <= FEW_VALUES
    below = np.cumsum(rows)
    edges: list[float] = []
    used = 0
    while True:
        fair = 1.0 if few else (len(known) - used) / (FINE_BINS - len(edges))
        last = int(np.searchsorted(below, used + max(smallest, fair)))
        if last >= len(distinct) - 1 or len(known) - below[last] < smallest:
            break
        edges.append(float(distinct[last + 1]))
        used = int(below[last])
    return tuple(edges) if few else readable(edges, distinct)


def readable(edges: list[float], distinct: Floats) -> tuple[float, ...]:
    """Edges rounded to as few digits as keep them well apart; whole numbers stay whole."""
    if len(edges) < 2:
        return tuple(edges)
    closest = min(high - low for low, high in pairwise([*edges, float(distinct[-1])]) if high > low)
    digits = 1 - floor(log10(closest))
    if abs(digits) > 15:
        return tuple(edges)
    rounded = [round(edge, digits) + 0.0 for edge in edges]
    return tuple(rounded) if all(low < high for low, high in pairwise(rounded)) else tuple(edges)


def best_cuts(rows: Floats, cases: Floats, max_cuts: int, penalty: float) -> list[int]:
    """Which of the cuts between consecutive fine bins to keep; at least one."""
    size = len(rows)
    below_rows, below_cases = np.concatenate([[0.0], np.cumsum(rows)]), np.concatenate([[0.0], np.cumsum(cases)])
    n = below_rows[None, :] - below_rows[:, None]
    k = below_cases[None, :] - below_cases[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(n > 0, k / np.where(n > 0, n, 1.0), 0.0)
        fit = np.where(n > 0, xlogy(k, share) + xlogy(n - k, 1.0 - share), -np.inf)
    best = [fit[0]]
    came_from: list[NDArray[np.intp]] = []
    for _ in range(min(max_cuts, size - 1)):
        options = best[-1][:, None] + fit
        came_from.append(np.argmax(options, axis=0))
        best.append(np.max(options, axis=0))
    gains = [best[cuts][size] - cuts * penalty for cuts in range(1, len(best))]
    cuts = 1 + int(np.argmax(np.round(gains, 9)))
    kept: list[int] = []
    end = size
    for step in range(cuts - 1, -1, -1):
        end = int(came_from[step][end])
        kept.append(end - 1)
    return kept[::-1]
