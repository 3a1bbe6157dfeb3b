"""The rules of time as pictures: one column a day (at midnight), the cutoff at `|`.

x an event, recorded at once      L an event, recorded only after the cutoff
* an event at the very instant of the cutoff      [ ] a spell's start and its end, recorded at once
} a spell's end that is recorded only after the cutoff
"""

from __future__ import annotations

import math

import pandas as pd
import pytest

from ace_risk import Catalogue, FeatureSpec, build_features

DAY = pd.Timedelta(days=1)
FIRST = pd.Timestamp("2024-02-25").as_unit("us")  # the pictures run over a leap day and into March

CASES = [
    # title, picture, measure, window in days, expected
    ("events before the cutoff count", "x..x..|", "count", None, 2),
    ("an event after the cutoff does not count", "x..x..|.x", "count", None, 2),
    ("an event at the instant of the cutoff does not count", "x.....*", "count", None, 1),
    ("an event recorded after the cutoff does not count", "x..L..|", "count", None, 1),
    ("the first instant of the window counts", "...x..|", "count", 3, 1),
    ("an event just before the window does not count", "..x...|", "count", 3, 0),
    ("ever looks back to the first record", "x.....|", "ever", None, 1),
    ("ever within a window", "x.....|", "ever", 3, 0),
    ("whole days since the last event", "x..x..|", "days_since_last", None, 3),
    ("whole days since the first event", "x..x..|", "days_since_first", None, 6),
    ("a late record does not make the last event newer", "x..L..|", "days_since_last", None, 6),
    ("nothing happened: no number", "......|", "days_since_last", None, math.nan),
    ("days over 29 February are days", "x.........|", "days_since_last", None, 10),
    ("a spell runs from its start up to its end", ".[..]..|", "days_in_spell", None, 3),
    ("an open spell runs up to the cutoff", ".[.....|", "days_in_spell", None, 6),
    ("an end after the cutoff isn't known", ".[.....|..]", "days_in_spell", None, 6),
    ("an end recorded after the cutoff isn't known", ".[..}..|", "days_in_spell", None, 6),
    ("only days within the window count", ".[..]..|", "days_in_spell", 4, 1),
    ("a spell that has ended is not open", ".[..]..|", "open", None, 0),
    ("a spell whose end isn't recorded is open", ".[..}..|", "open", None, 1),
    ("a spell that ends after the cutoff is open", ".[.....|..]", "open", None, 1),
]

CLOCK_CHANGES = [
    # title, first column, hours from one column to the next, picture, measure, window in days, expected
    ("a day of 23 hours is a day", "2024-03-31 00:00", 12, "x.|", "days_since_last", None, 1),
    ("25 hours by the clock are more than a day, though 24 passed", "2024-03-30 23:00", 5, "x....|", "count", 1, 0),
    ("a time in the hour left out counts as written", "2024-03-31 01:30", 24, "x|", "days_since_last", None, 1),
    ("a day of 25 hours is a day", "2024-10-27 00:00", 12, "x.|", "count", 1, 1),
    ("the hour that comes twice is one hour", "2024-10-27 01:30", 23, "x|", "days_since_last", None, 0),
]
"""British clocks went from 01:00 to 02:00 on 31 March 2024 and from 02:00 to 01:00 on 27 October 2024."""


def read_picture(
    picture: str, first: pd.Timestamp = FIRST, step: pd.Timedelta = DAY
) -> tuple[pd.DataFrame, pd.Timestamp]:
    """The events and the cutoff that a picture shows."""
    cutoff = first + step * next(position for position, mark in enumerate(picture) if mark in "|*")
    rows = []
    for position, mark in enumerate(picture):
        at = first + step * position
        if mark in "xL*[":
            recorded = at if mark != "L" else cutoff
            rows.append({"occurred_at": at, "recorded_at": recorded, "ended_at": None, "end_recorded_at": None})
        if mark in "]}":
            rows[-1]["ended_at"] = at
            rows[-1]["end_recorded_at"] = at if mark == "]" else cutoff
    columns = ["occurred_at", "recorded_at", "ended_at", "end_recorded_at"]
    history = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "datetime64[us]"))
    return history.assign(child_id="a", kind="x"), cutoff


@pytest.mark.parametrize(("title", "picture", "measure", "window", "expected"), CASES, ids=[case[0] for case in CASES])
def test_picture(title, picture, measure, window, expected):
    got = measured(*read_picture(picture), measure, window)
    assert got == expected or (math.isnan(got) and math.isnan(expected))


@pytest.mark.parametrize(
    ("title", "first", "hours", "picture", "measure", "window", "expected"),
    CLOCK_CHANGES,
    ids=[case[0] for case in CLOCK_CHANGES],
)
def test_picture_of_a_clock_change(title, first, hours, picture, measure, window, expected):
    shown = read_picture(picture, pd.Timestamp(first).as_unit("us"), pd.Timedelta(hours=hours))
    assert measured(*shown, measure, window) == expected


def measured(history, cutoff, measure, window):
    """The one feature of the one child at the cutoff."""
    cohort = pd.DataFrame({"child_id": ["a"], "cutoff": [cutoff]})
    spec = FeatureSpec("x", ["x"], measure, window)
    return build_features(history, cohort, Catalogue([spec]))[spec.name].iloc[0]


def test_part_days_are_rounded_down():
    history = pd.DataFrame(
        {
            "child_id": "a",
            "kind": "x",
            "occurred_at": pd.to_datetime(["2024-03-01 12:00"]),
            "recorded_at": pd.to_datetime(["2024-03-01 12:00"]),
        }
    )
    cohort = pd.DataFrame({"child_id": ["a", "a"], "cutoff": pd.to_datetime(["2024-03-03 11:59", "2024-03-03 12:00"])})
    built = build_features(history, cohort, Catalogue([FeatureSpec("x", ["x"], "days_since_last")]))
    assert built["x_days_since_last_ever"].tolist() == [1, 2]


def test_the_outcome_window_starts_at_the_cutoff_and_ends_before_the_horizon():
    from ace_risk import Outcome, build_labels

    cutoff = FIRST + DAY * 10
    for offset, expected in ((-1, 0), (0, 1), (4, 1), (5, 0)):
        history = pd.DataFrame({"child_id": ["a"], "kind": ["cin"], "occurred_at": [cutoff + DAY * offset]}).assign(
            recorded_at=cutoff + DAY * 40
        )
        cohort = pd.DataFrame({"child_id": ["a"], "cutoff": [cutoff], "observed_until": [cutoff + DAY * 5]})
        assert build_labels(history, cohort, Outcome(["cin"], 5)).tolist() == [expected], offset


def test_a_window_that_is_not_fully_observed_is_censored_whatever_happened():
    from ace_risk import Outcome, build_labels

    cutoff = FIRST + DAY * 10
    history = pd.DataFrame({"child_id": ["a"], "kind": ["cin"], "occurred_at": [cutoff], "recorded_at": [cutoff]})
    cohort = pd.DataFrame({"child_id": ["a", "b"], "cutoff": cutoff, "observed_until": cutoff + DAY * 5 - DAY / 86_400})
    assert build_labels(history, cohort, Outcome(["cin"], 5)).isna().all()
