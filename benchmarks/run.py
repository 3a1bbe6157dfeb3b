"""Speed, as ratios measured side by side in one run. `make bench` prints the table.

Each pair does the same work on the same data; the fastest of several runs counts, and the results must be equal. The
spread says how far the slowest of our runs lay from the fastest. The features are measured by `features.py` (ours) and
`peer_features.py` (in `.venv-peers`), each in a process of its own, on the same Parquet files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from audit import audit_against_fairlearn
from points import points_against_fasterrisk

from ace_risk import Catalogue, FeatureSpec, build_features

RUNS = 3
HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers" / "bin" / "python"
COUNTY_DATA = HERE.parent / "out" / "bench" / "cumbria"
COUNTY = HERE.parent / "configs" / "cumbria.yaml"
SIZES = (150_000, 300_000, 600_000, 1_200_000)
DISTINCT_ROWS = 20_000
FEATURETOOLS_ROWS = (1_000, 2_000)


@dataclass(frozen=True)
class Row:
    """One comparison."""

    work: str
    ours: float
    theirs: float
    peer: str
    spread: float


def timed(run: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Seconds of the fastest run, and how much longer the slowest took, as a share."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return min(seconds), max(seconds) / min(seconds) - 1


def features_against_pandas(rows: int = 20_000) -> Row:
    """Counts over a window at as many cutoffs as rows, against a merge and a group-by."""
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2020-01-01").as_unit("us")
    occurred = start + pd.to_timedelta(rng.integers(0, 1_500 * 1_440, 5 * rows), unit="min")
    history = pd.DataFrame({"child_id": rng.integers(0, rows, 5 * rows), "kind": "missing", "occurred_at": occurred})
    history["recorded_at"] = history["occurred_at"] + pd.to_timedelta(rng.integers(0, 9_000, 5 * rows), unit="min")
    history = history.astype({"occurred_at": "datetime64[us]", "recorded_at": "datetime64[us]"})
    cutoff = (start + pd.to_timedelta(rng.integers(0, 1_500 * 1_440, rows), unit="min")).astype("datetime64[us]")
    cohort = pd.DataFrame({"child_id": np.arange(rows), "cutoff": cutoff})
    windows = (30, 90, 180, 365)
    catalogue = Catalogue([FeatureSpec("missing", ["missing"], "count", window) for window in windows])

    def plain() -> pd.DataFrame:
        merged = cohort.reset_index().merge(history, on="child_id")
        known = (merged["occurred_at"] < merged["cutoff"]) & (merged["recorded_at"] < merged["cutoff"])
        columns = {}
        for window in windows:
            inside = known & (merged["occurred_at"] >= merged["cutoff"] - pd.Timedelta(days=window))
            counted = merged[inside].groupby("index").size()
            columns[f"missing_count_{window}d"] = counted.reindex(range(rows), fill_value=0)
        return pd.DataFrame(columns)

    pd.testing.assert_frame_equal(
        build_features(history, cohort, catalogue), plain(), check_dtype=False, check_names=False
    )
    ours, spread = timed(lambda: build_features(history, cohort, catalogue))
    theirs, _ = timed(plain)
    return Row(
        f"4 windowed counts, {rows:,} rows, all cutoffs distinct", ours, theirs, f"pandas {version('pandas')}", spread
    )


def help_time() -> Row:
    """How long `--help` takes, against starting Python itself."""
    ours, spread = timed(lambda: subprocess.run([sys.executable, "-m", "ace_risk.cli", "--help"], capture_output=True))
    theirs, _ = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], capture_output=True))
    return Row("ace-risk --help (peer: an empty Python)", ours, theirs, f"Python {sys.version.split()[0]}", spread)


def ours(what: str, folder: Path, size: object) -> dict[str, Any]:
    """What `features.py` measures, in a fresh process."""
    return _run(sys.executable, "features.py", what, folder, size)


def peer(what: str, folder: Path, size: object) -> dict[str, Any]:
    """What `peer_features.py` measures, in a fresh process of the peers' environment."""
    return _run(str(PEERS), "peer_features.py", what, folder, size)


