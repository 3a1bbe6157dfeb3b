"""The points card against others that learn from the same rows: seconds, and what their lists reach.

All learn from the training rows of the demo's study and are judged on its test period: AUC, and children reached for
every 100 places on its lists. FasterRisk needs yes-or-no columns, so it and a card of its own get each feature as
indicators cut at quantiles. FasterRisk runs in `peer_points.py`, with the old NumPy that it pins; the others here.
"""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Size, answer, timed
from ranked import reached

from ace_risk import PointsClassifier, load_study, load_tables
from ace_risk.kinds import configs_folder
from ace_risk.pipeline import prepare

FEATURES, POINTS = 12, 5
QUANTILES = (0.5, 0.75, 0.9, 0.97)


def make_rows(folder: Path, size: Size) -> dict[str, Any]:
    """The features and the indicators of the study's rows, to learn from and to judge on."""
    study = load_study(configs_folder() / "demo.yaml")
    prepared = prepare(study, load_tables(folder / "demo"), lambda share, step: None)
    learnt, judged = prepared.fold_rows(prepared.folds.test)
    X = prepared.features.astype(float)
    indicators = as_indicators(X, X.iloc[learnt])
    for name, rows in (("learn", learnt), ("judge", judged)):
        X.iloc[rows].reset_index(drop=True).to_parquet(folder / f"{name}.parquet")
        np.save(folder / f"{name}_X.npy", indicators.iloc[rows].to_numpy(dtype=np.uint8))
        np.save(folder / f"{name}_y.npy", prepared.labels.iloc[rows].to_numpy(dtype=np.uint8))
    np.save(folder / "lists.npy", prepared.cohort["cutoff"].iloc[judged].to_numpy("datetime64[us]").astype(np.int64))
    return {"rows": len(learnt), "judged": len(judged), "columns": X.shape[1], "indicators": indicators.shape[1]}


def as_indicators(X: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Whether each feature is above each of its quantiles, as they are in the rows learnt from, without repeats."""
    columns = {}
    for name in X:
        for cut in sorted(set(seen[name].quantile(list(QUANTILES)).dropna())):
            columns[f"{name} > {cut:g}"] = X[name] > cut
    indicators = pd.DataFrame(columns)
    varied = indicators.loc[seen.index].nunique() > 1
    return indicators.loc[:, varied].T.drop_duplicates().T.astype(bool)


def rows_of(folder: Path, name: str, indicators: bool) -> pd.DataFrame:
    """Features, or indicators with names."""
    if indicators:
        return pd.DataFrame(np.load(folder / f"{name}_X.npy")).add_prefix("x")
    return pd.read_parquet(folder / f"{name}.parquet")


def fitted(folder: Path, size: Size, make: Any, runs: int, indicators: bool = False) -> dict[str, Any]:
    """Seconds to learn, and what the lists reach."""
    X, y = rows_of(folder, "learn", indicators), np.load(folder / "learn_y.npy")
    model: list[Any] = []
    seconds = timed(lambda: model.append(make().fit(X, y)), runs)
    judged = rows_of(folder, "judge", indicators)
    return {"seconds": seconds, **reached(folder, model[-1].predict_proba(judged)[:, 1], size)}


def measure_card(folder: Path, size: Size) -> dict[str, Any]:
    """A points card of the features, directions and all."""
    from ace_risk import Catalogue

    study = load_study(configs_folder() / "demo.yaml")
    directions = Catalogue.from_yaml(study.catalogue, study.load_kinds()).directions
    return fitted(folder, size, lambda: PointsClassifier(FEATURES, POINTS, directions), size["runs"])


def measure_card_of_indicators(folder: Path, size: Size) -> dict[str, Any]:
    """A points card of the indicators."""
    return fitted(folder, size, lambda: PointsClassifier(FEATURES, POINTS), size["runs"], indicators=True)


def measure_logistic(folder: Path, size: Size) -> dict[str, Any]:
    """scikit-learn's logistic regression on all features, standardised; never having happened is ten years ago."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def make() -> Any:
        filled = SimpleImputer(strategy="constant", fill_value=3_650)
        return make_pipeline(filled, StandardScaler(), LogisticRegression(max_iter=1_000))

    return fitted(folder, size, make, size["runs"]) | {"peer": f"scikit-learn {version('scikit-learn')}"}


def measure_ebm(folder: Path, size: Size) -> dict[str, Any]:
    """An explainable boosting machine, lighter than its defaults (14 bags, pairs): those take many minutes here."""
    warnings.simplefilter("ignore")
    from interpret.glassbox import ExplainableBoostingClassifier

    def make() -> Any:
        return ExplainableBoostingClassifier(outer_bags=4, interactions=0, random_state=0)

    found = fitted(folder, size, make, size["slow_runs"])
    return found | {"peer": f"interpret-core {version('interpret-core')}"}


MEASURES = {
    "make_rows": make_rows, "card": measure_card, "card_of_indicators": measure_card_of_indicators,
    "logistic": measure_logistic, "ebm": measure_ebm,
}  # fmt: skip

if __name__ == "__main__":
    answer(MEASURES)
