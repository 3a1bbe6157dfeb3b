"""Fits beyond the model's own: on fewer families, and on families that it never saw."""

from __future__ import annotations

from typing import Any

import numpy as np

from ace_risk.errors import DataError
from ace_risk.evaluate.figures import at_places, shares_with_intervals, table_of
from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.ranking import auc
from ace_risk.evaluate.validation import ValidationFolds
from ace_risk.models.families import family_draw
from ace_risk.models.prepared import Prepared
from ace_risk.models.train import train_table
from ace_risk.plans import ModelPlan


def learning_records(folds: ValidationFolds, plan: ModelPlan, shares: tuple[float, ...]) -> list[dict[str, Any]]:
    """How good the card is when it learns from only a share of the families, on the last validation fold.

    Families are taken whole, and each smaller share lies within the larger ones. A share that is too small to learn
    from is left out.

    Returns
    -------
    list of dict
        share, rows (that it learnt from), recall, precision, places; shares rising, 1 last. Empty without shares or
        without a validation fold.
    """
    if not shares or not folds.parts:
        return []
    prepared, (train, judged), rows = folds.prepared, folds.positions[-1], folds.parts[-1]
    draw = family_draw(prepared.cohort["child_id"].iloc[train], prepared.family, folds.seed)
    X, y, catalogue = prepared.features, prepared.labels, prepared.catalogue
    records = []
    for share in sorted({*shares, 1.0}):
        some = train[draw < share]
        try:
            score = (
                folds.scores(plan)[-1]
                if len(some) == len(train)
                else train_table(plan.kind, X, y, some, plan, catalogue, folds.seed).decision_function(X.iloc[judged])
            )
        except DataError:
            continue
        at_size = at_places(Ranking("", "", score), rows, folds.places)
        records.append(
            {"share": share, "rows": len(some), "recall": at_size.recall, "precision": at_size.precision}
            | {"places": folds.places}
        )
    return records


def unseen_record(
    prepared: Prepared, plan: ModelPlan, seen: Ranking, rows: JudgedRows, places: int, seed: int
) -> dict[str, Any] | None:
    """How the card does in the test period for families that it never saw.

    The families are split in two halves; each half of the test rows is scored by a card that learnt from the other
    half's training rows. Half the rows to learn from is a handicap of its own: the learning curve shows how large.

    Parameters
    ----------
    prepared, plan
        The study's frames and the size that was chosen.
    seen
        The card that learnt from everybody.
    rows, places, seed
        The test rows, places on each list, and the seed of the split.

    Returns
    -------
    dict
        table, recall and precision with intervals, auc, recall_seen, auc_seen, note; None where a half is too small
        to learn from.
    """
    train, judged = prepared.fold_rows(prepared.folds.test)
    child = prepared.cohort["child_id"]
    train_half = family_draw(child.iloc[train], prepared.family, seed) < 0.5
    judged_half = family_draw(child.iloc[judged], prepared.family, seed) < 0.5
    share = np.zeros(len(judged))
    try:
        for half in (True, False):
            table = train_table(
                plan.kind, prepared.features, prepared.labels, train[train_half != half], plan, prepared.catalogue, seed
            )
            here = judged_half == half
            share[here] = table.predict_proba(prepared.features.iloc[judged[here]])[:, 1]
    except DataError:
        return None
    unseen = Ranking("", "", share)
    at_size = at_places(unseen, rows, places)
    return {
        "table": table_of(at_size),
        "recall": at_size.recall,
        "precision": at_size.precision,
        **shares_with_intervals(rows.label == 1, rows.top(share, places), rows.households, seed),
        "auc": auc(rows.label, share),
        "recall_seen": at_places(seen, rows, places).recall,
        "auc_seen": auc(rows.label, seen.score),
        "note": "Families are split in two halves, and each half is scored by a card that learnt from the other only. "
        "Such a card also learns from half as many rows.",
    }
