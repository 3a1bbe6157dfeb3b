"""Events sorted by child and time, in time that grows with their number.

First every event moves to the part of the result that belongs to its block of children, then each block is sorted by
itself. A block is small enough to stay in the processor's cache, so that the cost of an event doesn't grow with the
number of children. Threads share the blocks among them and never write to the same place.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ace_risk.features.threads import in_ranges

CHILD, OCCURRED, RECORDED, CLASS, WITHDRAWN, ENDED, END_RECORDED, SOURCE = range(8)
"""The columns of sorted events: the child's number, times in microseconds, the class, and the position in the history.
The last three are there only if a feature asks for ends or numbers, `WITHDRAWN` then or if any record has one."""

AT_ONCE = 8_192
"""Children in a block."""
_SHORT = 32

Columns = tuple[NDArray[np.int64], ...]
Numbers = NDArray[np.int64]


def sort_events(columns: Columns, n_children: int, threads: int) -> tuple[Numbers, Numbers]:
    """Events by child and time, one row each, and where each child's events begin.

    Parameters
    ----------
    columns
        `CHILD`, `OCCURRED`, `RECORDED`, `CLASS`, and perhaps the rest, one value per event in each. An event whose
        child or class is negative is left out.
    n_children
        Children are numbered from 0 to one less than this.
    threads
        How many may be used.

    Returns
    -------
    tuple
        `first` (one longer than the number of children) and `events`, one column for each that was given. Events at
        the same time keep their order.

    Examples
    --------
    >>> child, day, level = np.array([1, 0, 1]), np.array([7, 8, 5]), np.array([0, 0, 0])
    >>> first, events = sort_events((child, day, day, level), 2, threads=1)
    >>> first.tolist(), events[:, OCCURRED].tolist()
    ([0, 1, 3], [8, 5, 7])
    """
    block_first = _count_blocks(columns[CHILD], columns[CLASS], -(-n_children // AT_ONCE))
    events = np.empty((block_first[-1], len(columns)), np.int64)
    first = np.empty(n_children + 1, np.int64)
    first[-1] = block_first[-1]
    blocks = len(block_first) - 1
    share = -(-blocks // threads)
    in_ranges(lambda begin, end: _move(columns, block_first, events, begin, end), blocks, max(share, 1), threads)

    def sort_block(lowest: int, highest: int) -> None:
        block = lowest // AT_ONCE
        _sort_block(events, block_first[block], block_first[block + 1], first, lowest, highest)

    in_ranges(sort_block, n_children, AT_ONCE, threads)
    return first, events


@njit(cache=True, nogil=True)
def _count_blocks(child, event_class, blocks):  # type: ignore[no-untyped-def]
    """Where each block's events begin; one longer than the number of blocks."""
    first = np.zeros(blocks + 1, np.int64)
    for at in range(len(child)):
        if child[at] >= 0 and event_class[at] >= 0:
            first[child[at] // AT_ONCE + 1] += 1
    return np.cumsum(first)


@njit(cache=True, nogil=True)
def _move(columns, block_first, events, lowest, highest):  # type: ignore[no-untyped-def]
    """Put the events of blocks `[lowest, highest)` into their blocks, in the order in which they came."""
    place = block_first[lowest:highest].copy()
    child, event_class = columns[CHILD], columns[CLASS]
    for at in range(len(child)):
        block = child[at] // AT_ONCE
        if child[at] >= 0 and lowest <= block < highest and event_class[at] >= 0:
            to = place[block - lowest]
            for column in range(len(columns)):
                events[to, column] = columns[column][at]
            place[block - lowest] += 1


@njit(cache=True, nogil=True)
def _sort_block(events, begin, end, first, lowest, highest):  # type: ignore[no-untyped-def]
    """Sort `events[begin:end]`, those of children `[lowest, highest)`, and fill these children's `first`."""
    unsorted = events[begin:end].copy()
    number = np.zeros(highest - lowest + 1, np.int64)
    for at in range(len(unsorted)):
        number[unsorted[at, CHILD] - lowest + 1] += 1
    place = begin + np.cumsum(number)
    first[lowest:highest] = place[:-1]
    for at in range(len(unsorted)):
        one = unsorted[at, CHILD] - lowest
        events[place[one]] = unsorted[at]
        place[one] += 1
    low = begin
    for high in place[:-1]:  # each child's place is now the end of the child's events
        if high - low > _SHORT:
            part = events[low:high].copy()
            events[low:high] = part[np.argsort(part[:, OCCURRED], kind="mergesort")]
        else:
            _insert_in_order(events, low, high)
        low = high


@njit(cache=True, nogil=True)
def _insert_in_order(events, low, high):  # type: ignore[no-untyped-def]
    """Sort a few events by time; events at the same time keep their order."""
    for at in range(low + 1, high):
        if events[at - 1, OCCURRED] <= events[at, OCCURRED]:
            continue
        moving = events[at].copy()
        to = at
        while to > low and events[to - 1, OCCURRED] > moving[OCCURRED]:
            events[to] = events[to - 1]
            to -= 1
        events[to] = moving
