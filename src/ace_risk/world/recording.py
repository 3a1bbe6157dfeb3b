"""How events become records: who notices, who writes it down, when, and how it is graded."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ace_risk.plans import Biases
from ace_risk.world.events import FIRST_IN_CARE, Events, grade_of
from ace_risk.world.people import GROUPS, People
from ace_risk.world.rates import (
    ASB_NAMES_CHILD,
    CODE,
    DELAY_HOURS,
    MISSING_IN_CARE_DETECTED,
    NAMES,
    PPN_GRAVE,
    PPN_SHARES,
    PPN_WEIGHT,
    RATES,
    SEPARATION_SOURCES,
    SEPARATION_WEIGHT,
    SOURCES,
)
from ace_risk.world.rhythm import at_school, office_time
from ace_risk.world.streams import Bools, Floats, Ints, Streams, choose

POLICE = SOURCES.index("police")
OFFICE_SOURCES = ("school", "social_care", "youth_service")
"""Sources that write in office hours."""
SEPARATION_DETECTED = 0.22
CALLING_FAMILIES, CALLED_ABOUT, OTHERWISE_CALLED = 0.25, 2.5, 0.5
"""Share of families whose abuse somebody calls about, and how much more often than on average it is recorded there
and elsewhere: that 1 in 5 is reported is a share of families as much as of incidents. They average 1 (assumption)."""
CORRECTED = 0.012
"""Share of records that are put right days later: the record in the data is the later one."""
GRADED_TOO_LOW = 0.05
GRADE_MISSING = 0.06

CONCERNS = (
    "physical_harm", "emotional_harm", "sexual_harm", "crime_victim", "self_harm", "exploitation_concern", "missing",
)  # fmt: skip
"""Kinds that say that a child is vulnerable: what adultification leaves out."""
ADULTIFIED_FROM, ADULTIFIED_SHARE = 13, 0.6


@dataclass(frozen=True)
class Records:
    """What would be written down about each event, one row per event and in the same order.

    Attributes
    ----------
    detected
        Somebody noticed and recorded it.
    recorded
        Days since 1970, with a fraction, when the record was made.
    source, grade
        Positions in `rates.SOURCES` and in the grades of the kind; grade is -1 where there is none or it
        was left out.
    names_child
        The record names the child (most records of anti-social behaviour don't).
    ppn
        Grade of the police safeguarding notice that goes with it (0 green, 1 amber, 2 red), or -1.
    weight
        What the record weighs when an agency decides; 0 where it names nobody.
    """

    detected: Bools
    recorded: Floats
    source: Ints
    grade: Ints
    names_child: Bools
    ppn: Ints
    weight: Floats

    def take(self, rows: Ints | Bools) -> Records:
        """The records of some of the events."""
        return Records(**{item.name: getattr(self, item.name)[rows] for item in fields(self)})


def record(streams: Streams, people: People, events: Events, biases: Biases) -> Records:
    """The record that each event would leave."""
    true_grade = grade_of(streams, events)
    streams, index = streams.recorder, events.index
    overlooked = _overlooked(streams, people, events, biases)
    chance = np.where(index >= FIRST_IN_CARE, MISSING_IN_CARE_DETECTED, _by_kind("detected")[events.kind])
    chance *= np.where(events.kind == CODE["domestic_abuse"], called_about(streams, events.family), 1.0)
    detected = streams.uniform("detected", index) < chance
    source = _sources(streams, events)
    corrected = streams.uniform("corrected", index) < CORRECTED
    grade = _graded(streams, events, true_grade, corrected)
    asb = np.array([name.startswith("asb") for name in NAMES])[events.kind]
    names_child = ~asb | (streams.uniform("names_child", index) < ASB_NAMES_CHILD) | (events.planted > 0)
    noticed = (streams.uniform("ppn", index) < _by_kind("ppn")[events.kind]) & (source == POLICE)
    shares = np.array([*PPN_SHARES, PPN_GRAVE])[np.where(_grave(events, true_grade), 2, events.severity)]
    ppn_grade = choose(streams.uniform("ppn_grade", index), shares)
    ppn = np.where(noticed & ~overlooked & (events.planted == 0), ppn_grade, -1)
    return Records(
        detected=(detected & ~overlooked) | (events.planted > 0),
        recorded=_recorded(streams, events, source, corrected),
        source=source,
        grade=grade,
        names_child=names_child,
        ppn=ppn,
        weight=_weight(events, grade, ppn, names_child),
    )


def _grave(events: Events, grade: Ints) -> Bools:
    """Whether each event has the highest grade of a kind that has three or more."""
    highest = np.full(len(NAMES), len(NAMES))
    for name, rate in RATES.items():
        if rate.grades is not None and len(rate.grades[0]) > 2:
            highest[CODE[name]] = len(rate.grades[0]) - 1
    return np.asarray(grade == highest[events.kind])


def called_about(streams: Streams, family: Ints) -> Floats:
    """How much more often than on average the domestic abuse in each family is recorded."""
    calls = streams.uniform("calls", family) < CALLING_FAMILIES
    return np.where(calls, CALLED_ABOUT, OTHERWISE_CALLED)


def _overlooked(streams: Streams, people: People, events: Events, biases: Biases) -> Bools:
    """Which concerns the planted bias `adultification` leaves out."""
    child = np.maximum(events.child, 0)
    black = people.group[child] == GROUPS.index("Black")
    older = people.age(child, events.time) >= ADULTIFIED_FROM
    concern = np.isin(events.kind, [CODE[name] for name in CONCERNS])
    lost = streams.uniform("adultification", events.index) < ADULTIFIED_SHARE * biases.adultification
    return np.asarray((events.child >= 0) & black & older & concern & lost)


def _by_kind(what: str) -> Floats:
    """One setting of every kind, in the order of NAMES."""
    values = [float(getattr(RATES[name], what)) if name in RATES else 0.0 for name in NAMES]
    if what == "detected":
        values[CODE["parental_separation"]] = SEPARATION_DETECTED
    return np.array(values)


def _sources(streams: Streams, events: Events) -> Ints:
    """Who records each event; schools only what happens in school hours, if anybody else could."""
    shares = np.zeros((len(NAMES), len(SOURCES)))
    known = {name: rate.sources for name, rate in RATES.items()} | {"parental_separation": SEPARATION_SOURCES}
    for name in NAMES:
        for source, share in known.get(name, {"police": 1.0}).items():
            shares[CODE[name], SOURCES.index(source)] = share
    elsewhere = shares * (np.arange(len(SOURCES)) != SOURCES.index("school"))
    alone = elsewhere.sum(axis=1) == 0
    elsewhere[alone] = shares[alone]
    elsewhere /= elsewhere.sum(axis=1, keepdims=True)
    open_now = at_school(events.time)[:, None]
    chance = np.where(open_now, shares[events.kind], elsewhere[events.kind])
    return np.where(events.planted > 0, POLICE, choose(streams.uniform("source", events.index), chance))


def _graded(streams: Streams, events: Events, grade: Ints, corrected: Bools) -> Ints:
    """The grade as recorded: sometimes too low until corrected, sometimes left out."""
    low = ~corrected & (streams.uniform("graded_low", events.index) < GRADED_TOO_LOW)
    given = np.where(low, np.maximum(grade - 1, np.minimum(grade, 0)), grade)
    left_out = (streams.uniform("grade_missing", events.index) < GRADE_MISSING) & (events.kind != CODE["missing"])
    return np.where(left_out, -1, given)


def _recorded(streams: Streams, events: Events, source: Ints, corrected: Bools) -> Floats:
    """When the record is made: hours after the event for the police, days to months and in office hours for others."""
    median = np.array([DELAY_HOURS[name][0] for name in SOURCES])[source]
    spread = np.array([DELAY_HOURS[name][1] for name in SOURCES])[source]
    hours = median * np.exp(spread * streams.normal("delay", events.index))
    later = np.where(corrected, 48 + 240 * streams.exponential("correction", events.index), 0.0)
    made = np.asarray(events.time + (np.clip(hours, 0.05, 24 * 200) + later) / 24)
    office = np.isin(np.array(SOURCES)[source], OFFICE_SOURCES)
    return np.where(office, office_time(made, streams.uniform("recorded_at_office", events.index)), made)


def _weight(events: Events, grade: Ints, ppn: Ints, names_child: Bools) -> Floats:
    """What each record weighs for an agency: its kind, its grade and the notice that goes with it."""
    table = np.zeros((len(NAMES), 4))
    for name, rate in RATES.items():
        weights = rate.weight if len(rate.weight) > 1 else rate.weight * 4
        table[CODE[name], : len(weights)] = weights
    table[CODE["parental_separation"]] = SEPARATION_WEIGHT
    weight = table[events.kind, np.maximum(grade, 0)] + np.append(PPN_WEIGHT, 0.0)[ppn]
    return np.where(names_child, weight, 0.0)
