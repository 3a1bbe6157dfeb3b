"""Speed of the audit against fairlearn's bootstrap: 100,000 rows, 40 groups, 5 rates, 1,000 replicates.

Both work in one process, one after the other, on the same rows; the rates must be equal. fairlearn's bootstrap takes
about two seconds a replicate, so it is run with two small numbers of replicates, and the time of one replicate is the
slope between them: its figure for 1,000 is EXTRAPOLATED. Ours is measured whole, with every interval, verdict, ratio,
list made anew and number that would be enough. `run.py` calls `audit_against_fairlearn`; this file alone prints the
same lines.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import pandas as pd

from ace_risk import audit_fairness

ROWS, GROUPS, PLACES, REPLICATES, HOMES = 100_000, 40, 10_000, 1_000, 40_000
FEW, MORE = 2, 5
RUNS = 3


def rows() -> tuple[np.ndarray, np.ndarray, pd.Series, np.ndarray]:
    """Outcome, score, group and household of each row; no two scores are equal."""
    rng = np.random.default_rng(2)
    return (
        rng.random(ROWS) < 0.2,
        rng.normal(size=ROWS),
        pd.Series(rng.integers(0, GROUPS, ROWS)),
        rng.integers(0, HOMES, ROWS),
    )


def seconds(run: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Seconds of the fastest run, and how much longer the slowest took, as a share."""
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        taken.append(time.perf_counter() - began)
    return min(taken), max(taken) / min(taken) - 1


def audit_against_fairlearn() -> None:
    """Print what both take, and the ratio."""
    from fairlearn.metrics import (
        MetricFrame,
        false_negative_rate,
        false_positive_rate,
        selection_rate,
        true_positive_rate,
    )
    from sklearn.metrics import precision_score

    label, score, group, homes = rows()
    listed = (score >= np.sort(score)[-PLACES]).astype(int)
    metrics = {
        "selection_rate": selection_rate, "tpr": true_positive_rate, "fpr": false_positive_rate,
        "fnr": false_negative_rate, "ppv": precision_score,
    }  # fmt: skip

    def theirs(replicates: int) -> MetricFrame:
        return MetricFrame(
            metrics=metrics, y_true=label, y_pred=listed, sensitive_features=group, n_boot=replicates,
            ci_quantiles=[0.025, 0.975], random_state=1,
        )  # fmt: skip

    def ours(**more: object) -> pd.DataFrame:
        return audit_fairness(label, score, group, list_size=PLACES, n_boot=REPLICATES, **more).by_group

    plain = MetricFrame(metrics=metrics, y_true=label, y_pred=listed, sensitive_features=group).by_group
    np.testing.assert_allclose(ours()[list(metrics)].to_numpy(), plain.to_numpy(dtype=float), atol=1e-12)
    few, more = (seconds(lambda n=number: theirs(n), runs=1)[0] for number in (FEW, MORE))
    each = (more - few) / (MORE - FEW)
    peer = few + each * (REPLICATES - FEW)
    print(
        f"audit: {ROWS:,} rows, {GROUPS} groups, 5 rates, {REPLICATES:,} replicates; load "
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    print(
        f"  fairlearn {version('fairlearn')}: {few:.1f} s for {FEW} and {more:.1f} s for {MORE} replicates, "
        f"so {each:.2f} s each and {peer:,.0f} s for {REPLICATES:,} (EXTRAPOLATED)"
    )
    for words, call in (("rows", ours), ("households", lambda: ours(households=homes))):
        fastest, spread = seconds(call)
        ratio = f"{peer / fastest:,.0f} times as fast"
        print(f"  ours, resampling {words:<11}{fastest:>7.2f} s (spread {spread:.0%}): {ratio}")


if __name__ == "__main__":
    audit_against_fairlearn()
