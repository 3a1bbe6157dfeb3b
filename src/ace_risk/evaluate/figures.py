"""The figures at the size of a list, every one from a stored confusion table.

Each ranking is reduced to one confusion table per list size, pooled over the lists of a period, and every
published rate is derived from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.evaluate.calibration import calibration_fit, reliability
from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.list_size import ListEvaluation
from ace_risk.evaluate.ranking import auc, average_precision, brier
from ace_risk.evaluate.resampling import share_interval

_CURVE_SHARES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


def at_places(ranking: Ranking, rows: JudgedRows, places: int) -> ListEvaluation:
    """The pooled confusion table of a ranking at so many places on each list."""
    return ListEvaluation.of(rows.label == 1, rows.top(ranking.score, places), places)


def table_of(at_size: ListEvaluation) -> dict[str, int]:
    """The four counts."""
    return {"tp": at_size.tp, "fp": at_size.fp, "tn": at_size.tn, "fn": at_size.fn}


def rank_records(rankings: Sequence[Ranking], rows: JudgedRows, places: int, seed: int) -> list[dict[str, Any]]:
    """The figures of each ranking at the places there are, one record per ranking.

    Recall is of children already known to services; its denominator is every judged row with the outcome. Intervals
    hold the list fixed and resample households.
    """
    records = []
    for ranking in rankings:
        at_size = at_places(ranking, rows, places)
        listed = rows.top(ranking.score, places)
        record = {
            "name": ranking.name,
            "title": ranking.title,
            "kind": ranking.kind,
            "table": table_of(at_size),
            "children": count_children(rows, listed),
            "precision": at_size.precision,
            "recall": at_size.recall,
            **shares_with_intervals(rows.label == 1, listed, rows.households, seed),
            "lift": at_size.lift,
            "missed_per_100_places": at_size.missed_per_100_places,
            "auc": auc(rows.label, ranking.score),
            "average_precision": average_precision(rows.label, ranking.score),
        }
        records.append(record | _calibration(ranking.probability, rows) | {"note": tie_note(ranking, rows, places)})
    return records


def count_children(rows: JudgedRows, listed: NDArray[np.bool_]) -> dict[str, int]:
    """How many different children the outcome followed for, and how many of them had a place when it did.

    A child stands on several list dates, and one outcome may follow several of them: rows count it each time,
    children once.

    Examples
    --------
    >>> twice = np.array(["a", "a", "b"])
    >>> rows = JudgedRows(np.ones(3, dtype=np.int8), np.array([1, 2, 1]), np.arange(3), twice, twice)
    >>> count_children(rows, np.array([True, True, False]))
    {'followed': 2, 'reached': 1}
    """
    followed = rows.label == 1
    return {
        "followed": len(set(rows.children[followed].tolist())),
        "reached": len(set(rows.children[followed & listed].tolist())),
    }


def shares_with_intervals(
    followed: NDArray[np.bool_], listed: NDArray[np.bool_], households: NDArray[Any], seed: int
) -> dict[str, float]:
    """The ends of the 95 % intervals of precision and recall, the list held fixed and households resampled."""
    found = followed & listed
    precision_low, precision_high = share_interval(found, listed, households, seed)
    recall_low, recall_high = share_interval(found, followed, households, seed)
    return {
        "precision_low": precision_low,
        "precision_high": precision_high,
        "recall_low": recall_low,
        "recall_high": recall_high,
    }


def tie_note(ranking: Ranking, rows: JudgedRows, places: int) -> str:
    """How many places went by the tie rule, where that is a tenth of them or more; else nothing."""
    by_tie = 0
    if rows.kept:  # who goes by the tie rule then depends on the group too
        return ""
    for name in np.unique(rows.lists):
        score = ranking.score[rows.lists == name]
        cut = np.sort(score)[-places]
        tied, above = int((score == cut).sum()), int((score > cut).sum())
        by_tie += places - above if tied > places - above else 0
    total = places * len(np.unique(rows.lists))
    if by_tie < total / 10:
        return ""
    return f"{ranking.title}: {by_tie:,} of {total:,} places go by the tie rule, to some of several equal scores."


def _calibration(probability: NDArray[np.float64] | None, rows: JudgedRows) -> dict[str, Any]:
    """Brier score and calibration line, empty for a ranking that claims no share."""
    names = ("brier", "calibration_slope", "calibration_slope_low", "calibration_slope_high", "calibration_intercept")
    if probability is None:
        return dict.fromkeys(names)
    fit = calibration_fit(rows.label, probability, rows.households)
    return dict(
        zip(
            names,
            (brier(rows.label, probability), fit.slope, fit.slope_low, fit.slope_high, fit.intercept),
            strict=True,
        )
    )


def curve_records(
    rankings: Sequence[Ranking], rows: JudgedRows, places: int, hide_below: int = 0
) -> list[dict[str, Any]]:
    """Table, recall and precision over list sizes: 1 % to half of the smallest list, and the study's places.

    Other sizes at which a count lies from 1 to below `hide_below` are left out.
    """
    smallest = int(pd.Series(rows.lists).value_counts().min())
    sizes = sorted({max(1, round(share * smallest)) for share in _CURVE_SHARES} | {places})
    records = []
    for ranking in rankings:
        for size in sizes:
            at_size = at_places(ranking, rows, size)
            if size != places and any(1 <= number < hide_below for number in table_of(at_size).values()):
                continue
            records.append(
                {"name": ranking.name, "title": ranking.title, "places": size, **table_of(at_size)}
                | {"recall": at_size.recall, "precision": at_size.precision}
            )
    return records


def reliability_records(ranking: Ranking, rows: JudgedRows) -> list[dict[str, Any]]:
    """Predicted and observed shares in groups of rows with similar shares."""
    if ranking.probability is None:
        return []
    table = reliability(rows.label, ranking.probability)
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
