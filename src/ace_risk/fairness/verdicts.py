"""Verdicts: whether a group's rate differs from the largest group's by more than the margin, or can't be told."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.beside import Beside
from ace_risk.fairness.counts import METRICS, Attribute, Floats, Ints, bases, comparison_rows
from ace_risk.fairness.intervals import Spread, exact, gap_interval

WITHIN, OUTSIDE, OPEN = "within", "outside", "not enough evidence"

MOST_ROWS = 2**30
"""Beyond this, more rows of the group alone are taken never to be enough."""


def reference_of(counts: Ints) -> int:
    """The place of the largest group; the first in the order shown where several are as large.

    Examples
    --------
    >>> reference_of(np.array([[0, 0, 3, 0], [1, 1, 1, 1], [0, 4, 0, 0]]))
    1
    """
    return int(np.argmax(counts.sum(axis=1)))


def verdict_table(
    attribute: Attribute, counts: Ints, reference: int, spread: Spread, margins: dict[str, float], level: Floats
) -> pd.DataFrame:
    """Each group beside the reference: one row per metric and group; the reference itself has none.

    Columns: attribute, metric, group, reference, gap (the group's rate less the reference's), gap_low, gap_high (of
    coverage `level`, one per metric; both ends included), verdict, n_needed. `within`: the interval lies wholly inside
    ± margin; `outside`: wholly outside; else `not enough evidence`, which is also the verdict where either rate is
    undefined or rests on a single row.

    `n_needed` is how many rows the group would need in all, its outcomes mixed as now and the reference unchanged. It
    is the number at which neither limit is further from the gap than the margin, so that a gap of nought would be shown
    as `within`; where that is so already, the number at which the present gap would be told from the margin. It is
    taken at the group's own rate and at the reference's, whichever needs more (0 of 6 promises little). It is <NA>
    where the verdict is `within` or `outside`, and where no number of rows would do: the reference is too small, or
    the group has no row below the rate's line.
    """
    beside = Beside.of(counts, reference, spread, level)
    gap, (low, high) = beside.gap, beside.gap_limits()
    margin = np.array([margins[metric] for metric in METRICS])
    below = bases(counts)
    told = np.isfinite(gap) & (below[beside.others] > 1) & (below[[reference]] > 1)
    within = told & (low >= -margin) & (high <= margin)
    outside = told & ((low > margin) | (high < -margin))
    reach = np.maximum(gap - low, high - gap)
    target = np.where(reach <= margin, np.abs(np.abs(gap) - margin), margin)
    target = np.where(within | outside, np.nan, target)
    needed = rows_needed(beside, counts[beside.others].sum(axis=1), target)
    figures = {"gap": gap, "gap_low": low, "gap_high": high, "verdict": _words(within, outside)}
    table = comparison_rows(attribute, reference, {**figures, "n_needed": needed})
    return table.assign(n_needed=table["n_needed"].astype("Int64").mask(table["n_needed"] == 0))


def _words(within: npt.NDArray[np.bool_], outside: npt.NDArray[np.bool_]) -> npt.NDArray[np.object_]:
    words = np.full(within.shape, OPEN, dtype=object)
    words[within], words[outside] = WITHIN, OUTSIDE
    return words


def rows_needed(beside: Beside, rows: Ints, target: Floats) -> Ints:
    """Rows of the group for neither limit to be further from the gap than the target; 0 where there is no such number.

    `rows` is one per group, `target` groups × metrics. There is none either where the target is NaN.
    """
    open_ = np.isfinite(target) & np.isfinite(beside.gap)
    rate, per_row = beside.rate[open_], (beside.worth / rows[:, None])[open_]
    target, correlation = target[open_], beside.correlation[open_]
    reference_rate, reference_n, level = (
        np.broadcast_to(one, open_.shape)[open_]
        for one in (beside.reference_rate, beside.reference_worth, beside.level)
    )
    reference_limits = exact(reference_rate, reference_n, level)

    def too_wide(number: Ints) -> npt.NDArray[np.bool_]:
        wide = np.zeros(number.shape, dtype=bool)
        for planned in (rate, reference_rate):
            limits = exact(planned, number * per_row, level)
            low, high = gap_interval(planned, limits, reference_rate, reference_limits, correlation)
            gap = planned - reference_rate
            wide |= np.maximum(gap - low, high - gap) > target
        return wide

    low_end = np.broadcast_to(rows[:, None], open_.shape)[open_]
    high_end = np.full(rate.shape, MOST_ROWS)
    never = too_wide(high_end)
    while (high_end - low_end > 1).any():
        middle = (low_end + high_end) // 2
        wide = too_wide(middle)
        low_end, high_end = (np.where(wide, middle, low_end), np.where(wide, high_end, middle))
    needed = np.zeros(open_.shape, dtype=np.int64)
    needed[open_] = np.where(never, 0, high_end)
    return needed
