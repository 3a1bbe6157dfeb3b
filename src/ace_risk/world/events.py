"""What would happen if nobody helped: every event that need brings about.

Events are drawn before anybody records or helps. Support later takes some of them away by comparing a
number that belongs to the event, so the world with support and the world without it are the same world.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from ace_risk.world.need import STEP_DAYS, Need
from ace_risk.world.people import People
from ace_risk.world.rates import (
    CODE,
    FIRST_AGE,
    HOUSEHOLD_KINDS,
    MISSING_OFFSPRING,
    MISSING_OFFSPRING_DAYS,
    NAMES,
    RATES,
    SCHOOL_LEAVING_AGE,
    Rate,
)
from ace_risk.world.rhythm import place_in_time, time_of_day
from ace_risk.world.streams import Bools, Floats, Ints, Streams, arrivals, choose

MOST_OFFSPRING = 0.9
"""No episode brings on more than this many others on average, or there would be no end of them."""
HIGH_NEED = 1.2
"""Need of a child from which an event counts as of high severity."""


FIRST_IN_CARE = 2**24
"""Indices from here on are those of episodes of going missing that being in care brought about."""


@dataclass(frozen=True)
class Events:
    """One row per event, true or not yet recorded.

    Attributes
    ----------
    kind
        Position in `rates.NAMES`.
    time
        Days since 1970, with a fraction.
    family, child
        Whose; `child` is -1 for a household kind.
    severity
        0 or 1: whether the need behind it was low or high.
    index
        The event's number within its shard: what all that becomes of it is drawn by, so that a knob that
        adds or removes events leaves the others as they were.
    planted
        0 for what truly happened, else the bias that made the contact (see `contacts`).
    """

    kind: Ints
    time: Floats
    family: Ints
    child: Ints
    severity: Ints
    index: Ints
    planted: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: Ints | Bools | slice) -> Events:
        """Some of the events."""
        return Events(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def join(parts: list[Events]) -> Events:
    """Several sets of events as one."""
    return Events(
        **{item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Events)}
    )


def make_events(streams: Streams, people: People, need: Need, end: int) -> Events:
    """All events of a shard, in order of time; `index` counts them from 0."""
    parts = [_separations(streams, people)]
    for name, rate in RATES.items():
        if name in HOUSEHOLD_KINDS:
            parts.append(_household(streams, people, need, name, rate))
        else:
            parts.append(_of_children(streams, people, need, name, rate))
        if name == "missing":
            parts.append(repeats(streams, parts[-1], again_missing(people, MISSING_OFFSPRING), MISSING_OFFSPRING_DAYS))
        elif rate.offspring:
            again = np.full(people.families, rate.offspring)
            parts.append(repeats(streams, parts[-1], again, rate.offspring_days))
    events = join(parts)
    events = events.take(possible(events, people, need.begin, end))
    events = events.take(np.lexsort((events.child, events.family, events.kind, events.time)))
    return replace(events, index=np.arange(len(events)))


def possible(events: Events, people: People, begin: int, end: int) -> Bools:
    """Whether each event can have happened: the family or child lived here, and was old enough."""
    at_child = events.child >= 0
    child = np.where(at_child, events.child, 0)
    here = people.present(child, events.time)
    enters, leaves = people.enters[events.family], people.leaves[events.family]
    family_here = (enters <= events.time) & (events.time < leaves)
    family_here &= children_at(people, events.family, events.time) > 0
    youngest = np.array([FIRST_AGE.get(name, 0) for name in NAMES])
    oldest = np.array([SCHOOL_LEAVING_AGE if name.startswith("school") else 18 for name in NAMES])
    age = (events.time - people.birth[child]) / 365.2425
    fits = (age >= youngest[events.kind] + 0.01) & (age < oldest[events.kind])
    inside = (events.time >= begin) & (events.time < end)
    return np.asarray(inside & np.where(at_child, here & fits, family_here))


def children_at(people: People, family: Ints, time: Floats) -> Ints:
    """How many children of each family live in the area at each time."""
    count = np.zeros(len(family), dtype=np.int64)
    first, size = people.first_child[family], people.family_size[family]
    for rank in range(int(people.family_size.max(initial=0))):
        at = rank < size
        count[at] += people.present(first[at] + rank, time[at])
    return count


def severity_of(need: Need, rate: Rate, quarter: int) -> Ints:
    """Of every family, the severity that drives a household kind in a quarter: 0 none, 1 moderate, 2 severe."""
    if rate.driver == -1:
        total = need.trio[:, :, quarter].sum(axis=0)
        return np.asarray((total >= 1).astype(np.int64) + (total >= 4))
    return need.trio[rate.driver or 0, :, quarter].astype(np.int64)


def of_families(need: Need, rate: Rate, quarter: int) -> Floats:
    """Expected events of a household kind in each family in a quarter."""
    return np.array(rate.by_severity)[severity_of(need, rate, quarter)] * _quarter_share(rate, quarter)


def of_children(people: People, need: Need, rate: Rate, quarter: int) -> Floats:
    """Expected events of a child's kind for each child in a quarter, by need, age and sex."""
    day = need.begin + quarter * STEP_DAYS
    age = np.clip((day + STEP_DAYS / 2 - people.birth) * (4 / 365.25), 0, 72).astype(np.int64)
    sex = np.array([1 / np.sqrt(rate.boys), np.sqrt(rate.boys), 1.0])[people.sex]
    expected = rate.yearly * rate.by_age()[age] * sex * np.exp(rate.slope * need.child[:, quarter])
    here = (people.present_from < day + STEP_DAYS) & (people.present_to > day)
    return np.asarray(expected * here * _quarter_share(rate, quarter))


