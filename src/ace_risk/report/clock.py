"""The time that outputs are stamped with."""

from __future__ import annotations

import os
from datetime import UTC, datetime


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
