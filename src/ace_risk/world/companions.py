"""Records that go with other records: safeguarding notices, notes of strengths, arrest after a crime."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ace_risk.world.care import Care
from ace_risk.world.events import Events
from ace_risk.world.people import People
from ace_risk.world.rates import CODE, SOURCES
from ace_risk.world.recording import Records
from ace_risk.world.streams import Floats, Ints, Streams

TRUSTED_ADULT_NOTED = 0.10
SCHOOL_ENGAGED_NOTED = 0.12
ARRESTED = 0.22
DETAINED = 0.6
CHARGED = 0.12
_STRENGTH_AFTER = ("domestic_abuse", "parental_substance_use", "parental_mental_health", "neglect", "physical_harm",
                   "emotional_harm", "self_harm", "missing", "asb_nuisance", "school_exclusion", "crime_victim",
                   "exploitation_concern", "parental_separation", "bereavement")  # fmt: skip


@dataclass(frozen=True)
class Companions:
    """One row per accompanying record.

    Attributes
    ----------
    parent
        The event that it goes with.
    child
        The child that it names; -1: every child at home (a notice about a household).
    grade
        Position among the grades of a notice, else -1.
    """

    parent: Ints
    child: Ints
    kind: Ints
    time: Floats
    recorded: Floats
    source: Ints
    grade: Ints


def make_companions(
    streams: Streams, people: People, care: Care, events: Events, records: Records, end: int
) -> Companions:
    """What goes with each of the recorded events and was itself recorded before the end."""
    parts = [
        _notices(streams, events, records),
        _strengths(streams, people, care, events, records),
        *_after_crime(streams, events, records),
    ]
    parent, child, kind, time, recorded, source, grade = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = (recorded + 1 / 720 < end) & ((child < 0) | people.present(np.maximum(child, 0), time))
    return Companions(parent[kept], child[kept], kind[kept], time[kept], recorded[kept], source[kept], grade[kept])


_Part = tuple[Ints, Ints, Ints, Floats, Floats, Ints, Ints]


def _part(parent: Ints, child: Ints, kind: str, time: Floats, recorded: Floats, source: Ints, grade: Ints) -> _Part:
    """Columns of one kind of accompanying record."""
    return parent, child, np.full(len(parent), CODE[kind]), time, np.maximum(recorded, time), source, grade


def _notices(streams: Streams, events: Events, records: Records) -> _Part:
    """A safeguarding notice, some hours after the police record of the event."""
    random = streams("notices")
    hours = random.exponential(6.0, len(events)) + 0.3
    row = np.flatnonzero(records.ppn >= 0)
    recorded = records.recorded[row] + hours[row] / 24
    police = np.full(len(row), SOURCES.index("police"))
    return _part(row, events.child[row], "ppn", events.time[row], recorded, police, records.ppn[row])


def _strengths(streams: Streams, people: People, care: Care, events: Events, records: Records) -> _Part:
    """A trusted adult whom the child named, or school going well, noted when somebody spoke with the child."""
    random = streams("strengths")
    count = len(events)
    pick, noted, delay = random.random(count), random.random(count), random.exponential(4.0, count)
    size = people.family_size[events.family]
    child = np.where(events.child >= 0, events.child, people.first_child[events.family] + np.floor(pick * size))
    child = child.astype(np.int64)
    age = (events.time - people.birth[child]) / 365.2425
    spoken = np.isin(events.kind, [CODE[name] for name in _STRENGTH_AFTER]) & people.present(child, events.time)
    spoken &= ~((events.child < 0) & care.during(child, events.time))
    adult = spoken & (age >= 4.01) & people.trusted_adult[child] & (noted < TRUSTED_ADULT_NOTED)
    settled = people.resilience[child] - 0.7 * people.trait[child] > 0.2
    engaged = spoken & (age >= 5.01) & (age < 16.9) & settled & (noted > 1 - SCHOOL_ENGAGED_NOTED)
    row = np.flatnonzero(adult | engaged)
    kind = np.where(adult[row], CODE["trusted_adult"], CODE["school_engaged"])
    source = np.where(adult[row], records.source[row], SOURCES.index("school"))
    none = np.full(len(row), -1)
    time = events.time[row] + 0.02
    return row, child[row], kind, time, np.maximum(records.recorded[row], time) + delay[row], source, none


def _after_crime(streams: Streams, events: Events, records: Records) -> list[_Part]:
    """Arrest, custody and charge, which follow some crimes within hours or days."""
    random = streams("after_crime")
    drawn, hours = random.random((3, len(events))), random.exponential(8.0, (3, len(events)))
    crime = np.isin(events.kind, [CODE["crime"], CODE["weapons"]])
    arrested = crime & (drawn[0] < ARRESTED)
    steps = (
        ("arrest", arrested, hours[0]),
        ("custody", arrested & (drawn[1] < DETAINED), hours[0] + 1),
        ("charge", arrested & (drawn[2] < CHARGED), hours[0] + 24 + 10 * hours[2]),
    )
    parts = []
    for kind, happens, later in steps:
        row = np.flatnonzero(happens)
        time = events.time[row] + later[row] / 24
        police = np.full(len(row), SOURCES.index("police"))
        recorded = np.maximum(records.recorded[row], time) + hours[1][row] / 48
        parts.append(_part(row, events.child[row], kind, time, recorded, police, np.full(len(row), -1)))
    return parts
