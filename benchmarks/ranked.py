"""What the lists of a model reach, in any environment with NumPy and scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from measuring import Size
from sklearn.metrics import roc_auc_score


def reached(folder: Path, score: np.ndarray, size: Size) -> dict[str, float]:
    """AUC, and children for whom the outcome followed for every 100 places; equal scores share what is left."""
    label, lists = np.load(folder / "judge_y.npy"), np.load(folder / "lists.npy")
    found = 0.0
    for one in np.unique(lists):
        here, y = score[lists == one], label[lists == one]
        cut = np.sort(here)[-size["places"]]
        above, equal = here > cut, here == cut
        found += y[above].sum() + (size["places"] - above.sum()) * y[equal].mean()
    places = size["places"] * len(np.unique(lists))
    return {"auc": float(roc_auc_score(label, score)), "reached": 100 * found / places}
