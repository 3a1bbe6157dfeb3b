"""The time that outputs are stamped with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time


def now() -> datetime:
    """The clock's local time, or SOURCE_DATE_EPOCH (seconds since 1970, in UTC) where that is set.

    Examples
    --------
    >>> now().microsecond
    0
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now().astimezone()
    return moment.replace(microsecond=0, tzinfo=None)


@contextmanager
def clock_at(day: date) -> Iterator[None]:
    """Stamp outputs with the start of a day, unless SOURCE_DATE_EPOCH is set already.

    Examples
    --------
    >>> with clock_at(date(2026, 1, 1)):
    ...     print(now().year)
    2026
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        yield
        return
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.combine(day, time(), UTC).timestamp()))
    try:
        yield
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
