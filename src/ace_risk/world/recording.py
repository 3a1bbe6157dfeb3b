"""How events become records: who notices, who writes it down, when, and how it is graded."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ace_risk.world.events import Events, grade_of
from ace_risk.world.rates import (
    ASB_NAMES_CHILD,
    CODE,
    DELAY_HOURS,
    NAMES,
    PPN_WEIGHT,
    RATES,
    SOURCES,
)
from ace_risk.world.streams import Bools, Floats, Ints, Streams, choose

SEPARATION_DETECTED = 0.22
PPN_SHARES = np.array([[0.72, 0.24, 0.04], [0.38, 0.44, 0.18]])
POLICE = SOURCES.index("police")


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
        Positions in `rates.SOURCES` and in the grades of the kind; grade is -1 where there is none.
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


def record(streams: Streams, events: Events) -> Records:
    """The record that each event would leave."""
    count = len(events)
    detected = streams("detected").random(count) < _by_kind("detected")[events.kind]
    source = _sources(streams, events)
    grade = grade_of(streams("grade"), events)
    asb = np.array([name.startswith("asb") for name in NAMES])[events.kind]
    names_child = ~asb | (streams("names_child").random(count) < ASB_NAMES_CHILD)
    random = streams("ppn")
    noticed = random.random(count) < _by_kind("ppn")[events.kind]
    worst = np.maximum(events.severity, (grade >= 2).astype(np.int64))
    ppn = np.where(noticed & (source == POLICE), choose(random.random(count), PPN_SHARES[worst]), -1)
    return Records(
        detected,
        _recorded(streams, events, source),
        source,
        grade,
        names_child,
        ppn,
        _weight(events, grade, ppn, names_child),
    )


def _by_kind(what: str) -> Floats:
    """One setting of every kind, in the order of NAMES."""
    values = [float(getattr(RATES[name], what)) if name in RATES else 0.0 for name in NAMES]
    if what == "detected":
        values[CODE["parental_separation"]] = SEPARATION_DETECTED
    return np.array(values)


def _sources(streams: Streams, events: Events) -> Ints:
    """Who records each event."""
    shares = np.zeros((len(NAMES), len(SOURCES)))
    for name, rate in RATES.items():
        for source, share in rate.sources.items():
            shares[CODE[name], SOURCES.index(source)] = share
    shares[CODE["parental_separation"], [SOURCES.index("school"), SOURCES.index("social_care"), POLICE]] = 0.5, 0.3, 0.2
    shares[shares.sum(axis=1) == 0, POLICE] = 1.0
    return choose(streams("source").random(len(events)), shares[events.kind])


def _recorded(streams: Streams, events: Events, source: Ints) -> Floats:
    """When the record is made: hours after the event for the police, days to months for others."""
    median = np.array([DELAY_HOURS[name][0] for name in SOURCES])[source]
    spread = np.array([DELAY_HOURS[name][1] for name in SOURCES])[source]
    hours = median * np.exp(spread * streams("delay").standard_normal(len(events)))
    return np.asarray(events.time + np.clip(hours, 0.05, 24 * 200) / 24)


def _weight(events: Events, grade: Ints, ppn: Ints, names_child: Bools) -> Floats:
    """What each record weighs for an agency: its kind, its grade and the notice that goes with it."""
    table = np.zeros((len(NAMES), 4))
    for name, rate in RATES.items():
        weights = rate.weight if len(rate.weight) > 1 else rate.weight * 4
        table[CODE[name], : len(weights)] = weights
    table[CODE["parental_separation"]] = 0.5
    weight = table[events.kind, np.maximum(grade, 0)] + np.append(PPN_WEIGHT, 0.0)[ppn]
    return np.where(names_child, weight, 0.0)
