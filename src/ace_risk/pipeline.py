"""The way through, step by step: tables, history, features, model, evaluation, audit, list, card, pack.

Each command of the line is one function here. It calls the steps in order and holds no logic of its own.
Every function returns the lines that the command prints.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from ace_risk.cards.card import build_card, card_markdown
from ace_risk.data.approval import Permission, check_approval
from ace_risk.data.files import output_folder, write_file
from ace_risk.data.history import build_history
from ace_risk.data.load import load_tables
from ace_risk.data.profile import profile_data
from ace_risk.data.validate import quality_summary
from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
from ace_risk.evaluate.document import build_evaluation
from ace_risk.evaluate.evaluation import Ranking, TestRows
from ace_risk.evaluate.list_size import select_top
from ace_risk.evaluate.printed_card import print_card
from ace_risk.fairness.document import build_audit
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue
from ace_risk.features.cohort import build_cohort, censoring_reasons
from ace_risk.features.groups import build_groups
from ace_risk.features.labels import Outcome, build_labels
from ace_risk.features.ties import tie_order
from ace_risk.kinds import Kinds, configs_folder, validation_problems
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.baselines import load_baselines
from ace_risk.models.folds import TemporalFolds, temporal_folds
from ace_risk.models.train import train_points_card
from ace_risk.progress import Report, progress
from ace_risk.referrals.export import write_list
from ace_risk.referrals.listing import make_list
from ace_risk.referrals.previous import read_previous
from ace_risk.report.card_page import render_card
from ace_risk.report.evaluation_page import render_evaluation
from ace_risk.report.fairness_page import render_fairness
from ace_risk.report.headers import list_header, run_header, start_header
from ace_risk.report.index_page import render_index
from ace_risk.report.start import START_LINKS, start_sentences
from ace_risk.study import Study, load_study
from ace_risk.tracking.documents import canonical_json
from ace_risk.tracking.mlflow_run import log_training
from ace_risk.tracking.pack import load_pack, write_pack
from ace_risk.tracking.versions import library_versions
from ace_risk.world.simulate import simulate


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


def prepare(study: Study, tables: Tables, report: Report) -> Prepared:
    """From the six tables to features, labels, groups and folds."""
    kinds = study.load_kinds()
    catalogue = Catalogue.from_yaml(study.catalogue, kinds)
    outcome = Outcome(study.outcome.kinds, study.outcome.horizon_days, kinds.enforcement)
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
    return Prepared(kinds, catalogue, history, cohort, features, labels, groups, folds)


def train(config: Path, data: Path, out: Path) -> list[str]:
    """Train, evaluate and audit a study's model; write the run with its pack and its MLflow record."""
    return train_study(load_study(config), data, out, final=out)


