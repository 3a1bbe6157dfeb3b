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
    known = rows[labels.iloc[rows].notna().to_numpy()]
    outcome = labels.iloc[known].astype(int)
    if outcome.nunique() < 2:
        raise DataError(
            f"training: {len(known):,} rows with a known outcome, {int(outcome.sum()):,} of them with it. "
            "Both kinds are needed: load more data, or choose another outcome."
        )
    card = PointsClassifier(plan.max_features, plan.max_points, catalogue.directions)
    return card.fit(features.iloc[known], outcome).table_
