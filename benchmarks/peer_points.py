"""The other side of `points.py`: FasterRisk on the same file. Runs in `.venv-peers-points`, prints one line of JSON."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from fasterrisk.fasterrisk import RiskScoreClassifier, RiskScoreOptimizer

FEATURES = 10


def main() -> None:
    """Fit once with its default settings, and write its probabilities on the rows kept for judging."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["fasterrisk"])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    X = np.load(folder / "fit_X.npy").astype(np.float64)
    y = np.load(folder / "fit_y.npy") * 2.0 - 1.0
    began = time.perf_counter()
    optimiser = RiskScoreOptimizer(X=X, y=y, k=FEATURES, lb=-5, ub=5)
    optimiser.optimize()
    multiplier, intercept, coefficients = optimiser.get_models(model_index=0)
    seconds = [time.perf_counter() - began]
    classifier = RiskScoreClassifier(multiplier, intercept, coefficients)
    judged = np.load(folder / "judge_X.npy").astype(np.float64)
    np.save(folder / "fasterrisk.npy", np.asarray(classifier.predict_prob(judged)).ravel())
    names = ("fasterrisk", "numpy", "scikit-learn")
    result = {
        "seconds": seconds,
        "features": int(np.count_nonzero(coefficients)),
        "largest": float(np.abs(coefficients).max()),
        "name": f"FasterRisk {version('fasterrisk')}",
        "versions": ", ".join(f"{name} {version(name)}" for name in names) + f", Python {sys.version.split()[0]}",
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
