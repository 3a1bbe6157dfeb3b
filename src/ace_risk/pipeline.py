"""The way through, step by step: tables, history, features, folds, model, evaluation, audit, pack.

The steps are called in order, each with its own part of the study; the logic is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.cards.card import build_card, card_markdown
from ace_risk.data.approval import Permission, check_approval
from ace_risk.data.files import output_folder, write_file
from ace_risk.data.history import build_history
from ace_risk.data.load import load_tables
from ace_risk.data.marker import refresh_marker
from ace_risk.data.profile import profile_data
from ace_risk.data.tables import Tables
from ace_risk.evaluate.document import build_evaluation, data_notes, quarantine_notes
from ace_risk.evaluate.evaluation import Ranking, TestRows
from ace_risk.evaluate.list_size import select_top
from ace_risk.evaluate.printed_card import print_card
from ace_risk.fairness.document import build_audit
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue
from ace_risk.features.cohort import build_cohort, censoring_reasons, without_few_deaths
from ace_risk.features.groups import build_groups
from ace_risk.features.labels import Outcome, build_labels, is_eligible
from ace_risk.features.ties import tie_order
from ace_risk.kinds import Kinds
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.baselines import load_baselines
from ace_risk.models.folds import TemporalFolds, temporal_folds
from ace_risk.models.train import train_points_card
from ace_risk.progress import Report, progress
from ace_risk.report.card_page import render_card
from ace_risk.report.evaluation_page import render_evaluation
from ace_risk.report.fairness_page import render_fairness
from ace_risk.report.headers import run_header
from ace_risk.study import Study
from ace_risk.tracking.documents import canonical_json
from ace_risk.tracking.mlflow_run import log_training
from ace_risk.tracking.pack import Pack, load_pack, write_pack
from ace_risk.tracking.versions import library_versions


@dataclass(frozen=True, eq=False)
class Prepared:
    """A study's frames: features, labels and groups, one row per cohort row, and the folds over them."""

    kinds: Kinds
    catalogue: Catalogue
    history: pd.DataFrame
    cohort: pd.DataFrame
    features: pd.DataFrame
    labels: pd.Series
    groups: pd.DataFrame
    folds: TemporalFolds
    not_eligible: int


def prepare(study: Study, tables: Tables, report: Report) -> Prepared:
    """From the six tables to features, labels, groups and folds."""
    kinds = study.load_kinds()
    catalogue = Catalogue.from_yaml(study.catalogue, kinds)
    outcome = Outcome(study.outcome.kinds, study.outcome.horizon_days, kinds.enforcement, study.outcome.after_kinds)
    report(0.05, "history")
    history = build_history(tables, kinds)
    report(0.10, "cohort")
    cohort = build_cohort(tables, history, study.cohort, kinds=kinds)
    labels = build_labels(history, cohort, outcome)
    folds = temporal_folds(
        cohort,
        horizon_days=outcome.horizon_days,
        data_start=tables.incidents["occurred_at"].min(),
        **study.folds.model_dump(),
    )
    report(0.20, "features")
    features = build_features(history, cohort, catalogue)
    groups = build_groups(tables, history, cohort)
    not_eligible = int((~is_eligible(history, cohort, outcome)).sum())
    return Prepared(kinds, catalogue, history, cohort, features, labels, groups, folds, not_eligible)


def train_study(study: Study, data: Path, out: Path, final: Path, quarantine: bool = False) -> dict[str, Any]:
    """Train, evaluate and audit a study's model, and write the run with its pack and its MLflow record.

    Parameters
    ----------
    study
        What to train.
    data
        The folder of six tables.
    out, final
        The folder to write, and where it will lie in the end, if it is moved afterwards.
    quarantine
        Set bad rows aside, up to 1 % of each table; the evaluation counts them.

    Returns
    -------
    dict
        The evaluation.
    """
    tables = load_tables(data, kinds=study.load_kinds(), quarantine=quarantine)
    permission = check_approval(data, tables, outcome=study.outcome.name)
    with output_folder(out, "a run", inputs=[data]) as folder, progress("train") as report:
        prepared = prepare(study, tables, report)
        report(0.40, "points card")
        train_rows, _ = prepared.folds.rows(prepared.folds.test)
        model = train_points_card(prepared.features, prepared.labels, train_rows, study.model, prepared.catalogue)
        report(0.60, "evaluation")
        profile = profile_data(data, tables, permission.statement, prepared.kinds)
        evaluation, audit = assess(study, tables, prepared, model, permission)
        report(0.85, "pack")
        versions = library_versions()
        write_pack(
            folder / "pack", model=model, study=study, catalogue_yaml=study.catalogue.read_text(encoding="utf-8"),
            evaluation=evaluation, audit=audit, profile=profile, versions=versions,
        )  # fmt: skip
        pack = load_pack(folder)
        write_file(folder / "evaluation.json", canonical_json(evaluation))
        write_file(folder / "evaluation.html", render_evaluation(evaluation, run_header(pack, "evaluation")))
        write_fairness(pack, folder)
        write_card(pack, folder)
        report(0.90, "MLflow")
        log_training(
            folder, experiment=study.name, run_name=study.title,
            params={"study": study.model_dump(mode="json", exclude={"catalogue", "aces", "kinds", "codes"})},
            metrics={record["name"]: record for record in evaluation["models"]},
            tags={"verdict": evaluation["verdict"], "fairness": audit["answer"]},
            artifacts=[folder / f"{page}.html" for page in ("evaluation", "fairness", "card")],
            dataset_digest=profile["digest"], final_folder=final,
        )  # fmt: skip
    return evaluation


