"""Loading a folder of six tables: every broken rule of the contract is found and reported at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.data.cells import TYPE_RULES, read_cells
from ace_risk.data.package import GENERATOR, PACKAGE_FILE, fingerprints_match, package_section, read_package
from ace_risk.data.read import RawTable, find_file, read_file
from ace_risk.data.schema import SCHEMA, Table
from ace_risk.data.tables import Tables
from ace_risk.data.validate import RECORDING_COLUMNS, find_late_records, find_problems
from ace_risk.errors import DataError, Problem
from ace_risk.kinds import Kinds, load_kinds

Unreadable = dict[tuple[str, str], np.ndarray]


def load_tables(folder: str | Path, *, kinds: Kinds | None = None) -> Tables:
    """Load and check the six tables in a folder.

    Each table is `<name>.parquet` or `<name>.csv` (UTF-8, a header, ISO 8601 dates, empty cells missing).
    `data_end` is the one in `datapackage.json`; without one it is the latest time of recording in the
    tables plus a microsecond, so that every record lies before it.

    Parameters
    ----------
    kinds
        Kinds and codes that the tables may hold; the shipped ones by default.

    Returns
    -------
    Tables
        `synthetic` is True only if `datapackage.json` says that `ace-risk` made the tables and all six
        files are as it left them.

    Raises
    ------
    DataError
        Naming table, column, rule and count of everything that is wrong; never a value or an id.

    Examples
    --------
    >>> load_tables("no/such/folder")
    Traceback (most recent call last):
    ...
    ace_risk.errors.DataError: no/such/folder: no such folder. Give the folder that holds the six tables.
    """
    place = Path(folder)
    if not place.is_dir():
        raise DataError(f"{folder}: no such folder. Give the folder that holds the six tables.")
    problems: list[Problem] = []
    package = _package(place, problems)
    frames: dict[str, pd.DataFrame] = {}
    unreadable: Unreadable = {}
    for table in SCHEMA.values():
        frame = _load_frame(place, table, problems, unreadable)
        if frame is not None:
            frames[table.name] = frame
    problems += find_problems(frames, kinds or load_kinds(), unreadable)
    data_end = _data_end(package, frames, problems)
    problems += find_late_records(frames, data_end)
    if problems:
        order = [PACKAGE_FILE, *SCHEMA]
        raise DataError.from_problems(str(folder), sorted(problems, key=lambda problem: order.index(problem.table)))
    synthetic = package_section(package).get("generator") == GENERATOR and fingerprints_match(place, package or {})
    return Tables(
        **{name: _final_types(frame) for name, frame in frames.items()}, data_end=data_end, synthetic=synthetic
    )


def _package(folder: Path, problems: list[Problem]) -> dict[str, Any] | None:
    try:
        return read_package(folder)
    except DataError as error:
        problems += error.problems
        return None


def _load_frame(folder: Path, table: Table, problems: list[Problem], unreadable: Unreadable) -> pd.DataFrame | None:
    """The columns of one table that could be read; what couldn't is added to `problems`."""
    path = find_file(folder, table)
    raw = path if isinstance(path, Problem) else read_file(path, table)
    if isinstance(raw, Problem):
        problems.append(raw)
        return None
    problems += raw.problems + _column_problems(raw, table)
    columns = {}
    for name, cells in raw.columns.items():
        values, wrong = read_cells(cells, table[name])
        columns[name] = values.set_axis(raw.rows)
        if wrong.any():
            unreadable[table.name, name] = wrong
            examples = tuple(int(row) + 1 for row in raw.rows[wrong][:5])
            rule = TYPE_RULES[table[name].type]
            problems.append(Problem(table.name, name, rule, int(wrong.sum()), examples, "Correct or empty the cells."))
    return pd.DataFrame(columns, index=pd.Index(raw.rows))


def _column_problems(raw: RawTable, table: Table) -> list[Problem]:
    """Columns that are missing, unknown, or there twice."""
    known = [name for name in table.column_names if name in raw.names]
    if not known:
        # The header may be a row of data, so its cells are not shown.
        fix = f"Add a header row: {', '.join(table.column_names)}."
        return [Problem(table.name, "", "the first row must hold the names of the columns", 1, fix=fix)]
    problems = [
        Problem(table.name, name, "the column must be there", 1, fix="Add it; its cells may be empty.")
        if table[name].optional
        else Problem(table.name, name, "the column must be there", 1, fix="Add it.")
        for name in table.column_names
        if name not in raw.names
    ]
    for name in dict.fromkeys(raw.names):
        shown = re.sub(r"[^A-Za-z0-9_ .-]", "?", name)[:60] or "(no name)"
        if name not in table.column_names:
            problems.append(Problem(table.name, shown, "unknown column", 1, fix="Remove or rename it."))
        elif raw.names.count(name) > 1:
            count = raw.names.count(name) - 1
            problems.append(Problem(table.name, shown, "a column must be there once", count, fix="Remove the other."))
    return problems


def _data_end(package: dict[str, Any] | None, frames: dict[str, pd.DataFrame], problems: list[Problem]) -> pd.Timestamp:
    """The instant up to which records were collected, exclusive."""
    said = package_section(package).get("data_end")
    if said is not None:
        end = pd.to_datetime(said, format="ISO8601", errors="coerce") if isinstance(said, str) else pd.NaT
        if isinstance(end, pd.Timestamp) and end.tz is None:
            return end.as_unit("us")
        rule = "ace_risk.data_end must be a date and time without a zone, as 2026-01-01T00:00:00"
        problems.append(Problem(PACKAGE_FILE, "", rule, 1, fix="Correct it, or leave it out."))
    latest = [frame[name].max() for frame in frames.values() for name in RECORDING_COLUMNS if name in frame]
    known = [time for time in latest if pd.notna(time)]
    return max(known, default=pd.Timestamp("1900-01-01")).as_unit("us") + pd.Timedelta(1, "us")


def _final_types(frame: pd.DataFrame) -> pd.DataFrame:
    """The narrow types of the contract; the values have been checked."""
    types = {"deprivation_decile": "Int8", "from_care": "bool"}
    return frame.astype({name: kind for name, kind in types.items() if name in frame}).reset_index(drop=True)
