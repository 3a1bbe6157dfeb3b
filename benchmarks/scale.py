"""How our own time grows: counts over four sizes, a county's whole catalogue, and `--help` (`make scale`).

`docs/scale.md` tells what was measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Size, answer, timed

from ace_risk import Catalogue, build_cohort, build_features, build_history, load_study, load_tables
from ace_risk.kinds import configs_folder

HERE = Path(__file__).parent
COUNTY_DATA = HERE.parent / "out" / "bench" / "cumbria"
COUNTY = configs_folder() / "cumbria.yaml"
SIZES = (150_000, 300_000, 600_000, 1_200_000)
RUNS = 3


def measure_county(folder: Path, size: Size) -> dict[str, Any]:
    """A county at the last 24 first days of months, with the whole catalogue: from tables, and features alone."""
    study = load_study(COUNTY)
    tables = load_tables(folder, quarantine=True)
    kinds = study.load_kinds()
    catalogue = Catalogue.from_yaml(study.catalogue, kinds)
    cutoffs = list(pd.date_range(end=tables.data_end - pd.Timedelta(days=1), periods=24, freq="MS", unit="us"))
    found: dict[str, int] = {}
    alone = []

    def from_tables() -> None:
        history = build_history(tables, kinds)
        cohort = build_cohort(tables, history, study.cohort, cutoffs, kinds)
        began = time.perf_counter()
        features = build_features(history, cohort, catalogue)
        alone.append(time.perf_counter() - began)
        found.update(events=len(history), rows=len(features), features=features.shape[1])

    whole = timed(from_tables, size["runs"])
    found |= {"children": len(tables.children), "cutoffs": len(cutoffs), "set_aside": sum(tables.quarantined.values())}
    return {"seconds": alone, "whole": whole, **found}


def fresh(script: str, what: str, folder: Path, size: Size) -> dict[str, Any]:
    """What a script measures, in a fresh process, so that peak memory is that of the measurement."""
    command = [sys.executable, HERE / f"{script}.py", what, folder, json.dumps(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def growth(folder: Path) -> None:
    """68 counts at one cutoff over four sizes."""
    print("growth of 68 counts with size (events + rows = 4 for each child):")
    seconds = []
    for children in SIZES:
        size = {"children": children, "runs": RUNS}
        fresh("features", "make_counts", folder, size)
        found = fresh("features", "counts", folder, size)
        runs = found["seconds"]
        seconds.append(min(runs))
        print(
            f"  {children:>9,} children{min(runs):>8.3f} s {min(runs) / (4 * children) * 1e9:>6.0f} ns per event or row"
            f"{max(runs) / min(runs) - 1:>6.0%} spread {found['peak_gib']:>6.2f} GiB at most",
            flush=True,
        )
    slope = np.polyfit(np.log(SIZES), np.log(seconds), 1)[0]
    print(f"  slope of log time on log size: {slope:.2f} (1 is linear)")


def county() -> None:
    """The whole catalogue on a county of 112,000 children at 24 monthly cutoffs."""
    if not (COUNTY_DATA / "children.parquet").exists():
        synth = [sys.executable, "-m", "ace_risk.cli", "synth", "--config", str(COUNTY), "--out", str(COUNTY_DATA)]
        subprocess.run(synth, check=True, stderr=subprocess.DEVNULL)
    found = fresh("scale", "county", COUNTY_DATA, {"runs": RUNS})
    print(
        f"Cumbria: {found['children']:,} children on record, {found['events']:,} events, {found['cutoffs']} monthly "
        f"cutoffs, {found['rows']:,} rows x {found['features']} features; {found['set_aside']} rows of the tables "
        "set aside on loading"
    )
    for words, seconds in (("features alone", found["seconds"]), ("history + cohort + features", found["whole"])):
        print(f"  {words:<28}{min(seconds):>7.2f} s at best, {seconds[0]:.2f} s in a fresh process")
    print(f"  peak memory of the process  {found['peak_gib']:>7.2f} GiB")


def help_time() -> None:
    """How long `--help` takes, and starting Python alone."""
    for words, command in (("ace-risk --help", ["-m", "ace_risk.cli", "--help"]), ("an empty Python", ["-c", "pass"])):
        taken = timed(lambda asked=command: subprocess.run([sys.executable, *asked], capture_output=True), RUNS)
        print(f"  {words:<28}{min(taken):>7.2f} s at best")


def main() -> None:
    """Measure and print, or answer for the county."""
    if len(sys.argv) > 1:
        answer({"county": measure_county})
        return
    packages = ("ace-risk", "numpy", "pandas", "numba", "pyarrow", "duckdb")
    print(", ".join(f"{name} {version(name)}" for name in packages), "| Python", sys.version.split()[0])
    print(f"{os.cpu_count()} cores, load of the last 1, 5, 15 minutes:", *(f"{x:.1f}" for x in os.getloadavg()))
    help_time()
    with tempfile.TemporaryDirectory() as made:
        growth(Path(made))
    county()


if __name__ == "__main__":
    main()
