"""Cells of every Arrow type that a Parquet file may hold."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from ace_risk.data.cells import read_cells
from ace_risk.data.schema import Column, ColumnType

NOON = datetime(2026, 5, 12, 12)


@pytest.mark.parametrize(
    ("kind", "cells", "expected", "unreadable"),
    [
        ("id", pa.array(["a", "", None]), ["a", None, None], [0, 0, 0]),
        ("id", pa.array(["a", None]).dictionary_encode(), ["a", None], [0, 0]),
        ("id", pa.array(["a"], pa.large_string()), ["a"], [0]),
        ("id", pa.array([7, None]), ["7", None], [0, 0]),
        ("id", pa.array([7.0, None]), [None, None], [1, 0]),
        ("id", pa.array([b"a"]), [None], [1]),
        ("id", pa.array([["a"], None]), [None, None], [1, 0]),
        ("code", pa.nulls(2), [None, None], [0, 0]),
        ("integer", pa.array([3.0, 2.5, None, float("nan")]), [3, None, None, None], [0, 1, 0, 0]),
        ("integer", pa.array(["3", "+3", "3.0", "3e0", "x"]), [3, 3, 3, None, None], [0, 0, 0, 1, 1]),
        ("integer", pa.array([300], pa.int64()), [300], [0]),
        ("integer", pa.array([Decimal("3")]), [None], [1]),
        ("boolean", pa.array([True, None]), [True, None], [0, 0]),
        ("boolean", pa.array([1, 0, 2]), [True, False, None], [0, 0, 1]),
        ("boolean", pa.array([1.0, None]), [True, None], [0, 0]),
        ("boolean", pa.array(["TRUE", "false", "yes"]), [True, False, None], [0, 0, 1]),
        ("date", pa.array([date(2026, 5, 12), None]), [pd.Timestamp("2026-05-12"), None], [0, 0]),
        ("date", pa.array([NOON]), [None], [1]),
        ("date", pa.array(["2026-05-12", "2026-5-12"]), [pd.Timestamp("2026-05-12"), None], [0, 1]),
        ("datetime", pa.array([NOON], pa.timestamp("s")), [NOON], [0]),
        ("datetime", pa.array([NOON], pa.timestamp("ns")), [NOON], [0]),
        ("datetime", pa.array([NOON], pa.timestamp("us", tz="Europe/London")), [None], [1]),
        ("datetime", pa.array([20260512]), [None], [1]),
        ("datetime", pa.array(["2026-05-12T12:00", "2026-05-12 12:00:00.0", "noon"]), [NOON, NOON, None], [0, 0, 1]),
        ("datetime", pa.array([], pa.string()), [], []),
    ],
)
def test_cells_are_read_as_their_type_or_marked(
    kind: ColumnType, cells: Any, expected: list[Any], unreadable: list[int]
) -> None:
    values, wrong = read_cells(pa.chunked_array([cells]), Column("a", kind, "", optional=True))
    assert [None if pd.isna(value) else value for value in values] == expected
    assert wrong.tolist() == [bool(mark) for mark in unreadable]
    dtypes = {"id": "str", "code": "str", "integer": "Int64", "boolean": "boolean"}
    assert values.dtype == dtypes.get(kind, "datetime64[us]")


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([18_446_744_073_710, -(2**62)]).cast(pa.timestamp("s")),
        pa.array([2**62, -(2**62)]).cast(pa.timestamp("ms")),
        pa.array([213_503_983, -(2**31)], pa.int32()).cast(pa.date32()),
        pa.array([86_400_000 * 213_503_983, -86_400_000 * 213_503_983]).cast(pa.date64()),
    ],
    ids=lambda cells: str(cells.type),
)
def test_times_too_far_off_to_hold_never_wrap_to_plausible_ones(cells: Any) -> None:
    values, wrong = read_cells(pa.chunked_array([cells]), Column("a", "datetime", ""))
    assert [value.year for value in values] == [9999, 9999]
    assert not wrong.any()


@pytest.mark.parametrize(
    ("kind", "date_format", "cells", "expected"),
    [
        ("date", "%d/%m/%Y", ["12/05/2026", "31/02/2026", "2026-05-12", "12/05/2026 10:00"],
         ["2026-05-12", None, None, None]),
        ("date", "%d/%m/%Y %H:%M", ["12/05/2026 00:00", "12/05/2026 00:01"], ["2026-05-12", None]),
        ("date", "%d/%m/%y", ["12/05/68", "12/05/69"], ["2068-05-12", "1969-05-12"]),
        ("date", "%d %b %Y", ["12 May 2026", "12 MAY 2026", "12 Mai 2026"], ["2026-05-12", "2026-05-12", None]),
        ("datetime", "%d/%m/%Y %H:%M", ["12/05/2026 14:03", "12/05/2026 14:03Z", "now", "today", ""],
         ["2026-05-12T14:03", None, None, None, None]),
        ("datetime", "%d/%m/%Y %I:%M %p", ["12/05/2026 12:03 AM"], ["2026-05-12T00:03"]),
        ("datetime", "%d/%m/%Y", ["12/05/2026"], ["2026-05-12"]),
        ("datetime", "%d/%m/%Y", ["12/05/9999", "12/05/0001"], ["9999-05-12", "0001-05-12"]),
    ],
)  # fmt: skip
def test_text_in_a_format_of_its_own(
    kind: ColumnType, date_format: str, cells: list[str], expected: list[str | None]
) -> None:
    values, wrong = read_cells(pa.chunked_array([cells]), Column("a", kind, "", optional=True), date_format)
    assert [None if pd.isna(value) else value for value in values] == [text and pd.Timestamp(text) for text in expected]
    assert wrong.tolist() == [text is None and cell != "" for text, cell in zip(expected, cells, strict=True)]
