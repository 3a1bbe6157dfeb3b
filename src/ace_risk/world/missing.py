"""Going missing: what being in care adds, and the rows of `missing_episodes`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ace_risk.world.care import MONTH, Care, slots
from ace_risk.world.clock import MINUTES, minutes
from ace_risk.world.events import FIRST_IN_CARE, HIGH_NEED, Events, again_missing, events_of, grade_of, join, repeats
from ace_risk.world.need import Need
from ace_risk.world.people import People
from ace_risk.world.rates import (
    CODE,
    MISSING_AGES_IN_CARE,
    MISSING_IN_CARE_YEARLY,
    MISSING_OFFSPRING_DAYS,
    MISSING_OFFSPRING_IN_CARE,
)
from ace_risk.world.rhythm import office_time, time_of_day
from ace_risk.world.streams import Bools, Ints, Streams, arrivals, numbers

MOST_IN_CARE = 256
MEDIAN_HOURS, HOURS_SPREAD = 7.5, 1.6
LONGEST_HOURS = np.array([24.0, 72.0, 336.0, np.inf])
"""How long an episode of each grade may last; a child who is gone for longer was never graded so low [A]."""
CARE_AGES = np.array(MISSING_AGES_IN_CARE)
INTERVIEWED = 0.5
INTERVIEW_MEAN_HOURS = 48.0


def missing_in_care(streams: Streams, people: People, need: Need, care: Care, end: int) -> Events:
    """Episodes of going missing that being in care adds, with the ones that they bring on."""
    row, day = slots(care.start, care.end, care.start < end)
    child = care.child[row]
    level = need.child[child, need.quarter(day)]
    by_age = np.interp(people.age(child, day), CARE_AGES[:, 0], CARE_AGES[:, 1])
    expected = MISSING_IN_CARE_YEARLY * MONTH / 365.25 * by_age * np.exp(0.5 * level)
    rows = arrivals(streams.uniform("missing_in_care", child, day), expected)
    nth = np.arange(len(rows)) - np.searchsorted(rows, rows)
    keys = streams.key("missing_in_care", child[rows], day[rows], nth)
    hour = time_of_day(streams.uniform("care_hour", keys), streams.uniform("care_minute", keys), "evening")
    time = day[rows] + np.floor(MONTH * streams.uniform("care_day", keys)) + hour
    child, high = child[rows], (level[rows] > HIGH_NEED).astype(np.int64)
    first = events_of("missing", time, people.family[child], child, high)
    again = again_missing(people, MISSING_OFFSPRING_IN_CARE)
    episodes = join([first, repeats(streams, first, again, MISSING_OFFSPRING_DAYS, keys)])
    kept = care.during(episodes.child, episodes.time) & (episodes.time < end)
    kept &= people.present(episodes.child, episodes.time)
    episodes = episodes.take(kept)
    episodes = episodes.take(np.lexsort((episodes.time, episodes.child)))
    rank = np.arange(len(episodes)) - np.searchsorted(episodes.child, episodes.child)
    return replace(episodes, index=FIRST_IN_CARE + episodes.child * MOST_IN_CARE + rank).take(rank < MOST_IN_CARE)


def episode_span(streams: Streams, people: People, episodes: Events) -> tuple[Ints, Ints]:
    """First and last minute of each episode; a child who grows up or moves away is found by then."""
    hours = MEDIAN_HOURS * np.exp(HOURS_SPREAD * streams.normal("missing_hours", episodes.index))
    hours = np.minimum(hours, LONGEST_HOURS[grade_of(streams, episodes)])
    hours = np.minimum(hours, 24 * (people.present_to[episodes.child] - episodes.time))
    begin = minutes(episodes.time)
    return begin, np.maximum(minutes(episodes.time + hours / 24), begin + 2)


def one_at_a_time(streams: Streams, people: People, events: Events) -> Bools:
    """Whether each event is no episode of going missing, or begins after the child's earlier ones ended."""
    apart = np.ones(len(events), dtype=np.bool_)
    row = np.flatnonzero(events.kind == CODE["missing"])
    episodes = events.take(row)
    begin, until = episode_span(streams, people, episodes)
    order = np.lexsort((begin, episodes.child))
    span = int(until.max(initial=0)) + 1
    key = episodes.child[order] * span
    latest = np.maximum.accumulate(key + until[order])
    apart[row[order[1:]]] = (key + begin[order])[1:] > latest[:-1]
    return apart


def missing_rows(streams: Streams, people: People, care: Care, episodes: Events, end: int) -> dict[str, Any]:
    """Missing episodes; ends that aren't recorded yet are left empty (-1)."""
    index, child = episodes.index, episodes.child
    begin, until = episode_span(streams, people, episodes)
    grade = grade_of(streams, episodes)
    streams = streams.recorder
    length = (until - begin) / 60
    reported = np.minimum(1.6 * streams.exponential("missing_reported", index), length * 0.9)
    noted = 2.0 * streams.exponential("found_noted", index) + 0.1
    wait = INTERVIEW_MEAN_HOURS * streams.exponential("interview_wait", index) + 2
    recorded = begin + 1 + np.floor(reported * 60).astype(np.int64)
    closed = until + np.floor(noted * 60).astype(np.int64)
    held_at = office_time((until + wait * 60) / MINUTES, streams.uniform("interview_hour", index))
    interviewed = minutes(held_at)
    stop = end * MINUTES
    known = closed < stop
    held = known & (streams.uniform("interviewed", index) < INTERVIEWED) & (interviewed < stop)
    columns = {
        "episode_id": numbers(streams, "episode", index),
        "child": child,
        "missing_from": begin,
        "missing_to": np.where(known, until, -1),
        "recorded_at": recorded,
        "end_recorded_at": np.where(known, closed, -1),
        "grade": grade,
        "from_care": care.during(child, episodes.time),
        "return_interview_at": np.where(held, interviewed, -1),
    }
    seen = recorded < stop
    return {name: column[seen] for name, column in columns.items()}