def train_study(study: Study, data: Path, out: Path, final: Path) -> list[str]:
    """Train a study that was read already; `final` is where the run will lie in the end."""
    tables = load_tables(data, kinds=study.load_kinds())
    permission = check_approval(data, tables, outcome=study.outcome.name)
    with output_folder(out) as folder, progress("train") as report:
        prepared = prepare(study, tables, report)
        report(0.40, "points card")
        train_rows, _ = prepared.folds.rows(prepared.folds.test)
        model = train_points_card(prepared.features, prepared.labels, train_rows, study.model, prepared.catalogue)
        report(0.60, "evaluation")
        profile = profile_data(data, tables, permission.statement)
        evaluation, audit = assess(study, tables, prepared, model, permission)
        report(0.85, "pack")
        versions = library_versions()
        write_pack(
            folder / "pack", model=model, study=study, catalogue_yaml=study.catalogue.read_text(encoding="utf-8"),
            evaluation=evaluation, audit=audit, profile=profile, versions=versions,
        )  # fmt: skip
        header = run_header(load_pack(folder), "evaluation")
        write_file(folder / "evaluation.json", canonical_json(evaluation))
        write_file(folder / "evaluation.html", render_evaluation(evaluation, header))
        report(0.90, "MLflow")
        log_training(
            folder, experiment=study.name, run_name=study.title,
            params={"study": study.model_dump(mode="json", exclude={"catalogue", "aces", "kinds", "codes"})},
            metrics={record["name"]: record for record in evaluation["models"]},
            tags={"verdict": evaluation["verdict"], "fairness": audit["answer"]},
            artifacts=[folder / "evaluation.html"], dataset_digest=profile["digest"], final_folder=final,
        )  # fmt: skip
    return [*evaluation["sentences"], f"The bar: {evaluation['verdict']}. Written: {out}"]


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
    data = {
        "start": f"{tables.incidents['occurred_at'].min():%Y-%m-%d}",
        "end": f"{tables.data_end:%Y-%m-%d}",
        "children": len(tables.children),
        "cohort_rows": len(prepared.cohort),
        "labelled_rows": int(prepared.labels.notna().sum()),
        "censored": censoring_reasons(prepared.cohort, tables, study.cohort, study.outcome.horizon_days),
        "synthetic": permission.synthetic,
        "statement": permission.statement,
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


def synth(config: Path, out: Path) -> list[str]:
    """Make the synthetic world of a study."""
    study = load_study(config)
    if study.world is None:
        raise StudyError(f"{config}: world is missing. Add it, or choose a study that has one.")
    with progress("synth") as report:
        tables = simulate(study.world, out, report)
    return [f"{row['rows']:>10,}  {row['table']}" for row in tables.summary().to_dict("records")] + [f"Written: {out}"]


def check(folder: Path, config: Path | None) -> list[str]:
    """Check a folder of tables, and summarise what it holds."""
    kinds = load_study(config).load_kinds() if config else None
    tables = load_tables(folder, kinds=kinds)
    summary = quality_summary(tables)
    lines = [f"{row['table']:<18}{row['measure']:<52}{row['value']}" for row in summary.to_dict("records")]
    return [*lines, f"Every rule of the data contract holds. Data end: {tables.data_end:%Y-%m-%d}."]


def audit(run: Path) -> list[str]:
    """Write the fairness report of a run."""
    pack = load_pack(run)
    write_file(run / "audit.json", canonical_json(pack.audit))
    write_file(run / "fairness.html", render_fairness(pack.audit or {}, run_header(pack, "fairness")))
    return [*(pack.audit or {})["sentences"], f"Written: {run / 'fairness.html'}"]


def card(run: Path) -> list[str]:
    """Write the model card of a run."""
    pack = load_pack(run)
    model_card = build_card(pack.study, pack.evaluation, pack.audit or {}, pack.short_id, pack.versions)
    write_file(run / "card.json", canonical_json(model_card.model_dump(mode="json")))
    write_file(run / "card.md", card_markdown(model_card))
    write_file(run / "card.html", render_card(model_card, run_header(pack, "card")))
    return [f"Written: {run / 'card.html'}"]


def refer(
    run: Path,
    data: Path,
    as_of: str,
    out: Path,
    *,
    places: int | None = None,
    hub: str | None = None,
    previous: Path | None = None,
) -> list[str]:
    """Write a referral list."""
    day = read_day(as_of)
    pack = load_pack(run)
    tables = load_tables(data, kinds=pack.kinds)
    permission = check_approval(data, tables, outcome=pack.study.outcome.name)
    last = read_previous(previous) if previous else None
    with output_folder(out) as folder:
        referrals = make_list(
            pack,
            tables,
            as_of=day,
            places=pack.study.referrals.places if places is None else places,
            hub=hub,
            previous=last,
        )
        header = list_header(pack, referrals, permission.statement, hub)
        write_list(folder, referrals.frame, header, places=referrals.places, next_in_line=referrals.next_in_line)
    return [f"{len(referrals.frame)} children of {referrals.considered:,} considered. Written: {out}"]


def read_day(text: str) -> pd.Timestamp:
    """A day given on the command line.

    Examples
    --------
    >>> read_day("2025-10-01")
    Timestamp('2025-10-01 00:00:00')
    """
    try:
        return pd.Timestamp(pd.to_datetime(text, format="%Y-%m-%d")).as_unit("us")
    except ValueError:
        raise StudyError(f"--as-of: {text!r} is not a day. Write it as YYYY-MM-DD, e.g. 2025-10-01.") from None


def demo(out: Path, children: int | None = None) -> list[str]:
    """The whole path on a synthetic world, with a page to start from."""
    study = scaled(load_study(configs_folder() / "demo.yaml"), children)
    world = study.world
    if world is None:
        raise StudyError("configs/demo.yaml: world is missing. Restore it.")
    with output_folder(out) as folder:
        data, run = folder / "data", folder / "run"
        with progress("synth") as report:
            simulate(world, data, report)
        train_study(study, data, run, final=Path(out) / "run")
        audit(run)
        card(run)
        refer(run, data, f"{world.end:%Y-%m-%d}", folder / "list")
        pack = load_pack(run)
        sentences = start_sentences(pack.evaluation, pack.audit or {})
        write_file(folder / "index.html", render_index(START_LINKS, sentences, start_header(pack)))
    return [*pack.evaluation["sentences"], "", f"Start here: {Path(out) / 'index.html'}"]


def scaled(study: Study, children: int | None) -> Study:
    """The study with another number of children, and places in proportion."""
    if children is None or study.world is None:
        return study
    places = max(1, round(study.referrals.places * children / study.world.children))
    changed = study.model_dump() | {
        "world": study.world.model_dump() | {"children": children},
        "referrals": study.referrals.model_dump() | {"places": places},
    }
    try:
        return Study.model_validate(changed)
    except ValidationError as error:
        raise StudyError.from_problems("--children", validation_problems(error)) from None
