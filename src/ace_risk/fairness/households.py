"""The error of a sum over rows whose households are alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from ace_risk.fairness.counts import Floats
from ace_risk.fairness.intervals import LEVEL


def household_error(values: Floats, homes: npt.NDArray[np.int64]) -> tuple[float, int]:
    """The standard error of a sum over rows, were households drawn again, and their number.

    The variance is that of the sums over households (linearised; Korn and Graubard 1998, Surv. Methodol. 24, 193-201).
    NaN with fewer than two households.

    Parameters
    ----------
    values
        What each row adds to the sum.
    homes
        The number of each row's household.

    Examples
    --------
    >>> household_error(np.array([1.0, -1.0, 1.0, -1.0]), np.array([0, 1, 2, 3]))
    (2.309401076758503, 4)
    """
    by_home = np.bincount(np.unique(homes, return_inverse=True)[1], values)
    number = len(by_home)
    if number < 2:
        return np.nan, number
    off = by_home - by_home.mean()
    return float(np.sqrt((off**2).sum() * number / (number - 1))), number


def reach(error: float, homes: int) -> float:
    """How far a 95 % interval goes on either side, by Student's t with a degree less than there are households.

    Examples
    --------
    >>> round(reach(1.0, 31), 3)
    2.042
    """
    return float(stdtrit(homes - 1, 0.5 + LEVEL / 2)) * error if homes > 1 else np.nan
