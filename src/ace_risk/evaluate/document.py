"""The evaluation as one document of plain values: what `evaluation.json` holds and the page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.evaluate.evaluation import (
    Ranking,
    TestRows,
    curve_records,
    evaluation_sentences,
    judge_bar,
    rank_records,
    reliability_records,
)
from ace_risk.models.folds import TemporalFolds
from ace_risk.study import Study

FORMAT = "ace-risk/evaluation/1"


def build_evaluation(
    study: Study,
    data: Mapping[str, Any],
    folds: TemporalFolds,
    labels: pd.Series,
    rankings: Sequence[Ranking],
    rows: TestRows,
    points_card: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that is reported about a study's model, from stored counts.

    Parameters
    ----------
    study
        The study.
    data
        What the data are: period, children, rows, censored rows by reason, statement.
    folds, labels
        The folds and the label of each cohort row.
    rankings
        The model first, then what it is compared with.
    rows
        The test rows that the rankings are about.
    points_card
        The printed card.
    """
    places, lists = study.referrals.places, len(set(rows.lists))
    records = rank_records(rankings, rows, places)
    judged = judge_bar(rankings, rows, places, study.bar, study.seed)
    return {
        "format": FORMAT,
        "study": {"name": study.name, "title": study.title},
        "outcome": study.outcome.model_dump(include={"name", "stands_for", "may_mislead", "horizon_days"})
        | {"title": study.outcome.full_title},
        "data": dict(data),
        "folds": fold_records(folds, labels),
        "places": places,
        "lists": lists,
        "models": records,
        "curve": curve_records(rankings, rows, places),
        "reliability": reliability_records(rankings[0], rows),
        "points_card": dict(points_card),
        "bar": judged["bar"],
        "verdict": judged["verdict"],
        "sentences": evaluation_sentences(records, places, lists, study.outcome.full_title),
    }


def fold_records(folds: TemporalFolds, labels: pd.Series) -> list[dict[str, Any]]:
    """One record per fold: its dates (ISO), its labelled rows, and outcomes among the rows evaluated."""
    records = []
    for fold, row in zip(folds, folds.summary().to_dict("records"), strict=True):
        train, evaluate = folds.rows(fold)
        record: dict[str, Any] = {
            str(key): f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value for key, value in row.items()
        }
        record["train_rows"] = int(labels.iloc[train].notna().sum())
        record["evaluate_rows"] = int(labels.iloc[evaluate].notna().sum())
        record["positives"] = int(labels.iloc[evaluate].fillna(0).sum())
        records.append(record)
    return records


def data_notes(cohort: pd.DataFrame, labels: pd.Series, groups: pd.DataFrame, under_age_years: int) -> list[str]:
    """What the rows that could be followed can't speak for, in sentences; empty where there is nothing to say.

    Children who come of age within the outcome window are listed, but hardly any of them was trained or tested on. An
    age is named where fewer than one row in ten could be followed.
    """
    followed = labels.notna().groupby(groups["age_years"]).mean()
    ages = sorted(int(age) for age in followed.index[followed < 0.1])
    if not ages or cohort.empty:
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
