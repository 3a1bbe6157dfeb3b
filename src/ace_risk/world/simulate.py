"""The synthetic world, from its settings to six tables, shard by shard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ace_risk import __version__
from ace_risk.data.files import output_folder
from ace_risk.data.package import write_tables
from ace_risk.data.tables import Tables
from ace_risk.study import World
from ace_risk.world.care import Care, care_spells, live_somewhere, place_children
from ace_risk.world.clock import MINUTES
from ace_risk.world.companions import make_companions
from ace_risk.world.contacts import care_home_calls, over_contacts
from ace_risk.world.events import Events, join, make_events
from ace_risk.world.frames import (
    Rows,
    person_rows,
    residence_rows,
    service_rows,
    to_tables,
)
from ace_risk.world.incidents import children_at_home, incident_rows
from ace_risk.world.missing import missing_in_care, missing_rows
from ace_risk.world.need import make_need
from ace_risk.world.people import BURN_IN_DAYS, People, day_number, make_people
from ace_risk.world.places import make_homes
from ace_risk.world.rates import CODE
from ace_risk.world.recording import record
from ace_risk.world.services import run
from ace_risk.world.streams import Bools, Streams

SHARD_CHILDREN = 5_000
"""Children living in the area at the end, per shard; part of what makes the bytes, so it never changes."""

Progress = Callable[[float, str], None]


def simulate(
    world: World, out: Path | None = None, progress: Progress | None = None
) -> Tables:
    """Make a synthetic world: the same settings and seed give the same bytes.

    Parameters
    ----------
    world
        How many children, when, what kind of place, which planted biases, and the seed.
    out
        A folder to write the six tables and `datapackage.json` to.
    progress
        Called with the share done, from 0 to 1, and what was done.

    Returns
    -------
    Tables
        Every child is made up. Nothing is recorded at or after `world.end`.

    Raises
    ------
    OutputError
        If `out` holds something else, or can't be written.

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
            progress(
                (shard + 1) / (len(quotas) + 1),
                f"{sum(quotas[: shard + 1]):,} of {world.children:,} children",
            )
    tables = to_tables(world, shards)
    if out is not None:
        with output_folder(out) as folder:
            write_tables(tables, folder, extra=package_section(world))
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


def package_section(world: World) -> dict[str, object]:
    """What `datapackage.json` says about how the tables were made."""
    return {
        "version": __version__,
        "seed": world.seed,
        "config": world.model_dump(mode="json"),
    }


def make_shard(world: World, shard: int, quota: int) -> Rows:
    """The rows of one shard's tables."""
    streams = Streams(world.seed, shard)
    start, end = day_number(world.start), day_number(world.end)
    begin = start - BURN_IN_DAYS
    people = make_people(world, shard, quota)
    homes = make_homes(world, shard, people, begin, end)
    need = make_need(streams, people, begin, end)
    events = join(
        [
            make_events(streams, people, need, end),
            over_contacts(streams, people, need, end, world.biases),
        ]
    )
    events = events.take(np.argsort(events.time, kind="stable"))
    records = record(streams, people, events, world.biases)
    course = run(streams, people, need, events, records, world.biases, end)
    care = care_spells(course.spells, start, end)
    placements = place_children(streams, people, homes, care, end)
    calls = care_home_calls(streams, people, placements, world.biases)
    from_care = missing_in_care(streams, people, need, care, end)
    events = join([events.take(course.happened), calls, from_care])
    events = events.take(np.argsort(events.time, kind="stable"))
    records = record(streams, people, events, world.biases)
    written = (
        records.detected
        & (events.time >= start)
        & (records.recorded + 1 / MINUTES < end)
    )
    written &= _somebody_at_home(people, care, events)
    events, records = events.take(written), records.take(written)
    more = make_companions(streams, people, care, events, records, end)
    incidents, involvement = incident_rows(
        streams, people, homes, care, events, records, more
    )
    episodes = events.take(events.kind == CODE["missing"])
    return Rows(
        children=person_rows(streams, people, events, world.biases),
        residence=residence_rows(
            streams,
            homes,
            live_somewhere(people, homes, care, placements, start, end),
            end,
        ),
        incidents=incidents,
        involvement=involvement,
        missing_episodes=missing_rows(streams, people, care, episodes, end),
        services=service_rows(streams, course.spells, start, end),
        child_number=people.child_number,
        household_number=homes.number,
    )


def _somebody_at_home(people: People, care: Care, events: Events) -> Bools:
    """Whether each event of a household kind happened where one of the family's children lived; others: yes."""
    home = np.flatnonzero(events.child < 0)
    place, _ = children_at_home(people, care, events, home)
    lived_in = np.ones(len(events), dtype=np.bool_)
    lived_in[home] = False
    lived_in[home[place]] = True
    return lived_in