def write_fairness(pack: Pack, run: Path) -> None:
    """Write `fairness.html` and `audit.json` from the counts in the pack."""
    write_file(run / "audit.json", canonical_json(pack.audit))
    write_file(run / "fairness.html", render_fairness(pack.audit or {}, run_header(pack, "fairness")))
    refresh_marker(run)


def write_card(pack: Pack, run: Path) -> None:
    """Write `card.html`, `card.md` and `card.json` from the pack."""
    model_card = build_card(pack.study, pack.evaluation, pack.audit or {}, pack.short_id, pack.versions)
    write_file(run / "card.json", canonical_json(model_card.model_dump(mode="json")))
    write_file(run / "card.md", card_markdown(model_card))
    write_file(run / "card.html", render_card(model_card, run_header(pack, "card")))
    refresh_marker(run)


def assess(
    study: Study, tables: Tables, prepared: Prepared, model: AdditiveModel, permission: Permission
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Evaluate and audit a model on the test period, beside the rules that it must beat."""
    _, test = prepared.folds.rows(prepared.folds.test)
    test = test[prepared.labels.iloc[test].notna().to_numpy()]
    cohort, features, groups = (frame.iloc[test] for frame in (prepared.cohort, prepared.features, prepared.groups))
    label = prepared.labels.iloc[test].to_numpy(dtype=np.int8)
    rows = TestRows(
        label,
        cohort["cutoff"].to_numpy(),
        tie_order(prepared.history, cohort, prepared.kinds),
        groups["household_id"].to_numpy(dtype=object),
    )
    total, share = model.decision_function(features), model.predict_proba(features)[:, 1]
    baselines = load_baselines(study.aces, prepared.kinds)
    counted = build_features(prepared.history, cohort, baselines.catalogue)
    rankings = [
        Ranking("points_card", "Points card", total, share),
        *(Ranking(name, title, score) for name, title, score in baselines.scores(counted)),
    ]
    horizon = study.outcome.horizon_days
    censored = censoring_reasons(prepared.cohort, tables, study.cohort, horizon, prepared.kinds)
    data = {
        "start": f"{tables.incidents['occurred_at'].min():%Y-%m-%d}",
        "end": f"{tables.data_end:%Y-%m-%d}",
        "children": len(tables.children),
        "cohort_rows": len(prepared.cohort),
        "labelled_rows": int(prepared.labels.notna().sum()),
        "censored": without_few_deaths(censored, study.fairness.suppress_below)
        | {"no_earlier_record": prepared.not_eligible},
        "synthetic": permission.synthetic,
        "statement": permission.statement,
        "notes": data_notes(prepared.cohort, prepared.labels, prepared.groups, study.cohort.under_age_years)
        + quarantine_notes(tables.quarantined),
    }
    card = print_card(model, prepared.catalogue, total, share, label, study.fairness.suppress_below)
    evaluation = build_evaluation(study, data, prepared.folds, prepared.labels, rankings, rows, card)
    places = study.referrals.places
    audit = build_audit(
        study.fairness,
        label,
        {ranking.name: select_top(ranking.score, places, rows.lists, rows.tie_key) for ranking in rankings},
        {ranking.name: ranking.title for ranking in rankings},
        groups,
        rows.households,
        places,
        evaluation["lists"],
        study.seed,
    )
    return evaluation, audit
