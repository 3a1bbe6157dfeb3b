"""Contributions against shap: its exact explainer on the same points card, and its tree explainer on boosted trees."""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Size, answer, timed

from ace_risk import AdditiveModel, Catalogue, PointsClassifier, explain, load_study
from ace_risk.kinds import configs_folder


def make_card(folder: Path, size: Size) -> dict[str, Any]:
    """The card of the study, learnt as `points.py` does."""
    study = load_study(configs_folder() / "demo.yaml")
    directions = Catalogue.from_yaml(study.catalogue, study.load_kinds()).directions
    X, y = pd.read_parquet(folder / "learn.parquet"), np.load(folder / "learn_y.npy")
    card = PointsClassifier(size["features"], 5, directions).fit(X, y).table_
    (folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    return {"features": len(card.feature_names_in_)}


def card_and_rows(folder: Path, size: Size) -> tuple[AdditiveModel, pd.DataFrame, pd.DataFrame]:
    """The card, the rows to explain and the background, with the columns that the card reads; never is ten years."""
    card = AdditiveModel.from_json((folder / "card.json").read_text(encoding="utf-8"))
    names = list(card.feature_names_in_)
    judged, learnt = (pd.read_parquet(folder / f"{name}.parquet")[names].fillna(3_650) for name in ("judge", "learn"))
    return card, judged.head(size["rows"]), learnt.sample(size["background"], random_state=1)


def measure_ours(folder: Path, size: Size) -> dict[str, Any]:
    """`explain` on the card, with the same background as the exact explainer."""
    card, rows, background = card_and_rows(folder, size)
    found = explain(card, rows, background)
    seconds = timed(lambda: explain(card, rows, background), size["runs"])
    return {"seconds": seconds, "values": found.values.tolist()}


def measure_exact(folder: Path, size: Size) -> dict[str, Any]:
    """shap's exact explainer on the card."""
    warnings.simplefilter("ignore")
    import shap

    card, rows, background = card_and_rows(folder, size)
    names = list(rows)
    masker = shap.maskers.Independent(background.to_numpy(), max_samples=len(background))
    explainer = shap.ExactExplainer(lambda X: card.decision_function(pd.DataFrame(X, columns=names)), masker)
    values: list[Any] = []
    seconds = timed(lambda: values.append(explainer(rows.to_numpy()).values), size["slow_runs"])
    return {"seconds": seconds, "values": values[-1].tolist(), "peer": f"shap {version('shap')}"}


def measure_every(folder: Path, size: Size) -> dict[str, Any]:
    """`explain` on every judged row, over the training frequencies that the card stores."""
    card, rows = AdditiveModel.from_json((folder / "card.json").read_text(encoding="utf-8")), judged(folder)
    found = explain(card, rows)
    worst = np.abs(found.values.sum(axis=1) + found.base_values - card.decision_function(rows)).max()
    return {"seconds": timed(lambda: explain(card, rows), size["runs"]), "worst": float(worst), "rows": len(rows)}


def measure_trees(folder: Path, size: Size) -> dict[str, Any]:
    """shap's tree explainer on gradient boosting learnt from the same rows, with all features."""
    warnings.simplefilter("ignore")
    import shap
    from sklearn.ensemble import HistGradientBoostingClassifier

    X, y, rows = pd.read_parquet(folder / "learn.parquet"), np.load(folder / "learn_y.npy"), judged(folder)
    model = HistGradientBoostingClassifier(random_state=0).fit(X, y)
    explainer = shap.TreeExplainer(model)
    found = explainer(rows)
    worst = np.abs(found.values.sum(axis=1) + found.base_values - model.decision_function(rows)).max()
    seconds = timed(lambda: explainer(rows), size["runs"])
    return {"seconds": seconds, "worst": float(worst), "peer": f"shap {version('shap')}"}


def judged(folder: Path) -> pd.DataFrame:
    """Every judged row, all features."""
    return pd.read_parquet(folder / "judge.parquet")


MEASURES = {
    "make_card": make_card, "ours": measure_ours, "exact": measure_exact, "every": measure_every,
    "trees": measure_trees,
}  # fmt: skip

if __name__ == "__main__":
    answer(MEASURES)
