"""The synthetic world, from its settings to six tables and the truth behind them, shard by shard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ace_risk import __version__
from ace_risk.data.files import output_folder
from ace_risk.data.package import write_tables
from ace_risk.data.tables import Tables
from ace_risk.plans import World
from ace_risk.world.calibration import calibrate
from ace_risk.world.care import live_somewhere
from ace_risk.world.companions import make_companions
from ace_risk.world.frames import to_tables
from ace_risk.world.incidents import incident_rows
from ace_risk.world.lives import Lives, live
from ace_risk.world.missing import missing_rows
from ace_risk.world.rates import CODE
from ace_risk.world.rows import Rows, person_rows, residence_rows, service_rows
from ace_risk.world.truth import Truth, TruthRows, to_truth, truth_rows, write_truth

SHARD_CHILDREN = 5_000
"""Children living in the area at the end, per shard; part of what makes the bytes, so it never changes."""

Progress = Callable[[float, str], None]


def simulate(world: World, out: Path | None = None, progress: Progress | None = None) -> Tables:
    """Make a synthetic world: the same settings and seed give the same bytes.

    Parameters
    ----------
    world
        How many children, when, what kind of place, which planted biases, and the seed.
    out
        A folder to write to: the six tables, `datapackage.json`, `calibration.csv`, and the folder `truth`.
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
    if out is None:
        return to_tables(world, [rows_of(world, lives) for lives in _shards(world, progress)])
    tables, truth = simulate_with_truth(world, progress)
    with output_folder(out, "six tables") as folder:
        write_tables(tables, folder, extra=package_section(world))
        write_truth(truth, folder / "truth")
        calibrate(tables, truth, world).to_csv(folder / "calibration.csv", index=False, lineterminator="\n")
    return tables


def simulate_with_truth(world: World, progress: Progress | None = None) -> tuple[Tables, Truth]:
    """Make a synthetic world, and keep the truth behind it.

    Examples
    --------
    >>> tables, truth = simulate_with_truth(World(children=60))
    >>> bool((truth.children["child_id"] == tables.children["child_id"]).all())
    True
    """
    rows: list[Rows] = []
    truths: list[TruthRows] = []
    for lives in _shards(world, progress):
        rows.append(rows_of(world, lives))
        truths.append(truth_rows(lives))
    return to_tables(world, rows), to_truth(world, truths)


def _shards(world: World, progress: Progress | None) -> Iterator[Lives]:
    """The lives of each shard in turn."""
    quotas = shard_quotas(world.children)
    for shard, quota in enumerate(quotas):
        yield live(world, shard, quota)
        if progress is not None:
            progress((shard + 1) / len(quotas), f"{sum(quotas[: shard + 1]):,} of {world.children:,} children")


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
    return {"version": __version__, "seed": world.seed, "config": world.model_dump(mode="json")}


def rows_of(world: World, lives: Lives) -> Rows:
    """The rows of one shard's tables."""
    streams, people, care, end = lives.streams, lives.people, lives.care, lives.end
    events, records = (lives.events.take(lives.written), lives.records.take(lives.written))
    more = make_companions(streams, people, care, events, records, end)
    incidents, involvement = incident_rows(streams, people, lives.homes, care, events, records, more, end)
    residence = live_somewhere(people, lives.homes, care, lives.placements, lives.start, end)
    return Rows(
        children=person_rows(streams, people, events, world.biases),
        residence=residence_rows(streams, lives.homes, residence, end),
        incidents=incidents,
        involvement=involvement,
        missing_episodes=missing_rows(streams, people, care, events.take(events.kind == CODE["missing"]), end),
        services=service_rows(streams, lives.course.spells, lives.start, end),
        child_number=people.child_number,
        household_number=lives.homes.number,
    )
