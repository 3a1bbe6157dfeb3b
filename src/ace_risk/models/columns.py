"""Reading feature columns out of a frame: by name, as numbers, with missing as NaN."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError, Problem

Floats = NDArray[np.float64]


def read_columns(X: pd.DataFrame, names: Sequence[str]) -> dict[str, Floats]:
    """The named columns of `X` as 64-bit floats; a missing value becomes NaN.

    Columns that aren't named are not looked at, and the order of the columns doesn't matter.

    Parameters
    ----------
    X
        One row per child and cutoff, one column per feature.
    names
        The columns to read.

    Returns
    -------
    dict
        Column name to values, one per row of `X`, in the order of `names`.

    Raises
    ------
    DataError
        Naming every column that is absent, stands more than once, isn't numeric or holds an infinite value.

    Examples
    --------
    >>> read_columns(pd.DataFrame({"missing_count_365d": [0, 2], "note": ["a", "b"]}), ["missing_count_365d"])
    {'missing_count_365d': array([0., 2.])}
    """
    if not isinstance(X, pd.DataFrame):
        raise DataError(f"features: need a pandas DataFrame with named columns, got {type(X).__name__}.")
    problems: list[Problem] = []
    columns: dict[str, Floats] = {}
    for name in names:
        places = np.flatnonzero(X.columns == name)
        if len(places) != 1:
            rule = "the model reads this column and it is absent" if len(places) == 0 else "a column may stand once"
            problems.append(Problem("features", str(name), rule, max(len(places), 1)))
            continue
        column = X.iloc[:, int(places[0])]
        if not pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_complex_dtype(column.dtype):
            rule = f"must be numeric, got the type {column.dtype}"
            problems.append(
                Problem("features", str(name), rule, len(column), fix="Give numbers, with NaN for missing.")
            )
            continue
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = int(np.isinf(values).sum())
        if infinite:
            fix = "Give a finite number, or NaN for missing."
            problems.append(Problem("features", str(name), "must not be infinite", infinite, fix=fix))
        columns[name] = values
    if problems:
        raise DataError.from_problems("features", problems)
    return columns
