"""How well a score ranks, whatever the list size; and what each list size would find."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from ace_risk.errors import DataError
from ace_risk.evaluate.inputs import Floats, check_lengths, check_whole, read_outcome, read_score
from ace_risk.evaluate.list_size import list_ranks, ratio, smallest_list


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


def recall_curve(
    y_true: Any, score: Any, sizes: Sequence[int], lists: Any = None, tie_key: Any = None, seed: int = 0
) -> pd.DataFrame:
    """Recall and precision for several list sizes; each as `evaluate_at_list_size` gives it.

    Returns
    -------
    DataFrame
        One row per size, in the order given: places (on each list), recall, precision.

    Raises
    ------
    DataError
        As `evaluate_at_list_size`.

    Examples
    --------
    >>> recall_curve([1, 0, 1, 0], [0.9, 0.8, 0.2, 0.1], [1, 3]).round(3).to_dict("list")
    {'places': [1, 3], 'recall': [0.5, 1.0], 'precision': [1.0, 0.667]}
    """
    outcome = read_outcome(y_true)
    ranks = list_ranks(score, lists, tie_key, seed)
    check_lengths(y_true=outcome, score=ranks)
    places = [check_whole(size, "sizes") for size in sizes]
    if places:
        smallest_list(max(places), len(ranks), lists)
    found = np.concatenate([[0], np.cumsum(np.bincount(ranks[outcome], minlength=len(ranks) + 1)[1:])])
    listed = np.concatenate([[0], np.cumsum(np.bincount(ranks, minlength=len(ranks) + 1)[1:])])
    return pd.DataFrame(
        {
            "places": places,
            "recall": [ratio(int(found[size]), int(outcome.sum())) for size in places],
            "precision": [ratio(int(found[size]), int(listed[size])) for size in places],
        }
    )
