"""Ratios of rates between groups, beside their differences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ace_risk.fairness.beside import Beside
from ace_risk.fairness.counts import Attribute, Floats, Ints, comparison_rows
from ace_risk.fairness.intervals import Spread


def ratio_table(attribute: Attribute, counts: Ints, reference: int, spread: Spread, level: Floats) -> pd.DataFrame:
    """Each group's rate as a multiple of the reference's: one row per metric and group.

    Columns: attribute, metric, group, reference, ratio, ratio_low, ratio_high (of coverage `level`, one per metric;
    both ends included). The ratio is NaN where either rate is undefined or the reference's is 0; its upper end is
    infinite where the reference's rate may be 0.
    """
    beside = Beside.of(counts, reference, spread, level)
    limits, reference_limits = beside.limits()
    low, high = ratio_interval(beside.rate, limits, beside.reference_rate, reference_limits, beside.correlation)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(beside.reference_rate > 0, beside.rate / beside.reference_rate, np.nan)
    figures = {"ratio": ratio, "ratio_low": low, "ratio_high": high}
    return comparison_rows(
        attribute, reference, {name: np.where(np.isnan(ratio), np.nan, figure) for name, figure in figures.items()}
    )


def ratio_interval(
    rate: Floats,
    limits: tuple[Floats, Floats],
    reference_rate: Floats,
    reference_limits: tuple[Floats, Floats],
    correlation: Floats,
) -> tuple[Floats, Floats]:
    """The interval of `rate / reference_rate`, from the limits of each (MOVER for ratios); both ends are included.

    It holds every R for which the interval of `rate - R * reference_rate` holds 0 (Donner and Zou 2012, Stat. Methods
    Med. Res. 21, 347-359), so it leaves out 1 exactly where the interval of the difference leaves out 0.

    Examples
    --------
    >>> one = np.array
    >>> girls, boys = one([0.2]), one([0.4])
    >>> low, high = ratio_interval(girls, (one([0.1]), one([0.3])), boys, (one([0.3]), one([0.5])), one([0.0]))
    >>> round(float(low[0]), 3), round(float(high[0]), 3)
    (0.243, 0.824)
    """
    below, above = rate - limits[0], limits[1] - rate
    reference_below, reference_above = reference_rate - reference_limits[0], reference_limits[1] - reference_rate
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, root, last, _ = _quadratic(rate, below, reference_rate, reference_above, correlation)
        low = np.where(last > 0, last / (middle + root), 0.0)
        middle, root, _, first = _quadratic(rate, above, reference_rate, reference_below, correlation)
        high = np.where(first > 0, (middle + root) / first, np.inf)
    return low, high


def _quadratic(
    rate: Floats, reach: Floats, reference_rate: Floats, reference_reach: Floats, correlation: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Of first R² - 2 middle R + last = 0, whose roots are limits: middle, root of the discriminant, last, first."""
    first = reference_rate**2 - reference_reach**2
    middle = rate * reference_rate - correlation * reach * reference_reach
    last = rate**2 - reach**2
    return middle, np.sqrt(np.maximum(middle**2 - first * last, 0.0)), last, first