def _run(python: str, script: str, what: str, folder: Path, size: object) -> dict[str, Any]:
    done = subprocess.run([python, HERE / script, what, folder, str(size)], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def compared(work: str, own: dict[str, Any], other: dict[str, Any], same: bool = True) -> Row:
    """One row of the table; refuses to give times for values that differ."""
    if same and own["checksum"] != other["checksum"]:
        raise SystemExit(f"{work}: the values of {other['peer']} differ ({own['total']} and {other['total']}).")
    seconds = own["seconds"]
    return Row(work, min(seconds), min(other["seconds"]), other["peer"], max(seconds) / min(seconds) - 1)


def features_against_featuretools(folder: Path) -> None:
    """Counts at distinct cutoffs; featuretools on fewer rows, as its time grows with them."""
    ours("make_distinct", folder, DISTINCT_ROWS)
    whole = ours("distinct", folder, DISTINCT_ROWS)
    for rows in FEATURETOOLS_ROWS:
        own, other = ours("distinct", folder, rows), peer("featuretools", folder, rows)
        show(compared(f"4 counts by kind over 365 days, {rows:,} rows, distinct cutoffs", own, other))
    per_row = min(other["seconds"]) / rows
    scaled = other | {"seconds": [per_row * DISTINCT_ROWS]}
    show(
        compared(f"the same, {DISTINCT_ROWS:,} rows (peer EXTRAPOLATED from {rows:,} rows)", whole, scaled, same=False)
    )
    print(f"  per row: ours {min(whole['seconds']) / DISTINCT_ROWS * 1e6:.2f} µs, peer {per_row * 1e6:.0f} µs")


def features_against_engines(folder: Path) -> None:
    """68 counts at one cutoff against DuckDB and Polars, and how our time grows over four sizes."""
    measured = {}
    for children in SIZES:
        ours("make_counts", folder, children)
        measured[children] = ours("counts", folder, children)
    for what, words in (("duckdb", "into Arrow"), ("duckdb_table", "into a table"), ("polars", "into a frame")):
        work = f"68 counts, {SIZES[-1]:,} children, 3 events each (peer {words})"
        show(compared(work, measured[SIZES[-1]], peer(what, folder, SIZES[-1])))
    print("growth of the same 68 counts with size (events + rows = 4 for each child):")
    seconds = [min(measured[children]["seconds"]) for children in SIZES]
    for children, fastest in zip(SIZES, seconds, strict=True):
        runs = measured[children]["seconds"]
        print(
            f"  {children:>9,} children{fastest:>8.3f} s {fastest / (4 * children) * 1e9:>6.0f} ns per event or row"
            f"{max(runs) / fastest - 1:>6.0%} spread {measured[children]['peak_gib']:>6.2f} GiB at most"
        )
    slope = np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]
    print(f"  slope of log time on log size: {slope:.2f} (1 is linear)")


def county() -> None:
    """The whole catalogue on a county of 112,000 children at 24 monthly cutoffs."""
    if not (COUNTY_DATA / "children.parquet").exists():
        synth = [sys.executable, "-m", "ace_risk.cli", "synth", "--config", str(COUNTY), "--out", str(COUNTY_DATA)]
        subprocess.run(synth, check=True, stderr=subprocess.DEVNULL)
    found = ours("county", COUNTY_DATA, COUNTY)
    print(
        f"Cumbria: {found['children']:,} children on record, {found['events']:,} events, {found['cutoffs']} monthly "
        f"cutoffs, {found['rows']:,} rows x {found['features']} features; {found['set_aside']} rows of the tables "
        "set aside on loading"
    )
    for words, seconds in (("features alone", found["seconds"]), ("history + cohort + features", found["whole"])):
        print(f"  {words:<28}{min(seconds):>7.2f} s at best, {seconds[0]:.2f} s in a fresh process")
    print(f"  peak memory of the process  {found['peak_gib']:>7.2f} GiB")


def show(row: Row) -> None:
    """Print one comparison."""
    ratio = row.theirs / row.ours
    print(f"{row.work:<76}{row.ours:>9.4f}{row.theirs:>9.3f}{ratio:>9.1f}{row.spread:>8.0%}  {row.peer}", flush=True)


def machine(when: str) -> None:
    """Say what else was running."""
    print(f"{when}: {os.cpu_count()} cores, load of the last 1, 5, 15 minutes:", *(f"{x:.1f}" for x in os.getloadavg()))


def main() -> None:
    """Measure and print every row."""
    packages = ("numpy", "pandas", "numba", "pyarrow", "duckdb")
    print(
        "ours:", ", ".join(f"{name} {version(name)}" for name in ("ace-risk", *packages)), "| Python", sys.version[:6]
    )
    machine("before")
    print(f"{'work':<76}{'ours, s':>9}{'peer, s':>9}{'ratio':>9}{'spread':>8}  peer", flush=True)
    for measure in (features_against_pandas, help_time):
        show(measure())
    audit_against_fairlearn()
    with tempfile.TemporaryDirectory() as made:
        features_against_featuretools(Path(made))
        features_against_engines(Path(made))
        points_against_fasterrisk(Path(made))
    county()
    machine("after")


if __name__ == "__main__":
    main()
