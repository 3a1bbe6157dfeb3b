"""Numbers for children's ids, and the narrowest type for numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError


def number_children(wanted: pd.Series, ids: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Number the children of the cohort from 0, whatever their ids are.

    Parameters
    ----------
    wanted
        The child of each cohort row.
    ids
        The child of each event.

    Returns
    -------
    tuple
        The child's number for each cohort row, and for each event (negative if the child isn't wanted); and one more
        than the largest number. Whole numbers without large gaps are numbered by their distance from the smallest.

    Raises
    ------
    DataError
        If a row of the cohort has no child.

    Examples
    --------
    >>> wanted, events, n_children = number_children(pd.Series(["b", "a", "b"]), pd.Series(["x", "b"]))
    >>> wanted.tolist(), events.tolist(), n_children
    ([0, 1, 0], [-1, 0], 2)
    """
    if len(wanted) and _whole(wanted) and _whole(ids):
        lowest, highest = int(wanted.min()), int(wanted.max())
        span = highest - lowest + 1
        if span <= len(wanted) + len(ids):
            events = ids.to_numpy().astype(np.int64) - lowest
            events[(events < 0) | (events >= span)] = -1
            return wanted.to_numpy().astype(np.int64) - lowest, events, span
    number, children = pd.factorize(wanted)
    if (number < 0).any():
        raise DataError(f"cohort.child_id: {int((number < 0).sum())} rows have no child. Fill or remove these rows.")
    found = pd.Index(children, tupleize_cols=False).get_indexer(pd.Index(ids, tupleize_cols=False))
    return number.astype(np.int64, copy=False), found.astype(np.int64, copy=False), len(children)


def _whole(ids: pd.Series) -> bool:
    """Whether ids are whole numbers of a type that int64 holds."""
    kind = ids.dtype
    return isinstance(kind, np.dtype) and kind.kind in "iu" and np.can_cast(kind, np.int64)


def narrow(values: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in the narrowest integer type that holds them: unsigned, or signed if any is below 0.

    Examples
    --------
    >>> [narrow(np.array(values)).dtype.name for values in ([0, 255], [256], [-1, 2])]
    ['uint8', 'uint16', 'int8']
    """
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    kind = (
        np.min_scalar_type(high) if low >= 0 else np.result_type(np.min_scalar_type(low), np.min_scalar_type(-high - 1))
    )
    return values.astype(kind, copy=False)
