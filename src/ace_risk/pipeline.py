"""The way through, step by step: tables, history, features, folds, model, evaluation, audit, pack.

The steps are called in order, each with its own part of the study; the logic is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ace_risk.cards.acceptances import ACCEPTANCES, read_acceptances
from ace_risk.cards.atrs import atrs_json, atrs_markdown
from ace_risk.cards.card import ModelCard, build_card, card_markdown
from ace_risk.cards.young_people import young_sections
from ace_risk.data.approval import load_approved
from ace_risk.data.files import output_folder, write_file, write_files
from ace_risk.data.history import build_history
from ace_risk.data.marker import refresh_marker
from ace_risk.data.profile import profile_data
from ace_risk.data.tables import Tables
from ace_risk.evaluate.assessment import assess
from ace_risk.evaluate.document import search_record
from ace_risk.evaluate.list_size import smallest_list
from ace_risk.evaluate.places import kept_masks
from ace_risk.evaluate.sizing import choose_size, keep_search, search_store
from ace_risk.evaluate.truth import truth_record
from ace_risk.evaluate.validation import ValidationFolds
from ace_risk.fairness.chapters import audit_chapters
from ace_risk.fairness.since import changes_since
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import build_groups
from ace_risk.features.labels import Outcome, build_labels, is_eligible
from ace_risk.models.families import family_of
from ace_risk.models.folds import temporal_folds
from ace_risk.models.prepared import Prepared
from ace_risk.models.resampled import resample_tables
from ace_risk.models.train import rows_with_both, train_table
from ace_risk.plans import SearchPlan
from ace_risk.progress import Report, progress
from ace_risk.report.card_page import render_card
from ace_risk.report.evaluation_page import render_evaluation
from ace_risk.report.fairness_page import render_fairness
from ace_risk.report.headers import run_header, young_header
from ace_risk.report.points_card_page import render_points_card
from ace_risk.report.young_people_page import render_young_people
from ace_risk.study import Study
from ace_risk.tracking.documents import canonical_json, read_document
from ace_risk.tracking.mlflow_run import log_training
from ace_risk.tracking.openings import log_opening, openings_record
from ace_risk.tracking.pack import Pack, load_pack
from ace_risk.tracking.pack_files import write_pack
from ace_risk.tracking.store import NOTE, lead_here, note_of
from ace_risk.tracking.versions import git_commit, library_versions
from ace_risk.world.answers import read_answers

MITIGATION = "mitigation.json"
"""What ways to lessen a difference would cost; in a run where that was asked for."""
PAGES = ("evaluation", "points-card", "fairness", "card", "young-people")
"""The pages of a run, which MLflow keeps too."""


def prepare(study: Study, tables: Tables, report: Report) -> Prepared:
    """From the six tables to features, labels, groups and folds."""
    kinds = study.load_kinds()
    catalogue = Catalogue.from_yaml(study.catalogue, kinds)
    outcome = Outcome(study.outcome.kinds, study.outcome.horizon_days, kinds.enforcement, study.outcome.after_kinds)
    report(0.02, "history")
    history = build_history(tables, kinds)
    report(0.08, "cohort")
    cohort = build_cohort(tables, history, study.cohort, kinds=kinds)
    labels = build_labels(history, cohort, outcome)
    folds = temporal_folds(
        cohort,
        horizon_days=outcome.horizon_days,
        data_start=tables.data_start,
        **study.folds.model_dump(),
    )
    report(0.15, "features")
    features = build_features(history, cohort, catalogue)
    groups = build_groups(tables, history, cohort, kinds)
    eligible = is_eligible(history, cohort, outcome)
    family = family_of(tables.residence)
    kept = kept_masks(groups, study.referrals.places_by_hub, study.referrals.places_by_age_band)
    return Prepared(kinds, catalogue, history, cohort, features, labels, groups, family, folds, eligible, kept)


def train_study(study: Study, data: Path, out: Path, final: Path, quarantine: bool = False) -> dict[str, Any]:
    """Search, train, evaluate and audit a study's model, and write the run with its pack and its MLflow record.

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
    tables, granted = load_approved(
        data, study.load_kinds(), outcome=study.outcome.name, kept_days=study.referrals.expires_days,
        quarantine=quarantine,
    )  # fmt: skip
    permission = granted.without_people()
    with output_folder(out, "a run", inputs=[data]) as folder, progress("train") as report:
        prepared = prepare(study, tables, report)
        rows, test_rows = prepared.folds.rows(prepared.folds.test)
        judged = rows_with_both(prepared.labels, test_rows, "test period")
        smallest_list(study.referrals.places, len(judged), prepared.cohort["cutoff"].iloc[judged])
        profile = profile_data(data, tables, permission.statement, prepared.kinds)
        store = search_store(out)
        folds = ValidationFolds(prepared, study.referrals.places, study.seed)
        sized = choose_size(study, folds, store, profile["digest"], searching(study.search, report))
        report(0.60, "model")
        model = train_table(
            sized.plan.kind, prepared.features, prepared.labels, rows, sized.plan, prepared.catalogue, study.seed
        )
        known = prepared.known(rows)
        resampled = resample_tables(
            model, prepared.features.iloc[known], prepared.labels.iloc[known].astype(int),
            prepared.groups["household_id"].iloc[known], prepared.catalogue.directions, seed=study.seed,
        )  # fmt: skip
        answers = read_answers(data, prepared.cohort.iloc[judged], study.outcome) if permission.synthetic else None
        judging = partial(report, 0.65)
        found = assess(study, tables, prepared, folds, model, sized.plan, permission, judging, answers)
        opened = describe_opening(study, prepared, profile["digest"])
        evaluation = found.evaluation | {
            "search": search_record(sized, study.search),
            "truth": None
            if answers is None
            else truth_record(found.rankings, found.rows, answers, study.referrals.places),
            "test_openings": openings_record(out.absolute().parent, opened),
        }
        report(0.85, "whom the lists miss, and why")
        audit = found.audit | {"chapters": audit_chapters(study, tables, prepared, model, found)}
        report(0.90, "pack")
        write_pack(
            folder / "pack", model=model, study=study, catalogue_yaml=study.catalogue.read_text(encoding="utf-8"),
            evaluation=evaluation, audit=audit, profile=profile, versions=library_versions(), resampled=resampled,
        )  # fmt: skip
        pack = load_pack(folder)
        write_evaluation(pack, folder)
        write_fairness(pack, folder)
        write_card(pack, folder)
        write_file(folder / "provenance.json", canonical_json({"pack": pack.id, "git_commit": git_commit() or None}))
        report(0.95, "MLflow")
        log_training(
            folder, experiment=study.name, run_name=study.title,
            params={"study": study.model_dump(mode="json", exclude={"catalogue", "aces", "kinds", "codes"}),
                    "chosen": sized.plan.model_dump(mode="json")},
            metrics={record["name"]: record for record in evaluation["models"]},
            tags={"git_commit": git_commit(), "verdict": evaluation["verdict"], "fairness": found.audit["answer"],
                  NOTE: note_of(folder / "card.md")},
            artifacts=[folder / f"{page}.html" for page in PAGES],
            dataset_digest=profile["digest"], final_folder=final,
            trials=(evaluation["search"] or {}).get("trials", ()),
        )  # fmt: skip
        keep_search(store, folder)
        log_opening(out.absolute().parent, opened, pack.short_id)  # before the run can be seen: none goes unlogged
    return evaluation


