"""Intervals for rates and for gaps between rates, for rows that are independent and for households.

One way throughout, closed form wherever rows are independent:

* a **rate** has the Wilson score interval (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212);
* a **gap** between two rates joins the distances from each rate to its own limits by Pythagoras (MOVER: Newcombe 1998,
  Stat. Med. 17, 873-890; Zou and Donner 2008, Stat. Med. 27, 1693-1702, with the form for correlated rates). Its
  limits are the exact ones of Clopper and Pearson (1934, Biometrika 26, 404-413), not Wilson's: over true rates of
  0 to 1 and groups of 2 to 1,000, Wilson's cover as little as 85 % and call one child in a group of three a difference
  in 14 of 100 audits; the exact ones cover at least 95 % and do so in fewer than 3 (the tests work this out);
* with **households**, siblings are not independent: households are drawn again with replacement, each rate's variance
  over the replicates gives the number of independent rows that its rows are worth, and the same two intervals are
  taken at that number (Korn and Graubard 1998, Surv. Methodol. 24, 193-201; Franco and others 2019, J. Surv. Stat.
  Methodol. 7, 334-364). A percentile interval would shrink to a point for a group of six with nobody selected; this
  one doesn't.

The list is held fixed: nothing here ranks again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import betaincinv, ndtri, stdtrit

from ace_risk.fairness.counts import COUNTS, METRICS, Attribute, Floats, Ints, bases, rates

LEVEL = 0.95
"""Coverage of every interval that isn't simultaneous."""

Z = float(ndtri(0.5 + LEVEL / 2))

DRAWS_AT_ONCE = 4_000_000
"""Households times replicates held in memory together."""


@dataclass(frozen=True, eq=False)
class Spread:
    """How much the rows of one attribute's groups tell: arrays of groups × metrics.

    Attributes
    ----------
    worth
        The number of independent rows that the rows below each rate's line are worth, were its variance known.
    correlation
        Of each group's rate with the reference group's; 0 where households don't join them.
    rows, homes
        The rows below each rate's line, and how many independent units (rows, or households) the variance rests on.
    """

    worth: Floats
    correlation: Floats
    rows: Floats
    homes: Floats

    def effective(self, level: float | Floats = LEVEL) -> Floats:
        """The number of independent rows, fewer where few households tell the variance; never above the rows.

        `level` is the coverage of the interval that it is for, one number or one per metric.
        """
        shrink = (_t(self.rows - 1, level) / _t(self.homes - 1, level)) ** 2
        return np.minimum(np.where(self.rows > 0, self.worth * shrink, 0.0), self.rows)


