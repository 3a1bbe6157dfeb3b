"""The rows of the tables `incidents`, `involvement` and `missing_episodes`, as plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ace_risk.kinds import load_kinds
from ace_risk.world.care import Care
from ace_risk.world.companions import Companions
from ace_risk.world.events import Events
from ace_risk.world.people import People
from ace_risk.world.places import Homes
from ace_risk.world.rates import CODE, NAMES
from ace_risk.world.recording import Records
from ace_risk.world.streams import Bools, Floats, Ints, Streams, choose, numbers

Columns = dict[str, Any]

ROLES = ("subject", "victim", "witness", "present", "searched", "detained")
OUTCOMES = ("1", "2", "8", "14", "15", "16", "18", "20", "21", "22", "NFA")
OUTCOME_SHARES = {
    "domestic_abuse": (0.05, 0, 0.01, 0.0, 0.18, 0.42, 0.0, 0.02, 0.02, 0.0, 0.30),
    "crime": (0.06, 0.02, 0.14, 0.04, 0.12, 0.14, 0.05, 0.04, 0.09, 0.16, 0.14),
    "crime_victim": (0.05, 0.01, 0.06, 0.18, 0.15, 0.20, 0.28, 0.01, 0.02, 0.02, 0.02),
    "stop_search": (0.0, 0.0, 0.09, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.13, 0.76),
}
MINUTES = 1_440


def minutes(days: Floats | Ints) -> Ints:
    """Whole minutes since 1970, rounded down."""
    return np.floor(days * MINUTES + 1e-6).astype(np.int64)


def all_grades() -> list[str]:
    """Every grade that any kind may carry, in a fixed order."""
    return list(dict.fromkeys(grade for kind in load_kinds().all.values() for grade in kind.grades))


def incident_rows(
    streams: Streams, people: People, homes: Homes, care: Care, events: Events, records: Records, more: Companions
) -> tuple[Columns, Columns]:
    """Incidents with their numbers, and who is named in them.

    Parameters
    ----------
    events, records
        What happened and was recorded, missing episodes left out, one row per incident.
    more
        The records that go with them.
    """
    own = events.child >= 0
    count = len(events)
    number = numbers(streams.shard, streams.seed, "incident", count + len(more.parent))
    at_home = events.child[more.parent] < 0
    house = np.where(own, -1, homes.at(events.family, events.time))
    names = np.concatenate([events.kind, more.kind])
    incidents = {
        "incident_id": number,
        "occurred_at": minutes(np.concatenate([events.time, more.time])),
        "recorded_at": minutes(np.concatenate([records.recorded, more.recorded])) + 1,
        "kind": names,
        "grade": np.concatenate([_grade_code(events.kind, records.grade), _grade_code(more.kind, more.grade)]),
        "household": np.concatenate([house, np.full(len(more.parent), -1)]),
        "outcome": _outcomes(streams, names),
        "source": np.concatenate([records.source, more.source]),
    }
    return incidents, _involvement(streams, people, care, events, records, more, number, at_home)


def _involvement(
    streams: Streams,
    people: People,
    care: Care,
    events: Events,
    records: Records,
    more: Companions,
    number: Any,
    at_home: Bools,
) -> Columns:
    """A row per child named in an incident."""
    count = len(events)
    random = streams("roles")
    drawn, named = random.random(count), random.random(count) < 0.5
    own = np.flatnonzero((events.child >= 0) & records.names_child)
    da, da_child = children_at_home(
        people, care, events, np.flatnonzero((events.kind == CODE["domestic_abuse"]) & named)
    )
    notice = np.flatnonzero(at_home & (more.child < 0))
    row, notice_child = children_at_home(people, care, events, more.parent[notice])
    spread = choose(drawn[da], np.array([0.12, 0.33, 0.55])) + 1
    single = np.flatnonzero(more.child >= 0)
    position = np.searchsorted(more.parent[notice], row) if len(notice) else row
    incident = np.concatenate([own, da, count + notice[position], count + single])
    child = np.concatenate([events.child[own], da_child, notice_child, more.child[single]])
    role = np.concatenate(
        [_roles(events.kind[own], drawn[own]), spread, np.zeros(len(row), dtype=np.int64), _roles(more.kind[single])]
    )
    return {"incident_id": number[incident], "child": child, "role": role}


def children_at_home(people: People, care: Care, events: Events, row: Ints) -> tuple[Ints, Ints]:
    """Each event again for every child who lived with the family at the time: event and child."""
    family, time = events.family[row], events.time[row]
    rows: list[Ints] = []
    children: list[Ints] = []
    for rank in range(int(people.family_size.max(initial=0))):
        at = np.flatnonzero(rank < people.family_size[family])
        child = people.first_child[family[at]] + rank
        here = people.present(child, time[at]) & ~care.during(child, time[at])
        rows.append(row[at[here]])
        children.append(child[here])
    joined, who = np.concatenate(rows), np.concatenate(children)
    order = np.argsort(joined, kind="stable")
    return joined[order], who[order]


def _roles(kind: Ints, drawn: Floats | None = None) -> Ints:
    """The child's part in a record about one child."""
    role = np.zeros(len(kind), dtype=np.int64)
    harmed = ("physical_harm", "emotional_harm", "sexual_harm", "crime_victim", "exploitation_concern")
    role[np.isin(kind, [CODE[name] for name in harmed])] = ROLES.index("victim")
    role[kind == CODE["stop_search"]] = ROLES.index("searched")
    role[kind == CODE["custody"]] = ROLES.index("detained")
    if drawn is not None:
        asb = np.isin(kind, [CODE[name] for name in NAMES if name.startswith("asb")])
        role[asb & (drawn < 0.12)] = ROLES.index("victim")
        role[asb & (drawn > 0.75)] = ROLES.index("present")
    return role


