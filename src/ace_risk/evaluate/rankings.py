"""The ways of ranking that are judged side by side: the table, other tables, the ceiling, and simple rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ace_risk.evaluate.judged import Ranking
from ace_risk.features.build import build_features
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.baselines import Baselines
from ace_risk.models.ceiling import fit_ceiling
from ace_risk.models.prepared import Prepared, Rows
from ace_risk.models.train import train_table
from ace_risk.plans import ModelPlan

TITLES = {
    "points_card": "Points card",
    "binned_logistic": "The same bins, not rounded",
    "boosted_table": "Boosted table",
    "ceiling": "Gradient boosting (the ceiling)",
}
"""What people call each kind of model."""


def rank_rows(
    prepared: Prepared,
    model: AdditiveModel,
    plan: ModelPlan,
    baselines: Baselines,
    rows: Rows,
    seed: int,
    report: Callable[[str], None] = lambda step: None,
) -> list[Ranking]:
    """Every way of ranking some rows: the deployed table first, then what it is compared with.

    Parameters
    ----------
    prepared
        The study's frames.
    model, plan
        The table, and the plan that it was learnt by, whose `compare` names the other models.
    baselines
        The rules that it must beat.
    rows
        Positions of the rows in the cohort.
    seed
        Seed of the fits that draw.
    report
        Called with what is being fitted.
    """
    features = prepared.features.iloc[rows]
    rankings = [_ranking(plan.kind, model, features, "deployed")]
    for kind, other in _compared(prepared, plan, seed, report):
        rankings.append(_ranking(kind, other, features, "ceiling" if kind == "ceiling" else "table"))
    return rankings + rule_rankings(prepared, baselines, rows, seed)


def rule_rankings(prepared: Prepared, baselines: Baselines, rows: Rows, seed: int) -> list[Ranking]:
    """The rankings that a person could make by counting, and chance."""
    cohort = prepared.cohort.iloc[rows]
    counted = build_features(prepared.history, cohort, baselines.catalogue)
    return [Ranking(name, title, score) for name, title, score in baselines.scores(counted, cohort, seed)]


def _compared(
    prepared: Prepared, plan: ModelPlan, seed: int, report: Callable[[str], None]
) -> Iterator[tuple[str, Any]]:
    """The models that the plan compares with, learnt on the same rows."""
    train, _ = prepared.fold_rows(prepared.folds.test)
    for kind in dict.fromkeys(plan.compare):
        if kind == plan.kind:
            continue
        report(TITLES[kind].lower())
        if kind == "ceiling":
            outcome = prepared.labels.iloc[train].astype(int)
            directions = prepared.catalogue.directions
            yield kind, fit_ceiling(prepared.features.iloc[train], outcome, directions=directions, seed=seed)
        else:
            yield kind, train_table(kind, prepared.features, prepared.labels, train, plan, prepared.catalogue, seed)


def _ranking(name: str, model: Any, features: Any, kind: str) -> Ranking:
    share = np.asarray(model.predict_proba(features))[:, 1]
    return Ranking(name, TITLES[name], model.decision_function(features), share, kind)
