"""The same truth recorded again and again, with a bias or without, and listed by the same model.

The people, their homes, their need and what would happen if nobody helped are made once in each process. A recording
draws anew who notices, who writes it down, when, and what agencies decide, which also moves the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from ace_risk import AdditiveModel, Catalogue, Outcome, build_cohort, build_features, build_history, build_labels
from ace_risk import load_study as read_study
from ace_risk.evaluate.list_size import select_top
from ace_risk.fairness.planted import Population
from ace_risk.features.groups import build_groups
from ace_risk.features.ties import tie_order
from ace_risk.kinds import configs_folder
from ace_risk.models.train import train_table
from ace_risk.pipeline import prepare
from ace_risk.plans import Biases, World
from ace_risk.study import Study
from ace_risk.world.answers import read_answers
from ace_risk.world.frames import to_tables
from ace_risk.world.lives import Background, live_on, make_background
from ace_risk.world.shards import shard_quotas
from ace_risk.world.simulate import rows_of, simulate_with_truth
from ace_risk.world.truth import write_truth

LISTED = 0.3
"""Share of the rows of each list date that are listed: so many that a gap of 20 points is possible."""
VIEWS = ("records", "need", "services")


@dataclass(frozen=True)
class Fixed:
    """What stays as it is in the whole study: the size of the world, the model, the list dates, and the truth.

    Attributes
    ----------
    children
        Living in the area at the end of the data.
    model
        The points card as JSON, learnt on the first recording without bias.
    list_dates
        The cutoffs of the test period.
    folder
        Holds `truth/`.
    """

    children: int
    model: str
    list_dates: tuple[pd.Timestamp, ...]
    folder: Path


def load_study(children: int) -> Study:
    """The study of a large, diverse force, on a world with so many children."""
    study = read_study(configs_folder() / "urban.yaml")
    return study.model_copy(update={"world": study.world.model_copy(update={"children": children})})


def fix(children: int, folder: Path) -> Fixed:
    """Make the world without bias, learn the model on it, and keep the truth."""
    study = load_study(children)
    tables, truth = simulate_with_truth(study.world)
    write_truth(truth, folder / "truth")
    prepared = prepare(study, tables, lambda share, step: None)
    test = prepared.folds.test
    train, _ = prepared.folds.rows(test)
    model = train_table(
        study.model.kind, prepared.features, prepared.labels, train, study.model, prepared.catalogue, study.seed
    )
    return Fixed(children, model.to_json(), tuple(test.evaluate), folder)


@lru_cache(maxsize=1)
def backgrounds(world: World) -> list[Background]:
    """What lies behind every recording of a world, shard by shard."""
    return [make_background(world, shard, quota) for shard, quota in enumerate(shard_quotas(world.children))]


def record(fixed: Fixed, biases: Biases, recording: int) -> dict[str, Population]:
    """One recording of the truth with its lists, in three views.

    *records*: who was listed, of those for whom support followed; *need*: who was listed, of those in need; *services*:
    for whom support followed, of those in need.
    """
    study = load_study(fixed.children)
    world = study.world.model_copy(update={"biases": biases, "recording_seed": recording})
    tables = to_tables(
        world,
        [rows_of(world, live_on(world, shard, behind)) for shard, behind in enumerate(backgrounds(study.world))],
    )
    kinds, model = study.load_kinds(), AdditiveModel.from_json(fixed.model)
    history = build_history(tables, kinds)
    cohort = build_cohort(tables, history, study.cohort, list(fixed.list_dates), kinds)
    outcome = Outcome(study.outcome.kinds, study.outcome.horizon_days, kinds.enforcement, study.outcome.after_kinds)
    labels = build_labels(history, cohort, outcome)
    cohort, labels = cohort[labels.notna()].reset_index(drop=True), labels[labels.notna()]
    used = [one for one in Catalogue.from_yaml(study.catalogue, kinds) if one.name in model.feature_names_in_]
    score = model.decision_function(build_features(history, cohort, Catalogue(used)))
    groups = build_groups(tables, history, cohort, kinds)
    places = int(LISTED * cohort.groupby("cutoff").size().min())
    listed = select_top(score, places, cohort["cutoff"], tie_order(history, cohort, kinds))
    _, homes = np.unique(groups["household_id"].to_numpy(dtype=object).astype(str), return_inverse=True)
    compared = groups[list(study.fairness.primary_attributes)].reset_index(drop=True)
    records = Population(labels.to_numpy(dtype=int) == 1, listed, compared, homes)
    answers = read_answers(fixed.folder, cohort, study.outcome)
    assert answers is not None
    return in_views(records, answers["in_need"].to_numpy(dtype=float))


def in_views(records: Population, in_need: np.ndarray) -> dict[str, Population]:
    """The same rows judged by records and, where it is known, by true need; and what services did, by true need."""
    known = ~np.isnan(in_need)
    _, homes = np.unique(records.households[known], return_inverse=True)
    groups = records.groups[known].reset_index(drop=True)
    need = Population(in_need[known] == 1, records.listed[known], groups, homes)
    return {"records": records, "need": need, "services": replace(need, listed=records.label[known])}
