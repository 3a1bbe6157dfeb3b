"""The engine: the one place that runs relational steps, as Ibis expressions on DuckDB.

The steps themselves are functions from tables to a table (`data/history.py`, `features/homes.py`,
`features/cohort.py`). They say nothing about DuckDB, so that another engine can run the same expressions.

A table has no order of its own: a step whose result depends on order says so by `order_by`, with a key that is
unique. Where equal rows would be told apart by where they stand in the input, that key ends with `row`.

Ibis and DuckDB are imported when the first step runs, never before.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ace_risk.errors import DataError

if TYPE_CHECKING:
    from ibis.expr.types import Table

TIME = "timestamp(6)"
"""The engine's type of a time: whole microseconds, without a zone."""


def to_table(columns: Mapping[str, Any] | pd.DataFrame) -> Table:
    """A table of the engine, from columns of equal length.

    Parameters
    ----------
    columns
        A DataFrame, or a mapping from name to Series or array. Its index is not used.

    Returns
    -------
    Table
        The same columns and `row`, the position in the input counted from 0. Times are whole microseconds,
        categories are their words, and an empty cell is empty whatever it was in pandas.

    Raises
    ------
    DataError
        If a column mixes types, such as words and numbers.

    Examples
    --------
    >>> to_table({"child_id": ["a", "b"]}).columns
    ('child_id', 'row')
    """
    import ibis

    arrays = {str(name): _to_arrow(str(name), values) for name, values in columns.items()}
    length = len(next(iter(arrays.values())))
    return ibis.memtable(pa.table({**arrays, "row": np.arange(length)}))


def _to_arrow(name: str, values: Any) -> Any:
    """One column; a column without any value and type holds words."""
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise DataError(
            f"{name}: holds values of more than one type. Give it one type: words, whole numbers or times."
        ) from None
    if pa.types.is_timestamp(array.type):
        return array.cast(pa.timestamp("us", array.type.tz))
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array


def constant(value: Any) -> Any:
    """A value that stands in every row (a bare word would name a column).

    Examples
    --------
    >>> collect(to_table({"child_id": ["a"]}).select(kind=constant("missing")), {})["kind"].tolist()
    ['missing']
    """
    import ibis

    return ibis.literal(value)


def least(*values: Any) -> Any:
    """The least of several columns and constants in each row; empty ones are passed over.

    Examples
    --------
    >>> days = to_table({"first": [3, 7]})
    >>> collect(days.order_by("row").select(day=least(5, days.first)), {})["day"].tolist()
    [3, 5]
    """
    import ibis

    return ibis.least(*values)


def stack(parts: Sequence[Table], types: Mapping[str, str]) -> Table:
    """All rows of several tables, with the columns named in `types`; a column that a part lacks is empty there.

    Parameters
    ----------
    parts
        Tables that may have other columns too.
    types
        The engine's type of each column, in order; "" leaves the type of the parts, which must all have it.

    Examples
    --------
    >>> first, second = to_table({"child_id": ["a"], "hours": [1.5]}), to_table({"child_id": ["b"]})
    >>> both = stack([first, second], {"child_id": "", "hours": "float64"})
    >>> collect(both.order_by("child_id"), {}).fillna(0)["hours"].tolist()
    [1.5, 0.0]
    """
    import ibis

    def column(part: Table, name: str, kind: str) -> Any:
        if name not in part.columns:
            return ibis.null(kind).name(name)
        return part[name].cast(kind).name(name) if kind else part[name]

    return ibis.union(*(part.select([column(part, name, kind) for name, kind in types.items()]) for part in parts))


def collect(expression: Table, dtypes: Mapping[str, Any]) -> pd.DataFrame:
    """Run an expression and bring its rows back.

    Parameters
    ----------
    expression
        What to run; its `order_by` gives the order of the rows.
    dtypes
        pandas types of the columns that are not already `str`, `int64`, `float64`, `bool` or `datetime64[us]`.
        A whole number becomes a time where `datetime64[us]` is asked for.

    Returns
    -------
    DataFrame
        One row per row of the expression, with a RangeIndex.

    Examples
    --------
    >>> day = collect(to_table({"cutoff": [86_400_000_000]}), {"cutoff": "datetime64[us]"})["cutoff"]
    >>> str(day[0].date())
    '1970-01-02'
    """
    connection = _connect()
    try:
        rows = connection.to_pyarrow(expression)
    finally:
        connection.disconnect()
    for at, name in enumerate(rows.column_names):
        if pa.types.is_integer(rows.schema.field(at).type) and str(dtypes.get(name)) == "datetime64[us]":
            rows = rows.set_column(at, name, rows.column(at).cast(pa.timestamp("us")))
    frame: pd.DataFrame = rows.to_pandas()
    return frame.astype(dict(dtypes))


def processors() -> int:
    """How many processors this process may use.

    Examples
    --------
    >>> processors() >= 1
    True
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _connect() -> Any:
    """A database of our own in memory: all cores, nothing fetched, nothing written to disk, no settings read."""
    import ibis

    return ibis.duckdb.connect(
        ":memory:",
        threads=processors(),
        autoinstall_known_extensions=False,
        autoload_known_extensions=False,
        allow_persistent_secrets=False,
        temp_directory="",
    )
