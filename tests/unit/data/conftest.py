"""Four children in two households, written by hand, and the folders that they are saved in."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from ace_risk.data.package import write_tables
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables

ROWS = {
    "children": [
        ["c1", "2012-03-01", "F", "W1", "IC1", True],
        ["c2", "2014-07-09", "M", "M1", None, None],
        ["c3", "2010-11-30", "F", None, "IC9", False],
        ["c4", "2019-01-15", "U", "A2", None, None],
    ],
    "residence": [
        ["c1", "h1", "2012-03-01", "2020-06-01", "Eden", 3, "2018-01-01T00:00:00"],
        ["c1", "h2", "2020-06-01", None, "Carlisle", None, "2020-06-04T09:30:00"],
        ["c2", "h1", "2014-07-09", None, "Eden", 3, "2018-01-01T00:00:00"],
        ["c3", "h2", "2010-11-30", None, "Carlisle", 10, "2018-01-01T00:00:00"],
    ],
    "incidents": [
        ["i1", "2019-05-12T14:03:00", "2019-05-12T14:03:00", "domestic_abuse", "high", "h1", None, "police"],
        ["i2", "2021-08-01T22:15:30", "2021-08-02T08:00:00", "asb_nuisance", None, None, "22", "police"],
        ["i3", "2021-09-01T09:00:00", "2021-09-05T10:00:00", "school_exclusion", None, None, None, "school"],
        ["i4", "2022-02-02T02:02:02", "2022-02-03T00:00:00", "ppn", "green", "h2", "NFA", "social_care"],
    ],
    "involvement": [["i1", "c1", "present"], ["i3", "c3", "subject"], ["i4", "c1", "victim"], ["i4", "c3", "witness"]],
    "missing_episodes": [
        ["m1", "c3", "2022-05-01T20:00:00", "2022-05-02T07:30:00", "2022-05-01T22:00:00", "2022-05-02T08:00:00",
         "medium", False, "2022-05-04T15:00:00"],
        ["m2", "c3", "2023-12-30T23:59:59", None, "2023-12-31T01:00:00", None, "high", True, None],
    ],
    "services": [
        ["s1", "c1", "early_help", "2021-01-04", "2021-07-01", "2021-01-05T10:00:00", "2021-07-01T16:00:00"],
        ["s2", "c3", "cin", "2023-01-09", None, "2023-01-09T12:00:00", None],
    ],
}  # fmt: skip

DTYPES = {
    "id": "str",
    "code": "str",
    "date": "datetime64[us]",
    "datetime": "datetime64[us]",
    "integer": "Int8",
    "boolean": "boolean",
}

CellWriter = Callable[[Path, str, str, int, str], None]


@pytest.fixture
def small_tables() -> Tables:
    """Four children (the fourth has no home on record), two households, four incidents (i2 names no child)."""
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(ROWS[name], columns=table.column_names)
        frames[name] = frame.astype({column.name: DTYPES[column.type] for column in table.columns})
    frames["missing_episodes"] = frames["missing_episodes"].astype({"from_care": "bool"})
    return Tables(**frames, data_end=pd.Timestamp("2024-01-01"), synthetic=True)


@pytest.fixture
def csv_folder(small_tables: Tables, tmp_path: Path) -> Path:
    """The small tables as CSV files."""
    write_tables(small_tables, tmp_path / "csv", extra={"seed": 1}, format="csv")
    return tmp_path / "csv"


@pytest.fixture
def parquet_folder(small_tables: Tables, tmp_path: Path) -> Path:
    """The small tables as Parquet files."""
    write_tables(small_tables, tmp_path / "parquet", extra={"seed": 1})
    return tmp_path / "parquet"


@pytest.fixture
def set_cell() -> CellWriter:
    """Write one cell of a CSV table: folder, table, column, row (from 1), text."""

    def write(folder: Path, table: str, column: str, row: int, text: str) -> None:
        path = folder / f"{table}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        lines[row][lines[0].index(column)] = text
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)

    return write
