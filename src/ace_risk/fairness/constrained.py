"""A fit under a constraint: the card's own features and bins, with points that must find groups alike.

The only place where fairlearn is imported.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import Floats
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.columns import read_columns

MOST_ROUNDS = 15
"""Rounds of the exponentiated gradient."""


@dataclass(frozen=True, eq=False)
class ConstrainedFit:
    """A weighted sum of logistic regressions on the bins of a table; so it could be written as a table too.

    Attributes
    ----------
    table
        The table that lends its features and bins.
    weights
        One number per bin of every term.
    """

    table: AdditiveModel
    weights: Floats

    def score(self, features: pd.DataFrame) -> Floats:
        """The log-odds of each row, up to a constant; higher comes first."""
        scores: Floats = one_hot(self.table, features) @ self.weights
        return scores


def one_hot(table: AdditiveModel, features: pd.DataFrame) -> Floats:
    """Which bin of each term every row is in: rows × bins of 0 and 1."""
    columns = read_columns(features, list(table.feature_names_in_))
    parts = []
    for term in table.terms:
        shape = term.score_table.shape
        flat = np.ravel_multi_index(term.codes(columns), shape)
        parts.append(np.eye(int(np.prod(shape)))[flat])
    return np.concatenate(parts, axis=1) if parts else np.zeros((len(features), 0))


def constrained_fit(
    table: AdditiveModel, features: pd.DataFrame, label: npt.NDArray[Any], group: npt.NDArray[Any], margin: float,
    share: float,
) -> ConstrainedFit:  # fmt: skip
    """Fit points under the constraint that, at the list's cut, groups are found alike within the margin.

    Agarwal and others (2018), "A reductions approach to fair classification", by fairlearn's `ExponentiatedGradient`
    with `TruePositiveRateParity`. A list is no threshold at one half, so errors get the costs at which listing pays for
    the share of rows that has a place: a row listed in vain costs the probability at the cut, one missed the rest.

    Parameters
    ----------
    table
        Lends features and bins, and the probability at the cut.
    features, label, group
        The training rows: features, whether the outcome followed, and the group.
    margin
        How far true positive rates may lie from the one of all rows.
    share
        The share of rows that a list has places for.

    Returns
    -------
    ConstrainedFit
    """
    cut = float(np.quantile(table.predict_proba(features)[:, 1], 1 - share))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # fairlearn's own imports and solvers warn of what is about to change
        from fairlearn.reductions import ErrorRate, ExponentiatedGradient, TruePositiveRateParity
        from sklearn.linear_model import LogisticRegression

        fit = ExponentiatedGradient(
            LogisticRegression(solver="newton-cholesky", max_iter=100),
            TruePositiveRateParity(difference_bound=margin),
            objective=ErrorRate(costs={"fp": cut, "fn": 1 - cut}),
            max_iter=MOST_ROUNDS,
        )
        fit.fit(one_hot(table, features), np.asarray(label).astype(int), sensitive_features=np.asarray(group))
    weights = np.zeros(one_hot(table, features.iloc[:1]).shape[1])
    for place, weight in fit.weights_.items():
        part = fit.predictors_.loc[place]
        if weight > 0 and hasattr(part, "coef_"):
            weights += weight * part.coef_[0]
    return ConstrainedFit(table, weights)
