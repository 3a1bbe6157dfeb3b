"""Whether tables are synthetic: only if their world, made again from its settings, gives the very same rows.

Anybody can write a `datapackage.json`, so what it says is a claim and not a proof. Making the world again is one: no
real record can be among the rows that come of a seed. It takes about three seconds for 20,000 children, so the proof is
kept (:mod:`ace_risk.data.kept_proof`): bound to the very rows, the world and the program that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ace_risk.data.kept_proof import is_kept, keep, statement
from ace_risk.data.package import arrow_table, package_section, read_package
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.plans import World

_PROVEN: set[str] = set()
"""What this process has proven, for a user who can keep no proofs."""


def why_not_synthetic(folder: str | Path, tables: Tables) -> str:
    """Why tables that claim to be synthetic are not believed; empty if they are proven to be.

    Parameters
    ----------
    folder
        The folder that they were loaded from; its `datapackage.json` holds the seed and the settings of the world.
    tables
        The tables, whose files have the fingerprints in `datapackage.json` (`tables.synthetic`).

    Returns
    -------
    str
        A sentence without a value of the tables.
    """
    world = stated_world(read_package(folder) or {})
    if world is None:
        return "datapackage.json doesn't hold the settings of a synthetic world, so nothing shows that they are made up"
    said = statement(tables, world)
    if said in _PROVEN or is_kept(said):
        return ""
    if tables.data_end != pd.Timestamp(world.end):
        return _other_rows(["the end of the data"])
    if len(tables.children) < world.children:  # a world that can't be this one isn't made at all
        return _other_rows(["children"])
    from ace_risk.world.simulate import simulate  # the world imports this package; it is needed here only

    made = simulate(world)
    differing = [name for name in SCHEMA if not same_rows(name, tables, made)]
    if differing:
        return _other_rows(differing)
    _PROVEN.add(said)
    keep(said)
    return ""


def _other_rows(where: list[str]) -> str:
    found = f"making the stated world again gives other rows (in {', '.join(where)})"
    return f"{found}, so they are not what that seed makes"


def stated_world(package: Mapping[str, Any]) -> World | None:
    """The world that a `datapackage.json` says the tables were made from; None if it says none that could be made."""
    try:
        return World.model_validate(package_section(package).get("config"))
    except ValidationError:
        return None


def same_rows(name: str, tables: Tables, made: Tables) -> bool:
    """Whether a table holds the same rows in the same order, cell by cell."""
    table = SCHEMA[name]
    return bool(arrow_table(getattr(tables, name), table).equals(arrow_table(getattr(made, name), table)))
