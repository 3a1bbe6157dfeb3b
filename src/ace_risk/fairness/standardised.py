"""Two groups beside each other at equal need: the second is weighted to have the first one's mix of need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ace_risk.fairness.counts import Floats
from ace_risk.fairness.households import household_error, reach

LEAST_HOMES = 30
"""Below this many households in either group there is no interval: its normal approximation can't be trusted."""


@dataclass(frozen=True)
class Difference:
    """A share in one group less the share in another at the first one's mix of need.

    Attributes
    ----------
    rate, other
        The share in the first group, and in the second, weighted; NaN where a group has no row.
    low, high
        95 % interval of their difference, both ends included; NaN where there are too few households.
    rows, other_rows
        Rows of each group in strata that hold both.
    """

    rate: float
    other: float
    low: float
    high: float
    rows: int
    other_rows: int


def difference_at_equal_need(
    chosen: npt.NDArray[np.bool_],
    first: npt.NDArray[np.bool_],
    second: npt.NDArray[np.bool_],
    stratum: npt.NDArray[np.integer[Any]],
    households: npt.NDArray[Any],
) -> Difference:
    """How much more or less often the first group is chosen than the second in the same strata of need.

    Direct standardisation to the first group's strata; the variance is that of its linear form, summed by household
    (siblings, and one child on several dates, are alike). Strata without rows of both groups are left out.

    Parameters
    ----------
    chosen
        Per row: whether the child was listed.
    first, second
        Per row: whether it is in the group. No row is in both.
    stratum
        Per row: the number of its band of need, from 0.
    households
        Per row: its household.

    Examples
    --------
    >>> rows = np.arange(400)
    >>> first, need = rows % 2 == 0, rows // 200
    >>> found = difference_at_equal_need((need == 1) & ~first, first, ~first, need, rows)
    >>> found.rate, found.other, round(found.high, 2)
    (0.0, 0.5, -0.43)
    """
    size = int(stratum.max(initial=0)) + 1
    counts = [np.bincount(stratum[group], minlength=size).astype(float) for group in (first, second)]
    both = (counts[0] > 0) & (counts[1] > 0)
    one, other = (group & both[stratum] for group in (first, second))
    rows, other_rows = int(one.sum()), int(other.sum())
    if not rows:
        return Difference(np.nan, np.nan, np.nan, np.nan, rows, other_rows)
    weight = np.where(both, counts[0], 0.0) / rows
    share = np.bincount(stratum[other], chosen[other], minlength=size) / np.maximum(counts[1], 1)
    rate, expected = float(chosen[one].mean()), float((weight * share).sum())
    influence = np.zeros(len(chosen))
    influence[one] = (chosen[one] - share[stratum[one]] - (rate - expected)) / rows
    behind = weight / np.maximum(counts[1], 1)
    influence[other] = -behind[stratum[other]] * (chosen[other] - share[stratum[other]])
    low, high = _interval(rate - expected, influence, one, other, households)
    return Difference(rate, expected, low, high, rows, other_rows)


def _interval(
    gap: float,
    influence: Floats,
    one: npt.NDArray[np.bool_],
    other: npt.NDArray[np.bool_],
    households: npt.NDArray[Any],
) -> tuple[float, float]:
    fewest = min(len(set(households[group].tolist())) for group in (one, other))
    if fewest < LEAST_HOMES:
        return np.nan, np.nan
    inside = one | other
    error, _ = household_error(influence[inside], np.unique(households[inside].astype(str), return_inverse=True)[1])
    return gap - reach(error, fewest), gap + reach(error, fewest)