def _quarter_share(rate: Rate, quarter: int) -> float:
    """How much of a yearly rate falls in a quarter, with the slow trend."""
    years = quarter * STEP_DAYS / 365.25
    return float(STEP_DAYS / 365.25 * (1 + rate.trend) ** years)


def _household(streams: Streams, people: People, need: Need, name: str, rate: Rate) -> Events:
    """Events of a household kind, from the trio's severity in each quarter."""
    random = streams(f"event_{name}")
    families, times, severities = [], [], []
    for quarter in range(need.quarters):
        first = of_families(need, rate, quarter) * (1 - rate.offspring)
        who = arrivals(random.random(people.families, dtype=np.float32), first)
        families.append(who)
        severities.append((severity_of(need, rate, quarter)[who] == 2).astype(np.int64))
        times.append(place_in_time(random, need.begin + quarter * STEP_DAYS, STEP_DAYS, len(who), rate.rhythm))
    family = np.concatenate(families)
    return events_of(name, np.concatenate(times), family, np.full(len(family), -1), np.concatenate(severities))


def _of_children(streams: Streams, people: People, need: Need, name: str, rate: Rate) -> Events:
    """Events of a child's kind, from the child's need, age and sex in each quarter."""
    random = streams(f"event_{name}")
    children, times = [], []
    for quarter in range(need.quarters):
        who = arrivals(random.random(people.children, dtype=np.float32), of_children(people, need, rate, quarter))
        children.append(who)
        times.append(place_in_time(random, need.begin + quarter * STEP_DAYS, STEP_DAYS, len(who), rate.rhythm))
    child, time = np.concatenate(children), np.concatenate(times)
    high = need.child[child, need.quarter(time)] > HIGH_NEED
    return events_of(name, time, people.family[child], child, high.astype(np.int64))


def _separations(streams: Streams, people: People) -> Events:
    """Parents separating: once per family."""
    random = streams("event_parental_separation")
    family = np.arange(people.families)
    time = people.separates + random.random(people.families)
    none = np.full(people.families, -1)
    return events_of("parental_separation", time, family, none, np.zeros(people.families, dtype=np.int64))


def again_missing(people: People, offspring: float) -> Floats:
    """How many episodes of going missing an episode of each child brings on, on average."""
    return np.asarray(np.minimum(offspring * np.exp(0.8 * people.trait - 0.3), MOST_OFFSPRING))


def repeats(
    streams: Streams, first: Events, expected: Floats, days: float, keys: NDArray[np.integer] | None = None
) -> Events:
    """Events of one kind that earlier ones bring on, which bring on more in their turn.

    Parameters
    ----------
    first
        Events of one kind, of children or of households.
    expected
        How many each event brings on, on average: one entry per child, or per family for a household kind; below 1.
    days
        After how many days on average.
    keys
        What tells the first events apart, their positions by default; all that follows from an event is drawn by it.
    """
    name = NAMES[first.kind[0]] if len(first) else ""
    keys = np.arange(len(first)) if keys is None else keys
    parts, parents = [first.take(slice(0, 0))], first
    while len(parents):
        who = np.where(parents.child >= 0, parents.child, parents.family)
        rows = arrivals(streams.uniform(f"repeats_{name}", keys), expected[who])
        nth = np.arange(len(rows)) - np.searchsorted(rows, rows)
        keys = streams.key(f"repeat_{name}", keys[rows], nth)
        day = parents.time[rows] + 0.4 + days * streams.exponential("repeat_wait", keys)
        hour = time_of_day(streams.uniform("repeat_hour", keys), streams.uniform("repeat_minute", keys), "evening")
        parents = replace(parents.take(rows), time=np.floor(day) + hour)
        parts.append(parents)
    return join(parts)


def events_of(name: str, time: Floats, family: Ints, child: Ints, severity: Ints) -> Events:
    """Events of one kind, true and not numbered yet."""
    none = np.zeros(len(time), dtype=np.int64)
    return Events(np.full(len(time), CODE[name]), time, family, child, severity, index=none, planted=none)


def grade_of(streams: Streams, events: Events) -> Ints:
    """The true grade of each event: its position among the grades of its kind, -1 where it has none."""
    grade = np.full(len(events), -1, dtype=np.int64)
    drawn = streams.uniform("grade", events.index)
    for name, rate in RATES.items():
        if rate.grades is None:
            continue
        rows = np.flatnonzero(events.kind == CODE[name])
        grade[rows] = choose(drawn[rows], np.array(rate.grades)[events.severity[rows]])
    return grade
