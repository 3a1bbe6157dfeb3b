"""When things happen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.world.rhythm import at_school, place_in_time, weekday, workday

FIRST = 18_262  # 1 January 2020


def dates(days: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(np.floor(days), unit="D"))


def test_weekdays_by_the_calendar() -> None:
    day = np.arange(FIRST, FIRST + 1_500)
    assert (weekday(day) == dates(day).day_of_week).all()


def test_workdays_by_the_calendar() -> None:
    day = np.arange(FIRST, FIRST + 1_500)
    found = dates(workday(day, 0))
    shut = (
        (found.day_of_week > 4)
        | ((found.month == 12) & found.day.isin([25, 26]))
        | ((found.month == 1) & (found.day == 1))
    )
    assert not shut.any()
    assert (workday(day, 0) <= day).all()
    assert (day - workday(day, 0) <= 4).all()
    assert (workday(day, day) >= day).all()


@pytest.mark.parametrize("rhythm", ["evening", "office", "any"])
def test_events_stay_in_their_quarter_or_weekend(rhythm: str) -> None:
    times = place_in_time(np.random.default_rng(0), FIRST, 91, 4_000, rhythm)
    assert times.min() > FIRST - 7
    assert times.max() < FIRST + 98


def test_evenings_and_weekends_for_what_happens_outside() -> None:
    times = place_in_time(np.random.default_rng(0), FIRST, 1_460, 20_000, "evening")
    assert (weekday(times) >= 5).mean() > 0.34
    assert ((times % 1 * 24) >= 17).mean() > 0.4


def test_school_times_are_school_times() -> None:
    times = place_in_time(np.random.default_rng(0), FIRST, 1_460, 20_000, "school")
    assert at_school(times).mean() > 0.97
    assert (weekday(times) < 5).all()
    assert not (dates(times).month == 8).any()
