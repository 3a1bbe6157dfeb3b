"""Training: fit a table on the rows whose outcome was known in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError
from ace_risk.features.catalogue import Catalogue
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.boosting import fit_boosted_table
from ace_risk.models.logistic import fit_binned_logistic
from ace_risk.models.points import PointsClassifier
from ace_risk.plans import ModelKind, ModelPlan


def train_table(
    kind: ModelKind,
    features: pd.DataFrame,
    labels: pd.Series,
    rows: NDArray[np.intp],
    plan: ModelPlan,
    catalogue: Catalogue,
    seed: int,
) -> AdditiveModel:
    """Fit one kind of table on some rows of the cohort.

    Parameters
    ----------
    kind
        `points_card`, `binned_logistic` or `boosted_table`; it need not be the plan's.
    features, labels
        One row per cohort row; labels are nullable, and censored rows are left out.
    rows
        Positions of the rows to train on.
    plan
        Size of the table.
    catalogue
        Gives each feature its direction.
    seed
        Of the boosting; the other two draw nothing.

    Raises
    ------
    DataError
        If the training rows hold no outcome, or nothing else.
    """
    known = rows_with_both(labels, rows, "training")
    X, y = features.iloc[known], labels.iloc[known].astype(int)
    directions = catalogue.directions
    if kind == "boosted_table":
        return fit_boosted_table(X, y, directions=directions, seed=seed)
    if kind == "binned_logistic":
        return fit_binned_logistic(X, y, directions=directions, max_features=plan.max_features, max_cuts=plan.max_cuts)
    return PointsClassifier(plan.max_features, plan.max_points, directions, plan.max_cuts).fit(X, y).table_


def rows_with_both(labels: pd.Series, rows: NDArray[np.int64], period: str) -> NDArray[np.int64]:
    """The rows whose outcome is known, if some children had it and others hadn't.

    Raises
    ------
    DataError
        If the rows hold no outcome, or nothing else; it names the period.

    Examples
    --------
    >>> rows_with_both(pd.Series([0, 1, None]), np.array([0, 1, 2]), "test period").tolist()
    [0, 1]
    """
    known = rows[labels.iloc[rows].notna().to_numpy()]
    outcome = labels.iloc[known].astype(int)
    if outcome.nunique() < 2:
        raise DataError(
            f"{period}: {len(known):,} rows with a known outcome, {int(outcome.sum()):,} of them with it. "
            "Both kinds are needed: load more data, or choose another outcome."
        )
    return known
