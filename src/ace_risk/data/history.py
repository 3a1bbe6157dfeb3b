"""The history: one long frame of everything recorded about each child.

A household incident is laid on every child who lived there at the time::

    residence   |------ household A ------|------ household B ------
    incident             x in A                 x in A
    on the child         yes                    no (lived in B by then)

It counts as recorded at the later of its own record and the residence's, because before both were known
nobody could have connected it with the child. A move is often recorded late. Until then the child was taken to be
at the old home, and what happened there was taken to be the child's; so it is, up to `withdrawn_at`, when the
record of the move showed it to be wrong::

    incident at A                x                     withdrawn_at = R
    lived at A   |-----------|
    lived at B               |------------------
    B recorded                        R

Each part below is an expression of `data/engine.py`: tables in, a table out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.data.engine import TIME, collect, constant, stack, to_table
from ace_risk.data.stays import in_order, later_of, moves_of, with_withdrawal
from ace_risk.data.tables import Tables
from ace_risk.kinds import MISSING_ROLES, Kinds, load_kinds

if TYPE_CHECKING:
    from ibis.expr.types import Table

HISTORY_COLUMNS = [
    "child_id", "occurred_at", "recorded_at", "kind", "ended_at", "end_recorded_at",
    "role", "grade", "source_id", "source", "hours", "withdrawn_at",
]  # fmt: skip
"""The columns of a history, in order; only the first four are needed by features and labels."""
_TYPES = {
    "child_id": "", "occurred_at": TIME, "recorded_at": TIME, "kind": "string", "ended_at": TIME,
    "end_recorded_at": TIME, "role": "string", "grade": "string", "source_id": "", "source": "string",
    "hours": "float64", "withdrawn_at": TIME,
}  # fmt: skip
_PLACE = ["part", "row", "spell"]
"""Where a record stands in the tables: tells apart records that are equal in all that they are sorted by."""
_DTYPES = {name: {TIME: "datetime64[us]", "float64": "float64"}.get(kind, "str") for name, kind in _TYPES.items()}


def build_history(tables: Tables, kinds: Kinds | None = None) -> pd.DataFrame:
    """Everything recorded about each child, one row per child and record.

    Parameters
    ----------
    tables
        The six tables, validated.
    kinds
        The kinds of record; the shipped ones by default.

    Returns
    -------
    DataFrame
        One row per child and record, sorted by child, time and source: `child_id`, `occurred_at`,
        `recorded_at`, `kind`; for spells `ended_at` and `end_recorded_at` (NaT while open or unknown);
        `role`, `grade`, `source_id`, `source`; `hours`, the length of a missing episode in hours
        (NaN while the child is missing); and `withdrawn_at`, the time of the record that showed the row to be wrong
        (NaT for nearly all rows): it is known at a cutoff up to and including that instant, and not after.

    Examples
    --------
    >>> from datetime import date
    >>> from ace_risk import build_history, simulate
    >>> from ace_risk.plans import World
    >>> tables = simulate(World(children=60, start=date(2022, 1, 1), end=date(2024, 1, 1)))
    >>> history = build_history(tables)
    >>> bool((history["recorded_at"] >= history["occurred_at"]).all())
    True
    """
    kinds = kinds or load_kinds()
    incidents, involvement, residence = map(to_table, (tables.incidents, tables.involvement, tables.residence))
    residence = residence.select(
        "child_id", "household_id", "row", started="start_date", ended="end_date", recorded="recorded_at"
    )
    homes = in_order(residence, constant(timedelta(days=1))).order_by("row")
    homes = to_table(collect(homes, {}).drop(columns="row"))  # once, for all that follows
    parts = [
        named_in_incidents(involvement, incidents),
        laid_on_households(incidents, homes, involvement, kinds),
        missing(to_table(tables.missing_episodes)),
        services(to_table(tables.services)),
        moves(homes),
    ]
    placed = [part.mutate(part=number) for number, part in enumerate(parts)]
    records = stack(placed, _TYPES | dict.fromkeys(_PLACE, "int64"))
    records = records.order_by(["child_id", "occurred_at", "source_id", "kind", "recorded_at", *_PLACE])
    ids = {"child_id": tables.residence["child_id"].dtype, "source_id": tables.incidents["incident_id"].dtype}
    history = collect(records.select(HISTORY_COLUMNS), _DTYPES | ids)
    history["kind"] = history["kind"].astype("category")
    return history


def named_in_incidents(involvement: Table, incidents: Table) -> Table:
    """Children who are named in an incident, once each, with the first of their roles in the alphabet."""
    before = involvement.row.lag().over(group_by=["incident_id", "child_id"], order_by=["role", "row"])
    named = involvement.mutate(before=before).filter(lambda table: table.before.isnull()).drop("before")
    incidents = incidents.select("incident_id", "occurred_at", "recorded_at", "kind", "grade", "source")
    return named.join(incidents, "incident_id").rename(source_id="incident_id")


def laid_on_households(incidents: Table, homes: Table, involvement: Table, kinds: Kinds) -> Table:
    """Household incidents, on every child living or taken to live there who isn't named in the incident anyway."""
    at_home = incidents.filter(incidents.kind.isin(sorted(kinds.household)))
    at_home = at_home.select(
        "incident_id", "household_id", "occurred_at", "kind", "grade", "source", "row", own_record="recorded_at"
    )
    spells = homes.select(
        "child_id", "household_id", "started", "ended", "recorded", "end_recorded", "place", spell="row"
    )
    lived_there = spells.ended.isnull() | (at_home.occurred_at < spells.ended)
    taken_to = at_home.own_record < spells.end_recorded
    begun = at_home.occurred_at >= spells.started
    laid = at_home.join(spells, [at_home.household_id == spells.household_id, begun, lived_there | taken_to])
    laid = laid.anti_join(involvement, ["incident_id", "child_id"])
    laid = laid.mutate(recorded_at=later_of(laid.recorded, laid.own_record), role=constant("present"))
    return with_withdrawal(laid, homes).rename(source_id="incident_id")


def missing(episodes: Table) -> Table:
    """Missing episodes, as spells with their length in hours; the role says whether from care or home."""
    microseconds = episodes.missing_to.cast(TIME).delta(episodes.missing_from.cast(TIME), unit="microsecond")
    return episodes.select(
        "child_id", "recorded_at", "end_recorded_at", "row",
        occurred_at="missing_from", ended_at="missing_to", grade="risk_grade", source_id="episode_id",
        kind=constant("missing"), role=episodes.from_care.ifelse(*map(constant, MISSING_ROLES)),
        hours=microseconds / 1e6 / 3_600,
    )  # fmt: skip


def services(services: Table) -> Table:
    """Spells of support and statutory work."""
    return services.rename(source_id="service_id", occurred_at="start_date", ended_at="end_date")


def moves(homes: Table) -> Table:
    """Moves to another home: the start of every home after a child's first, where the household changes."""
    moved = moves_of(homes).rename(occurred_at="started", source_id="household_id")
    return moved.mutate(kind=constant("moved_home"))
