"""From the cells of a file to a typed column, and which cells can't be read as that type.

Text and native Parquet types are read alike, so the same table as CSV and as Parquet gives the same frame.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as at

from ace_risk.data.schema import Column

TYPE_RULES = {
    "id": "must be text or a whole number",
    "code": "must be text or a whole number",
    "date": "must be a date without a time, as 2026-05-12",
    "datetime": "must be a date and time without a zone, as 2026-05-12T14:03",
    "integer": "must be a whole number",
    "boolean": "must be true or false",
}
"""For each type of column, the rule that a cell breaks which can't be read."""

TYPE_FIXES = {
    "date": "Correct or empty the cells, or say under dates in mapping.yaml how dates are written.",
    "datetime": "Correct or empty the cells, or say under dates in mapping.yaml how times are written; "
    "turn times with a zone into local time and leave the zone out.",
}
"""For each type of column, what to do about such a cell, where it is more than to correct or empty it."""

BOOLEANS = {
    "true": True, "True": True, "TRUE": True, "1": True,
    "false": False, "False": False, "FALSE": False, "0": False,
}  # fmt: skip
"""How true and false may be written."""

_DATE_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?"
_INTEGER_TEXT = r"[+-]?[0-9]{1,9}(\.0+)?"
_LAST_DAY = date(9999, 12, 31)


def read_cells(values: pa.ChunkedArray, column: Column, date_format: str | None = None) -> tuple[pd.Series, np.ndarray]:
    """A column of cells as its type, and where a cell is filled but can't be read as that type.

    Parameters
    ----------
    date_format
        How dates or times that stand as text are written, in the directives of `strptime`; ISO 8601 by default.

    Returns
    -------
    (values, unreadable)
        Values as `str`, `datetime64[us]`, `Int64` or `boolean`, missing where the cell is empty or
        unreadable; and a boolean array of the same length.

    Examples
    --------
    >>> column = Column("decile", "integer", "", optional=True)
    >>> values, unreadable = read_cells(pa.chunked_array([["3", "", "many"]]), column)
    >>> values.tolist(), unreadable.tolist()
    ([3, <NA>, <NA>], [False, False, True])
    """
    if at.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if column.type in ("date", "datetime") and _is_local_time(values.type):
        bounded = _within_the_calendar(values).cast(pa.timestamp("us"), safe=False)
        times = pd.Series(bounded.to_pandas(), dtype="datetime64[us]")
        return _only_days(times, column)
    if column.type == "boolean" and at.is_boolean(values.type):
        return pd.Series(values.to_pandas(), dtype="boolean"), np.zeros(len(values), dtype=bool)
    text = as_text(values, column)
    if text is None:
        filled = values.is_valid().to_numpy()
        return read_cells(pa.chunked_array([pa.nulls(len(values), pa.string())]), column)[0], filled
    cells = pd.Series(text.to_pandas(), dtype="str")
    cells = cells.mask(cells == "")
    return _parse(cells, column, date_format)


def _is_local_time(kind: pa.DataType) -> bool:
    return at.is_date(kind) or (at.is_timestamp(kind) and kind.tz is None)


def _within_the_calendar(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times later or earlier than any calendar become its last day, which the rules refuse; a cast would wrap them."""
    if at.is_timestamp(values.type) and values.type.unit in ("us", "ns"):
        return values
    first, last = (pa.scalar(day).cast(values.type) for day in (date.min, _LAST_DAY))
    outside = pc.or_(pc.less(values, first), pc.greater(values, last))
    return pc.if_else(outside, last, values)


def as_text(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray | None:
    """Cells as text where that loses nothing; None where the type of the cells is wrong for the column."""
    kind = values.type
    if at.is_dictionary(kind):
        return as_text(values.cast(kind.value_type), column)
    if at.is_null(kind) or at.is_string(kind) or at.is_large_string(kind) or at.is_string_view(kind):
        return values.cast(pa.string())
    if at.is_integer(kind) and column.type not in ("date", "datetime"):
        return values.cast(pa.string())
    if at.is_boolean(kind) and column.type == "boolean":
        return values.cast(pa.string())
    if at.is_floating(kind) and column.type in ("integer", "boolean"):
        return pc.if_else(pc.is_nan(values), None, values).cast(pa.string())
    return None


def _parse(cells: pd.Series, column: Column, date_format: str | None) -> tuple[pd.Series, np.ndarray]:
    parsed: pd.Series
    if column.type in ("id", "code"):
        return cells, np.zeros(len(cells), dtype=bool)
    if column.type == "boolean":
        parsed = cells.map(BOOLEANS).astype("boolean")
    elif column.type == "integer":
        whole = cells.where(cells.str.fullmatch(_INTEGER_TEXT).fillna(False).astype(bool))
        parsed = pd.to_numeric(whole).astype("Int64")
    else:
        # pandas reads the words "now" and "today" as the clock, whatever the format: no cell without a digit is read.
        written = cells.str.contains("[0-9]") if date_format else cells.str.fullmatch(_DATE_TEXT)
        times = cells.where(written.fillna(False).astype(bool))
        parsed = pd.to_datetime(times, format=date_format or "ISO8601", errors="coerce").astype("datetime64[us]")
    unreadable = (cells.notna() & parsed.isna()).to_numpy(dtype=bool)
    if column.type == "date":
        parsed, late = _only_days(parsed, column)
        unreadable = unreadable | late
    return parsed, unreadable


def _only_days(times: pd.Series, column: Column) -> tuple[pd.Series, np.ndarray]:
    """For a date, whatever has a time of day is unreadable."""
    if column.type != "date":
        return times, np.zeros(len(times), dtype=bool)
    late = (times.notna() & (times != times.dt.normalize())).to_numpy(dtype=bool)
    return times.mask(late), late
