"""Numbers and dates as people read them: natural frequencies, whole percentages, 12 May 2026.

Missing numbers (None, NaN) become a dash; a string is passed on unchanged, so that a suppressed count
(`"c"`) stays what it is.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

DASH = "–"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def is_missing(value: Any) -> bool:
    """True for None, NaN and NaT."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("NaT", "<NA>")


def count(value: Any) -> str:
    """A whole number with thousands separated.

    Examples
    --------
    >>> count(1234), count(None), count("c")
    ('1,234', '–', 'c')
    """
    if isinstance(value, str):
        return value
    return DASH if is_missing(value) else f"{int(value):,}"


def share(value: Any, *ns: Any) -> str:
    """A share (0 to 1) as a percentage: whole, or with one decimal if every n given is above 1,000.

    Parameters
    ----------
    value
        The share.
    *ns
        The numbers of children that it rests on; one decimal needs at least one n, and all above 1,000.

    Examples
    --------
    >>> share(0.3141), share(0.3141, 2000, 5000), share(0.3141, 2000, 40), share(0.002)
    ('31%', '31.4%', '31%', 'under 1%')
    """
    if isinstance(value, str):
        return value
    if is_missing(value):
        return DASH
    decimals = 1 if ns and all(isinstance(n, int | float) and not is_missing(n) and n > 1000 for n in ns) else 0
    if decimals == 0 and 0 < value < 0.005:
        return "under 1%"
    if decimals == 0 and 0.995 <= value < 1:
        return "over 99%"
    return f"{100 * value:.{decimals}f}%"


def of_100(value: Any) -> str:
    """A share (0 to 1) as a natural frequency.

    Examples
    --------
    >>> of_100(0.31), of_100(0.002), of_100(0.998), of_100(0)
    ('31 of 100', 'fewer than 1 of 100', 'more than 99 of 100', '0 of 100')
    """
    if isinstance(value, str):
        return value
    if is_missing(value):
        return DASH
    if 0 < value < 0.005:
        return "fewer than 1 of 100"
    if 0.995 <= value < 1:
        return "more than 99 of 100"
    return f"{round(100 * value)} of 100"


def out_of_100(value: Any) -> str:
    """The first number of :func:`of_100`: how many of 100.

    Examples
    --------
    >>> out_of_100(0.31), out_of_100(0.002), out_of_100(None)
    ('31', 'fewer than 1', '–')
    """
    return of_100(value).removesuffix(" of 100")


def points(value: Any) -> str:
    """A total of points: whole where it is whole, else with two decimals; words as they are.

    Examples
    --------
    >>> points(14.0), points(-2), points(0.125), points("18 or more")
    ('14', '−2', '0.12', '18 or more')
    """
    whole = not isinstance(value, str) and not is_missing(value) and float(value).is_integer()
    return number(value, 0 if whole else 2)


def added(value: Any) -> str:
    """The points that a line of the card adds: always with a sign, whole where they are whole, else two decimals.

    Examples
    --------
    >>> added(3.0), added(-0.456), added(0)
    ('+3', '−0.46', '0')
    """
    whole = not isinstance(value, str) and not is_missing(value) and float(value).is_integer()
    return signed(value, 0 if whole else 2)


def interval(low: Any, high: Any, *ns: Any) -> str:
    """Both ends of an interval of shares, as percentages; both ends are included.

    Examples
    --------
    >>> interval(0.253, 0.371), interval(None, None)
    ('25% to 37%', '–')
    """
    if isinstance(low, str) or isinstance(high, str):
        return str(low)
    return DASH if is_missing(low) or is_missing(high) else f"{share(low, *ns)} to {share(high, *ns)}"


def number(value: Any, decimals: int = 2) -> str:
    """A number with a fixed count of decimals and a true minus sign.

    Examples
    --------
    >>> number(-1.234), number(0.5, 1)
    ('−1.23', '0.5')
    """
    if isinstance(value, str):
        return value
    return DASH if is_missing(value) else f"{value:,.{decimals}f}".replace("-", "−")


def signed(value: Any, decimals: int = 0) -> str:
    """A number that always shows its sign, as points on a card do.

    Examples
    --------
    >>> signed(3), signed(-2), signed(0), signed(-0.3)
    ('+3', '−2', '0', '0')
    """
    if isinstance(value, str) or is_missing(value):
        return number(value)
    rounded = round(float(value), decimals) or 0.0  # a gap that rounds to nought has no sign
    text = number(rounded, decimals)
    return f"+{text}" if rounded > 0 else text


def day(value: Any) -> str:
    """A date as 12 May 2026; ISO text is read first.

    Examples
    --------
    >>> day("2026-05-12T09:30:00"), day(None)
    ('12 May 2026', '–')
    """
    moment = _read(value)
    return DASH if moment is None else f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def clock(value: Any) -> str:
    """A date and time as 12 May 2026, 09:30.

    Examples
    --------
    >>> clock("2026-05-12T09:30:00")
    '12 May 2026, 09:30'
    """
    moment = _read(value)
    if moment is None:
        return DASH
    time = f", {moment.hour:02d}:{moment.minute:02d}" if isinstance(moment, datetime) else ""
    return day(moment) + time


def _read(value: Any) -> date | None:
    if is_missing(value) or value == "":
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, date):
        return value
    raise TypeError(f"a date, a datetime or ISO text is needed, got {type(value).__name__}")
