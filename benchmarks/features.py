"""The features against others: makes the data, measures `build_features` and the same counts in plain pandas.

`peer_features.py` measures featuretools, DuckDB and Polars on the same Parquet files.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Size, answer, digest, timed

from ace_risk import Catalogue, FeatureSpec, build_features

CUTOFF = pd.Timestamp("2025-01-01").as_unit("us")
KINDS = [f"k{number}" for number in range(17)]
WINDOWS = (30, 90, 365, None)
LATE_WINDOWS = (30, 90, 180, 365)


def make_distinct(folder: Path, size: Size) -> dict[str, Any]:
    """One row per child, each with a cutoff of its own, and five events each of four kinds, recorded at once."""
    rows = size["rows"]
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
    return {}


def make_counts(folder: Path, size: Size) -> dict[str, Any]:
    """Three events per child on average over eight years, recorded up to 20 days late."""
    children = size["children"]
    rng = np.random.default_rng(0)
    events = 3 * children
    occurred = np.datetime64("2018-01-01", "us") + rng.integers(0, 8 * 365 * 86_400, events).astype("timedelta64[s]")
    recorded = occurred + rng.integers(0, 20 * 86_400, events).astype("timedelta64[s]")
    history = pd.DataFrame({
        "child_id": rng.integers(0, children, events), "kind": np.array(KINDS)[rng.integers(0, 17, events)],
        "occurred_at": occurred.astype("datetime64[us]"), "recorded_at": recorded.astype("datetime64[us]"),
    })  # fmt: skip
    history.to_parquet(folder / f"counts_{children}.parquet")
    return {}


def measure_distinct(folder: Path, size: Size) -> dict[str, Any]:
    """Four counts over 365 days each row at its own cutoff."""
    history, cohort = (pd.read_parquet(folder / f"distinct_{name}.parquet") for name in ("history", "cohort"))
    catalogue = Catalogue([FeatureSpec(kind, [kind], "count", 365) for kind in "abcd"])
    values = build_features(history, cohort, catalogue).to_numpy(dtype=np.int64)
    seconds = timed(lambda: build_features(history, cohort, catalogue), size["runs"])
    return {"seconds": seconds, "checksum": digest(np.ascontiguousarray(values))}


def measure_counts(folder: Path, size: Size) -> dict[str, Any]:
    """68 counts at one cutoff; the checksum is each column's sum, and its sum weighted by the child's number."""
    children = size["children"]
    history = pd.read_parquet(folder / f"counts_{children}.parquet")
    history["kind"] = history["kind"].astype("category")
    cohort = pd.DataFrame({"child_id": np.arange(children), "cutoff": CUTOFF})
    catalogue = Catalogue([FeatureSpec(kind, [kind], "count", window) for kind in KINDS for window in WINDOWS])
    counted = build_features(history, cohort, catalogue)
    child = cohort["child_id"].to_numpy()
    columns = [counted[name].to_numpy(dtype=np.int64) for name in catalogue.names]
    checksum = [[int(column.sum()), int(column @ child)] for column in columns]
    del counted, columns
    return {"seconds": timed(lambda: build_features(history, cohort, catalogue), size["runs"]), "checksum": checksum}


def make_late(folder: Path, size: Size) -> dict[str, Any]:
    """Five events per child on average, each child at a cutoff of its own, recorded up to six days late."""
    rng = np.random.default_rng(1)
    rows = size["rows"]
    start = pd.Timestamp("2020-01-01").as_unit("us")
    occurred = start + pd.to_timedelta(rng.integers(0, 1_500 * 1_440, 5 * rows), unit="min")
    history = pd.DataFrame({"child_id": rng.integers(0, rows, 5 * rows), "kind": "missing", "occurred_at": occurred})
    history["recorded_at"] = history["occurred_at"] + pd.to_timedelta(rng.integers(0, 9_000, 5 * rows), unit="min")
    cutoff = start + pd.to_timedelta(rng.integers(0, 1_500 * 1_440, rows), unit="min")
    history.astype(dict.fromkeys(["occurred_at", "recorded_at"], "datetime64[us]")).to_parquet(
        folder / "late_history.parquet"
    )
    cohort = pd.DataFrame({"child_id": np.arange(rows), "cutoff": np.asarray(cutoff, dtype="datetime64[us]")})
    cohort.to_parquet(folder / "late_cohort.parquet")
    return {}


def measure_late(folder: Path, size: Size) -> dict[str, Any]:
    """Counts over four windows, each row at its own cutoff."""
    history, cohort = (pd.read_parquet(folder / f"late_{name}.parquet") for name in ("history", "cohort"))
    catalogue = Catalogue([FeatureSpec("missing", ["missing"], "count", window) for window in LATE_WINDOWS])
    values = build_features(history, cohort, catalogue).to_numpy(dtype=np.int64)
    seconds = timed(lambda: build_features(history, cohort, catalogue), size["runs"])
    return {"seconds": seconds, "checksum": digest(np.ascontiguousarray(values))}


def measure_plain(folder: Path, size: Size) -> dict[str, Any]:
    """The same counts by a merge and group-bys of pandas."""
    history, cohort = (pd.read_parquet(folder / f"late_{name}.parquet") for name in ("history", "cohort"))

    def plain() -> pd.DataFrame:
        merged = cohort.reset_index().merge(history, on="child_id")
        known = (merged["occurred_at"] < merged["cutoff"]) & (merged["recorded_at"] < merged["cutoff"])
        columns = {}
        for window in LATE_WINDOWS:
            inside = known & (merged["occurred_at"] >= merged["cutoff"] - pd.Timedelta(days=window))
            columns[window] = merged[inside].groupby("index").size().reindex(cohort.index, fill_value=0)
        return pd.DataFrame(columns)

    values = plain().to_numpy(dtype=np.int64)
    seconds = timed(plain, size["runs"])
    found = digest(np.ascontiguousarray(values))
    return {"seconds": seconds, "checksum": found, "peer": f"pandas {version('pandas')}"}


MEASURES = {
    "make_distinct": make_distinct, "distinct": measure_distinct, "make_counts": make_counts, "counts": measure_counts,
    "make_late": make_late, "late": measure_late, "plain": measure_plain,
}  # fmt: skip

if __name__ == "__main__":
    answer(MEASURES)
