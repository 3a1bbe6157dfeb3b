"""The data dictionary: what every table, column, kind and code means, made from the schema and the codes."""

from __future__ import annotations

from collections.abc import Mapping

from ace_risk.data.schema import SCHEMA, Column, Table
from ace_risk.kinds import Kind, Kinds

DICTIONARY = "dictionary.md"
"""The file that is written beside tables."""
_TYPES = {
    "id": "text (an id)",
    "code": "code",
    "date": "date (2026-05-12)",
    "datetime": "date and time (2026-05-12T14:03:00)",
    "integer": "whole number",
    "boolean": "true or false",
}

_INTRODUCTION = (
    "Six tables, each a Parquet or CSV file (UTF-8, a header row, empty cells for what is not known). "
    "Times are local time without a zone. Spells run from their start up to, not including, their end; "
    "an empty end means that the spell goes on."
)


def data_dictionary(kinds: Kinds) -> str:
    """The data dictionary as Markdown: the six tables, then the kinds of record, then the codes.

    Examples
    --------
    >>> from ace_risk.kinds import load_kinds
    >>> print(data_dictionary(load_kinds()).splitlines()[0])
    # Data dictionary
    """
    parts = [
        "# Data dictionary",
        _INTRODUCTION,
        *(_table(table) for table in SCHEMA.values()),
        _kinds("Kinds of incident", kinds.incidents),
        _kinds("Kinds of service", kinds.services),
        *(_codes(column, kinds) for column in _coded_columns()),
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    notes = [table.grain[0].upper() + table.grain[1:] + "."]
    if table.key:
        notes.append(f"`{table.key}` is unique.")
    notes += [f"`{later}` does not lie before `{earlier}`." for earlier, later in table.ordered]
    rows = [
        [f"`{column.name}`", _type(column), "yes" if column.optional else "no", column.meaning + _refers(column)]
        for column in table.columns
    ]
    return f"## {table.name}\n\n{' '.join(notes)}\n\n{_grid(['column', 'type', 'may be empty', 'meaning'], rows)}"


def _type(column: Column) -> str:
    if column.low is not None and column.high is not None:
        return f"{_TYPES[column.type]} from {column.low} to {column.high}"
    return _TYPES[column.type]


def _refers(column: Column) -> str:
    if column.refers_to:
        return f"; stands in `{column.refers_to}`"
    if column.codes.startswith("kind:"):
        return f"; see the kinds of {'incident' if column.codes == 'kind:incidents' else 'service'}"
    if column.codes == "grade":
        return "; see the kinds of incident"
    return f"; see the codes of `{column.codes}`" if column.codes else ""


def _kinds(title: str, kinds: Mapping[str, Kind]) -> str:
    rows = [
        [f"`{name}`", kind.title, kind.domain, ", ".join(f"`{grade}`" for grade in kind.grades), _notes(kind)]
        for name, kind in kinds.items()
    ]
    return f"## {title}\n\n{_grid(['kind', 'what people read', 'domain', 'grades', 'notes'], rows)}"


def _notes(kind: Kind) -> str:
    notes = {
        "laid on every child of the household": kind.household,
        "statutory work": kind.statutory,
        "the child is not observed from its first day on": kind.ends_observation,
        "never a feature, a reason or an outcome": kind.enforcement or kind.ends_observation,
        "a parent's condition, named only where the approval permits it": kind.parental_condition,
    }
    return "; ".join(note for note, holds in notes.items() if holds)


def _coded_columns() -> list[str]:
    """The code lists that columns use, in the order in which they first appear."""
    codes = [column.codes for table in SCHEMA.values() for column in table.columns]
    return [name for name in dict.fromkeys(codes) if name and name != "grade" and not name.startswith("kind:")]


def _codes(name: str, kinds: Kinds) -> str:
    rows = [[f"`{code}`", meaning] for code, meaning in kinds.codes.get(name, {}).items()]
    return f"## Codes of `{name}`\n\n{_grid(['code', 'meaning'], rows)}"


def _grid(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; bars inside cells are escaped."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
