"""Our side of the feature benchmarks: makes the data, measures `build_features`, prints one line of JSON.

`run.py` starts it in a fresh process for every measurement, so that peak memory is that of the measurement.
The other side is `peer_features.py`, which reads the same Parquet files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ace_risk import Catalogue, FeatureSpec, build_cohort, build_features, build_history, load_study, load_tables

RUNS = 3
CUTOFF = pd.Timestamp("2025-01-01").as_unit("us")
KINDS = [f"k{number}" for number in range(17)]
WINDOWS = (30, 90, 365, None)


def make_distinct(folder: Path, rows: int) -> None:
    """One row per child, each with a cutoff of its own, and five events each of four kinds, recorded at once."""
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2020-01-01").as_unit("us")
    minutes = 1_500 * 1_440
    child = np.repeat(np.arange(rows), 5)
    occurred = start + pd.to_timedelta(rng.integers(0, minutes, len(child)), unit="min")
    history = pd.DataFrame({"child_id": child, "kind": rng.choice(["a", "b", "c", "d"], len(child))})
    history["occurred_at"] = history["recorded_at"] = np.asarray(occurred, dtype="datetime64[us]")
    cutoff = start + pd.to_timedelta(rng.choice(minutes, rows, replace=False), unit="min")
    cohort = pd.DataFrame({"child_id": np.arange(rows), "cutoff": np.asarray(cutoff, dtype="datetime64[us]")})
    at = cohort["cutoff"].to_numpy()[::10]
    history.loc[history.index[::50], ["occurred_at", "recorded_at"]] = np.column_stack([at, at])
    history.to_parquet(folder / "distinct_history.parquet")
    cohort.to_parquet(folder / "distinct_cohort.parquet")


def make_counts(folder: Path, children: int) -> None:
    """Three events per child on average over eight years, recorded up to 20 days late."""
    rng = np.random.default_rng(0)
    events = 3 * children
    occurred = np.datetime64("2018-01-01", "us") + rng.integers(0, 8 * 365 * 86_400, events).astype("timedelta64[s]")
    recorded = occurred + rng.integers(0, 20 * 86_400, events).astype("timedelta64[s]")
    history = pd.DataFrame({
        "child_id": rng.integers(0, children, events), "kind": np.array(KINDS)[rng.integers(0, 17, events)],
        "occurred_at": occurred.astype("datetime64[us]"), "recorded_at": recorded.astype("datetime64[us]"),
    })  # fmt: skip
    history.to_parquet(folder / f"counts_{children}.parquet")


def measure_distinct(folder: Path, rows: int) -> dict[str, Any]:
    """Four counts over 365 days on the first rows, each at its own cutoff."""
    history = pd.read_parquet(folder / "distinct_history.parquet").query("child_id < @rows")
    cohort = pd.read_parquet(folder / "distinct_cohort.parquet").head(rows)
    catalogue = Catalogue([FeatureSpec(kind, [kind], "count", 365) for kind in "abcd"])
    values = build_features(history, cohort, catalogue).to_numpy(dtype=np.int64)
    digest = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()
    seconds = timed(lambda: build_features(history, cohort, catalogue))
    return {"seconds": seconds, "total": int(values.sum()), "checksum": digest}


def measure_counts(folder: Path, children: int) -> dict[str, Any]:
    """68 counts at one cutoff; the checksum is each column's sum, and its sum weighted by the child's number."""
    history = pd.read_parquet(folder / f"counts_{children}.parquet")
    history["kind"] = history["kind"].astype("category")
    cohort = pd.DataFrame({"child_id": np.arange(children), "cutoff": CUTOFF})
    catalogue = Catalogue([FeatureSpec(kind, [kind], "count", window) for kind in KINDS for window in WINDOWS])
    counted = build_features(history, cohort, catalogue)
    child = cohort["child_id"].to_numpy()
    columns = [counted[name].to_numpy(dtype=np.int64) for name in catalogue.names]
    checksum = [[int(column.sum()), int(column @ child)] for column in columns]
    del counted, columns
    seconds = timed(lambda: build_features(history, cohort, catalogue))
    return {"seconds": seconds, "total": sum(pair[0] for pair in checksum), "checksum": checksum}


def measure_county(folder: Path, config: Path) -> dict[str, Any]:
    """A county at the last 24 first days of months, with the whole catalogue: from tables, and features alone."""
    study = load_study(config)
    tables = load_tables(folder, quarantine=True)
    kinds = study.load_kinds()
    catalogue = Catalogue.from_yaml(study.catalogue, kinds)
    cutoffs = list(pd.date_range(end=tables.data_end - pd.Timedelta(days=1), periods=24, freq="MS", unit="us"))
    size: dict[str, int] = {}
    alone = []

    def from_tables() -> None:
        history = build_history(tables, kinds)
        cohort = build_cohort(tables, history, study.cohort, cutoffs, kinds)
        began = time.perf_counter()
        features = build_features(history, cohort, catalogue)
        alone.append(time.perf_counter() - began)
        size.update(events=len(history), rows=len(features), features=features.shape[1])

    whole = timed(from_tables)
    size |= {"children": len(tables.children), "cutoffs": len(cutoffs), "set_aside": sum(tables.quarantined.values())}
    return {"seconds": alone, "whole": whole, **size}


def timed(run: Callable[[], object]) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Do what the command line says and print it as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["make_distinct", "make_counts", "distinct", "counts", "county"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("size", help="rows or children; for `county` the study's file")
    asked = parser.parse_args()
    result: dict[str, Any] = {}
    if asked.what == "make_distinct":
        make_distinct(asked.folder, int(asked.size))
    elif asked.what == "make_counts":
        make_counts(asked.folder, int(asked.size))
    elif asked.what == "distinct":
        result = measure_distinct(asked.folder, int(asked.size))
    elif asked.what == "counts":
        result = measure_counts(asked.folder, int(asked.size))
    else:
        result = measure_county(asked.folder, Path(asked.size))
    result["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(result))


if __name__ == "__main__":
    main()