def wilson(rate: Floats, n: Floats) -> tuple[Floats, Floats]:
    """The 95 % Wilson score interval of a rate from n rows; NaN where n is 0.

    `n` need not be whole. Both ends are included; 0 and 1 are reached only by rates of 0 and 1.

    Examples
    --------
    >>> low, high = wilson(np.array([0.0]), np.array([6.0]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.0, 0.39)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shrink = 1 / (1 + Z**2 / n)
        middle = (rate + Z**2 / (2 * n)) * shrink
        reach = Z * np.sqrt(rate * (1 - rate) / n + Z**2 / (4 * n**2)) * shrink
    low = np.where(rate == 0, 0.0, np.maximum(middle - reach, 0.0))
    high = np.where(rate == 1, 1.0, np.minimum(middle + reach, 1.0))
    return low, high


def exact(rate: Floats, n: Floats, level: float | Floats = LEVEL) -> tuple[Floats, Floats]:
    """The Clopper-Pearson interval of a rate from n rows: wider than Wilson's, never short of its coverage.

    `n` need not be whole. Both ends are included; NaN where n is 0. `level` is the coverage, 95 % if not given.

    Examples
    --------
    >>> low, high = exact(np.array([0.0]), np.array([6.0]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.0, 0.459)
    """
    tail = (1 - np.asarray(level)) / 2
    hits = rate * n
    misses = n - hits
    tiny = np.finfo(float).tiny
    low = np.where(rate == 0, 0.0, betaincinv(np.maximum(hits, tiny), misses + 1, tail))
    high = np.where(rate == 1, 1.0, betaincinv(hits + 1, np.maximum(misses, tiny), 1 - tail))
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def gap_interval(
    rate: Floats,
    limits: tuple[Floats, Floats],
    reference_rate: Floats,
    reference_limits: tuple[Floats, Floats],
    correlation: Floats,
) -> tuple[Floats, Floats]:
    """The interval of `rate - reference_rate`, from the limits of each (MOVER); both ends are included.

    Examples
    --------
    >>> one = np.array
    >>> girls, boys = one([56 / 70]), one([48 / 80])
    >>> limits = wilson(girls, one([70.0])), wilson(boys, one([80.0]))
    >>> low, high = gap_interval(girls, limits[0], boys, limits[1], one([0.0]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.0524, 0.3339)
    """
    low, high = limits
    reference_low, reference_high = reference_limits
    gap = rate - reference_rate
    down = _joined(rate - low, reference_high - reference_rate, correlation)
    up = _joined(high - rate, reference_rate - reference_low, correlation)
    return gap - down, gap + up


def _joined(first: Floats, second: Floats, correlation: Floats) -> Floats:
    joined: Floats = np.sqrt(np.maximum(first**2 + second**2 - 2 * correlation * first * second, 0.0))
    return joined


def independent_spread(counts: Ints) -> Spread:
    """Every row tells for itself: the counts of one attribute's groups as they are."""
    below = bases(counts)
    return Spread(below, np.zeros(below.shape), below, below)


def household_spreads(
    attributes: list[Attribute], references: list[int], cells: Ints, households: Ints, n_boot: int, seed: int
) -> list[Spread]:
    """What each attribute's rows are worth when households, not rows, are drawn again.

    Households can only widen an interval: the rows are never worth more than their number, and a correlation between
    a group and its reference (siblings in both) counts only where it is negative. A rate of 0 or 1 has no variance
    over the replicates: its rows count as if siblings were all alike (the sum of household sizes, squared, over the
    sum of their squares).

    Parameters
    ----------
    attributes, references
        The attributes, and the place of each one's reference group.
    cells, households
        One per row: where it stands in the confusion table, and the number of its household.
    n_boot, seed
        Replicates, and the seed of the draws. Neither the order of the rows nor the households' names plays a part.
    """
    table, offsets = _household_table(attributes, cells, households)
    draws = _redrawn(table, n_boot, np.random.default_rng(seed))
    spreads = []
    for attribute, reference, start in zip(attributes, references, offsets, strict=True):
        columns = slice(start, start + len(attribute.labels) * len(COUNTS))
        spreads.append(_spread(table[:, columns], draws[:, columns], reference))
    return spreads


def _household_table(attributes: list[Attribute], cells: Ints, households: Ints) -> tuple[Any, list[int]]:
    """A sparse table of counts, one row per household, one column per attribute, group and count."""
    sizes = [len(attribute.labels) * len(COUNTS) for attribute in attributes]
    offsets = np.cumsum([0, *sizes])
    columns = np.concatenate(
        [
            offset + attribute.codes * len(COUNTS) + cells
            for attribute, offset in zip(attributes, offsets[:-1], strict=True)
        ]
    )
    rows = np.tile(households, len(attributes))
    shape = (int(households.max()) + 1, int(offsets[-1]))
    table = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)
    return table, offsets[:-1].tolist()


def _redrawn(table: Any, n_boot: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Column totals of the table in each replicate: as many households as there are, drawn with replacement."""
    number = table.shape[0]
    # Households with the same members are interchangeable. Putting them in the order of a checksum of their contents
    # makes the draws independent of the order of the rows and of the households' names.
    checksum = table @ rng.random(table.shape[1])
    table = table[np.argsort(checksum, kind="stable")]
    totals = np.empty((n_boot, table.shape[1]))
    step = max(1, DRAWS_AT_ONCE // number)
    for start in range(0, n_boot, step):
        size = min(step, n_boot - start)
        drawn = rng.integers(number, size=(size, number)) + number * np.arange(size)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=size * number).reshape(size, number)
        totals[start : start + size] = (table.T @ weights.T.astype(float)).T
    return totals


def _spread(table: Any, draws: Floats, reference: int) -> Spread:
    groups = table.shape[1] // len(COUNTS)
    counts = np.asarray(table.sum(axis=0)).reshape(groups, len(COUNTS))
    members = table @ sparse.block_diag([bases(np.eye(len(COUNTS)))] * groups, format="csr")
    shape = (groups, len(METRICS))
    squares = np.asarray(members.power(2).sum(axis=0)).reshape(shape)
    homes = np.asarray((members > 0).sum(axis=0)).reshape(shape).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        alike = bases(counts) ** 2 / squares
    return spread_of(counts, draws.reshape(-1, groups, len(COUNTS)), reference, homes, alike)


def spread_of(counts: npt.NDArray[Any], draws: Floats, reference: int, homes: Floats, alike: Floats) -> Spread:
    """What one attribute's rows are worth, by the variance of their rates over replicates.

    Parameters
    ----------
    counts, draws
        Groups × COUNTS as found, and replicates of them.
    reference
        The place of the reference group.
    homes
        How many units that were drawn (households, or rows) the rows below each rate's line are in.
    alike
        What the rows are worth where a rate has no variance over the replicates.
    """
    rate, n = rates(counts), bases(counts)
    variance, correlation = _moments(rates(draws), reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        worth = rate * (1 - rate) / (variance * homes / (homes - 1))
    measured = (homes > 1) & (variance > 0)
    return Spread(np.where(measured, worth, alike), np.minimum(correlation, 0.0), n, np.where(measured, homes, n))


def _t(freedom: Floats, level: float | Floats) -> Floats:
    """Student's t that a normal estimate from so many degrees of freedom stays within, that share of the time."""
    quantile: Floats = stdtrit(np.maximum(freedom, 1.0), 0.5 + np.asarray(level) / 2)
    return quantile


def _moments(replicates: Floats, reference: int) -> tuple[Floats, Floats]:
    """Variance of each rate over the replicates in which it is defined, and its correlation with the reference's."""
    defined = np.isfinite(replicates)
    times = np.maximum(defined.sum(axis=0), 1)
    mean = np.where(defined, replicates, 0.0).sum(axis=0) / times
    off = np.where(defined, replicates - mean, 0.0)
    squares = (off**2).sum(axis=0)
    together = (off * off[:, [reference]]).sum(axis=0)
    scale = np.sqrt(squares * squares[reference])
    correlation = np.divide(together, scale, out=np.zeros(scale.shape), where=scale > 0)
    return squares / times, correlation
