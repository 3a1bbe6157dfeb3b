"""The history: one long frame of everything recorded about each child.

A household incident is laid on every child who lived there at the time::

    residence   |------ household A ------|------ household B ------
    incident             x in A                 x in A
    on the child         yes                    no (lived in B by then)

It counts as recorded at the later of its own record and the residence's, because before both were known
nobody could have connected it with the child.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.kinds import Kinds, load_kinds

HISTORY_COLUMNS = [
    "child_id", "occurred_at", "recorded_at", "kind", "ended_at", "end_recorded_at",
    "role", "grade", "source_id", "source", "hours",
]  # fmt: skip
"""The columns of a history, in order; only the first four are needed by features and labels."""


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
        `role`, `grade`, `source_id`, `source`; and `hours`, the length of a missing episode in hours
        (NaN while the child is missing).

    Examples
    --------
    >>> from datetime import date
    >>> from ace_risk import build_history, simulate
    >>> from ace_risk.study import World
    >>> tables = simulate(World(children=60, start=date(2022, 1, 1), end=date(2024, 1, 1)))
    >>> history = build_history(tables)
    >>> bool((history["recorded_at"] >= history["occurred_at"]).all())
    True
    """
    kinds = kinds or load_kinds()
    parts = [
        _named_in_incidents(tables),
        _laid_on_households(tables, kinds),
        _missing(tables.missing_episodes),
        _services(tables.services),
        _moves(tables.residence),
    ]
    present = [part[[column for column in HISTORY_COLUMNS if column in part]] for part in parts]
    history = pd.concat(present, ignore_index=True)[HISTORY_COLUMNS]
    history = history.sort_values(["child_id", "occurred_at", "source_id", "kind"], kind="stable", ignore_index=True)
    history["kind"] = history["kind"].astype("category")
    return history


def _named_in_incidents(tables: Tables) -> pd.DataFrame:
    """Children who are named in an incident."""
    columns = ["incident_id", "occurred_at", "recorded_at", "kind", "grade", "source"]
    named = tables.involvement.merge(tables.incidents[columns], on="incident_id", how="inner")
    named = named.sort_values(["incident_id", "child_id", "role"], kind="stable")
    return named.drop_duplicates(["incident_id", "child_id"]).rename(columns={"incident_id": "source_id"})


def _laid_on_households(tables: Tables, kinds: Kinds) -> pd.DataFrame:
    """Household incidents, on every child living there who isn't named in the incident anyway."""
    incidents = tables.incidents
    at_home = incidents[incidents["kind"].isin(kinds.household) & incidents["household_id"].notna()]
    columns = ["incident_id", "household_id", "occurred_at", "recorded_at", "kind", "grade", "source"]
    spells = tables.residence[["child_id", "household_id", "start_date", "end_date", "recorded_at"]]
    laid = at_home[columns].merge(spells, on="household_id", suffixes=("", "_residence"))
    lived_there = (laid["occurred_at"] >= laid["start_date"]) & ~(laid["occurred_at"] >= laid["end_date"])
    laid = laid[lived_there]
    named = pd.MultiIndex.from_frame(tables.involvement[["incident_id", "child_id"]])
    laid = laid[~pd.MultiIndex.from_frame(laid[["incident_id", "child_id"]]).isin(named)]
    recorded = np.maximum(laid["recorded_at"].to_numpy(), laid["recorded_at_residence"].to_numpy())
    return laid.assign(recorded_at=recorded, role="present").rename(columns={"incident_id": "source_id"})


def _missing(episodes: pd.DataFrame) -> pd.DataFrame:
    """Missing episodes, as spells with their length in hours; the role says whether from care or home."""
    hours = (episodes["missing_to"] - episodes["missing_from"]).dt.total_seconds() / 3_600
    return pd.DataFrame(
        {
            "child_id": episodes["child_id"],
            "occurred_at": episodes["missing_from"],
            "recorded_at": episodes["recorded_at"],
            "kind": "missing",
            "ended_at": episodes["missing_to"],
            "end_recorded_at": episodes["end_recorded_at"],
            "role": np.where(episodes["from_care"].astype(bool), "from_care", "from_home"),
            "grade": episodes["risk_grade"],
            "source_id": episodes["episode_id"],
            "hours": hours,
        }
    )


def _services(services: pd.DataFrame) -> pd.DataFrame:
    """Spells of support and statutory work."""
    return services.rename(columns={"service_id": "source_id", "start_date": "occurred_at", "end_date": "ended_at"})


def _moves(residence: pd.DataFrame) -> pd.DataFrame:
    """Moves to another home: the start of every spell after a child's first, where the household changes."""
    ordered = residence.sort_values(["child_id", "start_date"], kind="stable")
    before = ordered.groupby("child_id", sort=False)["household_id"].shift()
    moved = ordered[before.notna() & (before != ordered["household_id"])]
    return pd.DataFrame(
        {
            "child_id": moved["child_id"],
            "occurred_at": moved["start_date"],
            "recorded_at": moved["recorded_at"],
            "kind": "moved_home",
            "source_id": moved["household_id"],
        }
    )
