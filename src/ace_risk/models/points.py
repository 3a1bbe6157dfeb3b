"""A classifier whose whole model is a card of small whole points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from ace_risk.errors import DataError
from ace_risk.features.catalogue import Direction
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import MAX_CUTS, BinnedFeature, bin_features
from ace_risk.models.columns import Floats, read_columns
from ace_risk.models.labels import read_labels
from ace_risk.models.probability import LogisticMap
from ace_risk.models.rounding import Histogram, fit_logistic, round_fit
from ace_risk.models.selection import select
from ace_risk.models.settings import check_settings
from ace_risk.models.tables import constant_table, level_term


class PointsClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
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
    max_cuts
        The most cut points of a feature, so it has at most one bin more, beside the one for missing.

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
    >>> X = pd.DataFrame({"missing_count_365d": [0, 0, 0, 1, 1, 2] * 50, "note_count_91d": [1] * 150 + [2] * 150})
    >>> y = [0, 0, 1, 0, 1, 1] * 50
    >>> model = PointsClassifier(directions={"missing_count_365d": "more_need"}).fit(X, y)
    >>> model.table_.feature_names_in_.tolist()
    ['missing_count_365d']
    >>> model.decision_function(X)[:6].tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0, 5.0]
    """

    def __init__(
        self,
        max_features: int = 12,
        max_points: int = 5,
        directions: Mapping[str, Direction] | None = None,
        max_cuts: int = MAX_CUTS,
    ) -> None:
        self.max_features = max_features
        self.max_points = max_points
        self.directions = directions
        self.max_cuts = max_cuts

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
        directions = check_settings(
            "PointsClassifier",
            self.directions,
            max_features=self.max_features,
            max_points=self.max_points,
            max_cuts=self.max_cuts,
        )
        frame = self._frame(X, reset=True)
        columns = read_columns(frame, list(frame.columns))
        self.classes_, outcome = read_labels(y, len(frame))
        usable = bin_features(columns, outcome, directions, int(self.max_cuts))
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
        second = self.predict_proba(X)[:, 1] >= 0.5
        labels: NDArray[Any] = self.classes_[second.astype(np.intp)]
        return labels

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = True
        return tags

    def _frame(self, X: Any, *, reset: bool) -> pd.DataFrame:
        """`X` with a name for every column: its own, or x0, x1, … for an array."""
        named = isinstance(X, pd.DataFrame) and (reset or hasattr(self, "feature_names_in_"))
        if named and all(isinstance(name, str) for name in X.columns):
            if reset and X.columns.is_unique:
                validate_data(self, X, skip_check_array=True)
                if X.empty:
                    raise DataError(f"features: fit needs rows and columns, got {X.shape[0]} by {X.shape[1]}.")
            frame: pd.DataFrame = X
            return frame
        values = validate_data(self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan")
        names = getattr(self, "feature_names_in_", [f"x{place}" for place in range(values.shape[1])])
        return pd.DataFrame(values, columns=list(names))


def make_table(
    features: list[BinnedFeature],
    outcome: Floats,
    max_features: int,
    max_points: int,
    directions: Mapping[str, Direction],
) -> AdditiveModel:
    """Choose, round and calibrate; the table with the features whose points aren't all 0."""
    fit = select(features, outcome, max_features)
    base = constant_table(outcome)
    if not fit.scores:
        return base
    card = round_fit(fit, max_points)
    terms = [level_term(f, p) for f, p in zip(fit.patterns.features, card.points, strict=True) if p.any()]
    totals = sum(p[f.levels] for f, p in zip(fit.patterns.features, card.points, strict=True))
    curve = fit_probability(np.asarray(totals, dtype=np.float64), outcome)
    if curve is None:
        return base
    used = {term.feature: directions.get(term.feature, "either") for term in terms}
    return AdditiveModel(tuple(terms), curve, 0.0, used)


def fit_probability(totals: Floats, outcome: Floats) -> LogisticMap | None:
    """The logistic curve of most likelihood through the totals; None where it would not rise.

    Where the totals separate the outcomes no such curve exists: one more row of each label is then
    spread over the totals (Platt 1999), so that no probability is 0 or 1.
    """
    values, place = np.unique(totals, return_inverse=True)
    rows = np.bincount(place).astype(np.float64)
    cases = np.bincount(place, weights=outcome).astype(np.float64)
    if totals[outcome == 1].min() >= totals[outcome == 0].max():
        positives, negatives = cases.sum(), rows.sum() - cases.sum()
        cases = cases * (positives + 1) / (positives + 2) + (rows - cases) / (negatives + 2)
    slope, intercept, _ = fit_logistic(Histogram(values, rows[None], cases[None]))
    return LogisticMap(float(slope[0]), float(intercept[0])) if slope[0] > 0 else None
