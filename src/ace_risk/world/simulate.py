"""The synthetic world, from its settings to six tables and the truth behind them, shard by shard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ace_risk import __version__
from ace_risk.data.files import output_folder
from ace_risk.data.package import write_tables
from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
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
from ace_risk.world.shards import Make, each_shard, shard_quotas
from ace_risk.world.truth import Truth, TruthRows, to_truth, truth_rows, write_truth

Progress = Callable[[float, str], None]
Result = TypeVar("Result")


def simulate(world: World, out: Path | None = None, progress: Progress | None = None, workers: int = 1) -> Tables:
    """Make a synthetic world: the same settings and seed give the same bytes, whatever the number of workers.

    Parameters
    ----------
    world
        How many children, when, what kind of place, which planted biases, and the seed.
    out
        A folder to write to: the six tables, `datapackage.json`, `calibration.csv`, and the folder `truth`.
    progress
        Called with the share done, from 0 to 1, and what was done.
    workers
        How many processes make the world. With more than one, a script that calls this needs the usual
        `if __name__ == "__main__":`, because each process reads the script again.

    Returns
    -------
    Tables
        Every child is made up. Nothing is recorded at or after `world.end`.

    Raises
    ------
    OutputError
        If `out` holds something else, or can't be written.
    StudyError
        If `workers` is below 1, or a worker is ended from outside; or if nothing is recorded in a world to be written.

    Examples
    --------
    >>> tables = simulate(World(children=60))
    >>> here = tables.residence["end_date"].isna()
    >>> int(tables.residence.loc[here, "child_id"].nunique())
    60
    """
    if out is None:
        return to_tables(world, _made(world, shard_rows, progress, workers))
    tables, truth = simulate_with_truth(world, progress, workers)
    if tables.incidents.empty:
        raise StudyError(
            f"world: {world.children} children from {world.start} to {world.end} leave no recorded incident, and "
            "tables without one can't be used. Ask for more children, or start earlier."
        )
    with output_folder(out, "six tables") as folder:
        write_tables(tables, folder, extra=package_section(world))
        write_truth(truth, folder / "truth")
        calibrate(tables, truth, world).to_csv(folder / "calibration.csv", index=False, lineterminator="\n")
    return tables


def simulate_with_truth(world: World, progress: Progress | None = None, workers: int = 1) -> tuple[Tables, Truth]:
    """Make a synthetic world, and keep the truth behind it.

    Examples
    --------
    >>> tables, truth = simulate_with_truth(World(children=60))
    >>> bool((truth.children["child_id"] == tables.children["child_id"]).all())
    True
    """
    rows, truths = zip(*_made(world, shard_rows_and_truth, progress, workers), strict=True)
    return to_tables(world, list(rows)), to_truth(world, list(truths))


def _made(world: World, make: Make[Result], progress: Progress | None, workers: int) -> list[Result]:
    """What is made of every shard, telling how far it has come."""
    quotas = shard_quotas(world.children)
    made: list[Result] = []
    for result in each_shard(world, make, workers):
        made.append(result)
        if progress is not None:
            done = len(made)
            progress(done / len(quotas), f"{sum(quotas[:done]):,} of {world.children:,} children")
    return made


def shard_rows(world: World, shard: int, quota: int) -> Rows:
    """The rows of one shard's tables."""
    return rows_of(world, live(world, shard, quota))


def shard_rows_and_truth(world: World, shard: int, quota: int) -> tuple[Rows, TruthRows]:
    """The rows of one shard's tables, and the truth behind them."""
    lives = live(world, shard, quota)
    return rows_of(world, lives), truth_rows(lives)


def package_section(world: World) -> dict[str, object]:
    """What `datapackage.json` says about how the tables were made."""
    return {"version": __version__, "seed": world.seed, "config": world.model_dump(mode="json")}


def rows_of(world: World, lives: Lives) -> Rows:
    """The rows of one shard's tables."""
    streams, people, care, end = lives.streams.recorder, lives.people, lives.care, lives.end
    events, records = (lives.events.take(lives.written), lives.records.take(lives.written))
    more = make_companions(streams, people, care, events, records, end)
    incidents, involvement = incident_rows(streams, people, lives.homes, care, events, records, more, end)
    residence = live_somewhere(people, lives.homes, care, lives.placements, lives.start, end)
    return Rows(
        children=person_rows(streams, people, events, world.biases),
        residence=residence_rows(streams, lives.homes, residence, end),
        incidents=incidents,
        involvement=involvement,
        missing_episodes=missing_rows(lives.streams, people, care, events.take(events.kind == CODE["missing"]), end),
        services=service_rows(streams, lives.course.spells, lives.start, end),
        child_number=people.child_number,
        household_number=lives.homes.number,
    )