def _grade_code(kind: Ints, grade: Ints) -> Ints:
    """Position of each grade in the list of all grades; -1 where there is none."""
    kinds, codes = load_kinds().incidents, all_grades()
    table = np.full((len(NAMES), 5), -1)
    for name in NAMES:
        for place, text in enumerate(kinds[name].grades if name in kinds else ()):
            table[CODE[name], place] = codes.index(text)
    return np.asarray(table[kind, grade], dtype=np.int64)


def _outcomes(streams: Streams, kind: Ints) -> Ints:
    """Home Office outcome of crimes, half of domestic abuse, and searches; -1 where there is none."""
    random = streams("outcomes")
    drawn, present = random.random(len(kind)), random.random(len(kind))
    outcome = np.full(len(kind), -1)
    for name, shares in OUTCOME_SHARES.items():
        rows = np.flatnonzero((kind == CODE[name]) & ((present < 0.5) | (name != "domestic_abuse")))
        outcome[rows] = choose(drawn[rows], np.array(shares))
    return outcome


def missing_rows(streams: Streams, people: People, care: Care, events: Events, grade: Ints, end: int) -> Columns:
    """Missing episodes: no two at once, ends that aren't recorded yet left empty (-1)."""
    random = streams("missing_rows")
    count = len(events)
    hours = np.exp(np.log(7.0) + 1.35 * random.standard_normal(count))
    reported = random.exponential(1.6, count)
    noted = random.exponential(2.0, count) + 0.1
    interview = random.random(count) < 0.5
    wait = random.exponential(72.0, count) + 2
    begin = minutes(events.time)
    hours = np.minimum(hours, 24 * (people.present_to[events.child] - events.time))
    until = np.maximum(minutes(events.time + hours / 24), begin + 2)
    order = np.lexsort((begin, events.child))
    order = order[_apart(events.child[order], begin[order], until[order])]
    recorded = begin + 1 + np.floor(np.minimum(reported, hours * 0.9) * 60).astype(np.int64)
    closed = until + np.floor(noted * 60).astype(np.int64)
    interviewed = until + np.floor(wait * 60).astype(np.int64)
    stop = end * MINUTES
    known = closed < stop
    rows = {
        "child": events.child,
        "missing_from": begin,
        "missing_to": np.where(known, until, -1),
        "recorded_at": recorded,
        "end_recorded_at": np.where(known, closed, -1),
        "grade": grade,
        "from_care": care.during(events.child, events.time),
        "return_interview_at": np.where(known & interview & (interviewed < stop), interviewed, -1),
    }
    order = order[recorded[order] < stop]
    number = numbers(streams.shard, streams.seed, "episode", len(order))
    return {"episode_id": number} | {name: column[order] for name, column in rows.items()}


def _apart(child: Ints, begin: Ints, until: Ints) -> Bools:
    """Whether each episode, in order of child and time, begins after the earlier ones of the child ended."""
    span = int(until.max(initial=0)) + 1
    latest = np.maximum.accumulate(child * span + until)
    apart = np.ones(len(child), dtype=np.bool_)
    apart[1:] = child[1:] * span + begin[1:] > latest[:-1]
    return apart
