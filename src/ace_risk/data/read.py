"""One file of one table, read into columns of cells; nothing is checked yet except that it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from ace_risk.data.rules import BrokenRule
from ace_risk.data.schema import Table
from ace_risk.errors import Problem

FORMATS = ("parquet", "csv")


@dataclass(frozen=True)
class RawTable:
    """The cells of a table as they stand in its file.

    Attributes
    ----------
    names
        Names of the columns in the file; a name may stand twice.
    columns
        The cells of each column, by its name in the file; text where the file is CSV.
    rows
        Number of each row in the file, counted from 0 without the header.
    broken
        What was wrong with the file; the rows that could be read are there all the same.
    """

    names: list[str]
    columns: dict[str, pa.ChunkedArray]
    rows: np.ndarray
    broken: list[BrokenRule] = field(default_factory=list)


def find_file(folder: Path, table: Table, file: str = "") -> Path | Problem:
    """The file that holds a table, or why there isn't exactly one; `file` is its name if it isn't the table's."""
    name = table.name
    if file:
        return _named_file(folder, name, file)
    found = [path for path in (folder / f"{name}.{format}" for format in FORMATS) if path.exists()]
    if not found:
        fix = f"Put {name}.parquet or {name}.csv in the folder."
        return Problem(name, "", "the table must be there", 1, fix=fix)
    if len(found) > 1:
        fix = f"Remove {name}.parquet or {name}.csv."
        return Problem(name, "", "the table must be there once, as Parquet or as CSV", 1, fix=fix)
    if not found[0].is_file():
        return Problem(name, "", f"{found[0].name} must be one file, not a folder", 1, fix="Write it as one file.")
    return found[0]


def _named_file(folder: Path, table: str, file: str) -> Path | Problem:
    """The file that a mapping names; it must lie in the folder and not lead out of it."""
    path = folder / file
    key = f"{table}.file of the mapping names {file}, which must"
    if not lies_in(folder, path):
        return Problem(table, "", f"{key} not lead out of the folder", 1, fix="Copy the file itself into the folder.")
    if not path.is_file():
        return Problem(table, "", f"{key} be a file in the folder", 1, fix="Put it there, or correct the name.")
    return path


def lies_in(folder: Path, path: Path) -> bool:
    """Whether a path, links followed, ends inside a folder."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        return False


def read_file(path: Path, table: Table, wanted: Sequence[str] = ()) -> RawTable | Problem:
    """Read a Parquet or CSV file; a file that can't be read is a problem, never an exception.

    Parameters
    ----------
    wanted
        Names of the columns to read, as they stand in the file; those of the schema by default.
    """
    wanted = wanted or table.column_names
    parquet = path.suffix.lower() == ".parquet"
    try:
        return _read_parquet(path, wanted) if parquet else _read_csv(path, table, wanted)
    except (OSError, ValueError, MemoryError, pa.ArrowException) as error:
        if isinstance(error, PermissionError):
            return Problem(table.name, "", f"{path.name} must be readable", 1, fix="Ask for the right to read it.")
        what = "Parquet" if parquet else "CSV with a header row"
        fix = "The file is empty, cut short or damaged: copy or export it again."
        return Problem(table.name, "", f"{path.name} must be a whole {what} file", 1, fix=fix)


def _read_parquet(path: Path, wanted: Sequence[str]) -> RawTable:
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        data = file.read(use_threads=False)
    data.validate(full=True)
    return RawTable(data.column_names, _columns(data, wanted), np.arange(data.num_rows))


def _read_csv(path: Path, table: Table, wanted: Sequence[str]) -> RawTable | Problem:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not _is_utf8(data):
        fix = "Save it again as UTF-8 (in a spreadsheet: 'CSV UTF-8')."
        return Problem(table.name, "", f"{path.name} must be text in UTF-8", 1, fix=fix)
    ragged: list[int] = []

    def note(row: pa.csv.InvalidRow) -> str:
        ragged.append(row.number - 2)  # Arrow counts from 1 and counts the header
        return "skip"

    cells = pa.csv.read_csv(
        pa.BufferReader(data),
        read_options=pa.csv.ReadOptions(use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )
    rows = np.setdiff1d(np.arange(cells.num_rows + len(ragged)), ragged)
    broken = []
    if ragged:
        examples = tuple(row + 1 for row in ragged[:5])
        fix = "Quote cells that hold commas, quotes or line ends, and export the file again."
        rule = "each row must have as many cells as the header"
        broken = [BrokenRule(Problem(table.name, "", rule, len(ragged), examples, fix), np.array(ragged))]
    return RawTable(cells.column_names, _columns(cells, wanted), rows, broken)


def _is_utf8(data: bytes) -> bool:
    """False for another encoding; UTF-16 without a mark decodes as UTF-8 but is full of zero bytes."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _columns(data: pa.Table, wanted: Sequence[str]) -> dict[str, pa.ChunkedArray]:
    """The columns that are wanted and that stand in the file once."""
    return {name: data.column(name) for name in wanted if data.column_names.count(name) == 1}
