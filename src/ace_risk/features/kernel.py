"""Compiled passes over sorted events: one for events in a window, one for spells.

Events come sorted by child and time. For each cohort row the pass starts at the first event of the window
(binary search) and stops at the cutoff, so its cost is the events in the window, whatever the number of
cutoffs. The rules of time themselves stand in `time_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ace_risk.features.time_rules import DAY, FAR, LONG_AGO, Times, counts, end_known


@dataclass(frozen=True)
class Events:
    """The events of one selection, sorted by child and time.

    Attributes
    ----------
    first
        Position of each child's first event; one longer than the number of children.
    occurred, recorded, ended, end_recorded
        Times in microseconds; empty ends are `FAR`.
    kind
        Number of the kind within the selection.
    value
        The numeric column that is summed; NaN where empty.
    """

    first: NDArray[np.int64]
    occurred: Times
    recorded: Times
    ended: Times
    end_recorded: Times
    kind: NDArray[np.int64]
    value: NDArray[np.float64]


@dataclass(frozen=True)
class Summary:
    """What happened in each cohort row's window; one entry per row.

    Attributes
    ----------
    number, distinct_days, distinct_kinds
        Events, calendar days with events, and kinds of event that count.
    earliest, latest
        Times of the first and last event that count; `FAR` and `LONG_AGO` where there is none.
    values, total, largest
        How many numbers were known, their sum, and the largest (minus infinity where there is none).
    """

    number: NDArray[np.int64]
    distinct_days: NDArray[np.int64]
    distinct_kinds: NDArray[np.int64]
    earliest: Times
    latest: Times
    values: NDArray[np.int64]
    total: NDArray[np.float64]
    largest: NDArray[np.float64]


def summarise(events: Events, child: NDArray[np.int64], cutoff: Times, start: Times, n_kinds: int) -> Summary:
    """Summarise the events that count for each cohort row.

    Parameters
    ----------
    events
        Sorted events of one selection.
    child, cutoff, start
        Per cohort row: the child's number, the cutoff, and the first instant of the window.
    n_kinds
        How many kinds the selection has.
    """
    return Summary(
        *_summarise(
            events.first, events.occurred, events.recorded, events.ended, events.end_recorded, events.kind,
            events.value, child, cutoff, start, n_kinds,
        )
    )  # fmt: skip


@njit(cache=True)
def _first_at_or_after(times, low, high, instant):  # type: ignore[no-untyped-def]
    """Position of the first time in `[low, high)` that is not before the instant."""
    while low < high:
        middle = (low + high) // 2
        if times[middle] < instant:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def _summarise(first, occurred, recorded, ended, end_recorded, kind, value, child, cutoff, start, n_kinds):  # type: ignore[no-untyped-def]
    rows = len(child)
    number = np.zeros(rows, np.int64)
    distinct_days = np.zeros(rows, np.int64)
    distinct_kinds = np.zeros(rows, np.int64)
    earliest = np.full(rows, FAR, np.int64)
    latest = np.full(rows, LONG_AGO, np.int64)
    values = np.zeros(rows, np.int64)
    total = np.zeros(rows, np.float64)
    largest = np.full(rows, -np.inf, np.float64)
    seen_in_row = np.full(n_kinds, -1, np.int64)
    for row in range(rows):
        begin, end = first[child[row]], first[child[row] + 1]
        last_day = LONG_AGO
        for at in range(_first_at_or_after(occurred, begin, end, start[row]), end):
            if occurred[at] >= cutoff[row]:
                break
            if not counts(occurred[at], recorded[at], start[row], cutoff[row]):
                continue
            number[row] += 1
            earliest[row] = min(earliest[row], occurred[at])
            latest[row] = max(latest[row], occurred[at])
            day = occurred[at] // DAY
            if day != last_day:
                distinct_days[row] += 1
                last_day = day
            if seen_in_row[kind[at]] != row:
                seen_in_row[kind[at]] = row
                distinct_kinds[row] += 1
            known = ended[at] == FAR or end_known(ended[at], end_recorded[at], cutoff[row])
            if known and not np.isnan(value[at]):
                values[row] += 1
                total[row] += value[at]
                largest[row] = max(largest[row], value[at])
    return number, distinct_days, distinct_kinds, earliest, latest, values, total, largest


def spell_time(
    events: Events, child: NDArray[np.int64], cutoff: Times, start: Times
) -> tuple[Times, NDArray[np.int64]]:
    """Time in spells within each window, and how many spells are open at the cutoff.

    Spells that overlap are counted once. A spell whose end isn't known at the cutoff runs up to it.

    Returns
    -------
    tuple
        Microseconds in spells within `[start, cutoff)`, and the number of open spells, per cohort row.
    """
    covered, is_open = _spell_time(
        events.first, events.occurred, events.recorded, events.ended, events.end_recorded, child, cutoff, start
    )
    return covered, is_open


@njit(cache=True)
def _spell_time(first, occurred, recorded, ended, end_recorded, child, cutoff, start):  # type: ignore[no-untyped-def]
    rows = len(child)
    covered = np.zeros(rows, np.int64)
    is_open = np.zeros(rows, np.int64)
    for row in range(rows):
        covered_to = start[row]
        for at in range(first[child[row]], first[child[row] + 1]):
            if occurred[at] >= cutoff[row]:
                break
            if not counts(occurred[at], recorded[at], LONG_AGO, cutoff[row]):
                continue
            stop = cutoff[row]
            if end_known(ended[at], end_recorded[at], cutoff[row]):
                stop = ended[at]
            else:
                is_open[row] += 1
            begin = max(occurred[at], covered_to)
            if stop > begin:
                covered[row] += stop - begin
                covered_to = stop
    return covered, is_open
