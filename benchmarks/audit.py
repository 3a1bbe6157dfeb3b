"""The audit against fairlearn: 100,000 rows, 40 groups, 5 rates, and intervals from 1,000 replicates.

fairlearn's bootstrap takes about two seconds a replicate, so it is run with two small numbers of replicates, and the
time of one is the slope between them: its figure for 1,000 is extrapolated, and its row says so. Ours is measured
whole, with every interval, verdict, ratio, list made anew and number that would be enough. `peer_audit.py` is Aequitas.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Size, answer, timed

from ace_risk import audit_fairness

RATES = ["selection_rate", "tpr", "fpr", "fnr", "ppv"]


def make_rows(folder: Path, size: Size) -> dict[str, Any]:
    """Outcome, score, group, household and listed of each row; no two scores are equal."""
    rng = np.random.default_rng(2)
    rows = size["rows"]
    frame = pd.DataFrame({
        "label": (rng.random(rows) < 0.2).astype(int), "score": rng.normal(size=rows),
        "group": [f"g{number:02d}" for number in rng.integers(0, size["groups"], rows)],
        "home": rng.integers(0, int(0.4 * rows), rows),
    })  # fmt: skip
    frame["listed"] = (frame["score"].rank(ascending=False) <= rows // 10).astype(int)
    frame.to_parquet(folder / "audit.parquet")
    return {}


def ours(folder: Path, size: Size, **more: Any) -> dict[str, Any]:
    """The whole audit: seconds, and the rates."""
    rows = pd.read_parquet(folder / "audit.parquet")
    households = rows["home"] if more.pop("homes", False) else None

    def audit() -> pd.DataFrame:
        return audit_fairness(
            rows["label"], rows["score"], rows["group"], list_size=len(rows) // 10, n_boot=size["replicates"],
            households=households,
        ).by_group  # fmt: skip

    found = audit()
    return {"seconds": timed(audit, size["runs"]), "values": found.sort_values("group")[RATES].to_numpy().tolist()}


def measure_rows(folder: Path, size: Size) -> dict[str, Any]:
    """Rows taken as independent."""
    return ours(folder, size)


def measure_homes(folder: Path, size: Size) -> dict[str, Any]:
    """Households resampled."""
    return ours(folder, size, homes=True)


def metric_frame(folder: Path, replicates: int | None) -> pd.DataFrame:
    """fairlearn's rates per group, with a bootstrap where replicates are given."""
    from fairlearn.metrics import (
        MetricFrame,
        false_negative_rate,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import precision_score

    rows = pd.read_parquet(folder / "audit.parquet")
    metrics = [selection_rate, true_positive_rate, false_positive_rate, false_negative_rate, precision_score]
    boot = {"n_boot": replicates, "ci_quantiles": [0.025, 0.975], "random_state": 1} if replicates else {}
    frame = MetricFrame(
        metrics=dict(zip(RATES, metrics, strict=True)), y_true=rows["label"], y_pred=rows["listed"],
        sensitive_features=rows["group"], **boot,
    )  # fmt: skip
    return frame.by_group


def measure_points(folder: Path, size: Size) -> dict[str, Any]:
    """fairlearn's point figures."""
    found = metric_frame(folder, None).sort_index().to_numpy(dtype=float).tolist()
    seconds = timed(lambda: metric_frame(folder, None), size["runs"])
    return {"seconds": seconds, "values": found, "peer": f"fairlearn {version('fairlearn')}"}


def measure_bootstrap(folder: Path, size: Size) -> dict[str, Any]:
    """fairlearn's bootstrap, extrapolated from a few replicates to as many as ours."""
    found = metric_frame(folder, None).sort_index().to_numpy(dtype=float).tolist()
    seconds = []
    for _ in range(size["peer_runs"]):
        taken = []
        for replicates in (size["few"], size["more"]):
            began = time.perf_counter()
            metric_frame(folder, replicates)
            taken.append(time.perf_counter() - began)
        each = (taken[1] - taken[0]) / (size["more"] - size["few"])
        seconds.append(taken[0] + each * (size["replicates"] - size["few"]))
    return {"seconds": seconds, "values": found, "peer": f"fairlearn {version('fairlearn')}"}


MEASURES = {
    "make_rows": make_rows, "rows": measure_rows, "homes": measure_homes, "points": measure_points,
    "bootstrap": measure_bootstrap,
}  # fmt: skip

if __name__ == "__main__":
    answer(MEASURES)
