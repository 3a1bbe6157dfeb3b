"""The synthetic world, from its settings to six tables, shard by shard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ace_risk import __version__
from ace_risk.data.package import write_tables
from ace_risk.data.tables import Tables
from ace_risk.study import World
from ace_risk.world.care import care_spells, live_somewhere, missing_in_care
from ace_risk.world.companions import make_companions
from ace_risk.world.events import grade_of, join, make_events
from ace_risk.world.frames import Rows, person_rows, residence_rows, service_rows, to_tables
from ace_risk.world.incidents import MINUTES, children_at_home, incident_rows, missing_rows
from ace_risk.world.need import make_need
from ace_risk.world.people import BURN_IN_DAYS, day_number, make_people
from ace_risk.world.places import make_homes
from ace_risk.world.rates import CODE
from ace_risk.world.recording import record
from ace_risk.world.services import run
from ace_risk.world.streams import Streams

SHARD_CHILDREN = 5_000
"""Children living in the area at the end, per shard; part of what makes the bytes, so it never changes."""

Progress = Callable[[float, str], None]


def simulate(world: World, out: Path | None = None, progress: Progress | None = None) -> Tables:
    """Make a synthetic world: the same settings and seed give the same bytes.

    Parameters
    ----------
    world
        How many children, when, what kind of place, and the seed.
    out
        A folder to write the six tables and `datapackage.json` to.
    progress
        Called with the share done, from 0 to 1, and what was done.

    Returns
    -------
    Tables
        Every child is made up. Nothing is recorded at or after `world.end`.

    Examples
    --------
    >>> tables = simulate(World(children=60))
    >>> here = tables.residence["end_date"].isna()
    >>> int(tables.residence.loc[here, "child_id"].nunique())
    60
    """
    quotas = shard_quotas(world.children)
    shards = []
    for shard, quota in enumerate(quotas):
        shards.append(make_shard(world, shard, quota))
        if progress is not None:
            progress((shard + 1) / (len(quotas) + 1), f"{sum(quotas[: shard + 1]):,} of {world.children:,} children")
    tables = to_tables(world, shards)
    if out is not None:
        write_tables(tables, out, extra=package_section(world, tables))
    if progress is not None:
        progress(1.0, "tables written" if out is not None else "tables made")
    return tables


def shard_quotas(children: int) -> list[int]:
    """How many of the children living here at the end belong to each shard.

    Examples
    --------
    >>> shard_quotas(12_000)
    [5000, 5000, 2000]
    """
    full, rest = divmod(children, SHARD_CHILDREN)
    return [SHARD_CHILDREN] * full + ([rest] if rest else [])


def package_section(world: World, tables: Tables) -> dict[str, object]:
    """What `datapackage.json` says about how the tables were made."""
    return {
        "generator": "ace-risk",
        "version": __version__,
        "seed": world.seed,
        "config": world.model_dump(mode="json"),
        "data_end": tables.data_end.isoformat(),
    }


def make_shard(world: World, shard: int, quota: int) -> Rows:
    """The rows of one shard's tables."""
    streams = Streams(world.seed, shard)
    start, end = day_number(world.start), day_number(world.end)
    begin = start - BURN_IN_DAYS
    people = make_people(world, shard, quota)
    homes = make_homes(world, shard, people, begin, end)
    need = make_need(streams, people, begin, end)
    events = make_events(streams, people, need, end)
    records = record(streams, events)
    course = run(streams, people, need, events, records, end)
    care = care_spells(course.spells, start, end)
    written = course.happened & records.detected & (events.time >= start) & (records.recorded + 1 / MINUTES < end)
    homely, _ = children_at_home(people, care, events, np.flatnonzero(written & (events.child < 0)))
    written &= (events.child >= 0) | np.isin(np.arange(len(events)), homely)
    missing = events.kind == CODE["missing"]
    noted = np.flatnonzero(written & ~missing)
    noted_events, noted_records = events.take(noted), records.take(noted)
    more = make_companions(streams, people, care, noted_events, noted_records, end)
    incidents, involvement = incident_rows(streams, people, homes, care, noted_events, noted_records, more)
    extra = missing_in_care(streams, people, need, care)
    extra = extra.take(care.during(extra.child, extra.time) & (extra.time >= start) & (extra.time < end))
    gone = np.flatnonzero(written & missing)
    episodes = join([events.take(gone), extra])
    grade = np.concatenate([records.grade[gone], grade_of(streams("missing_grade"), extra)])
    return Rows(
        children=person_rows(streams, people),
        residence=residence_rows(streams, homes, live_somewhere(streams, people, homes, care, start, end), end),
        incidents=incidents,
        involvement=involvement,
        missing_episodes=missing_rows(streams, people, care, episodes, grade, end),
        services=service_rows(streams, course.spells, start, end),
        child_number=people.child_number,
        household_number=homes.number,
    )
