"""The ceiling: gradient boosting under the same directions, to tell what a table of scores gives up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from ace_risk.errors import StudyError
from ace_risk.features.catalogue import Direction
from ace_risk.models.columns import Floats, read_columns
from ace_risk.models.labels import read_training
from ace_risk.models.settings import MONOTONE, check_settings


@dataclass(frozen=True, eq=False)
class Ceiling:
    """A fitted yardstick. It has no table, can't be stored, and is never deployed.

    Attributes
    ----------
    features
        The columns that it reads.
    trees
        The fitted gradient boosting.
    """

    features: tuple[str, ...]
    trees: HistGradientBoostingClassifier

    def decision_function(self, X: pd.DataFrame) -> Floats:
        """Log-odds of each row; columns are read by name."""
        return np.asarray(self.trees.decision_function(self._array(X)), dtype=np.float64)

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Probabilities, one row per row of `X`: column 0 that the outcome is not recorded, column 1 that it is."""
        return np.asarray(self.trees.predict_proba(self._array(X)), dtype=np.float64)

    def _array(self, X: pd.DataFrame) -> Floats:
        return np.column_stack(list(read_columns(X, self.features).values()))

    def __reduce__(self) -> NoReturn:
        raise StudyError("ceiling: is a yardstick and can't be stored. Deploy a table: points card or boosted table.")


def fit_ceiling(X: pd.DataFrame, y: Any, *, directions: Mapping[str, Direction] | None, seed: int = 0) -> Ceiling:
    """Fit gradient boosting on all columns, monotone by direction, with a fixed number of trees.

    Parameters
    ----------
    X
        One row per child and cutoff, one numeric column per feature; NaN is missing.
    y
        Two labels, one per row, none missing; the second in sorted order is the outcome.
    directions
        Feature to `more_need`, `less_need` or `either` (the default). Missing goes to whichever side of a
        split fits better, so unlike in a table it may score more than any value: the ceiling errs upwards.
        Names that aren't columns are ignored.
    seed
        Of the sample of rows from which large columns are cut into bins.

    Raises
    ------
    StudyError
        A direction is unknown, or the seed isn't a whole number from 0.
    DataError
        There are no rows or columns, a column is infinite or not numeric, labels are missing, or there
        aren't two of them.

    Examples
    --------
    >>> X = pd.DataFrame({"missing_count_365d": [0, 0, 0, 1, 1, 2] * 50})
    >>> ceiling = fit_ceiling(X, [0, 0, 1, 0, 1, 1] * 50, directions={"missing_count_365d": "more_need"})
    >>> ceiling.predict_proba(X)[:6, 1].round(1).tolist()
    [0.3, 0.3, 0.3, 0.5, 0.5, 1.0]
    """
    known = check_settings("ceiling", directions, least=0, seed=seed)
    columns, outcome = read_training(X, y)
    trees = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=80,
        max_leaf_nodes=15,
        max_bins=63,
        early_stopping=False,
        monotonic_cst=[MONOTONE[known.get(name, "either")] for name in columns],
        random_state=seed,
    )
    filled = [np.zeros_like(values) if np.isnan(values).all() else values for values in columns.values()]
    trees.fit(np.column_stack(filled), outcome.astype(np.int8))  # a column of nothing but NaN can't be cut
    return Ceiling(tuple(columns), trees)
