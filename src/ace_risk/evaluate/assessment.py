"""The assessment of a trained table: its evaluation and its audit, on the same rows of the test period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.tables import Tables
from ace_risk.errors import DataError
from ace_risk.evaluate.checks import learning_records, unseen_record
from ace_risk.evaluate.churn import churn_record
from ace_risk.evaluate.document import build_evaluation, data_notes, fold_records, quarantine_notes
from ace_risk.evaluate.figures import at_places
from ace_risk.evaluate.judged import JudgedRows, Ranking, top_of_lists
from ace_risk.evaluate.lead_time import lead_time_record, outcome_days
from ace_risk.evaluate.list_size import ListEvaluation
from ace_risk.evaluate.printed_card import print_card
from ace_risk.evaluate.ranking import auc
from ace_risk.evaluate.rankings import rank_rows, rule_rankings
from ace_risk.evaluate.resampling import ratio_interval
from ace_risk.evaluate.sentences import simplicity_sentence
from ace_risk.evaluate.validation import ValidationFolds, fold_figures, fold_record
from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.disclosure import hidden_rates
from ace_risk.fairness.document import Ranked, build_audit
from ace_risk.fairness.gaps import group_records, recall_gaps
from ace_risk.features.cohort import censoring_reasons, without_few_deaths
from ace_risk.features.ties import tie_order
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.baselines import Baselines, load_baselines
from ace_risk.models.prepared import Prepared, Rows, kept_of
from ace_risk.plans import ModelPlan
from ace_risk.study import Study

if TYPE_CHECKING:
    from ace_risk.data.approval import Permission


@dataclass(frozen=True, eq=False)
class Assessment:
    """An evaluation and an audit, and what they rest on.

    Attributes
    ----------
    evaluation, audit
        The documents.
    rankings, rows, judged
        Every ranking of the judged rows, the rows, and their positions in the cohort.
    listed, days
        Per judged row, whether the model's list has it, and days to the outcome; NaN where it didn't follow.
    """

    evaluation: dict[str, Any]
    audit: dict[str, Any]
    rankings: list[Ranking]
    rows: JudgedRows
    judged: Rows
    listed: NDArray[np.bool_]
    days: NDArray[np.float64]


def assess(
    study: Study,
    tables: Tables,
    prepared: Prepared,
    folds: ValidationFolds,
    model: AdditiveModel,
    plan: ModelPlan,
    permission: Permission,
    report: Callable[[str], None] = lambda step: None,
    answers: pd.DataFrame | None = None,
) -> Assessment:
    """Judge a table on the test period, beside what it is compared with, and audit its lists.

    Parameters
    ----------
    study, tables, prepared, folds
        The study, its tables, its frames and its validation folds.
    model, plan
        The table, and the plan of the size that was chosen.
    permission
        What the data are and may be used for.
    report
        Called with what is being done.
    answers
        What the truth of a synthetic world says about the judged rows; None on real data.
    """
    _, judged = prepared.fold_rows(prepared.folds.test)
    rows = JudgedRows.of(prepared, judged)
    baselines = load_baselines(study.aces, prepared.kinds)
    rankings = rank_rows(prepared, model, plan, baselines, judged, study.seed, report)
    report("audit")
    groups, places = prepared.groups.iloc[judged], study.referrals.places
    listed = {ranking.name: rows.top(ranking.score, places) for ranking in rankings}
    if not permission.synthetic:
        refuse_small_totals(at_places(rankings[0], rows, places), study.fairness.suppress_below)
    audit = build_audit(
        study.fairness,
        rows.label,
        {name: chosen for name, chosen in listed.items() if name in (rankings[0].name, "ace_count", "ppn_rule")},
        {ranking.name: ranking.title for ranking in rankings},
        groups,
        rows.households,
        places,
        len(np.unique(rows.lists)),
        study.seed,
        Ranked(rankings[0].score, rows.lists, rows.tie_key, rankings[0].probability, anew=not rows.kept),
        answers,
    )
    report("checks")
    hide_below = study.fairness.suppress_below

    cohort = prepared.cohort.iloc[judged]
    days = outcome_days(prepared.history, cohort, study.outcome.kinds, study.outcome.horizon_days).to_numpy()
    sections = {
        **_in_time(folds, plan, rankings, rows, baselines),
        "by_group": group_records(audit["by_group"], ("hub", "age_band")),
        "lead_time": lead_times(rankings, listed, rows.children, cohort["cutoff"].to_numpy(), days, hide_below),
        "churn": churns(prepared, model, baselines, rankings, places, study.seed),
        "learning": learning_records(folds, plan, study.checks.learning_shares),
        "unseen_families": unseen_record(prepared, plan, rankings[0], rows, places, study.seed)
        if study.checks.unseen_families
        else None,
        "simplicity": simplicity(rankings, rows, places, study.seed),
        "points_card": print_card(
            model,
            prepared.catalogue,
            rankings[0].score,
            np.asarray(rankings[0].probability),
            rows.label,
            hide_below,
            outcome=study.outcome.full_title,
        ),
    }
    on_list = listed[rankings[0].name]
    by_group = audit_fairness(
        rows.label, on_list.astype(float), groups[list(study.fairness.primary_attributes)], threshold=0.5,
        margins=study.fairness.margin, households=rows.households, seed=study.seed,
    )  # fmt: skip
    gaps = recall_gaps(by_group, study.bar.smallest_group, hidden_rates(pd.DataFrame(audit["by_group"])))
    data = describe_data(study, tables, prepared, permission)
    evaluation = build_evaluation(study, data, rankings, rows, gaps, sections)
    return Assessment(evaluation, audit, rankings, rows, judged, on_list, days)


def refuse_small_totals(at_size: ListEvaluation, hide_below: int) -> None:
    """Refuse a test whose totals are so small that they could point to a child: reports tell them, and leave the team.

    Parameters
    ----------
    at_size
        The model's lists of the test period.
    hide_below
        The smallest count above 0 that may be shown.

    Raises
    ------
    DataError
        If a total of those found, listed in vain, or missed is smaller.

    Examples
    --------
    >>> refuse_small_totals(ListEvaluation(tp=6, fp=34, tn=900, fn=0, places=40, lists=1), 6)
    """
    if any(1 <= total < hide_below for total in (at_size.tp, at_size.fp, at_size.fn)):
        raise DataError(
            f"test period: over all lists, fewer than {hide_below:,} times a child was found, missed, or listed "
            "without the outcome, and a report may not tell so small a count (fairness.suppress_below). Give more "
            "places (referrals.places), or more list dates (folds.test_cutoffs), or wait for more records."
        )


def _in_time(
    folds: ValidationFolds, plan: ModelPlan, rankings: list[Ranking], rows: JudgedRows, baselines: Baselines
) -> dict[str, Any]:
    """The folds with their figures, and the validation folds pooled."""
    prepared, test = folds.prepared, folds.prepared.folds.test.name
    counted = {
        name: ace_count(rule_rankings(prepared, baselines, judged, folds.seed)).score
        for name, (_, judged) in zip(folds.names, folds.positions, strict=True)
    }
    figures, pooled = fold_figures(folds, plan, counted)
    figures[test] = fold_record(rankings[0], ace_count(rankings), rows, folds.places)
    return {"folds": fold_records(prepared.folds, prepared.labels, figures), "pooled": pooled}


def ace_count(rankings: list[Ranking]) -> Ranking:
    """The ranking by counted adverse experiences."""
    return next(ranking for ranking in rankings if ranking.name == "ace_count")


def lead_times(
    rankings: list[Ranking],
    listed: dict[str, Any],
    children: NDArray[Any],
    cutoffs: NDArray[Any],
    days: NDArray[np.float64],
    hide_below: int,
) -> list[dict[str, Any]]:
    """Lead times of the table and of counting."""
    return [
        {"name": ranking.name, "title": ranking.title}
        | lead_time_record(children, cutoffs, days, listed[ranking.name], hide_below)
        for ranking in rankings
        if ranking.name in (rankings[0].name, "ace_count")
    ]


def churns(
    prepared: Prepared,
    model: AdditiveModel,
    baselines: Baselines,
    rankings: list[Ranking],
    places: int,
    seed: int,
) -> list[dict[str, Any]]:
    """How much the lists of the test period change, over everybody who could have been on them."""
    _, test = prepared.folds.rows(prepared.folds.test)
    everybody = test[prepared.eligible[test]]
    cohort = prepared.cohort.iloc[everybody]
    ties = tie_order(prepared.history, cohort, prepared.kinds)
    scores = {
        rankings[0].name: model.decision_function(prepared.features.iloc[everybody]),
        "ace_count": ace_count(rule_rankings(prepared, baselines, everybody, seed)).score,
    }
    titles = {ranking.name: ranking.title for ranking in rankings}
    children, cutoffs = cohort["child_id"].to_numpy(), cohort["cutoff"].to_numpy()
    kept = kept_of(prepared.kept, everybody)
    return [
        {"name": name, "title": titles[name]}
        | churn_record(children, cutoffs, top_of_lists(score, places, cutoffs, ties, kept))
        for name, score in scores.items()
    ]


def simplicity(rankings: list[Ranking], rows: JudgedRows, places: int, seed: int) -> dict[str, Any] | None:
    """What the table's simplicity costs beside the ceiling; None where none was fitted."""
    ceiling = next((ranking for ranking in rankings if ranking.kind == "ceiling"), None)
    if ceiling is None or not rows.label.any():
        return None
    followed = rows.label == 1
    found = {
        ranking.title: rows.top(ranking.score, places) & followed
        for ranking in rankings
        if ranking.kind in ("deployed", "table")
    }
    ours, theirs = found[rankings[0].title], rows.top(ceiling.score, places) & followed
    kept, low, high = ratio_interval(ours, theirs, rows.households, seed)
    difference = auc(rows.label, ceiling.score) - auc(rows.label, rankings[0].score)
    counts = {title: int(listed.sum()) for title, listed in found.items()}
    return {
        "card_recall": float(ours.sum() / followed.sum()),
        "ceiling_recall": float(theirs.sum() / followed.sum()),
        "kept": kept,
        "kept_low": low,
        "kept_high": high,
        "auc_difference": difference,
        "sentence": simplicity_sentence(counts, int(theirs.sum()), difference),
    }


def describe_data(study: Study, tables: Tables, prepared: Prepared, permission: Permission) -> dict[str, Any]:
    """What the data are, and which rows could not be followed: each for one reason, the want of a record first."""
    cohort, labels, eligible = prepared.cohort, prepared.labels, prepared.eligible
    censored = censoring_reasons(cohort[eligible], tables, study.cohort, study.outcome.horizon_days, prepared.kinds)
    had_time = eligible & (labels.notna() | (cohort["observed_until"] < tables.data_end))
    return {
        "start": f"{tables.data_start:%Y-%m-%d}",
        "end": f"{tables.data_end:%Y-%m-%d}",
        "children": len(tables.children),
        "cohort_rows": len(cohort),
        "labelled_rows": int(labels.notna().sum()),
        "censored": without_few_deaths(censored, study.fairness.suppress_below)
        | {"no_earlier_record": int((~eligible).sum())},
        "synthetic": permission.synthetic,
        "statement": permission.statement,
        "notes": data_notes(labels[had_time], prepared.groups["age_years"][had_time], study.cohort.under_age_years)
        + quarantine_notes(tables.quarantined),
    }
