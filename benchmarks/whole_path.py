"""From tables to a list with ace-risk; `plain_path.py` is the same, written plainly. Also makes the world for both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import plain_path
from measuring import Size, answer, timed_path
from plain_path import COUNTED, PLACES, WINDOWS, Frames

from ace_risk import (
    Catalogue,
    FeatureSpec,
    Outcome,
    PointsClassifier,
    build_cohort,
    build_features,
    build_history,
    build_labels,
    load_study,
    load_tables,
    simulate,
    temporal_folds,
)
from ace_risk.evaluate.list_size import select_top
from ace_risk.kinds import configs_folder
from ace_risk.plans import CohortRule
from ace_risk.world.shards import processors


def make_world(folder: Path, size: Size) -> dict[str, Any]:
    """The world of a shipped study, as six tables in a folder of the study's name."""
    study = load_study(configs_folder() / f"{size['study']}.yaml")
    simulate(study.world, folder / size["study"], workers=processors())
    return {}


def catalogue() -> Catalogue:
    """The features of the plain path: counts of each kind in each window, and days since the last."""
    counts = [FeatureSpec(kind, [kind], "count", window) for window in WINDOWS for kind in COUNTED]
    return Catalogue(counts + [FeatureSpec(kind, [kind], "days_since_last") for kind in COUNTED])


def tables_to_features(folder: Path) -> Frames:
    """Cohort, features, labels and test fold of the tables in a folder, checked while they are loaded."""
    tables = load_tables(folder)
    history = build_history(tables)
    cohort = build_cohort(tables, history, CohortRule())
    labels = build_labels(history, cohort, Outcome(plain_path.STATUTORY, plain_path.HORIZON))
    folds = temporal_folds(cohort, data_start=tables.incidents["occurred_at"].min())
    features = build_features(history, cohort, catalogue())
    return Frames(cohort, features, labels, *folds.rows(folds.test))


def rank(frames: Frames) -> pd.DataFrame:
    """The children listed on each date of the test fold, by a points card."""
    train = frames.train[frames.labels.iloc[frames.train].notna()]
    card = PointsClassifier().fit(frames.features.iloc[train], frames.labels.iloc[train].astype(int))
    score = card.decision_function(frames.features.iloc[frames.test])
    listed = frames.cohort.iloc[frames.test].assign(score=score, followed=frames.labels.iloc[frames.test])
    return listed[select_top(score, PLACES, listed["cutoff"])]


def measure_path(folder: Path, size: Size) -> dict[str, Any]:
    """Seconds to the frames, and to the lists."""
    timed, frames = timed_path(lambda: tables_to_features(folder / size["study"]), rank, size["runs"])
    return timed | {"checksum": frames.digest()}


MEASURES = {"make_world": make_world, "path": measure_path}

if __name__ == "__main__":
    answer(MEASURES)
