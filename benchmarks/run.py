"""Speed, as ratios measured side by side in one run. `make bench` prints the table.

Each pair does the same work on the same data; the fastest of several runs counts, and the results are compared before
any time is. The spread says how far the slowest run lay from the fastest.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pandas as pd

from ace_risk import Catalogue, FeatureSpec, audit_fairness, build_features

RUNS = 3


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


def audit_against_fairlearn(rows: int = 5_000, replicates: int = 20) -> Row:
    """Rates with intervals, against fairlearn's bootstrap; fairlearn's time is for fewer replicates than usual."""
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

    rng = np.random.default_rng(2)
    label = rng.integers(0, 2, rows)
    listed = (rng.random(rows) < 0.3).astype(int)
    group = rng.integers(0, 10, rows)
    metrics = {"selection_rate": selection_rate, "tpr": true_positive_rate, "fpr": false_positive_rate}

    def theirs() -> MetricFrame:
        return MetricFrame(
            metrics=metrics, y_true=label, y_pred=listed, sensitive_features=group, n_boot=replicates,
            ci_quantiles=[0.025, 0.975], random_state=1,
        )  # fmt: skip

    def ours() -> object:
        return audit_fairness(label, listed, pd.DataFrame({"group": group}), threshold=0.5)

    fast, spread = timed(ours)
    slow, _ = timed(theirs, runs=1)
    work = f"rates of 10 groups with intervals, {rows:,} rows (peer: {replicates} replicates)"
    return Row(work, fast, slow, f"fairlearn {version('fairlearn')}", spread)


def help_time() -> Row:
    """How long `--help` takes, against starting Python itself."""
    ours, spread = timed(lambda: subprocess.run([sys.executable, "-m", "ace_risk.cli", "--help"], capture_output=True))
    theirs, _ = timed(lambda: subprocess.run([sys.executable, "-c", "pass"], capture_output=True))
    return Row("ace-risk --help (peer: an empty Python)", ours, theirs, f"Python {sys.version.split()[0]}", spread)


def main() -> None:
    """Measure and print every row."""
    print(f"{'work':<72}{'ours, s':>9}{'peer, s':>9}{'ratio':>8}{'spread':>8}  peer")
    for measure in (features_against_pandas, audit_against_fairlearn, help_time):
        row = measure()
        ratio = row.theirs / row.ours
        print(f"{row.work:<72}{row.ours:>9.3f}{row.theirs:>9.3f}{ratio:>8.1f}{row.spread:>8.0%}  {row.peer}")


if __name__ == "__main__":
    main()
