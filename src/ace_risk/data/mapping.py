"""A user's names for files, columns and codes, turned into those of the contract by `mapping.yaml`.

A mapping renames; it computes nothing. Every scalar in the file is text, so a code `01` or `NO` stays as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from ace_risk.data.cells import BOOLEANS, TYPE_RULES, as_text, read_cells
from ace_risk.data.plain_yaml import read_plain_yaml
from ace_risk.data.read import lies_in
from ace_risk.data.schema import SCHEMA, Column, Table
from ace_risk.data.validate import find_problems
from ace_risk.errors import StudyError
from ace_risk.kinds import Kinds, validation_problems

MAPPING_FILE = "mapping.yaml"

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class TableMapping(BaseModel):
    """What one table is called by the user; unknown keys are refused.

    Attributes
    ----------
    file
        Name of the file in the folder; empty for the contract's own name.
    columns
        For a column of the contract, the user's name of it. Two columns may be filled from one.
    codes
        For a column of the contract, what each of the user's codes becomes; all at once, so codes may swap.
        The empty text stands for an empty cell on either side. Codes that aren't named stay as they are.
    dates
        For a column of dates or times that stand as text, how they are written, in the directives of `strptime`.
    constants
        For a column that the user's file doesn't have, the text that every cell holds; empty for empty cells.
    ignore
        Columns of the user's file that are left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[str, StringConstraints(max_length=200)] = ""
    columns: dict[str, Name] = {}
    codes: dict[str, dict[str, str]] = {}
    dates: dict[str, Name] = {}
    constants: dict[str, str] = {}
    ignore: tuple[Name, ...] = ()

    def user_columns(self, table: Table) -> dict[str, str]:
        """The column of the user's file that fills each column of the contract, if any does."""
        names = {name: self.columns.get(name, name) for name in table.column_names if name not in self.constants}
        return {name: user for name, user in names.items() if user not in self.ignore}

    def translate(self, cells: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
        """Cells with the user's codes turned into the contract's.

        Examples
        --------
        >>> mapping = TableMapping(codes={"sex": {"1": "M", "2": "F"}})
        >>> mapping.translate(pa.chunked_array([[1, 2, None, 9]]), SCHEMA["children"]["sex"]).to_pylist()
        ['M', 'F', '', '9']
        """
        codes = self.codes.get(column.name)
        text = as_text(cells, column) if codes else None
        if not codes or text is None:
            return cells
        filled = pc.fill_null(text, "")
        place = pc.index_in(filled, value_set=pa.array(list(codes), pa.string()))
        return pc.coalesce(pc.take(pa.array(list(codes.values()), pa.string()), place), filled)


class DataMapping(BaseModel):
    """The layout of `mapping.yaml`: what is renamed, table by table; a table that isn't named is as the contract says.

    Examples
    --------
    >>> DataMapping.model_validate({"children": {"file": "kids.csv"}}).children.file
    'kids.csv'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    children: TableMapping = TableMapping()
    residence: TableMapping = TableMapping()
    incidents: TableMapping = TableMapping()
    involvement: TableMapping = TableMapping()
    missing_episodes: TableMapping = TableMapping()
    services: TableMapping = TableMapping()

    def of(self, table: Table) -> TableMapping:
        """The mapping of one table."""
        mapping = getattr(self, table.name)
        assert isinstance(mapping, TableMapping)
        return mapping


def load_mapping(folder: Path, path: str | Path | None, kinds: Kinds) -> DataMapping | None:
    """Read a mapping: the file at `path`, else `mapping.yaml` in the folder, else None.

    Raises
    ------
    StudyError
        Naming every key that is unknown or wrong, what is allowed there and what to do.
    """
    if path is None:
        path = folder / MAPPING_FILE
        if not (path.exists() or path.is_symlink()):
            return None
        if not lies_in(folder, path):
            raise StudyError(f"{path}: leads out of the folder. Copy the file itself into the folder.")
    content = read_plain_yaml(Path(path))
    if not isinstance(content, dict):
        raise StudyError(f"{path}: must name tables, each with its keys. Tables: {', '.join(SCHEMA)}.")
    problems: list[str] = []
    try:
        mapping = DataMapping.model_validate(content)
    except ValidationError as error:
        problems += _layout_problems(error)
        mapping = DataMapping.model_validate(_without(content, [item["loc"] for item in error.errors()]))
    for table in SCHEMA.values():
        problems += [f"{table.name}.{problem}" for problem in _table_problems(mapping.of(table), table, kinds)]
    if problems:
        raise StudyError.from_problems(str(path), problems)
    return mapping


def _layout_problems(error: ValidationError) -> Iterator[str]:
    """What doesn't fit the layout; for an unknown key, the keys that are known."""
    for item, line in zip(error.errors(), validation_problems(error), strict=True):
        if item["type"] == "extra_forbidden":
            known = SCHEMA if len(item["loc"]) == 1 else TableMapping.model_fields
            line = f"{_shown('.'.join(map(str, item['loc'])))}: unknown key. Use one of {', '.join(known)}."
        yield line


def _without(content: dict[str, Any], places: Sequence[tuple[int | str, ...]]) -> dict[str, Any]:
    """The content without the table keys that don't fit, so that the rest can be checked as well."""
    rest = {name: dict(part) if isinstance(part, dict) else part for name, part in content.items()}
    for place in places:
        if len(place) > 1 and isinstance(rest.get(str(place[0])), dict):
            rest[str(place[0])].pop(place[1], None)
        else:
            rest.pop(str(place[0]), None)
    return rest


def _table_problems(mapping: TableMapping, table: Table, kinds: Kinds) -> Iterator[str]:
    if mapping.file and not re.fullmatch(r"[^/\\:\x00-\x1f\x7f]+\.(csv|parquet)", mapping.file, re.IGNORECASE):
        yield "file: must be the name of a .csv or .parquet file in the folder, without a path. Copy the file there."
    for key in ("columns", "codes", "dates", "constants"):
        for name in getattr(mapping, key):
            if name not in table.column_names:
                allowed = ", ".join(table.column_names)
                yield f"{key}.{_shown(name)}: no column of {table.name}. Use one of {allowed}."
            elif key != "constants" and name in mapping.constants:
                yield f"{key}.{name}: constants holds the column too. Remove one of the two."
    for column in table.columns:
        user = mapping.columns.get(column.name)
        if user in mapping.ignore:
            yield f"ignore: {_shown(user)} fills {column.name}. Remove it from ignore or from columns."
        yield from _code_problems(mapping.codes.get(column.name, {}), column, kinds)
        if column.name in mapping.dates:
            yield from _format_problem(mapping.dates[column.name], column)
        if column.name in mapping.constants:
            yield from _constant_problem(mapping.constants[column.name], table, column, kinds)


def _allowed(column: Column, kinds: Kinds) -> list[str]:
    """The texts that a code may become; the empty one where a cell may be empty."""
    if column.codes == "grade":
        texts = list(dict.fromkeys(grade for kind in kinds.incidents.values() for grade in kind.grades))
    elif column.codes.startswith("kind:"):
        texts = list(kinds.incidents if column.codes == "kind:incidents" else kinds.services)
    elif column.type == "boolean":
        texts = list(BOOLEANS)
    elif column.low is not None and column.high is not None:
        texts = [str(number) for number in range(column.low, column.high + 1)]
    else:
        texts = list(kinds.codes.get(column.codes, {}))
    return [*texts, ""] if column.optional else texts


def _code_problems(codes: dict[str, str], column: Column, kinds: Kinds) -> Iterator[str]:
    allowed = _allowed(column, kinds)
    for user, code in codes.items():
        if code not in allowed:
            texts = ", ".join(text or "'' (empty)" for text in allowed)
            rule = f"must become one of {texts}" if allowed else "the column takes no codes"
            yield f"codes.{column.name}.{_shown(user) or repr('')}: {rule}, got {_shown(code)!r}. Correct or remove it."


def _format_problem(text: str, column: Column) -> Iterator[str]:
    key = f"dates.{column.name}"
    if column.type not in ("date", "datetime"):
        yield f"{key}: only dates and times take a format. Remove it."
        return
    directives = re.findall(r"%(.?)", text)
    if {"z", "Z"} & set(directives):
        yield f"{key}: a zone (%z, %Z) is refused. Turn the times into local time and leave the zone out."
    elif not _reads_back(text) or set(directives) - set("YymbBdHIpMSf") or len(set(directives)) < len(directives):
        allowed = "%d, %m (or %b, %B), %Y (or %y), and for times %H (or %I with %p), %M, %S, %f; each once"
        yield f"{key}: must say day, month and year with {allowed}; got {_shown(text)!r}."


def _reads_back(text: str) -> bool:
    """Whether a time that is written so can be read again: day, month and year, and the hour if there is one."""
    time = datetime(2012, 11, 23, 14, 5, 6)
    try:
        read = datetime.strptime(time.strftime(text), text)
    except (ValueError, re.error):
        return False
    return read.date() == time.date() and read.hour in (0, time.hour)


def _constant_problem(text: str, table: Table, column: Column, kinds: Kinds) -> Iterator[str]:
    """A constant obeys the rules of a cell."""
    key = f"constants.{column.name}"
    if column.name == table.key or column.refers_to:
        yield f"{key}: an id can't be the same in every row. Name the user's column under columns."
        return
    values, unreadable = read_cells(pa.chunked_array([[text]]), column)
    if unreadable.any():
        yield f"{key}: {TYPE_RULES[column.type]}, got {_shown(text)!r}. Correct it."
        return
    frame = pd.DataFrame({column.name: values})
    rules = [problem.rule for problem in find_problems({table.name: frame}, kinds)]
    if column.codes == "grade" and text not in _allowed(column, kinds):
        rules.append("must be one of the grades in kinds.yaml")
    yield from (f"{key}: {rule}, got {_shown(text)!r}. Correct it." for rule in rules)


def _shown(text: str) -> str:
    """What the mapping file says, fit for one line."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "?", text)[:60]