def searching(search: SearchPlan, report: Report) -> Callable[[int], None]:
    """Tell how many trials of a search are done."""
    return lambda done: report(0.25 + 0.35 * done / search.trials, f"search, {done} of {search.trials} sizes tried")


def describe_opening(study: Study, prepared: Prepared, digest: str) -> dict[str, str]:
    """Which test period is opened: its data, outcome and dates."""
    test = prepared.folds.test.evaluate
    return {
        "data": digest,
        "outcome": study.outcome.name,
        "test_from": f"{test[0]:%Y-%m-%d}",
        "test_to": f"{test[-1]:%Y-%m-%d}",
    }


def write_evaluation(pack: Pack, run: Path) -> None:
    """Write `evaluation.json`, `evaluation.html` and `points-card.html` from the pack."""
    counts = {spec.name: [pack.kinds.all[kind].title for kind in spec.kinds] for spec in pack.catalogue}
    write_files(
        {
            run / "evaluation.json": canonical_json(pack.evaluation),
            run / "evaluation.html": render_evaluation(pack.evaluation, run_header(pack, "evaluation")),
            run / "points-card.html": render_points_card(pack.evaluation, run_header(pack, "points-card"), counts),
        }
    )
    refresh_marker(run)


def write_fairness(pack: Pack, run: Path, previous: dict[str, Any] | None = None) -> dict[str, Any]:
    """Write `fairness.html` and `audit.json` from the counts in the pack, and what changed since an earlier audit.

    Returns
    -------
    dict
        What `audit.json` holds.
    """
    audit = dict(pack.audit or {}) | read_mitigation(pack, run)
    audit["bar_gap"] = pack.study.bar.largest_gap_between_groups
    if previous is not None:
        audit["since"] = changes_since(previous, audit)
    write_files(
        {
            run / "audit.json": canonical_json(audit),
            run / "fairness.html": render_fairness(audit, run_header(pack, "fairness")),
        }
    )
    refresh_marker(run)
    return audit


def read_mitigation(pack: Pack, run: Path) -> dict[str, Any]:
    """The comparison of mitigations that lies in a run, if it was made for this pack."""
    if not (run / MITIGATION).is_file():
        return {}
    content = read_document(run, MITIGATION.removesuffix(".json"))
    return {"mitigation": content} if content.get("pack") == pack.id else {}


def card_of(pack: Pack, run: Path) -> ModelCard:
    """The model card of a pack, with the acceptances that lie in its run."""
    accepted = read_acceptances(run / ACCEPTANCES)
    return build_card(pack.study, pack.evaluation, pack.audit or {}, pack.short_id, pack.versions, accepted)


def write_card(pack: Pack, run: Path) -> None:
    """Write the card (HTML, Markdown, JSON), the transparency record and the version for young people from the pack.

    The run's MLflow record is made to lead to where the run lies now, in case it was moved.
    """
    model_card = card_of(pack, run)
    used = {name for term in pack.model.terms for name in term.features}
    domains = {spec.domain for spec in pack.catalogue if spec.name in used}
    write_files(
        {
            run / "card.json": canonical_json(model_card.model_dump(mode="json")),
            run / "card.md": card_markdown(model_card),
            run / "card.html": render_card(model_card, run_header(pack, "card")),
            run / "atrs.json": canonical_json(atrs_json(model_card)),
            run / "atrs.md": atrs_markdown(model_card),
            run / "young-people.html": render_young_people(young_sections(model_card, domains), young_header(pack)),
        }
    )
    refresh_marker(run)
    lead_here(run)
