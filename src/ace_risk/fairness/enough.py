"""What would be enough: how many times as many records of everybody, from more years or from other forces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.beside import Beside
from ace_risk.fairness.counts import METRICS, Attribute, Floats, Ints, comparison_rows
from ace_risk.fairness.intervals import Spread

MOST_TIMES = 10_000.0
"""Beyond this, pooling is taken never to be enough."""
STEPS = 40


def enough_table(
    attribute: Attribute, counts: Ints, reference: int, spread: Spread, margins: dict[str, float], level: Floats
) -> pd.DataFrame:
    """How many times as many rows of the group and of its reference would settle a comparison.

    Columns: attribute, metric, group, reference, times. `times` is the least number, 1 or more, at which neither limit
    of the gap is further from it than the margin, were every rate as it is now; so a gap of nought would be shown as
    `within`, and one of twice the margin or more as `outside`. It is NaN where a rate is undefined, or where ten
    thousand times as many wouldn't do. Years and forces are taken to be like those at hand, and other families.
    """
    beside = Beside.of(counts, reference, spread, level)
    margin = np.array([margins[metric] for metric in METRICS])
    gap, shape = beside.gap, beside.rate.shape

    def too_wide(times: Floats) -> npt.NDArray[np.bool_]:
        low, high = beside.gap_limits(times)
        wide: npt.NDArray[np.bool_] = np.maximum(gap - low, high - gap) > margin
        return wide

    low_end, high_end = np.zeros(shape), np.full(shape, np.log(MOST_TIMES))
    never = too_wide(np.exp(high_end)) | ~np.isfinite(gap)
    already = ~too_wide(np.ones(shape))
    for _ in range(STEPS):
        middle = (low_end + high_end) / 2
        wide = too_wide(np.exp(middle))
        low_end, high_end = np.where(wide, middle, low_end), np.where(wide, high_end, middle)
    times = np.where(never, np.nan, np.where(already, 1.0, np.exp(high_end)))
    return comparison_rows(attribute, reference, {"times": times})
