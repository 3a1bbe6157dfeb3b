"""The bar: what the study said beforehand that the model must reach, answered item by item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MEETS, MISSES, UNSURE = "meets", "does not meet", "not enough evidence"
_HOUSEHOLD_DRAWS = 1_000


def judge(low: float, high: float, at_least: float = -np.inf, at_most: float = np.inf) -> str:
    """Whether an interval lies wholly on the right side of the bar, wholly on the wrong side, or neither.

    Examples
    --------
    >>> judge(0.25, 0.35, at_least=0.2), judge(0.05, 0.15, at_least=0.2), judge(0.1, 0.3, at_least=0.2)
    ('meets', 'does not meet', 'not enough evidence')
    """
    if np.isnan(low) or np.isnan(high):
        return UNSURE
    if low >= at_least and high <= at_most:
        return MEETS
    if high < at_least or low > at_most:
        return MISSES
    return UNSURE


def overall(verdicts: Sequence[str]) -> str:
    """The worst of several verdicts.

    Examples
    --------
    >>> overall(["meets", "not enough evidence"])
    'not enough evidence'
    """
    for verdict in (MISSES, UNSURE):
        if verdict in verdicts:
            return verdict
    return MEETS


def gain_interval(
    found: NDArray[np.bool_], found_by_other: NDArray[np.bool_], households: NDArray[np.object_], seed: int
) -> tuple[float, float, float]:
    """How many more children one list finds than another at the same places, as a share, with an interval.

    Parameters
    ----------
    found, found_by_other
        Per row: listed, and the outcome followed.
    households
        Per row: the household; households are resampled whole, because siblings are alike.
    seed
        Seed of the resampling.

    Returns
    -------
    tuple
        Gain, and the ends of its 95 % percentile interval; NaN where the other list found nobody. 0.1 means
        one in ten more.

    Examples
    --------
    >>> yes, no = np.array([True] * 4), np.array([True, True, False, False])
    >>> gain_interval(yes, no, np.array(list("abcd"), dtype=object), seed=1)[0]
    1.0
    """
    _, household = np.unique(households.astype(str), return_inverse=True)
    ours = np.bincount(household, weights=found)
    others = np.bincount(household, weights=found_by_other)
    if not others.sum():
        return np.nan, np.nan, np.nan
    rng = np.random.default_rng(seed)
    draws = rng.multinomial(len(ours), np.full(len(ours), 1 / len(ours)), size=_HOUSEHOLD_DRAWS)
    with np.errstate(divide="ignore", invalid="ignore"):
        gains = (draws @ ours) / (draws @ others) - 1
    low, high = np.nanquantile(gains, [0.025, 0.975], method="inverted_cdf")
    return float(ours.sum() / others.sum() - 1), float(low), float(high)
