"""What would be enough: how many times as many records of everybody, from more years or from other forces."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import METRICS, Attribute, Floats, Ints, comparison_rows, rates
from ace_risk.fairness.intervals import Spread, exact, gap_interval

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
    others = np.delete(np.arange(len(attribute.labels)), reference)
    rate, worth = rates(counts), spread.effective(level)
    margin = np.array([margins[metric] for metric in METRICS])

    def too_wide(times: Floats) -> npt.NDArray[np.bool_]:
        limits = exact(rate[others], worth[others] * times, level)
        reference_rate = np.broadcast_to(rate[[reference]], limits[0].shape)
        reference_limits = exact(reference_rate, worth[[reference]] * times, level)
        low, high = gap_interval(rate[others], limits, reference_rate, reference_limits, spread.correlation[others])
        gap = rate[others] - reference_rate
        wide: npt.NDArray[np.bool_] = np.maximum(gap - low, high - gap) > margin
        return wide

    shape = (len(others), len(METRICS))
    low_end, high_end = np.zeros(shape), np.full(shape, np.log(MOST_TIMES))
    never = too_wide(np.exp(high_end)) | ~np.isfinite(rate[others] - rate[[reference]])
    already = ~too_wide(np.ones(shape))
    for _ in range(STEPS):
        middle = (low_end + high_end) / 2
        wide = too_wide(np.exp(middle))
        low_end, high_end = np.where(wide, middle, low_end), np.where(wide, high_end, middle)
    times = np.where(never, np.nan, np.where(already, 1.0, np.exp(high_end)))
    return comparison_rows(attribute, reference, {"times": times})
