"""A points card without the rounding: the same bins and features, with the fitted scores as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ace_risk.features.catalogue import Direction
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import MAX_CUTS, bin_features
from ace_risk.models.labels import read_training
from ace_risk.models.probability import LogisticMap
from ace_risk.models.selection import select
from ace_risk.models.settings import check_settings
from ace_risk.models.tables import level_term


def fit_binned_logistic(
    X: pd.DataFrame,
    y: Any,
    *,
    directions: Mapping[str, Direction] | None,
    max_features: int = 12,
    max_cuts: int = MAX_CUTS,
) -> AdditiveModel:
    """Fit a logistic regression on bins, kept to the directions, as a table of log-odds.

    Bins and features are those of `PointsClassifier`, so the two differ by the rounding alone and what
    rounding costs can be read off. Total scores are log-odds.

    Parameters
    ----------
    X
        One row per child and cutoff, one numeric column per feature; NaN is missing.
    y
        Two labels, one per row, none missing; the second in sorted order is the outcome.
    directions
        Feature to `more_need` (scores may not fall as the value grows), `less_need` (may not rise) or
        `either` (the default). With a direction, missing never scores more than the bin of least need.
        Names that aren't columns are ignored.
    max_features, max_cuts
        The most features, and the most cut points of each.

    Returns
    -------
    AdditiveModel
        The most common bin of a feature scores 0. Without features where none earns its place.

    Raises
    ------
    StudyError
        A setting is out of range, or a direction is unknown.
    DataError
        There are no rows or columns, a column is infinite or not numeric, labels are missing, or there
        aren't two of them.

    Examples
    --------
    >>> X = pd.DataFrame({"missing_count_365d": [0, 0, 0, 1, 1, 2] * 50})
    >>> table = fit_binned_logistic(X, [0, 0, 1, 0, 1, 1] * 50, directions={"missing_count_365d": "more_need"})
    >>> table.decision_function(X)[:6].round(2).tolist()
    [-0.67, -0.67, -0.67, 0.08, 0.08, 2.84]
    """
    known = check_settings("binned logistic", directions, max_features=max_features, max_cuts=max_cuts)
    columns, outcome = read_training(X, y)
    fit = select(bin_features(columns, outcome, known, max_cuts), outcome, max_features)
    chosen = zip(fit.patterns.features, fit.scores, strict=True)
    terms = tuple(level_term(feature, scores) for feature, scores in chosen if scores.any())
    used = {term.feature: known.get(term.feature, "either") for term in terms}
    return AdditiveModel(terms, LogisticMap(1.0, 0.0), fit.intercept, used)
