"""The tables of some children only, so that little has to be laid out for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ace_risk.data.tables import Tables
from ace_risk.kinds import Kinds

_BY_CHILD = ("children", "residence", "involvement", "missing_episodes", "services")


def tables_of(tables: Tables, children: Iterable[object]) -> Tables:
    """The tables with the rows of some children only; incidents stay whole.

    A child's history depends on the child's own rows and on the incidents, so it is the same from these tables as
    from all.

    Examples
    --------
    >>> from datetime import date
    >>> from ace_risk import simulate
    >>> from ace_risk.plans import World
    >>> tables = simulate(World(children=60, start=date(2022, 1, 1), end=date(2024, 1, 1)))
    >>> len(tables_of(tables, tables.children["child_id"].iloc[:3]).children)
    3
    """
    wanted = pd.Series(children)
    parts = {name: getattr(tables, name) for name in _BY_CHILD}
    kept = {name: part[among(part["child_id"], wanted)].reset_index(drop=True) for name, part in parts.items()}
    return replace(tables, **kept)


def among(values: pd.Series, wanted: pd.Series) -> NDArray[np.bool_]:
    """Which values are among those wanted; much faster than `isin` where many words are wanted.

    Examples
    --------
    >>> among(pd.Series(["a", "b", "a"]), pd.Series(["a"])).tolist()
    [True, False, True]
    """
    found = pc.is_in(pa.array(values), value_set=pa.array(wanted, type=pa.array(values).type))
    result: NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return result


def children_recorded(tables: Tables, kinds: Kinds, since: pd.Timestamp, homes_since: pd.Timestamp) -> pd.Series:
    """Every child of whom anything may have been recorded at or after an instant, or a home at or after another.

    Whoever isn't among them has no record of that time; some who are have none either. So a cohort that needs a record
    since then, and a review of what was recorded since, come out the same from the tables of these children.

    Parameters
    ----------
    tables
        The six tables.
    kinds
        Which kinds are laid on a household.
    since
        From when on incidents, episodes and spells of services count.
    homes_since
        From when on a home by itself counts: an incident there becomes known of the child with it.
    """
    incidents = tables.incidents[tables.incidents["recorded_at"] >= since]
    named = tables.involvement["child_id"][among(tables.involvement["incident_id"], incidents["incident_id"])]
    homes = incidents["household_id"][incidents["kind"].isin(kinds.household)].dropna()
    lived = among(tables.residence["household_id"], homes) | (tables.residence["recorded_at"] >= homes_since)
    own = [part["child_id"][part["recorded_at"] >= since] for part in (tables.missing_episodes, tables.services)]
    found: pd.Series = pd.concat([named, tables.residence["child_id"][lived], *own])
    return found
