"""Loading a folder of six tables: every broken rule of the contract is found and reported at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ace_risk.data.cells import TYPE_FIXES, TYPE_RULES, read_cells
from ace_risk.data.mapping import DataMapping, TableMapping, load_mapping
from ace_risk.data.package import GENERATOR, PACKAGE_FILE, fingerprints_match, package_section, read_package
from ace_risk.data.quarantine import LIMIT_SENTENCE, Quarantine, set_aside
from ace_risk.data.read import RawTable, find_file, read_file
from ace_risk.data.rules import EARLIEST, BrokenRule
from ace_risk.data.schema import SCHEMA, Column, Table
from ace_risk.data.tables import Tables
from ace_risk.data.validate import RECORDING_COLUMNS, find_broken, find_late
from ace_risk.errors import DataError, Problem
from ace_risk.kinds import Kinds, load_kinds

Unreadable = dict[tuple[str, str], np.ndarray]


def load_tables(
    folder: str | Path, *, kinds: Kinds | None = None, mapping: str | Path | None = None, quarantine: bool = False
) -> Tables:
    """Load and check the six tables in a folder.

    Each table is `<name>.parquet` or `<name>.csv` (UTF-8, a header, ISO 8601 dates, empty cells missing), in
    any order of rows; a mapping may say otherwise. Times are local time without a zone, from 1900 to 2099.
    `data_end` is the one in `datapackage.json`; without one it is the latest time of recording in the
    tables plus a microsecond, so that every record lies before it.

    Parameters
    ----------
    kinds
        Kinds and codes that the tables may hold; the shipped ones by default.
    mapping
        A file that says what the user's files, columns and codes are called; `mapping.yaml` in the folder by
        default, if there is one. See `docs/your-own-data.md`.
    quarantine
        Set rows aside that break a rule, and rows that then lack their reference, as long as each table loses
        at most 1 % of its rows; `Tables.quarantined` counts them.

    Returns
    -------
    Tables
        `synthetic` is True only if `datapackage.json` says that `ace-risk` made the tables, all six files are
        as it left them, and nothing is mapped.

    Raises
    ------
    DataError
        Naming table, column, rule and count of everything that is wrong; never a value or an id.
    StudyError
        If the mapping doesn't fit, naming every key that is wrong.

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
    kinds = kinds or load_kinds()
    renamed = load_mapping(place, mapping, kinds)
    broken: list[BrokenRule] = []
    package = _package(place, broken)
    frames: dict[str, pd.DataFrame] = {}
    unreadable: Unreadable = {}
    for table in SCHEMA.values():
        frame = _load_frame(place, table, (renamed or DataMapping()).of(table), broken, unreadable)
        if frame is not None:
            frames[table.name] = frame
    said_end = _said_end(package, broken)
    cut = {rule.problem.table for rule in broken if rule.rows is not None and not rule.problem.column}
    broken += [_mended_after(rule, cut) for rule in _find(frames, kinds, said_end, unreadable)]
    aside: dict[str, int] = {}
    if broken and quarantine and all(rule.rows is not None for rule in broken):
        kept = set_aside(frames, broken, lambda frames: _find(frames, kinds, said_end))
        if kept.over_limit:
            raise _refusal(folder, broken, kept)
        frames, aside = kept.frames, kept.aside
    elif broken:
        raise _refusal(folder, broken, Quarantine({}, {}, {}) if quarantine else None)
    made_here = package_section(package).get("generator") == GENERATOR and renamed is None
    return Tables(
        **{name: _final_types(frame) for name, frame in frames.items()},
        data_end=said_end or _last_record(frames),
        synthetic=made_here and fingerprints_match(place, package or {}),
        quarantined=aside,
        folder=place.absolute(),
    )


def _find(
    frames: Mapping[str, pd.DataFrame],
    kinds: Kinds,
    said_end: pd.Timestamp | None,
    unreadable: Unreadable | None = None,
) -> list[BrokenRule]:
    late = find_late(frames, said_end) if said_end is not None else []
    return find_broken(frames, kinds, unreadable) + late


def _mended_after(rule: BrokenRule, cut: set[str]) -> BrokenRule:
    """Ids that a table doesn't hold may stand in those of its rows that can't be read: mend these first."""
    problem = rule.problem
    for table in cut:
        if problem.rule.startswith(f"must stand in {table}."):
            fix = f"Mend the rows of {table} that can't be read first: they may be those that are missing here."
            return replace(rule, problem=replace(problem, fix=fix))
    return rule


def _refusal(folder: str | Path, broken: list[BrokenRule], kept: Quarantine | None) -> DataError:
    """Every problem by table; with quarantine, also what it takes and which tables are over the limit."""
    order = [PACKAGE_FILE, *SCHEMA]
    problems = sorted((rule.problem for rule in broken), key=lambda problem: order.index(problem.table))
    error = DataError.from_problems(str(folder), problems)
    if kept is None:
        return error
    over = [f"{name} would lose {kept.aside[name]:,} of {kept.rows[name]:,} rows" for name in kept.over_limit]
    sentence = f"{LIMIT_SENTENCE}: {', '.join(over)}" if over else LIMIT_SENTENCE
    return DataError(f"{error}\n{sentence}.", problems)


