"""The rows of the tables `incidents` and `involvement`, as plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ace_risk.kinds import load_kinds
from ace_risk.world.care import Care
from ace_risk.world.clock import MINUTES, minutes
from ace_risk.world.companions import Companions
from ace_risk.world.events import Events
from ace_risk.world.people import People
from ace_risk.world.places import Homes
from ace_risk.world.rates import CODE, NAMES
from ace_risk.world.recording import Records
from ace_risk.world.streams import Floats, Ints, Streams, choose, numbers

Columns = dict[str, Any]

ROLES = ("subject", "victim", "witness", "present", "searched", "detained")
OUTCOMES = ("1", "2", "8", "14", "15", "16", "18", "20", "21", "22", "NFA")
OUTCOME_SHARES = {
    "domestic_abuse": (0.05, 0, 0.01, 0.0, 0.18, 0.42, 0.0, 0.02, 0.02, 0.0, 0.30),
    "crime": (0.06, 0.02, 0.14, 0.04, 0.12, 0.14, 0.05, 0.04, 0.09, 0.16, 0.14),
    "crime_victim": (0.05, 0.01, 0.06, 0.18, 0.15, 0.20, 0.28, 0.01, 0.02, 0.02, 0.02),
    "stop_search": (0.10, 0.0, 0.06, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.06, 0.76),
}
DA_WITH_OUTCOME = 0.5
CHILDREN_NAMED = 0.5
"""Share of domestic abuse incidents in which the children are named, each in a role (published: about half)."""
DUPLICATED = 0.008
SLOTS = 8
"""Numbers kept for each event: its incident, six accompanying records, and a duplicate."""
DUPLICATE = 7


def incident_rows(
    streams: Streams,
    people: People,
    homes: Homes,
    care: Care,
    events: Events,
    records: Records,
    more: Companions,
    end: int,
) -> tuple[Columns, Columns]:
    """Incidents with their numbers, and who is named in them.

    Parameters
    ----------
    events, records
        What happened and was recorded; missing episodes have a table of their own and are passed over.
    more
        The records that go with them.
    end
        The day on which records end; nothing is recorded on it or after.
    """
    own = np.flatnonzero(events.kind != CODE["missing"])
    again = own[streams.uniform("duplicated", events.index[own]) < DUPLICATED]
    delay = 0.1 + 1.5 * streams.exponential("duplicate_delay", events.index[again])
    in_time = records.recorded[again] + delay + 1 / MINUTES < end  # a duplicate made after the data end isn't in them
    again, delay = again[in_time], delay[in_time]
    row = np.concatenate([own, again])
    slot = np.concatenate([np.zeros(len(own), dtype=np.int64), np.full(len(again), DUPLICATE)])
    later = np.concatenate([np.zeros(len(own)), delay])
    kind = np.concatenate([events.kind[row], more.kind])
    house = np.where(events.child[row] < 0, homes.at(events.family[row], events.time[row]), -1)
    grade = np.concatenate([records.grade[row], more.grade])
    position = np.concatenate([events.index[row] * SLOTS + slot, events.index[more.parent] * SLOTS + more.slot])
    incidents = {
        "incident_id": numbers(streams, "incident", position),
        "occurred_at": minutes(np.concatenate([events.time[row], more.time])),
        "recorded_at": minutes(np.concatenate([records.recorded[row] + later, more.recorded])) + 1,
        "kind": kind,
        "grade": _grade_codes()[kind, grade],
        "household": np.concatenate([house, np.full(len(more.parent), -1)]),
        "outcome": _outcomes(streams, kind, position),
        "source": np.concatenate([records.source[row], more.source]),
    }
    return incidents, _involvement(streams, people, care, events, records, more, row, position)


def _involvement(
    streams: Streams,
    people: People,
    care: Care,
    events: Events,
    records: Records,
    more: Companions,
    row: Ints,
    position: Ints,
) -> Columns:
    """A row per child named in an incident; `row` holds the event of each of the first incidents."""
    named = np.flatnonzero((events.child[row] >= 0) & records.names_child[row])
    present = streams.uniform("children_named", events.index[row]) < CHILDREN_NAMED
    abuse = np.flatnonzero((events.kind[row] == CODE["domestic_abuse"]) & present)
    abuse_at, abuse_child = children_at_home(people, care, events, row[abuse])
    notice = np.flatnonzero(more.child < 0)
    notice_at, notice_child = children_at_home(people, care, events, more.parent[notice])
    single = np.flatnonzero(more.child >= 0)
    drawn = streams.uniform("role", events.index[row[named]])
    seen = streams.uniform("abuse_role", position[abuse[abuse_at]], abuse_child)
    incident = np.concatenate([named, abuse[abuse_at], len(row) + notice[notice_at], len(row) + single])
    role = [
        _roles(events.kind[row[named]], drawn),
        choose(seen, np.array([0.12, 0.33, 0.55])) + 1,
        np.zeros(len(notice_at), dtype=np.int64),
        _roles(more.kind[single]),
    ]
    return {
        "incident_id": numbers(streams, "incident", position[incident]),
        "child": np.concatenate([events.child[row[named]], abuse_child, notice_child, more.child[single]]),
        "role": np.concatenate(role),
    }


def children_at_home(people: People, care: Care, events: Events, row: Ints) -> tuple[Ints, Ints]:
    """Each of some events again for every child who lived with the family at the time.

    Returns
    -------
    tuple
        The place in `row`, in order, and the child.
    """
    family, time = events.family[row], events.time[row]
    places: list[Ints] = []
    children: list[Ints] = []
    for rank in range(int(people.family_size.max(initial=0))):
        at = np.flatnonzero(rank < people.family_size[family])
        child = people.first_child[family[at]] + rank
        here = people.present(child, time[at]) & ~care.during(child, time[at])
        places.append(at[here])
        children.append(child[here])
    place, who = np.concatenate(places), np.concatenate(children)
    order = np.argsort(place, kind="stable")
    return place[order], who[order]


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


def all_grades() -> list[str]:
    """Every grade that any kind may carry, in a fixed order."""
    return list(dict.fromkeys(grade for kind in load_kinds().all.values() for grade in kind.grades))


def _grade_codes() -> Ints:
    """For each kind and grade of that kind, its position in the list of all grades; the last column is -1, none."""
    kinds, codes = load_kinds().incidents, all_grades()
    table = np.full((len(NAMES), 5), -1)
    for name in NAMES:
        for place, text in enumerate(kinds[name].grades if name in kinds else ()):
            table[CODE[name], place] = codes.index(text)
    return table


def _outcomes(streams: Streams, kind: Ints, position: Ints) -> Ints:
    """Home Office outcome of crimes, half of domestic abuse, and searches; -1 where there is none."""
    drawn = streams.uniform("outcome", position)
    given = streams.uniform("outcome_given", position) < DA_WITH_OUTCOME
    outcome = np.full(len(kind), -1)
    for name, shares in OUTCOME_SHARES.items():
        rows = np.flatnonzero((kind == CODE[name]) & (given | (name != "domestic_abuse")))
        outcome[rows] = choose(drawn[rows], np.array(shares))
    return outcome
