"""Labels and scores as arrays, checked: positional, of one length, nothing missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError, StudyError

Floats = NDArray[np.float64]


def read_outcome(y_true: Any) -> NDArray[np.bool_]:
    """Recorded outcomes as true and false, from booleans, 0 and 1, or a nullable column.

    Raises
    ------
    DataError
        Labels are missing, or something other than 0 and 1.

    Examples
    --------
    >>> read_outcome(pd.Series([1, 0], dtype="Int8")).tolist()
    [True, False]
    """
    labels = pd.Series(np.ravel(y_true) if isinstance(y_true, np.ndarray) else y_true)
    missing = int(labels.isna().sum())
    if missing:
        raise DataError(f"labels: {missing:,} of {len(labels):,} are missing. Leave censored rows out first.")
    if not pd.api.types.is_numeric_dtype(labels.dtype) or not labels.isin([0, 1]).all():
        raise DataError("labels: must be 0 and 1, or true and false.")
    return labels.to_numpy(dtype=np.bool_)


def read_score(score: Any, what: str = "scores") -> Floats:
    """Finite numbers, one per row.

    Raises
    ------
    DataError
        Scores are NaN, infinite, not numbers, or not one per row.
    """
    numbers = pd.Series(score) if not isinstance(score, np.ndarray) else score
    if numbers.ndim != 1:
        raise DataError(f"{what}: need one per row, got an array of shape {numbers.shape}.")
    if not pd.api.types.is_numeric_dtype(numbers.dtype) or pd.api.types.is_complex_dtype(numbers.dtype):
        raise DataError(f"{what}: must be numbers, got the type {numbers.dtype}.")
    values: Floats = pd.Series(numbers).to_numpy(dtype=np.float64, na_value=np.nan)
    odd = int((~np.isfinite(values)).sum())
    if odd:
        raise DataError(f"{what}: {odd:,} of {len(values):,} are NaN or infinite. Give every row a finite number.")
    return values


def check_lengths(**arrays: NDArray[Any] | None) -> None:
    """All arrays that are given have the same number of rows.

    Raises
    ------
    DataError
        Naming each length, when they differ.
    """
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length:,}" for name, length in lengths.items())
        raise DataError(f"rows: everything needs one value per row, got {found}.")


def read_order(values: Any, what: str) -> NDArray[np.intp]:
    """The place of each value among the sorted distinct ones, from 0.

    Raises
    ------
    DataError
        Values are missing, or can't be sorted.
    """
    array = pd.Series(values.array if isinstance(values, pd.Series) else values)
    missing = int(array.isna().sum())
    if missing:
        raise DataError(f"{what}: {missing:,} of {len(array):,} are missing. Give every row one.")
    try:
        if pd.api.types.infer_dtype(array) == "mixed-integer":
            raise TypeError
        return np.asarray(pd.factorize(array, sort=True)[0], dtype=np.intp)
    except TypeError:
        raise DataError(f"{what}: the values can't be put in order. Give values of one type.") from None


def check_whole(value: Any, what: str, least: int = 1) -> int:
    """A whole number of at least `least`.

    Raises
    ------
    StudyError
        It is something else.
    """
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.bool_))
    if not whole or value < least:
        raise StudyError(f"{what}: must be a whole number from {least}, got {value!r}.")
    return int(value)
