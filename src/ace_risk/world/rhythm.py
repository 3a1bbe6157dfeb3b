"""When in the year, the week and the day things happen."""

from __future__ import annotations

from functools import cache

import numpy as np

from ace_risk.world.streams import Bools, Floats, Ints, choose

# Chance of each hour of the day, from midnight.
_HOURS = {
    "evening": (5, 4, 3, 2, 1, 1, 1, 2, 3, 3, 3, 4, 4, 4, 5, 6, 7, 8, 9, 10, 11, 11, 10, 8),
    "office": (0, 0, 0, 0, 0, 0, 0, 0, 2, 9, 11, 10, 7, 9, 10, 8, 5, 1, 0, 0, 0, 0, 0, 0),
    "school": (0, 0, 0, 0, 0, 0, 0, 0, 3, 10, 11, 10, 8, 10, 11, 5, 0, 0, 0, 0, 0, 0, 0, 0),
    "any": (3, 2, 2, 1, 1, 1, 2, 4, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 5, 5, 5, 5, 4),
}  # fmt: skip
HOURS = {name: np.array(shares) / sum(shares) for name, shares in _HOURS.items()}
LAST_DAY = 47_482
"""The first day of 2100, counted from 1970."""
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
        day = np.where(late, first_day + np.floor((spin - (1 - SUMMER_PULL)) / SUMMER_PULL * days), day)
    elif rhythm in ("office", "school"):
        if rhythm == "school":
            day = np.where(on_holiday(day), day - 49, day)
            day = np.where(on_holiday(day), day - 28, day)
        day = day - np.maximum(weekday(day) - 4, 0)
    return day + time_of_day(random.random(count), random.random(count), rhythm)


def time_of_day(hour: Floats, part: Floats, rhythm: str) -> Floats:
    """The part of the day that has passed, from two numbers in [0, 1)."""
    return (choose(hour, HOURS[rhythm]) + part) / 24


def weekday(day: Floats | Ints) -> Ints:
    """Day of the week, Monday 0 to Sunday 6; 1 January 1970 was a Thursday."""
    return np.asarray((np.floor(day) + 3) % 7).astype(np.int64)


def office_time(time: Floats, draw: Floats) -> Floats:
    """A time of working hours: as it is from 8:00 to 18:00 on a working day, else the next working morning.

    Parameters
    ----------
    time
        In days.
    draw
        From 0 to below 1: when on that morning, from 8:00 to 12:00.

    Examples
    --------
    >>> thursday_noon, thursday_night, saturday = 7.5, 7.9, 9.5
    >>> office_time(np.array([thursday_noon, thursday_night, saturday]), np.zeros(3)).round(2).tolist()
    [7.5, 8.33, 11.33]
    """
    _, after = working_days()
    day = np.floor(time).astype(np.int64)
    hour = 24 * (time - day)
    kept = (after[day] == day) & (hour >= 8) & (hour < 18)
    morning = after[day + (hour >= 18)] + (8 + 4 * draw) / 24
    return np.where(kept, time, morning)


def workday(day: Ints, earliest: Ints | int) -> Ints:
    """The last working day up to a day, or the first one after it if that is too early.

    Closed at weekends, on 25 and 26 December and on 1 January.

    Examples
    --------
    >>> saturday = np.array([9])
    >>> workday(saturday, 0).tolist(), workday(saturday, 9).tolist()
    ([8], [11])
    """
    before, after = working_days()
    return np.where(before[day] < earliest, after[day], before[day])


@cache
def working_days() -> tuple[Ints, Ints]:
    """For each day from 1970 up to 2100, the last working day up to it, and the first one from it on."""
    day = np.arange(LAST_DAY)
    date = day.astype("datetime64[D]")
    year = date.astype("datetime64[Y]")
    left = ((year + 1).astype("datetime64[D]") - date).astype(np.int64)
    closed = (weekday(day) > 4) | (left == 7) | (left == 6) | (date == year)
    before = np.maximum.accumulate(np.where(closed, 0, day))
    after = np.minimum.accumulate(np.where(closed, LAST_DAY, day)[::-1])[::-1]
    return before, after


def at_school(time: Floats) -> Bools:
    """Whether a time is a school hour: a weekday in term, from 8 to 16."""
    hour = time % 1 * 24
    return np.asarray((weekday(time) < 5) & (hour >= 8) & (hour < 16) & ~on_holiday(time))


def on_holiday(day: Floats | Ints) -> Bools:
    """School holidays: late July and August, Christmas and two weeks in April (near enough)."""
    when = _day_of_year(day)
    summer = (when > 202) & (when < 246)
    return np.asarray(summer | (when > 353) | (when < 4) | ((when > 92) & (when < 107)))


def _day_of_year(day: Floats | Ints) -> Floats:
    """Day of the year from 0, near enough for seasons and holidays."""
    return np.asarray(np.floor(day) % 365.2425)
