"""Reading labels of any two kinds as 0 and 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from ace_risk.errors import DataError
from ace_risk.models.columns import Floats, read_columns


def read_labels(y: Any, rows: int) -> tuple[NDArray[Any], Floats]:
    """The two labels in sorted order, and 1.0 where a row has the second.

    Parameters
    ----------
    y
        One label per row: true and false, numbers, text, or a nullable column without missing values.
    rows
        How many rows the features have.

    Raises
    ------
    DataError
        Labels are missing or infinite, their number isn't that of the rows, or there aren't two of them.

    Examples
    --------
    >>> classes, outcome = read_labels(["no", "yes", "no"], 3)
    >>> classes.tolist(), outcome.tolist()
    (['no', 'yes'], [0.0, 1.0, 0.0])
    """
    if y is None:
        raise DataError("labels: fit requires y to be passed, but the target y is None.")
    if isinstance(y, pd.Series) and hasattr(y.dtype, "numpy_dtype") and not y.isna().any():
        y = y.to_numpy(dtype=y.dtype.numpy_dtype)
    labels = column_or_1d(np.asarray(y), warn=True)
    missing = int(pd.isna(labels).sum())
    if missing:
        raise DataError(f"labels: Input y contains NaN: {missing:,} of {len(labels):,}. Leave censored rows out.")
    if labels.dtype.kind == "f" and np.isinf(labels).any():
        raise DataError(f"labels: Input y contains infinity, {int(np.isinf(labels).sum()):,} times. Give two classes.")
    if len(labels) != rows:
        raise DataError(f"labels: got {len(labels):,} labels for {rows:,} rows of features. Give one per row.")
    check_classification_targets(labels)
    classes, place = np.unique(labels, return_inverse=True)
    if len(classes) > 2:
        kind = type_of_target(labels)
        raise DataError(f"labels: Only binary classification is supported. The type of the target is {kind}.")
    if len(classes) < 2:
        raise DataError("labels: every row has the same label (1 class). Two are needed to learn anything.")
    return classes, place.astype(np.float64)


def read_training(X: pd.DataFrame, y: Any) -> tuple[dict[str, Floats], Floats]:
    """Every column of `X` as 64-bit floats, and 1.0 where a row has the second label, else 0.0.

    Parameters
    ----------
    X
        One row per child and cutoff, one numeric column per feature; NaN is missing.
    y
        Two labels, one per row, none missing; the second in sorted order is the outcome.

    Raises
    ------
    DataError
        There are no rows or columns, a column is infinite or not numeric, labels are missing, or there
        aren't two of them.

    Examples
    --------
    >>> columns, outcome = read_training(pd.DataFrame({"missing_count_365d": [0, 2]}), [False, True])
    >>> columns["missing_count_365d"].tolist(), outcome.tolist()
    ([0.0, 2.0], [0.0, 1.0])
    """
    columns = read_columns(X, list(X.columns) if isinstance(X, pd.DataFrame) else [])
    if X.empty:
        raise DataError(f"features: fit needs rows and columns, got {X.shape[0]} by {X.shape[1]}.")
    return columns, read_labels(y, len(X))[1]
