"""The evaluation as one document of plain values: what `evaluation.json` holds and the page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.evaluate.bar import judge_bar, overall
from ace_risk.evaluate.figures import curve_records, rank_records, reliability_records
from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.sentences import evaluation_sentences
from ace_risk.evaluate.sizing import Sized
from ace_risk.fairness.gaps import RecallGaps
from ace_risk.models.folds import TemporalFolds
from ace_risk.models.search import best_trial
from ace_risk.plans import SearchPlan
from ace_risk.study import Study

FORMAT = "ace-risk/evaluation/2"


def build_evaluation(
    study: Study,
    data: Mapping[str, Any],
    rankings: Sequence[Ranking],
    rows: JudgedRows,
    gaps: RecallGaps,
    sections: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that is reported about a study's model, from stored counts.

    Parameters
    ----------
    study
        The study.
    data
        What the data are: period, children, rows, censored rows by reason, statement.
    rankings
        The model first, then what it is compared with.
    rows
        The test rows that the rankings are about.
    gaps
        Differences in recall between groups.
    sections
        Sections that are ready, by name: folds, search, lead_time and so on.
    """
    places, lists = study.referrals.places, len(set(rows.lists))
    records = rank_records(rankings, rows, places, study.seed)
    other = next(ranking for ranking in rankings if ranking.name == "ace_count")
    bar = judge_bar(records[0], rankings[0], other, rows, places, study.bar, gaps, study.seed)
    return {
        "format": FORMAT,
        "study": {"name": study.name, "title": study.title},
        "outcome": study.outcome.model_dump(include={"name", "stands_for", "may_mislead", "horizon_days"})
        | {"title": study.outcome.full_title},
        "data": dict(data),
        "places": places,
        "lists": lists,
        "models": records,
        "curve": curve_records(
            [ranking for ranking in rankings if ranking.name != "chance"], rows, places, study.fairness.suppress_below
        ),
        "reliability": reliability_records(rankings[0], rows),
        "bar": bar,
        "verdict": overall([item["verdict"] for item in bar]),
        "sentences": evaluation_sentences(records, places, lists, study.outcome.full_title),
        **sections,
    }


def fold_records(
    folds: TemporalFolds, labels: pd.Series, figures: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """One record per fold: its dates (ISO), its labelled rows, outcomes among the rows judged, and its figures."""
    records = []
    for fold, row in zip(folds, folds.summary().to_dict("records"), strict=True):
        train, evaluate = folds.rows(fold)
        record: dict[str, Any] = {
            str(key): f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value for key, value in row.items()
        }
        record["train_rows"] = int(labels.iloc[train].notna().sum())
        record["evaluate_rows"] = int(labels.iloc[evaluate].notna().sum())
        record["positives"] = int(labels.iloc[evaluate].fillna(0).sum())
        records.append(record | dict(figures.get(fold.name, {})))
    return records


def rule_words(search: SearchPlan) -> str:
    """The rule of choice in words.

    Examples
    --------
    >>> rule_words(SearchPlan(choice="best"))
    'The card of the highest recall; among equals the simplest.'
    """
    if search.choice == "best":
        return "The card of the highest recall; among equals the simplest."
    return (
        "The simplest card that comes near enough to the best: its recall lies within one standard error of the best "
        "(the error of the difference between the two on the same children), and keeps at least "
        f"{search.keep_at_least * 100:.0f} of 100 of it. Simplest means the fewest features, and among those the "
        "highest recall. The rule doesn't look at the gap between groups; whoever signs the model off should."
    )


def search_record(sized: Sized, search: SearchPlan) -> dict[str, Any] | None:
    """The trials of the search, which of them come near enough to the best, and the rule of choice."""
    if sized.chosen is None:
        return None
    best = best_trial(sized.trials)
    return {
        "trials": [
            {
                "number": trial.number,
                "max_features": trial.max_features,
                "max_points": trial.max_points,
                "max_cuts": trial.max_cuts,
                "features": trial.judged.features,
                "recall": trial.judged.recall,
                "precision": trial.judged.precision,
                "gap": trial.judged.gap,
                "gap_where": trial.judged.gap_where,
                "difference_error": error,
                "chosen": trial == sized.chosen,
                "within": within,
            }
            for trial, error, within in zip(sized.trials, sized.errors, sized.within(search.keep_at_least), strict=True)
        ],
        "best_recall": best.judged.recall,
        "rule": rule_words(search),
    }


def data_notes(labels: pd.Series, age_years: pd.Series, under_age_years: int) -> list[str]:
    """What the rows that could be followed can't speak for, in sentences; empty where there is nothing to say.

    Children who come of age within the outcome window are listed, but hardly any of them was trained or tested on. An
    age is named where fewer than one row in ten could be followed.

    Parameters
    ----------
    labels, age_years
        Label and age of the rows that the outcome is about and whose window the data cover.
    under_age_years
        The age that children come of.
    """
    followed = labels.notna().groupby(age_years).mean()
    ages = sorted(int(age) for age in followed.index[followed < 0.1])
    if not ages:
        return []
    return [
        f"Children aged {', '.join(map(str, ages))} may be listed, but the model was hardly trained or tested on them: "
        f"they turn {under_age_years} before the outcome window ends."
    ]


def quarantine_notes(quarantined: Mapping[str, int]) -> list[str]:
    """How many rows were set aside because they broke a rule, in a sentence; empty where none was.

    Examples
    --------
    >>> quarantine_notes({"incidents": 3})
    ['Rows set aside because they broke a rule of the data contract: 3 of incidents.']
    """
    told = ", ".join(f"{number:,} of {table}" for table, number in sorted(quarantined.items()) if number)
    return [f"Rows set aside because they broke a rule of the data contract: {told}."] if told else []
