"""The rows of the tables `children`, `residence` and `services`, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.plans import Biases
from ace_risk.world.care import Residence
from ace_risk.world.clock import MINUTES
from ace_risk.world.events import Events
from ace_risk.world.people import ETHNICITY_CODES, People
from ace_risk.world.places import Homes
from ace_risk.world.rates import CODE, NAMES
from ace_risk.world.services import KINDS, Spells
from ace_risk.world.streams import Floats, Ints, Streams, choose, numbers

Columns = dict[str, Any]

# How officers see children of each of `GROUPS`; they have no code for Mixed.
SEEN_AS = np.array(
    [
        [0.90, 0.06, 0.00, 0.005, 0.00, 0.005, 0.03],
        [0.34, 0.08, 0.40, 0.08, 0.02, 0.03, 0.05],
        [0.01, 0.02, 0.01, 0.78, 0.10, 0.04, 0.04],
        [0.00, 0.00, 0.94, 0.01, 0.00, 0.01, 0.04],
        [0.12, 0.16, 0.10, 0.16, 0.08, 0.30, 0.08],
    ]
)
NOT_STATED = 0.05
ETHNICITY_MISSING = 0.26
OBSERVED_SHARE = 0.45
DISABILITY_UNKNOWN = 0.22
SERVICE_DELAY_HOURS = 30.0
MOST_SPELLS = 128
"""Spells of one kind that a child can have before two would share a number."""

# Share whose ethnicity is missing, by the kind that a child is first recorded for, when `missing_ethnicity`
# is at full strength. Published: 61 of 100 crime victims, about 19 of 100 missing persons.
MISSING_BY_KIND = {"crime_victim": 0.61, "missing": 0.19, "stop_search": 0.12, "custody": 0.05}
MISSING_ASB, MISSING_HOUSEHOLD, MISSING_OTHER, MISSING_UNRECORDED = (0.55, 0.38, 0.24, 0.15)


@dataclass(frozen=True)
class Rows:
    """The rows of one shard, as arrays; children and homes by position."""

    children: Columns
    residence: Columns
    incidents: Columns
    involvement: Columns
    missing_episodes: Columns
    services: Columns
    child_number: NDArray[np.uint64]
    household_number: NDArray[np.uint64]


def person_rows(streams: Streams, people: People, events: Events, biases: Biases) -> Columns:
    """Children as they are recorded: ethnicity often missing, sex nearly always known."""
    child = np.arange(people.children)
    flat, by_kind = ETHNICITY_MISSING, _missing_by_kind(people, events)
    missing = flat + biases.missing_ethnicity * (by_kind - flat)
    drawn = streams.uniform("ethnicity_missing", child)
    stated = streams.uniform("ethnicity_stated", child) >= NOT_STATED
    view = choose(streams.uniform("ethnicity_view", child), SEEN_AS[people.group])
    seen = streams.uniform("ethnicity_seen", child) < OBSERVED_SHARE
    known = streams.uniform("disability_known", child) >= DISABILITY_UNKNOWN
    return {
        "birth": people.birth,
        "sex": people.sex,
        "ethnicity": np.where(drawn < missing, -1, np.where(stated, people.ethnicity, len(ETHNICITY_CODES))),
        "observed": np.where(seen, view, -1),
        "disability": np.where(known, people.disability.astype(np.int64), -1),
    }


def _missing_by_kind(people: People, events: Events) -> Floats:
    """Share whose ethnicity is missing, by the first record of each child; events are in order of time."""
    share = np.full(people.children, MISSING_UNRECORDED)
    table = np.full(len(NAMES), MISSING_OTHER)
    for name in NAMES:
        asb = MISSING_ASB if name.startswith("asb") else MISSING_OTHER
        table[CODE[name]] = MISSING_BY_KIND.get(name, asb)
    home = np.flatnonzero(events.child < 0)
    families = np.unique(events.family[home])
    share[np.isin(people.family, families)] = MISSING_HOUSEHOLD
    child, first = np.unique(events.child, return_index=True)
    share[child[child >= 0]] = table[events.kind[first[child >= 0]]]
    return share


def residence_rows(streams: Streams, homes: Homes, residence: Residence, end: int) -> Columns:
    """Spells in homes; each is recorded within weeks, and always before the end."""
    days = 6.0 * streams.exponential("residence_recorded", residence.child, residence.start)
    delay = np.floor(days * MINUTES).astype(np.int64)
    start = residence.start * MINUTES
    return {
        "child": residence.child,
        "home": residence.home,
        "start_date": residence.start,
        "end_date": np.where(residence.end < end, residence.end, -1),
        "hub": homes.hub[residence.home],
        "decile": homes.decile[residence.home],
        "recorded_at": np.minimum(start + 60 + delay, end * MINUTES - 1),
    }


def service_rows(streams: Streams, spells: Spells, start: int, end: int) -> Columns:
    """Spells that were recorded; those running when records begin are carried over from that day."""
    what = (spells.child, spells.kind, spells.start)
    delays = np.array([streams.normal(name, *what) for name in ("service_recorded", "service_end_recorded")])
    delay = np.floor(SERVICE_DELAY_HOURS * np.exp(1.2 * delays) * 60).astype(np.int64)
    stop = end * MINUTES
    first = np.maximum(spells.start, start)
    recorded = first * MINUTES + 540 + delay[0]
    recorded = np.where(spells.kind == KINDS.index("looked_after"), np.minimum(recorded, stop - 1), recorded)
    ended = spells.end * MINUTES + 540 + delay[1]
    known = ended < stop
    rows = np.flatnonzero((spells.end > first) & (first < end) & (recorded < stop))
    columns = {
        "child": spells.child,
        "kind": spells.kind,
        "start_date": first,
        "end_date": np.where(known, spells.end, -1),
        "recorded_at": recorded,
        "end_recorded_at": np.where(known, np.maximum(ended, recorded), -1),
    }
    columns["service_id"] = numbers(streams, "service", _position(spells))
    return {name: column[rows] for name, column in columns.items()}


def _position(spells: Spells) -> Ints:
    """A number for each spell that depends on the child's own spells only."""
    key = spells.child * len(KINDS) + spells.kind
    order = np.lexsort((spells.start, key))
    nth = np.empty(len(key), dtype=np.int64)
    nth[order] = np.arange(len(key)) - np.searchsorted(key[order], key[order])
    return key * MOST_SPELLS + nth
