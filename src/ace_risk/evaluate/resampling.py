"""Intervals by resampling households, because siblings, and one child on several lists, are alike."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.evaluate.intervals import wilson_interval

DRAWS = 1_000


def resampled_ratios(part: Any, whole: Any, households: Any, seed: int, draws: int = DRAWS) -> NDArray[np.float64]:
    """The ratio of two sums in each of many worlds made of the same households, drawn with replacement.

    Households whose two sums are equal are alike, so how often each such pair is drawn is all that is needed: one
    multinomial draw per world gives exactly what drawing the households one by one would.

    Parameters
    ----------
    part, whole
        Per row, what is summed above and beneath the line.
    households
        The household of each row.
    seed, draws
        Seed and number of worlds.

    Returns
    -------
    ndarray
        One ratio per world; NaN where nothing is beneath the line.

    Examples
    --------
    >>> resampled_ratios([1, 1, 1], [1, 1, 1], ["a", "b", "c"], seed=1, draws=4).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    _, household = np.unique(np.asarray(households).astype(str), return_inverse=True)
    sums = np.column_stack([np.bincount(household, weights=np.asarray(side, dtype=float)) for side in (part, whole)])
    pairs, times = np.unique(sums, axis=0, return_counts=True)
    drawn = np.random.default_rng(seed).multinomial(len(sums), times / len(sums), size=draws)
    totals = drawn @ pairs
    ratios: NDArray[np.float64] = np.divide(
        totals[:, 0], totals[:, 1], out=np.full(draws, np.nan), where=totals[:, 1] > 0
    )
    return ratios


def ratio_interval(part: Any, whole: Any, households: Any, seed: int, draws: int = DRAWS) -> tuple[float, float, float]:
    """A ratio of two sums with its 95 % percentile interval over resampled households.

    Parameters are those of `resampled_ratios`.

    Returns
    -------
    tuple
        Ratio and the ends of its interval, all NaN where nothing is beneath the line.

    Examples
    --------
    >>> found, listed = [1, 0, 1, 0], [1, 1, 1, 1]
    >>> ratio, low, high = ratio_interval(found, listed, ["a", "b", "c", "d"], seed=1)
    >>> ratio, low < 0.5 < high
    (0.5, True)
    """
    above, beneath = float(np.sum(part)), float(np.sum(whole))
    if not beneath:
        return np.nan, np.nan, np.nan
    low, high = np.nanquantile(
        resampled_ratios(part, whole, households, seed, draws), [0.025, 0.975], method="inverted_cdf"
    )
    return above / beneath, float(low), float(high)


def share_interval(part: Any, whole: Any, households: Any, seed: int, draws: int = DRAWS) -> tuple[float, float]:
    """The 95 % interval of a share by resampling households; Wilson's where the share is 0 or 1.

    Resampling can't leave 0 or 1 once there, and would claim to be certain.

    Examples
    --------
    >>> low, high = share_interval([0, 0, 0], [1, 1, 1], ["a", "b", "c"], seed=1)
    >>> low, round(high, 2)
    (0.0, 0.56)
    """
    share, low, high = ratio_interval(part, whole, households, seed, draws)
    if share in (0.0, 1.0):
        return wilson_interval(int(np.sum(part)), int(np.sum(whole)))
    return low, high
