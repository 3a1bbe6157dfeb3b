"""From the rows of all shards to the six tables: ids, codes, dates, and an order that tells nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.plans import World
from ace_risk.world.clock import MINUTES
from ace_risk.world.incidents import OUTCOMES, ROLES, all_grades
from ace_risk.world.people import ETHNICITY_CODES, SEXES
from ace_risk.world.rates import NAMES, SOURCES
from ace_risk.world.rows import Rows
from ace_risk.world.services import KINDS
from ace_risk.world.streams import Ints, code_text, id_text

Columns = dict[str, Any]
RISK_GRADES = ["very_low", "low", "medium", "high"]
OBSERVED = ["IC1", "IC2", "IC3", "IC4", "IC5", "IC6", "IC9"]


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
    return Tables(**ordered, data_end=pd.Timestamp(world.end), synthetic=True, quarantined={}, folder=None)


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