def _package(folder: Path, broken: list[BrokenRule]) -> dict[str, Any] | None:
    try:
        return read_package(folder)
    except DataError as error:
        broken += [BrokenRule(problem) for problem in error.problems]
        return None


def _load_frame(
    folder: Path, table: Table, mapping: TableMapping, broken: list[BrokenRule], unreadable: Unreadable
) -> pd.DataFrame | None:
    """The columns of one table that could be read; what couldn't is added to `broken`."""
    users = mapping.user_columns(table)
    path = find_file(folder, table, mapping.file)
    raw = path if isinstance(path, Problem) else read_file(path, table, list(users.values()))
    if isinstance(raw, Problem):
        broken.append(BrokenRule(raw))
        return None
    broken += [*raw.broken, *(BrokenRule(problem) for problem in _column_problems(raw, table, users, mapping))]
    columns = {}
    for column in table.columns:
        name = column.name
        if name in mapping.constants:
            cells = pa.chunked_array([pa.repeat(pa.scalar(mapping.constants[name]), len(raw.rows))])
        elif users.get(name) in raw.columns:
            cells = raw.columns[users[name]]
        else:
            continue
        date_format = mapping.dates.get(name)
        values, wrong = read_cells(mapping.translate(cells, column), column, date_format)
        columns[name] = values.set_axis(raw.rows)
        if wrong.any():
            unreadable[table.name, name] = wrong
            broken.append(BrokenRule(_unreadable(table, column, raw.rows[wrong], date_format), raw.rows[wrong]))
    return pd.DataFrame(columns, index=pd.Index(raw.rows))


def _unreadable(table: Table, column: Column, rows: np.ndarray, date_format: str | None) -> Problem:
    rule = f"must be written as {date_format}" if date_format else TYPE_RULES[column.type]
    fix = TYPE_FIXES.get(column.type, "Correct or empty the cells.")
    return Problem(table.name, column.name, rule, len(rows), tuple(int(row) + 1 for row in rows[:5]), fix)


def _column_problems(raw: RawTable, table: Table, users: Mapping[str, str], mapping: TableMapping) -> list[Problem]:
    """Columns that are missing, unknown, or there twice; `users` says what the file calls those of the contract."""
    if not any(user in raw.names for user in users.values()):
        # The header may be a row of data, so its cells are not shown.
        fix = f"Add a header row: {', '.join(users.values())}."
        if len(raw.names) == 1 and re.search("[;\t|]", raw.names[0]):
            fix = "Put commas between the cells, not semicolons, tabs or bars."
        return [Problem(table.name, "", "the first row must hold the names of the columns", 1, fix=fix)]
    problems = []
    for name in table.column_names:
        if name not in mapping.constants and users.get(name) not in raw.names:
            rule = "the column must be there"
            if name in mapping.columns:
                rule = f"the column that the mapping names in {table.name}.columns.{name} must be there"
            fix = "Add it; its cells may be empty." if table[name].optional else "Add it."
            fix += " Or name it in mapping.yaml: under columns if it is called otherwise, or under constants."
            problems.append(Problem(table.name, name, rule, 1, fix=fix))
    for name in dict.fromkeys(raw.names):
        shown = re.sub(r"[^A-Za-z0-9_ .-]", "?", name)[:60] or "(no name)"
        if name in mapping.ignore:
            continue
        if name not in users.values():
            fix = "Remove or rename it, or list it under ignore in mapping.yaml."
            problems.append(Problem(table.name, shown, "unknown column", 1, fix=fix))
        elif raw.names.count(name) > 1:
            count = raw.names.count(name) - 1
            problems.append(Problem(table.name, shown, "a column must be there once", count, fix="Remove the other."))
    return problems


def _said_end(package: dict[str, Any] | None, broken: list[BrokenRule]) -> pd.Timestamp | None:
    """The instant up to which records were collected, exclusive, if the package says it."""
    said = package_section(package).get("data_end")
    if said is None:
        return None
    end = pd.to_datetime(said, format="ISO8601", errors="coerce") if isinstance(said, str) else pd.NaT
    if isinstance(end, pd.Timestamp) and end.tz is None:
        return end.as_unit("us")
    rule = "ace_risk.data_end must be a date and time without a zone, as 2026-01-01T00:00:00"
    broken.append(BrokenRule(Problem(PACKAGE_FILE, "", rule, 1, fix="Correct it, or leave it out.")))
    return None


def _last_record(frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp:
    """The instant just after the last record."""
    latest = [frame[name].max() for frame in frames.values() for name in RECORDING_COLUMNS if name in frame]
    known = [time for time in latest if pd.notna(time)]
    return max(known, default=EARLIEST).as_unit("us") + pd.Timedelta(1, "us")


def _final_types(frame: pd.DataFrame) -> pd.DataFrame:
    """The narrow types of the contract; the values have been checked."""
    types = {"deprivation_decile": "Int8", "from_care": "bool"}
    return frame.astype({name: kind for name, kind in types.items() if name in frame}).reset_index(drop=True)
