"""How much of a synthetic world can be learnt: models beside the oracle, and with shuffled labels (`make world`).

The oracle knows the child's true need and what services would do; no model may read it. The gap between the best
model and the oracle is what records don't say (need that nobody saw, recording that came late or never, support that
hid need); the gap between the oracle and 1 is chance. With labels shuffled within each cutoff nothing can be learnt.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from ace_risk import PointsClassifier, build_features, load_study
from ace_risk.kinds import configs_folder
from ace_risk.models.baselines import load_baselines
from ace_risk.pipeline import Prepared, prepare
from ace_risk.study import Study
from ace_risk.world.simulate import simulate_with_truth


def scores(study: Study, prepared: Prepared) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The score of each model on the labelled test rows, and their positions."""
    train, test = prepared.folds.rows(prepared.folds.test)
    known = prepared.labels.notna().to_numpy()
    train, test = train[known[train]], test[known[test]]
    label = prepared.labels.iloc[train].astype(int)
    features = prepared.features
    card = PointsClassifier(study.model.max_features, study.model.max_points, prepared.catalogue.directions)
    boosted = HistGradientBoostingClassifier(random_state=study.seed)
    baselines = load_baselines(study.aces, prepared.kinds)
    cohort = prepared.cohort.iloc[test]
    counted = build_features(prepared.history, cohort, baselines.catalogue)
    found = {
        "points card": card.fit(features.iloc[train], label).decision_function(features.iloc[test]),
        "gradient boosting": boosted.fit(features.iloc[train], label).predict_proba(features.iloc[test])[:, 1],
        **{name: score for name, _, score in baselines.scores(counted, cohort, study.seed)},
    }
    return found, test


def shuffled(prepared: Prepared, seed: int) -> Prepared:
    """The same study with its labels shuffled within each cutoff."""
    rng = np.random.default_rng(seed)
    labels = prepared.labels.copy()
    for rows in prepared.cohort.groupby("cutoff").indices.values():
        labels.iloc[rows] = labels.iloc[rng.permutation(rows)].to_numpy()
    return replace(prepared, labels=labels)


def oracle_score(prepared: Prepared, oracle: pd.DataFrame, test: np.ndarray) -> np.ndarray:
    """The oracle's probability on the test rows."""
    rows = prepared.cohort.iloc[test][["child_id", "cutoff"]]
    return rows.merge(oracle, on=["child_id", "cutoff"], how="left")["with_support"].to_numpy()


def compare(study: Study) -> pd.DataFrame:
    """AUC of each model on a world, with its labels as they are and shuffled, and the oracle's."""
    tables, truth = simulate_with_truth(study.world)
    prepared = prepare(study, tables, lambda share, step: None)
    found, test = scores(study, prepared)
    label = prepared.labels.iloc[test].astype(int).to_numpy()
    mixed = shuffled(prepared, study.seed)
    found_mixed, test_mixed = scores(study, mixed)
    label_mixed = mixed.labels.iloc[test_mixed].astype(int).to_numpy()
    oracle = oracle_score(prepared, truth.oracle, test)
    rows = [
        {
            "model": name,
            "auc": roc_auc_score(label, score),
            "auc_shuffled": roc_auc_score(label_mixed, found_mixed[name]),
        }
        for name, score in found.items()
    ]
    seen = ~np.isnan(oracle)
    rows.append(
        {"model": "oracle (true need)", "auc": roc_auc_score(label[seen], oracle[seen]), "auc_shuffled": np.nan}
    )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=configs_folder() / "demo.yaml")
    print(compare(load_study(parser.parse_args().config)).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
