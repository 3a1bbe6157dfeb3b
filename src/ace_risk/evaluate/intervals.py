"""Intervals for shares."""

from __future__ import annotations

from math import nan, sqrt

from scipy.stats import norm


def wilson_interval(successes: int, rows: int, level: float = 0.95) -> tuple[float, float]:
    """The Wilson score interval for a share (Wilson 1927); NaN where there are no rows.

    Examples
    --------
    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    if rows == 0:
        return nan, nan
    z = float(norm.ppf(0.5 + level / 2))
    share = successes / rows
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    low = 0.0 if successes == 0 else max(centre - half, 0.0)
    high = 1.0 if successes == rows else min(centre + half, 1.0)
    return low, high
