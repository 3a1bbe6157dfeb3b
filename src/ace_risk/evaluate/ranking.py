"""How well a score ranks, whatever the list size; and what each list size would find."""

from __future__ import annotations

from math import nan
from typing import Any

from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ace_risk.errors import DataError
from ace_risk.evaluate.inputs import Floats, check_lengths, read_outcome, read_score


def auc(y_true: Any, score: Any) -> float:
    """The chance that a row with the outcome scores above one without (ties count half); NaN with one class.

    Examples
    --------
    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    outcome, values = read_outcome(y_true), read_score(score)
    check_lengths(y_true=outcome, score=values)
    if outcome.all() or not outcome.any():
        return nan
    return float(roc_auc_score(outcome, values))


def average_precision(y_true: Any, score: Any) -> float:
    """The average precision over all list sizes that end on a row with the outcome; NaN without one.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 3)
    0.833
    """
    outcome, values = read_outcome(y_true), read_score(score)
    check_lengths(y_true=outcome, score=values)
    return float(average_precision_score(outcome, values)) if outcome.any() else nan


def brier(y_true: Any, probability: Any) -> float:
    """The mean squared distance between probability and outcome; NaN without rows.

    Examples
    --------
    >>> brier([0, 1], [0.5, 1.0])
    0.125
    """
    outcome, p = read_outcome(y_true), read_probability(probability)
    check_lengths(y_true=outcome, probability=p)
    return float(brier_score_loss(outcome, p, labels=[False, True])) if len(outcome) else nan


def read_probability(probability: Any) -> Floats:
    """Numbers from 0 to 1, one per row.

    Raises
    ------
    DataError
        Others, or missing ones.
    """
    p = read_score(probability, "probabilities")
    outside = int(((p < 0) | (p > 1)).sum())
    if outside:
        raise DataError(f"probabilities: {outside:,} of {len(p):,} lie outside 0 to 1.")
    return p
