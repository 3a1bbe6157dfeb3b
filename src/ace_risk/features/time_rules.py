"""The rules of time. They live here, and nowhere else.

An event counts at a cutoff only if it had happened **and** had been recorded before it::

                     window of w days
                 [-------------------------)
    -------------+-------------------------+------------->
             cutoff - w                 cutoff
                 x  counts (first instant)
                                   x  counts, if recorded before the cutoff
                                           x  does not count (the instant of the cutoff)

Both bounds at the cutoff are strict; the first instant of the window is included. The outcome window is
`[cutoff, cutoff + horizon)`, cut the same way: what happens at the instant of the cutoff belongs to the future.

A spell is open at the cutoff if its start counts and its end is empty, or later than the cutoff, or recorded
at or after it::

    start |---------------------- end          the end is recorded here
    ------+--------- cutoff -------+--- cutoff ---R------ cutoff ---->
                      open             still open          closed

A record may turn out to be wrong: a later one shows that the child had already left the home where it happened.
It counts up to that later record, whose time is `withdrawn_at`, and no more at the cutoffs after it::

    recorded R, withdrawn W
    ------R------- cutoff --------W------- cutoff ---->
                  counts              does not count

Times are whole microseconds since 1970, in local time without a zone; a day is 24 hours. An empty time
becomes `FAR`, which lies after every real one.

The rules are written with `&` and `|` so that the same lines serve one number inside compiled loops, whole
columns outside them, and columns of the engine (`data/engine.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numba.extending import register_jitable
from numpy.typing import NDArray

from ace_risk.errors import DataError

DAY = 86_400_000_000
"""Microseconds in a day."""
FAR = np.iinfo(np.int64).max
"""Stands for an empty time: later than every real one."""
LONG_AGO = np.iinfo(np.int64).min
"""Start of the window `ever`."""

Times = NDArray[np.int64]


@register_jitable  # type: ignore[untyped-decorator]
def counts(occurred: Any, recorded: Any, window_start: Any, cutoff: Any, withdrawn: Any = FAR) -> Any:
    """True where an event counts at the cutoff, for a window that starts at `window_start` (included).

    `withdrawn` is when a later record showed it to be wrong; that counts only if it was recorded before the cutoff.
    """
    return (occurred >= window_start) & (occurred < cutoff) & (recorded < cutoff) & (withdrawn >= cutoff)


@register_jitable  # type: ignore[untyped-decorator]
def end_known(ended: Any, end_recorded: Any, cutoff: Any) -> Any:
    """True where a spell has ended by the cutoff and the end had been recorded before it."""
    return (ended <= cutoff) & (end_recorded < cutoff)


def known_from(occurred: Any, recorded: Any) -> Any:
    """The last instant at which an event is not known: it counts (ever) at exactly the cutoffs after it.

    For columns of the engine, where the cutoffs at which something is known are joined to it as a range.
    """
    return (recorded > occurred).ifelse(recorded, occurred)


def window_start(cutoffs: Times, window_days: int | None) -> Times:
    """The first instant of each window; `None` is ever."""
    if window_days is None:
        return np.full_like(cutoffs, LONG_AGO)
    return cutoffs - window_days * DAY


def fully_observed(cutoff: Any, horizon_days: int, observed_until: Any) -> Any:
    """True where the whole outcome window had passed when observation ended (the last instant is excluded)."""
    return cutoff + horizon_days * DAY <= observed_until


def microseconds(values: pd.Series, what: str, *, may_be_empty: bool = False) -> Times:
    """A column of times as whole microseconds; empty ones become `FAR`.

    Raises
    ------
    DataError
        If the column holds no times, times with a zone, or (unless allowed) empty cells.

    Examples
    --------
    >>> microseconds(pd.Series(pd.to_datetime(["1970-01-02"])), "cutoff").tolist()
    [86400000000]
    """
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        raise DataError(
            f"{what}: times carry a zone ({values.dtype.tz}). Convert them to local time and drop the zone."
        )
    if values.isna().all() and may_be_empty:
        return np.full(len(values), FAR, dtype=np.int64)
    if values.dtype.kind != "M":
        raise DataError(
            f"{what}: must hold times (datetime64), got {values.dtype}. Parse them with pandas.to_datetime."
        )
    empty = values.isna().to_numpy()
    if empty.any() and not may_be_empty:
        raise DataError(f"{what}: {int(empty.sum())} empty times. Fill or remove these rows.")
    result = values.to_numpy().astype("datetime64[us]").astype(np.int64)
    return np.where(empty, FAR, result)


def times_or_far(history: pd.DataFrame, name: str) -> Times:
    """A column of times that a history may lack, as whole microseconds; `FAR` where empty, and in all rows then."""
    if name not in history.columns:
        return np.full(len(history), FAR, dtype=np.int64)
    return microseconds(history[name], f"history.{name}", may_be_empty=True)


def never_withdrawn(history: pd.DataFrame) -> pd.DataFrame:
    """The records that no later one showed to be wrong: what happened, as known at the end of the data.

    For outcomes, which look past the cutoff; never for features.
    """
    return history[times_or_far(history, "withdrawn_at") == FAR] if "withdrawn_at" in history.columns else history


def instant(time: pd.Timestamp) -> int:
    """One time as whole microseconds; what lies below a microsecond is cut off.

    Examples
    --------
    >>> instant(pd.Timestamp("1970-01-02"))
    86400000000
    """
    return int(pd.Timestamp(time).as_unit("us").asm8.astype(np.int64))


def end_recorded_or_default(ended: Times, end_recorded: Times, recorded: Times) -> Times:
    """When each end became known: its own record, else the later of the start's record and the end itself."""
    default = np.maximum(recorded, ended)
    return np.where((end_recorded == FAR) & (ended != FAR), default, end_recorded)
