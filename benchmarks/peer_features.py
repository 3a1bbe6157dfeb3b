"""The other side of the feature benchmarks: featuretools, DuckDB and Polars on the Parquet files of `features.py`.

Runs in `.venv-peers` (see `peers.txt`).
"""

from __future__ import annotations

import datetime
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measuring import Size, answer, digest, timed

CUTOFF = datetime.datetime(2025, 1, 1)
KINDS = [f"k{number}" for number in range(17)]
WINDOWS = (30, 90, 365, None)


def measure_featuretools(folder: Path, size: Size) -> dict[str, Any]:
    """Counts by kind over `[cutoff - 365 days, cutoff)`, each row at its own cutoff; one process."""
    warnings.simplefilter("ignore")
    import featuretools
    import numpy as np
    import pandas as pd

    events = pd.read_parquet(folder / "distinct_history.parquet")
    events = events.reset_index(names="event_id").drop(columns="recorded_at")
    cutoffs = pd.read_parquet(folder / "distinct_cohort.parquet").rename(columns={"cutoff": "time"})
    entities = featuretools.EntitySet("bench")
    children = cutoffs[["child_id"]].copy()
    entities.add_dataframe(dataframe_name="children", dataframe=children, index="child_id")
    entities.add_dataframe(
        dataframe_name="events", dataframe=events, index="event_id", time_index="occurred_at",
        logical_types={"kind": "Categorical"},
    )  # fmt: skip
    entities.add_relationship("children", "child_id", "events", "child_id")
    entities.add_interesting_values(dataframe_name="events", values={"kind": list("abcd")})
    definitions = featuretools.dfs(
        entityset=entities, target_dataframe_name="children", agg_primitives=["count"], trans_primitives=[],
        where_primitives=["count"], max_depth=1, features_only=True,
    )  # fmt: skip
    wanted = [one for kind in "abcd" for one in definitions if one.get_name() == f"COUNT(events WHERE kind = {kind})"]
    seconds = []
    for _ in range(size["slow_runs"]):
        began = time.perf_counter()
        matrix = featuretools.calculate_feature_matrix(
            wanted, entities, cutoff_time=cutoffs, training_window="365 days", include_cutoff_time=False, n_jobs=1
        )
        seconds.append(time.perf_counter() - began)
    values = matrix.loc[cutoffs["child_id"]].fillna(0).to_numpy(dtype=np.int64)
    return {"seconds": seconds, "checksum": digest(np.ascontiguousarray(values)), "peer": named("featuretools")}


def named(package: str) -> str:
    """A peer with its version."""
    return f"{package} {version(package)}"


def duckdb_source(folder: Path, children: int) -> tuple[Any, str]:
    """The events as a table in memory, the kind as an enumeration; and the query of the 68 counts."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"create type kinds as enum ({', '.join(repr(kind) for kind in KINDS)})")
    connection.execute(
        "create table history as select child_id, kind::kinds as kind, occurred_at, recorded_at "
        f"from '{folder / f'counts_{children}.parquet'}'"
    )
    columns = []
    for kind in KINDS:
        for window in WINDOWS:
            inside = f" and occurred_at >= timestamp '{CUTOFF}' - interval {window} day" if window else ""
            columns.append(f"count(*) filter (where kind = '{kind}'{inside}) as {kind}_{window}")
    query = (
        f"select child_id, {', '.join(columns)} from history "
        f"where occurred_at < timestamp '{CUTOFF}' and recorded_at < timestamp '{CUTOFF}' group by child_id"
    )
    return connection, query


def measure_duckdb(folder: Path, size: Size) -> dict[str, Any]:
    """The counts as an Arrow table in memory."""
    connection, query = duckdb_source(folder, size["children"])
    checksum = sums(connection.sql(query).to_arrow_table())
    seconds = timed(lambda: connection.sql(query).to_arrow_table(), size["runs"])
    return {"seconds": seconds, "checksum": checksum, "peer": named("duckdb")}


def measure_duckdb_table(folder: Path, size: Size) -> dict[str, Any]:
    """The counts as a table of the database, which stays in memory."""
    connection, query = duckdb_source(folder, size["children"])
    seconds = timed(lambda: connection.execute(f"create or replace table counted as {query}"), size["runs"])
    return {
        "seconds": seconds,
        "checksum": sums(connection.sql("from counted").to_arrow_table()),
        "peer": named("duckdb"),
    }


def measure_polars(folder: Path, size: Size) -> dict[str, Any]:
    """The counts as a frame of Polars, the kind as an enumeration."""
    import polars as pl

    history = pl.read_parquet(folder / f"counts_{size['children']}.parquet")
    history = history.with_columns(pl.col("kind").cast(pl.Enum(KINDS)))
    columns = []
    for kind in KINDS:
        for window in WINDOWS:
            chosen = pl.col("kind") == kind
            if window:
                chosen &= pl.col("occurred_at") >= CUTOFF - datetime.timedelta(days=window)
            columns.append(chosen.sum().alias(f"{kind}_{window}"))
    known = (pl.col("occurred_at") < CUTOFF) & (pl.col("recorded_at") < CUTOFF)

    def counted() -> Any:
        return history.lazy().filter(known).group_by("child_id").agg(columns).collect()

    checksum = sums(counted().to_arrow())
    return {"seconds": timed(counted, size["runs"]), "checksum": checksum, "peer": named("polars")}


def sums(table: Any) -> list[list[int]]:
    """Each column's sum, and its sum weighted by the child's number: equal in any order of rows."""
    child = table["child_id"].to_numpy()
    columns = [table[f"{kind}_{window}"].to_numpy().astype("int64") for kind in KINDS for window in WINDOWS]
    return [[int(column.sum()), int(column @ child)] for column in columns]


if __name__ == "__main__":
    answer({
        "featuretools": measure_featuretools, "duckdb": measure_duckdb, "duckdb_table": measure_duckdb_table,
        "polars": measure_polars,
    })  # fmt: skip
