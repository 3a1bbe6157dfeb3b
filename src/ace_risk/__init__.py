"""ace-risk: find, early, the children who may benefit from support, and say why.

The names below are the public ones; each is imported from its module when it is first used, so that the
command line answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ace_risk.data.history import build_history
    from ace_risk.data.load import load_tables
    from ace_risk.data.tables import Tables
    from ace_risk.evaluate.list_size import evaluate_at_list_size
    from ace_risk.explanation.contributions import explain
    from ace_risk.fairness.audit import audit_fairness
    from ace_risk.features.build import build_features
    from ace_risk.features.catalogue import Catalogue, FeatureSpec
    from ace_risk.features.cohort import build_cohort
    from ace_risk.features.labels import Outcome, build_labels
    from ace_risk.models.additive import AdditiveModel
    from ace_risk.models.folds import temporal_folds
    from ace_risk.models.points import PointsClassifier
    from ace_risk.study import load_study
    from ace_risk.tracking.pack import load_pack
    from ace_risk.world.simulate import simulate

__version__ = "0.1.0"

__all__ = [
    "AdditiveModel", "Catalogue", "FeatureSpec", "Outcome", "PointsClassifier", "Tables", "audit_fairness",
    "build_cohort", "build_features", "build_history", "build_labels", "evaluate_at_list_size", "explain",
    "load_pack", "load_study", "load_tables", "simulate", "temporal_folds",
]  # fmt: skip

_HOMES = {
    "AdditiveModel": "models.additive",
    "Catalogue": "features.catalogue",
    "FeatureSpec": "features.catalogue",
    "Outcome": "features.labels",
    "PointsClassifier": "models.points",
    "Tables": "data.tables",
    "audit_fairness": "fairness.audit",
    "build_cohort": "features.cohort",
    "build_features": "features.build",
    "build_history": "data.history",
    "build_labels": "features.labels",
    "evaluate_at_list_size": "evaluate.list_size",
    "explain": "explanation.contributions",
    "load_pack": "tracking.pack",
    "load_study": "study",
    "load_tables": "data.load",
    "simulate": "world.simulate",
    "temporal_folds": "models.folds",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
