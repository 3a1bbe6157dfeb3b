"""From the rows of all shards to the six tables: ids, codes, dates, and an order that tells nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.study import World
from ace_risk.world.care import Residence
from ace_risk.world.incidents import MINUTES, OUTCOMES, ROLES, all_grades
from ace_risk.world.people import ETHNICITY, People
from ace_risk.world.places import Homes
from ace_risk.world.rates import NAMES, SOURCES
from ace_risk.world.services import CARE, KINDS, Spells
from ace_risk.world.streams import Floats, Ints, Streams, choose, code_text, id_text, numbers

Columns = dict[str, Any]
SEXES = ["F", "M", "U"]
RISK_GRADES = ["very_low", "low", "medium", "high"]
OBSERVED = ["IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC9"]
# How officers see children of each group of self-defined codes; they have no code for Mixed.
SEEN_AS = {
    "W": (0.90, 0.06, 0.00, 0.005, 0.00, 0.005, 0.03),
    "M": (0.34, 0.08, 0.40, 0.08, 0.02, 0.03, 0.05),
    "A": (0.01, 0.02, 0.01, 0.78, 0.10, 0.04, 0.04),
    "B": (0.00, 0.00, 0.94, 0.01, 0.00, 0.01, 0.04),
    "O": (0.12, 0.16, 0.10, 0.16, 0.08, 0.30, 0.08),
}
STATED_AS_NS = 0.05
ETHNICITY_MISSING = 0.24
OBSERVED_SHARE = 0.45
DISABILITY_UNKNOWN = 0.22


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


def person_rows(streams: Streams, people: People) -> Columns:
    """Children as they are recorded: ethnicity often missing, sex nearly always known."""
    random = streams("person_records")
    count = people.children
    drawn, seen, view, unknown = random.random((4, count))
    ethnicity = np.where(drawn < ETHNICITY_MISSING, -1, people.ethnicity)
    ethnicity = np.where((drawn >= ETHNICITY_MISSING) & (drawn < ETHNICITY_MISSING + STATED_AS_NS), -2, ethnicity)
    return {
        "birth": people.birth,
        "sex": people.sex,
        "ethnicity": ethnicity,
        "observed": np.where(seen < OBSERVED_SHARE, view, -1.0),
        "true_ethnicity": people.ethnicity,
        "disability": np.where(unknown < DISABILITY_UNKNOWN, -1, people.disability.astype(np.int64)),
    }


def residence_rows(streams: Streams, homes: Homes, residence: Residence, end: int) -> Columns:
    """Spells in homes; each is recorded within weeks, and always before the end."""
    random = streams("residence_records")
    delay = random.exponential(6.0 * MINUTES, len(residence.child)).astype(np.int64)
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
    random = streams("service_records")
    count = len(spells.child)
    delay = np.floor(np.exp(np.log(30.0) + 1.2 * random.standard_normal((2, count))) * 60).astype(np.int64)
    stop = end * MINUTES
    first = np.maximum(spells.start, start)
    recorded = first * MINUTES + 540 + delay[0]
    recorded = np.where(spells.kind == CARE, np.minimum(recorded, stop - 1), recorded)
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
    number = numbers(streams.shard, streams.seed, "service", len(rows))
    return {"service_id": number} | {name: column[rows] for name, column in columns.items()}


def to_tables(world: World, shards: list[Rows]) -> Tables:
    """The six tables of all shards, ordered by time and number."""
    children = np.concatenate([rows.child_number for rows in shards])
    frames = {
        "children": _children(world, _all(shards, "children"), children),
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


def _children(world: World, columns: Columns, number: NDArray[np.uint64]) -> pd.DataFrame:
    columns = _sorted(columns | {"child": number}, "child")
    codes = list(ETHNICITY[world.profile])
    ethnicity = np.where(columns["ethnicity"] == -2, len(codes), columns["ethnicity"])
    return pd.DataFrame(
        {
            "child_id": id_text("SYN-", columns["child"]),
            "birth_date": _moments(columns["birth"] * MINUTES),
            "sex": code_text(SEXES, columns["sex"]),
            "ethnicity": code_text([*codes, "NS"], ethnicity),
            "ethnicity_observed": code_text(OBSERVED, _observed(columns["observed"], columns["true_ethnicity"], codes)),
            "disability": pd.array(columns["disability"] == 1, dtype="boolean"),
        }
    ).assign(disability=lambda frame: frame["disability"].mask(columns["disability"] < 0))


def _observed(drawn: Floats, ethnicity: Ints, codes: list[str]) -> Ints:
    """How an officer saw each child: -1 where no officer noted it."""
    shares = np.array([SEEN_AS[code[0]] for code in codes])
    return np.where(drawn < 0, -1, choose(drawn, shares[ethnicity]))


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
    times = ("missing_from", "missing_to", "recorded_at", "end_recorded_at", "return_interview_at")
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
