"""Time as whole minutes since 1970: what the rows of the tables hold before they become dates."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from ace_risk.world.streams import Floats, Ints

MINUTES = 1_440
"""Minutes in a day."""


def minutes(days: Floats | Ints) -> Ints:
    """Whole minutes since 1970, rounded down, from days with a fraction.

    Examples
    --------
    >>> minutes(np.array([1.5])).tolist()
    [2160]
    """
    return np.floor(days * MINUTES + 1e-6).astype(np.int64)


def date_of(day: int) -> date:
    """The date of a day counted from 1970."""
    return date(1970, 1, 1) + timedelta(days=day)
