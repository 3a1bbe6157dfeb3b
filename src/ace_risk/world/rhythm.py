"""When in the year, the week and the day things happen."""

from __future__ import annotations

import numpy as np

from ace_risk.world.streams import Floats, choose

# Chance of each hour of the day, from midnight.
_HOURS = {
    "evening": (
        5,
        4,
        3,
        2,
        1,
        1,
        1,
        2,
        3,
        3,
        3,
        4,
        4,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        11,
        10,
        8,
    ),
    "office": (
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        2,
        9,
        11,
        10,
        7,
        9,
        10,
        8,
        5,
        1,
        0,
        0,
        0,
        0,
        0,
        0,
    ),
    "school": (
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        3,
        10,
        11,
        10,
        8,
        10,
        11,
        5,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ),
    "any": (3, 2, 2, 1, 1, 1, 2, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5, 5, 5, 5, 4),
}
HOURS = {name: np.array(shares) / sum(shares) for name, shares in _HOURS.items()}
WEEKEND_PULL = 0.16
SUMMER_PULL = 0.12


def place_in_time(random: np.random.Generator, first_day: int, days: int, count: int, rhythm: str) -> Floats:
    """A day and a time of day for `count` events within `days` days from `first_day` (school days may fall earlier).

    `evening` events lean to weekends and summer, `office` and `school` ones fall on weekdays, `school`
    ones in term.

    Examples
    --------
    >>> times = place_in_time(np.random.default_rng(1), 18_000, 91, 500, "school")
    >>> bool((weekday(times) < 5).all())
    True
    """
    day = first_day + np.floor(random.random(count) * days)
    spin = random.random(count)
    if rhythm == "evening":
        pulled = spin < WEEKEND_PULL
        day = np.where(pulled, day - weekday(day) + 5 + (spin < WEEKEND_PULL / 2), day)
        late = (spin > 1 - SUMMER_PULL) & (np.abs(_day_of_year(day) - 197) > 60) & (days > 28)
        day = np.where(
            late,
            first_day + np.floor((spin - (1 - SUMMER_PULL)) / SUMMER_PULL * days),
            day,
        )
    elif rhythm in ("office", "school"):
        if rhythm == "school":
            day = np.where(_on_holiday(day), day - 49, day)
            day = np.where(_on_holiday(day), day - 28, day)
        day = day - np.maximum(weekday(day) - 4, 0)
    return day + time_of_day(random.random(count), random.random(count), rhythm)


def time_of_day(hour: Floats, part: Floats, rhythm: str) -> Floats:
    """The part of the day that has passed, from two numbers in [0, 1)."""
    return (choose(hour, HOURS[rhythm]) + part) / 24


def weekday(day: Floats) -> Floats:
    """Day of the week, Monday 0 to Sunday 6; 1 January 1970 was a Thursday."""
    return (np.floor(day) + 3) % 7


def _day_of_year(day: Floats) -> Floats:
    """Day of the year from 0, near enough for seasons and holidays."""
    return np.floor(day) % 365.2425


def _on_holiday(day: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """School holidays: late July and August, Christmas and two weeks in April (near enough)."""
    when = _day_of_year(day)
    summer = (when > 202) & (when < 246)
    return np.asarray(summer | (when > 353) | (when < 4) | ((when > 92) & (when < 107)))
