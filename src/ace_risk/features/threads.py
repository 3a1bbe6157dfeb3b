"""Work on contiguous ranges, several at a time, with the same result for any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Result = TypeVar("Result")


def in_ranges(run: Callable[[int, int], Result], length: int, at_once: int, threads: int) -> list[Result]:
    """Run a function on `[0, at_once)`, `[at_once, 2 * at_once)` and so on up to `length`.

    Parameters
    ----------
    run
        Gets the first position of a range and the one after its last; must write nothing outside its range.
        Ranges run side by side as far as it gives up Python's lock, which compiled loops do.
    length
        How many positions there are; 0 for no range at all.
    at_once
        How many of them make a range; the last range may be shorter.
    threads
        How many ranges may run at a time. The ranges don't depend on it.

    Returns
    -------
    list
        What each range gave, in the order of the ranges.

    Examples
    --------
    >>> in_ranges(lambda begin, end: (begin, end), 5, 2, threads=3)
    [(0, 2), (2, 4), (4, 5)]
    """
    ranges = list(pairwise([*range(0, length, at_once), length]))
    threads = min(threads, len(ranges))
    if threads <= 1:
        return [run(begin, end) for begin, end in ranges]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, *zip(*ranges, strict=True)))
