"""Speed and skill of the points card against FasterRisk, and its skill beside gradient boosting.

Each fits a card of at most 10 binary features with points from -5 to 5 on the same file, in a fresh process, one
after the other; all are judged on the same rows that none was fitted on. FasterRisk pins an old NumPy, so it runs in
`.venv-peers-points` (see `peers_points.txt`). `run.py` calls `points_against_fasterrisk`; this file alone prints
the same table.
"""

from __future__ import annotations

import argparse
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
from scipy.special import expit
from sklearn.metrics import log_loss, roc_auc_score

from ace_risk import PointsClassifier
from ace_risk.models.ceiling import fit_ceiling

HERE = Path(__file__).parent
PEERS = HERE.parent / ".venv-peers-points" / "bin" / "python"
ROWS, COLUMNS, FEATURES = 80_000, 120, 10
RUNS = 3


def make(folder: Path) -> None:
    """Binary columns in groups that hang together; 30 of them, and five pairs, bear on the outcome.

    As many rows again are kept for judging.
    """
    rng = np.random.default_rng(11)
    rows = 2 * ROWS
    shared = rng.normal(size=(rows, COLUMNS // 10))
    latent = 0.6 * np.repeat(shared, 10, axis=1) + 0.8 * rng.normal(size=(rows, COLUMNS))
    X = latent > rng.uniform(0.2, 1.8, COLUMNS)
    effects = np.zeros(COLUMNS)
    effects[rng.choice(COLUMNS, 30, replace=False)] = rng.normal(0.5, 0.5, 30)
    log_odds = X @ effects - 4.0
    for one, other in rng.choice(COLUMNS, (5, 2), replace=False):
        log_odds += 0.8 * (X[:, one] & X[:, other])
    y = rng.random(rows) < expit(log_odds)
    for name, part in (("fit", slice(ROWS)), ("judge", slice(ROWS, None))):
        np.save(folder / f"{name}_X.npy", X[part].astype(np.uint8))
        np.save(folder / f"{name}_y.npy", y[part].astype(np.uint8))


def frame(folder: Path, part: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The columns, with names, and the outcome."""
    return pd.DataFrame(np.load(folder / f"{part}_X.npy")).add_prefix("x"), np.load(folder / f"{part}_y.npy")


def measure_card(folder: Path) -> dict[str, Any]:
    """The points card: seconds of each fit, the first in a fresh process, and its size."""
    X, y = frame(folder, "fit")
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        card = PointsClassifier(max_features=FEATURES, max_points=5).fit(X, y)
        seconds.append(time.perf_counter() - began)
    np.save(folder / "card.npy", card.predict_proba(frame(folder, "judge")[0])[:, 1])
    largest = max(abs(score) for term in card.table_.terms for score in term.scores)
    return {"seconds": seconds, "features": len(card.table_.terms), "largest": largest, "name": "points card"}


def measure_ceiling(folder: Path) -> dict[str, Any]:
    """Gradient boosting on all columns."""
    X, y = frame(folder, "fit")
    began = time.perf_counter()
    ceiling = fit_ceiling(X, y, directions=None)
    seconds = [time.perf_counter() - began]
    np.save(folder / "ceiling.npy", ceiling.predict_proba(frame(folder, "judge")[0])[:, 1])
    return {"seconds": seconds, "features": COLUMNS, "name": "gradient boosting (ceiling)"}


def skill(folder: Path, what: str) -> tuple[float, float]:
    """AUC and log loss per row on the rows kept for judging."""
    y, probability = np.load(folder / "judge_y.npy"), np.load(folder / f"{what}.npy")
    return float(roc_auc_score(y, probability)), float(log_loss(y, probability))


def auc_difference(folder: Path, resamples: int = 200) -> tuple[float, float]:
    """Where 95 % of the differences in AUC lie, card less FasterRisk, when the judged rows are drawn again."""
    y, ours, theirs = (np.load(folder / f"{name}.npy") for name in ("judge_y", "card", "fasterrisk"))
    rng = np.random.default_rng(0)
    found = []
    for _ in range(resamples):
        rows = rng.integers(0, len(y), len(y))
        found.append(roc_auc_score(y[rows], ours[rows]) - roc_auc_score(y[rows], theirs[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def run(python: str, script: Path, what: str, folder: Path) -> dict[str, Any]:
    """What a script measures, in a fresh process."""
    done = subprocess.run([python, script, what, folder], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def points_against_fasterrisk(folder: Path) -> None:
    """Print the comparison."""
    own = Path(__file__)
    make(folder)
    found = {what: run(sys.executable, own, what, folder) for what in ("card", "ceiling")}
    found["fasterrisk"] = run(str(PEERS), HERE / "peer_points.py", "fasterrisk", folder)
    ours = found["card"]["seconds"] + run(sys.executable, own, "card", folder)["seconds"]
    found["card"]["seconds"] = ours
    share = float(np.load(folder / "fit_y.npy").mean())
    print(f"{ROWS:,} rows x {COLUMNS} binary columns, outcome in {share:.1%}; judged on {ROWS:,} other rows")
    print(f"{'':<44}{'seconds':>9}{'spread':>8}{'features':>10}{'AUC':>9}{'log loss':>10}")
    for what in ("card", "fasterrisk", "ceiling"):
        one, (auc, loss) = found[what], skill(folder, what)
        best, spread = min(one["seconds"]), max(one["seconds"]) / min(one["seconds"]) - 1
        print(f"{one['name']:<44}{best:>9.2f}{spread:>8.0%}{one['features']:>10}{auc:>9.4f}{loss:>10.5f}")
    peer = min(found["fasterrisk"]["seconds"])
    print(
        f"FasterRisk takes {peer / min(ours):.0f} times as long as our fastest fit, {peer / max(ours):.0f} our slowest"
    )
    low, high = auc_difference(folder)
    print(f"AUC of the card less FasterRisk's: 95 % of resamples of the judged rows lie in {low:+.5f} to {high:+.5f}")
    packages = ", ".join(f"{name} {version(name)}" for name in ("ace-risk", "numpy", "numba", "scikit-learn"))
    print(f"ours: {packages}, Python {sys.version.split()[0]}; theirs: {found['fasterrisk']['versions']}")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    print(f"{os.cpu_count()} cores; load of the last 1, 5, 15 minutes: {load} (far above 1: others used the machine)")


def main() -> None:
    """Print the table, or measure one side and print it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=["card", "ceiling"])
    parser.add_argument("folder", nargs="?", type=Path)
    asked = parser.parse_args()
    if asked.what is None:
        with tempfile.TemporaryDirectory() as folder:
            points_against_fasterrisk(Path(folder))
    else:
        print(json.dumps({"card": measure_card, "ceiling": measure_ceiling}[asked.what](asked.folder)))


if __name__ == "__main__":
    main()
