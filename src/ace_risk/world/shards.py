"""Shards: the parts that a world is made of, simulated in this process or in several."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from typing import TypeVar

from ace_risk.errors import StudyError
from ace_risk.plans import World

SHARD_CHILDREN = 5_000
"""Children living in the area at the end, per shard.

Every random number is keyed to its shard, so this is part of the definition of a world: with another number here, the
same seed would give another world. It never changes.
"""

Result = TypeVar("Result")
Make = Callable[[World, int, int], Result]
"""What is made of a shard, from the world, the shard's number and its children; a function of a module."""


def shard_quotas(children: int) -> list[int]:
    """How many of the children living here at the end belong to each shard.

    Examples
    --------
    >>> shard_quotas(12_000)
    [5000, 5000, 2000]
    """
    full, rest = divmod(children, SHARD_CHILDREN)
    return [SHARD_CHILDREN] * full + ([rest] if rest else [])


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each_shard(world: World, make: Make[Result], workers: int = 1) -> Iterator[Result]:
    """What is made of each shard, in the order of the shards, whoever finishes first.

    Parameters
    ----------
    workers
        How many processes make shards. At 1, or where there is only one shard, this process does. Otherwise at most one
        shard more than there are workers is under way or waits to be read, so memory is bounded by the shard.

    Raises
    ------
    StudyError
        If `workers` is below 1, or a worker is ended from outside.

    Examples
    --------
    >>> list(each_shard(World(children=12_000), lambda world, shard, quota: (shard, quota)))
    [(0, 5000), (1, 5000), (2, 2000)]
    """
    if workers < 1:
        raise StudyError(f"workers: must be 1 or more, got {workers}. Leave it out for one per processor.")
    quotas = shard_quotas(world.children)
    if min(workers, len(quotas)) == 1:
        for shard, quota in enumerate(quotas):
            yield make(world, shard, quota)
    else:
        yield from _by_workers(world, make, quotas, min(workers, len(quotas)))


def _by_workers(world: World, make: Make[Result], quotas: list[int], workers: int) -> Iterator[Result]:
    """The shards by processes that share nothing with this one, so that no thread or lock is inherited."""
    waiting: deque[Future[Result]] = deque()
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_leave_stopping_to_the_parent)
    try:
        for shard, quota in enumerate(quotas):
            waiting.append(pool.submit(make, world, shard, quota))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise StudyError(
            "workers: a worker process ended before its shard was done, perhaps for want of memory. "
            "Use fewer: --workers 1 uses this process alone."
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _leave_stopping_to_the_parent() -> None:
    """Ignore Ctrl-C, which reaches every process: the parent stops, and ends the others; and end when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    """Wait for the parent's end, however it comes, and end this worker at once: nobody reads its shards any more."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
