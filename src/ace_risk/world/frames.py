"""From the rows of all shards to the six tables: ids, codes, dates, and an order that tells nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.study import Biases, World
from ace_risk.world.care import Residence
from ace_risk.world.clock import MINUTES
from ace_risk.world.events import Events
from ace_risk.world.incidents import OUTCOMES, ROLES, all_grades
from ace_risk.world.people import ETHNICITY_CODES, SEXES, People
from ace_risk.world.places import Homes
from ace_risk.world.rates import CODE, NAMES, SOURCES
from ace_risk.world.services import KINDS, Spells
from ace_risk.world.streams import (
    Floats,
    Ints,
    Streams,
    choose,
    code_text,
    id_text,
    numbers,
)

Columns = dict[str, Any]
RISK_GRADES = ["very_low", "low", "medium", "high"]
OBSERVED = ["IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC9"]
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
MISSING_BY_KIND = {
    "crime_victim": 0.61,
    "missing": 0.19,
    "stop_search": 0.12,
    "custody": 0.05,
}
MISSING_ASB, MISSING_HOUSEHOLD, MISSING_OTHER, MISSING_UNRECORDED = (
    0.55,
    0.38,
    0.24,
    0.15,
)


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
        "ethnicity": np.where(
            drawn < missing,
            -1,
            np.where(stated, people.ethnicity, len(ETHNICITY_CODES)),
        ),
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
    recorded = np.where(
        spells.kind == KINDS.index("looked_after"),
        np.minimum(recorded, stop - 1),
        recorded,
    )
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


def to_tables(world: World, shards: list[Rows]) -> Tables:
    """The six tables of all shards, ordered by time and number."""
    children = np.concatenate([rows.child_number for rows in shards])
    frames = {
        "children": _children(_all(shards, "children"), children),
        "residence": _residence(world, _all(shards, "residence", ("home",))),
        "incidents": _incidents(_all(shards, "incidents", ("household",))),
        "involvement": _involvement(_all(shards, "involvement")),
        "missing_episodes": _missing(_all(shards, "missing_episodes")),
        "services": _services(_all(shards, "services")),
    }
    ordered = {name: frame[SCHEMA[name].column_names] for name, frame in frames.items()}
    return Tables(**ordered, data_end=pd.Timestamp(world.end), synthetic=True)


def _all(shards: list[Rows], table: str, homes: tuple[str, ...] = ()) -> Columns:
    """A table's columns from all shards, children and homes turned into their numbers."""
    parts = []
    for rows in shards:
        columns = dict(getattr(rows, table))
        if "child" in columns:
            columns["child"] = rows.child_number[columns["child"]]
        for name in homes:
            position = columns[name]
            columns[f"{name}_missing"] = position < 0
            columns[name] = rows.household_number[np.maximum(position, 0)]
        parts.append(columns)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _sorted(columns: Columns, *keys: str) -> Columns:
    """The columns in the order of some of them."""
    order = np.lexsort([columns[key] for key in reversed(keys)])
    return {name: column[order] for name, column in columns.items()}


def _days(day: Ints) -> pd.Series[pd.Timestamp]:
    """Dates from days since 1970; -1 is missing."""
    return _moments(np.where(day < 0, -1, day * MINUTES))


def _moments(minute: Ints) -> pd.Series[pd.Timestamp]:
    """Times from minutes since 1970; -1 is missing."""
    value = (minute * 60_000_000).astype("datetime64[us]")
    value[minute == -1] = np.datetime64("NaT")
    return pd.Series(value)


def _children(columns: Columns, number: NDArray[np.uint64]) -> pd.DataFrame:
    columns = _sorted(columns | {"child": number}, "child")
    disability = pd.Series(pd.array(columns["disability"] == 1, dtype="boolean"))
    return pd.DataFrame(
        {
            "child_id": id_text("SYN-", columns["child"]),
            "birth_date": _days(columns["birth"]),
            "sex": code_text(SEXES, columns["sex"]),
            "ethnicity": code_text([*ETHNICITY_CODES, "NS"], columns["ethnicity"]),
            "ethnicity_observed": code_text(OBSERVED, columns["observed"]),
            "disability": disability.mask(columns["disability"] < 0),
        }
    )


def _residence(world: World, columns: Columns) -> pd.DataFrame:
    columns = _sorted(columns, "child", "start_date")
    return pd.DataFrame(
        {
            "child_id": id_text("SYN-", columns["child"]),
            "household_id": id_text("HSH-", columns["home"]),
            "start_date": _days(columns["start_date"]),
            "end_date": _days(columns["end_date"]),
            "hub": code_text(list(world.hubs), columns["hub"]),
            "deprivation_decile": pd.array(columns["decile"], dtype="Int8"),
            "recorded_at": _moments(columns["recorded_at"]),
        }
    )


def _incidents(columns: Columns) -> pd.DataFrame:
    columns = _sorted(columns, "recorded_at", "incident_id")
    household = id_text("HSH-", columns["household"]).mask(columns["household_missing"])
    return pd.DataFrame(
        {
            "incident_id": id_text("INC-", columns["incident_id"]),
            "occurred_at": _moments(columns["occurred_at"]),
            "recorded_at": _moments(columns["recorded_at"]),
            "kind": code_text(list(NAMES), columns["kind"]),
            "grade": code_text(all_grades(), columns["grade"]),
            "household_id": household,
            "outcome_code": code_text(list(OUTCOMES), columns["outcome"]),
            "source": code_text(list(SOURCES), columns["source"]),
        }
    )


def _involvement(columns: Columns) -> pd.DataFrame:
    columns = _sorted(columns, "incident_id", "child")
    return pd.DataFrame(
        {
            "incident_id": id_text("INC-", columns["incident_id"]),
            "child_id": id_text("SYN-", columns["child"]),
            "role": code_text(list(ROLES), columns["role"]),
        }
    )


def _missing(columns: Columns) -> pd.DataFrame:
    columns = _sorted(columns, "recorded_at", "episode_id")
    times = (
        "missing_from",
        "missing_to",
        "recorded_at",
        "end_recorded_at",
        "return_interview_at",
    )
    return pd.DataFrame(
        {
            "episode_id": id_text("EPI-", columns["episode_id"]),
            "child_id": id_text("SYN-", columns["child"]),
            **{name: _moments(columns[name]) for name in times},
            "risk_grade": code_text(RISK_GRADES, columns["grade"]),
            "from_care": columns["from_care"].astype(bool),
        }
    )


def _services(columns: Columns) -> pd.DataFrame:
    columns = _sorted(columns, "recorded_at", "service_id")
    return pd.DataFrame(
        {
            "service_id": id_text("SVC-", columns["service_id"]),
            "child_id": id_text("SYN-", columns["child"]),
            "kind": code_text(list(KINDS), columns["kind"]),
            "start_date": _days(columns["start_date"]),
            "end_date": _days(columns["end_date"]),
            "recorded_at": _moments(columns["recorded_at"]),
            "end_recorded_at": _moments(columns["end_recorded_at"]),
        }
    )
