"""A folder to fill: a study, its catalogue and codes, six empty tables, their mapping, and the form of an approval."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from ace_risk.data.approval_file import APPROVAL_FILE, Approval
from ace_risk.data.dictionary import DICTIONARY, data_dictionary
from ace_risk.data.files import output_folder, write_file
from ace_risk.data.mapping import MAPPING_FILE
from ace_risk.data.schema import SCHEMA, Table
from ace_risk.errors import OutputError
from ace_risk.kinds import configs_folder, load_kinds

STUDY_FILE = "study.yaml"
"""The study in a folder of one's own; `check` reads it if no other is given."""
COPIED = ("catalogue.yaml", "kinds.yaml", "codes.yaml", "outcomes.yaml", "aces.yaml")
"""What a study refers to; copied, so that it can be changed without touching the shipped files."""


UNVERSIONED = "# Tables and approvals never belong into version control; the study and its YAML may.\n" + "\n".join(
    ("*.csv", "*.parquet", "*.xlsx", APPROVAL_FILE, "")
)
"""Keeps the tables out of a repository, should the folder lie in one."""


def write_starter(folder: Path) -> None:
    r"""Write a study of one's own into an empty or a new folder, whole or not at all.

    The tables are CSV files with their header, readable by their owner only; the study is named after the folder.

    Raises
    ------
    OutputError
        If the folder holds anything, or can't be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     write_starter(Path(place) / "ours")
    ...     (Path(place) / "ours" / "involvement.csv").read_text()
    'incident_id,child_id,role\n'
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise OutputError(f"{folder}: isn't empty, so it is left alone. Give an empty or a new folder.")
    with output_folder(folder, "a study to fill") as part:
        study = (configs_folder() / "own.yaml").read_text(encoding="utf-8")
        write_file(part / STUDY_FILE, re.sub("^name: .*$", f"name: {study_name(folder)}", study, flags=re.MULTILINE))
        for name in COPIED:
            shutil.copyfile(configs_folder() / name, part / name)
        for table in SCHEMA.values():
            write_file(part / f"{table.name}.csv", ",".join(table.column_names) + "\n", private=True)
        write_file(part / MAPPING_FILE, _mapping())
        write_file(part / APPROVAL_FILE, _approval())
        write_file(part / DICTIONARY, data_dictionary(load_kinds()))
        write_file(part / ".gitignore", UNVERSIONED)


def study_name(folder: Path) -> str:
    """A name for the study in a folder, made of the folder's own.

    Examples
    --------
    >>> study_name(Path("Data 2026/North & West"))
    'north-west'
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-")
    return name[:60].rstrip("-") or "own-study"


def _mapping() -> str:
    """A mapping in which every column keeps its name, to be changed where the user's files say otherwise."""
    lines = [
        "# What your own files and columns are called: left the contract's name, right yours. Nothing is computed.",
        "# A column that you don't have: take its line out of columns and write it under constants, e.g.",
        '#   constants: {disability: ""}',
        "# Your own codes, dates and columns to leave out: codes, dates and ignore, see docs/your-own-data.md.",
        "# If your tables are named and written as dictionary.md says, delete this file.",
    ]
    for table in SCHEMA.values():
        lines += ["", f"{table.name}:  # {table.grain}", f"  file: {table.name}.csv", "  columns:"]
        lines += [f"    {column.name}: {column.name}{_may_be_empty(table, column.name)}" for column in table.columns]
    return "\n".join(lines) + "\n"


def _may_be_empty(table: Table, column: str) -> str:
    return "  # may be empty" if table[column].optional else ""


def _approval() -> str:
    """An approval with every key that one has; each answer is left open."""
    lines = [
        "# To be filled in by the controller of the data. While an answer is open, no command opens these tables.",
        "# It is the record of a decision: fill it in when the decision has been made.",
    ]
    for name, field in Approval.model_fields.items():
        lines += ["", f"# {field.description}", f"{name}: {'(open)' if field.annotation is str else ''}".rstrip()]
    return "\n".join(lines) + "\n"
