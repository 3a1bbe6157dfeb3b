"""The other side of `points.py`: FasterRisk on the same indicators. Runs in `.venv-peers-points`, with the old NumPy
that it pins."""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Size, answer, timed
from ranked import reached

FEATURES, POINTS = 12, 5


def measure_fasterrisk(folder: Path, size: Size) -> dict[str, Any]:
    """One fit with its default settings, and what its lists reach."""
    warnings.simplefilter("ignore")
    from fasterrisk.fasterrisk import RiskScoreClassifier, RiskScoreOptimizer

    X = np.load(folder / "learn_X.npy").astype(np.float64)
    y = np.load(folder / "learn_y.npy") * 2.0 - 1.0
    cards = []

    def fit() -> None:
        optimiser = RiskScoreOptimizer(X=X, y=y, k=FEATURES, lb=-POINTS, ub=POINTS)
        optimiser.optimize()
        cards.append(RiskScoreClassifier(*optimiser.get_models(model_index=0)))

    seconds = timed(fit, size["slow_runs"])
    score = np.asarray(cards[-1].predict_prob(np.load(folder / "judge_X.npy").astype(np.float64))).ravel()
    peer = f"FasterRisk {version('fasterrisk')}, NumPy {version('numpy')}"
    return {"seconds": seconds, "peer": peer, **reached(folder, score, size)}


if __name__ == "__main__":
    answer({"fasterrisk": measure_fasterrisk})
