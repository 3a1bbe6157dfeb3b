"""Records that go with other records: safeguarding notices, notes of strengths, arrest after a crime."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from ace_risk.world.care import Care
from ace_risk.world.events import Events
from ace_risk.world.people import People
from ace_risk.world.rates import CODE, SOURCES
from ace_risk.world.recording import Records
from ace_risk.world.rhythm import on_holiday, time_of_day, workday
from ace_risk.world.streams import Floats, Ints, Streams

TRUSTED_ADULT_NOTED = 0.10
SCHOOL_ENGAGED_NOTED = 0.12
ARRESTED, ARRESTED_UNDER_14 = 0.44, 0.20
DETAINED = 0.92
CHARGED = 0.12
SPOKEN_AFTER = ("domestic_abuse", "parental_substance_use", "parental_mental_health", "neglect", "physical_harm",
                   "emotional_harm", "self_harm", "missing", "asb_nuisance", "school_exclusion", "crime_victim",
                   "exploitation_concern", "parental_separation", "bereavement")  # fmt: skip


@dataclass(frozen=True)
class Companions:
    """One row per accompanying record.

    Attributes
    ----------
    parent
        The event that it goes with: its position among the recorded events.
    slot
        Which of the parent's accompanying records it is, from 1.
    child
        The child that it names; -1: every child at home (a notice about a household).
    grade
        Position among the grades of a notice, else -1.
    """

    parent: Ints
    slot: Ints
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
        *_strengths(streams, people, care, events, records),
        *_after_crime(streams, people, events, records),
    ]
    more = Companions(
        **{item.name: np.concatenate([getattr(part, item.name) for part in parts]) for item in fields(Companions)}
    )
    kept = (more.recorded + 1 / 720 < end) & ((more.child < 0) | people.present(np.maximum(more.child, 0), more.time))
    return Companions(**{item.name: getattr(more, item.name)[kept] for item in fields(Companions)})


def _notices(streams: Streams, events: Events, records: Records) -> Companions:
    """A safeguarding notice, some hours after the police record of the event."""
    row = np.flatnonzero(records.ppn >= 0)
    hours = 0.3 + 6.0 * streams.exponential("notice", events.index[row])
    return _companions(
        "ppn", 1, row, events.child[row], events.time[row], records.recorded[row] + hours / 24, records.ppn[row]
    )


def _strengths(streams: Streams, people: People, care: Care, events: Events, records: Records) -> list[Companions]:
    """A trusted adult whom the child named, or school going well, noted when somebody spoke with the child."""
    index = events.index
    rank = np.floor(streams.uniform("spoken_with", index) * people.family_size[events.family]).astype(np.int64)
    child = np.where(events.child >= 0, events.child, people.first_child[events.family] + rank)
    age = people.age(child, events.time)
    spoken = np.isin(events.kind, [CODE[name] for name in SPOKEN_AFTER]) & people.present(child, events.time)
    spoken &= ~((events.child < 0) & care.during(child, events.time)) & (events.planted == 0)
    noted = streams.uniform("strength_noted", index)
    adult = spoken & (age >= 4.01) & people.trusted_adult[child] & (noted < TRUSTED_ADULT_NOTED)
    settled = people.resilience[child] - 0.7 * people.trait[child] > 0.2
    engaged = spoken & (age >= 5.01) & (age < 16.8) & settled & (noted > 1 - SCHOOL_ENGAGED_NOTED)
    day = workday(np.floor(events.time).astype(np.int64) + 1, np.floor(events.time).astype(np.int64) + 1)
    hour = time_of_day(streams.uniform("strength_hour", index), streams.uniform("strength_minute", index), "school")
    time = day + hour
    recorded = np.maximum(records.recorded, time) + 4.0 * streams.exponential("strength_delay", index)
    parts = []
    for kind, slot, which in (("trusted_adult", 2, adult), ("school_engaged", 3, engaged & ~on_holiday(day))):
        row = np.flatnonzero(which)
        part = _companions(kind, slot, row, child[row], time[row], recorded[row])
        school = np.full(len(row), SOURCES.index("school"))
        parts.append(replace(part, source=school if kind == "school_engaged" else records.source[row]))
    return parts


def _after_crime(streams: Streams, people: People, events: Events, records: Records) -> list[Companions]:
    """Arrest, custody and charge, which follow some crimes within hours or days."""
    index = events.index
    crime = np.isin(events.kind, [CODE["crime"], CODE["weapons"]])
    younger = people.age(np.maximum(events.child, 0), events.time) < 14
    arrested = crime & (streams.uniform("arrested", index) < np.where(younger, ARRESTED_UNDER_14, ARRESTED))
    detained = arrested & (streams.uniform("detained", index) < DETAINED)
    charged = arrested & (streams.uniform("charged", index) < CHARGED)
    hours = 8.0 * streams.exponential("arrest_hours", index)
    later = hours + 24 + 240 * streams.exponential("charge_hours", index)
    written = 4.0 * streams.exponential("arrest_recorded", index)
    parts = []
    for kind, slot, which, wait in (
        ("arrest", 4, arrested, hours), ("custody", 5, detained, hours + 1), ("charge", 6, charged, later)
    ):  # fmt: skip
        row = np.flatnonzero(which)
        time = events.time[row] + wait[row] / 24
        recorded = np.maximum(records.recorded[row], time) + written[row] / 24
        parts.append(_companions(kind, slot, row, events.child[row], time, recorded))
    return parts


def _companions(
    kind: str, slot: int, parent: Ints, child: Ints, time: Floats, recorded: Floats, grade: Ints | None = None
) -> Companions:
    """Accompanying records of one kind, by the police."""
    count = len(parent)
    grade = np.full(count, -1) if grade is None else grade
    police = np.full(count, SOURCES.index("police"))
    return Companions(parent, np.full(count, slot), child, np.full(count, CODE[kind]), time, recorded, police, grade)
