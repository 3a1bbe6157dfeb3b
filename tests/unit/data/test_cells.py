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
