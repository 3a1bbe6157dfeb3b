"""A classifier whose whole model is a card of small whole points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_feature_names, check_is_fitted, validate_data

from ace_risk.errors import DataError, StudyError
from ace_risk.features.catalogue import Direction
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import BinnedFeature, bin_feature
from ace_risk.models.columns import Floats, read_columns
from ace_risk.models.probability import LogisticMap
from ace_risk.models.rounding import Histogram, fit_logistic, round_fit
from ace_risk.models.selection import Patterns, select
from ace_risk.models.terms import FeatureTerm


class PointsClassifier(ClassifierMixin, BaseEstimator):
    """Learn a card of whole points: a few features, a few bins each, added and turned into a probability.

    Each feature is cut into a few bins (`binning`), features are chosen one by one by how far they lower
    the log loss with their scores kept in the order of their direction (`selection`), and the scores are
    rounded to whole points and improved point by point (`rounding`). A logistic curve fitted by maximum
    likelihood turns the total into a probability. Nothing is drawn at random.

    Parameters
    ----------
    max_features
        The most features that the card may have.
    max_points
        Points lie between ``-max_points`` and ``max_points``; the most common bin of a feature has 0.
    directions
        Feature to `more_need` (points may not fall as the value grows), `less_need` (may not rise) or
        `either` (the default). With a direction, missing never scores more than the bin of least need.
        Names that aren't columns are ignored.

    Attributes
    ----------
    table_
        The card as an `AdditiveModel`; `predict_proba` and `decision_function` are the table's.
    classes_
        The two labels; the second is the outcome.
    n_features_in_, feature_names_in_
        The columns at `fit` (names only where they were given).

    Notes
    -----
    A constant or empty column never enters. Where no feature earns its place, every row gets the base
    rate. The idea of fitting whole points by log loss with a bound on size comes from Ustun & Rudin,
    "Learning Optimized Risk Scores" (JMLR 2019), and that of rounding a sparse fit at several scales
    from Liu et al., "FasterRisk" (NeurIPS 2022).

    Examples
    --------
    >>> X = pd.DataFrame({"missing_count_365d": [0, 0, 0, 1, 1, 2] * 50, "note_count_91d": [1, 2, 3] * 100})
    >>> y = [0, 0, 0, 0, 1, 1] * 50
    >>> model = PointsClassifier(directions={"missing_count_365d": "more_need"}).fit(X, y)
    >>> model.table_.feature_names_in_.tolist()
    ['missing_count_365d']
    >>> model.predict_proba(X)[:3, 1].round(3).tolist()
    [0.0, 0.0, 0.0]
    """

    def __init__(
        self, max_features: int = 12, max_points: int = 5, directions: Mapping[str, Direction] | None = None
    ) -> None:
        self.max_features = max_features
        self.max_points = max_points
        self.directions = directions

    def fit(self, X: Any, y: Any) -> Self:
        """Learn the card.

        Parameters
        ----------
        X
            Numeric DataFrame or array, one row per child and cutoff; NaN is missing.
        y
            Two labels, one per row, none missing; the second in sorted order is the outcome.

        Raises
        ------
        StudyError
            A setting is out of range, or a direction is unknown.
        DataError
            A column is infinite or not numeric, labels are missing, or there aren't two of them.
        """
        directions = self._checked_settings()
        frame = self._frame(X, reset=True)
        columns = read_columns(frame, list(frame.columns))
        self.classes_, outcome = read_labels(y, len(frame))
        binned = [bin_feature(name, x, outcome, directions.get(name, "either")) for name, x in columns.items()]
        usable = [feature for feature in binned if feature.size > 1 and np.ptp(feature.levels) > 0]
        self.table_ = make_table(usable, outcome, int(self.max_features), int(self.max_points), directions)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Total points of each row."""
        check_is_fitted(self)
        return self.table_.decision_function(self._frame(X, reset=False))

    def predict_proba(self, X: Any) -> Floats:
        """Probability of each of the two labels, in the order of `classes_`."""
        check_is_fitted(self)
        return self.table_.predict_proba(self._frame(X, reset=False))

    def predict(self, X: Any) -> NDArray[Any]:
        """The second label where its probability is at least 0.5, else the first."""
        labels: NDArray[Any] = self.classes_[(self.predict_proba(X)[:, 1] >= 0.5).astype(np.intp)]
        return labels

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags
