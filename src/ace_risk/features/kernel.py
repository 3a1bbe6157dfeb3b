"""The compiled pass over events: for each cohort row, one walk over the child's events updates every feature.

Events come sorted by child and time. The walk starts at the first event that any window reaches (binary search)
and stops at the cutoff. A plan says which features count an event of a given class, so that an event touches only
the features that it belongs to. The cost is events plus rows, whatever the number of different cutoffs. The rules
of time themselves stand in `time_rules`.
"""

from __future__ import annotations

import numpy as np

from ace_risk.features import sorting, time_rules
from ace_risk.features.compiled import compiled_with
from ace_risk.features.sorting import CLASS, END_RECORDED, ENDED, OCCURRED, RECORDED, SOURCE, WITHDRAWN
from ace_risk.features.time_rules import DAY, FAR, counts, end_known

EVER = 2**62
"""Length of the window `ever`, in microseconds: longer than any history."""

MEASURES = (
    "count", "ever", "change", "days_since_last", "days_since_first", "distinct_days", "distinct_kinds",
    "days_in_spell", "open", "sum", "mean", "max",
)  # fmt: skip
"""Every measure; its position is its number in the compiled code."""
COUNT, EVER_SEEN, CHANGE, SINCE_LAST, SINCE_FIRST, DAYS, KINDS, IN_SPELL, OPEN, SUM, MEAN, MAX = range(12)
NOTHING = -1
"""What `days_since_*` gives where nothing happened."""


@compiled_with(sorting)
def first_at_or_after(events, low, high, instant):  # type: ignore[no-untyped-def]
    """Position of the first event in `[low, high)` that did not occur before the instant."""
    while low < high:
        middle = (low + high) // 2
        if events[middle, OCCURRED] < instant:
            low = middle + 1
        else:
            high = middle
    return low


@compiled_with(sorting, time_rules)
def measure_rows(  # type: ignore[no-untyped-def]
    first, events, values, plan_first, plan_feature, plan_kind, n_kinds,
    measure, window, value_column, longest, child, cutoff,
):  # fmt: skip
    """Measure some features on every cohort row.

    Parameters
    ----------
    first, events, values
        Sorted events, and the numeric columns of the history (one row each).
    plan_first, plan_feature, plan_kind, n_kinds
        For each class, the features that count it and the kind's place within the feature; the most kinds of any.
    measure, window, value_column
        Per feature: number of the measure, length of the window, row of `values`.
    longest
        How far back any feature looks.
    child, cutoff
        Per cohort row.

    Returns
    -------
    tuple
        Whole numbers, features × rows, and real numbers, one line for each feature that is a sum, a mean or a
        largest number, in their order; such a feature's whole numbers mean nothing.
    """
    features, rows = len(measure), len(child)
    has_withdrawn = events.shape[1] > WITHDRAWN
    has_ends = events.shape[1] > ENDED
    whole = np.zeros((features, rows), np.int32)
    real_line = np.cumsum(measure >= SUM) - 1
    real = np.zeros((real_line[-1] + 1, rows), np.float64)
    for feature in range(features):
        if measure[feature] in (SINCE_LAST, SINCE_FIRST):
            whole[feature] = NOTHING
        elif measure[feature] in (MEAN, MAX):
            real[real_line[feature]] = np.nan
    number = np.zeros(features, np.int64)
    mark = np.zeros(features, np.int64)
    total = np.zeros(features, np.float64)
    seen = np.full((features, n_kinds), -1, np.int64)
    touched_in = np.full(features, -1, np.int64)
    touched = np.empty(features, np.int64)
    for row in range(rows):
        now = cutoff[row]
        n_touched = 0
        begin, end = first[child[row]], first[child[row] + 1]
        if longest < EVER:
            begin = first_at_or_after(events, begin, end, now - longest)
        for at in range(begin, end):
            occurred, recorded = events[at, OCCURRED], events[at, RECORDED]
            if occurred >= now:
                break
            withdrawn = events[at, WITHDRAWN] if has_withdrawn else FAR
            if not counts(occurred, recorded, now - longest, now, withdrawn):
                continue
            ended = events[at, ENDED] if has_ends else FAR
            closed = ended != FAR and end_known(ended, events[at, END_RECORDED], now)
            for entry in range(plan_first[events[at, CLASS]], plan_first[events[at, CLASS] + 1]):
                feature = plan_feature[entry]
                what = measure[feature]
                start = now - window[feature]
                if touched_in[feature] != row:
                    touched_in[feature] = row
                    touched[n_touched] = feature
                    n_touched += 1
                    number[feature], mark[feature], total[feature] = 0, start, 0.0
                if what == IN_SPELL:
                    stop = ended if closed else now
                    covered_from = max(occurred, mark[feature])
                    if stop > covered_from:
                        number[feature] += stop - covered_from
                        mark[feature] = stop
                elif what == OPEN:
                    if not closed:
                        number[feature] = 1
                elif what == CHANGE:
                    if occurred >= start:
                        number[feature] += 1
                    elif occurred >= start - window[feature]:
                        number[feature] -= 1
                elif occurred < start:
                    continue
                elif what == COUNT:
                    number[feature] += 1
                elif what == EVER_SEEN:
                    number[feature] = 1
                elif what == SINCE_LAST or (what == SINCE_FIRST and number[feature] == 0):
                    number[feature], mark[feature] = 1, occurred
                elif what == DAYS:
                    day = occurred // DAY
                    if number[feature] == 0 or day != mark[feature]:
                        number[feature] += 1
                        mark[feature] = day
                elif what == KINDS:
                    if seen[feature, plan_kind[entry]] != row:
                        seen[feature, plan_kind[entry]] = row
                        number[feature] += 1
                elif what >= SUM and (closed or ended == FAR):
                    value = values[value_column[feature], events[at, SOURCE]]
                    if not np.isnan(value):
                        larger = value if number[feature] == 0 else max(total[feature], value)
                        total[feature] = larger if what == MAX else total[feature] + value
                        number[feature] += 1
        for feature in touched[:n_touched]:
            what = measure[feature]
            if what >= SUM:
                if number[feature] > 0:
                    real[real_line[feature], row] = total[feature] / (number[feature] if what == MEAN else 1)
            elif what == IN_SPELL:
                whole[feature, row] = number[feature] // DAY
            elif what not in (SINCE_LAST, SINCE_FIRST):
                whole[feature, row] = number[feature]
            elif number[feature] > 0:
                whole[feature, row] = (now - mark[feature]) // DAY
    return whole, real
