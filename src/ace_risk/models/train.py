"""Training: fit the points card on the rows whose outcome was known in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError
from ace_risk.features.catalogue import Catalogue
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.points import PointsClassifier
from ace_risk.plans import ModelPlan


def train_points_card(
    features: pd.DataFrame, labels: pd.Series, rows: NDArray[np.intp], plan: ModelPlan, catalogue: Catalogue
) -> AdditiveModel:
    """Fit the points card on some rows of the cohort.

    Parameters
    ----------
    features, labels
        One row per cohort row; labels are nullable, and censored rows are left out.
    rows
        Positions of the rows to train on.
    plan
        Size of the card.
    catalogue
        Gives each feature its direction.

    Raises
    ------
    DataError
        If the training rows hold no outcome, or nothing else.
    """
    known = rows_with_both(labels, rows, "training")
    card = PointsClassifier(plan.max_features, plan.max_points, catalogue.directions)
    return card.fit(features.iloc[known], labels.iloc[known].astype(int)).table_


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
