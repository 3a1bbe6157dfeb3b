"""The rules of the data contract, one small function per kind of rule, driven by the schema alone.

Every function takes whole columns and returns the problems that it finds; none stops at the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from ace_risk.data.rules import (
    EARLIEST,
    LATEST,
    BrokenRule,
    Frames,
    before_birth,
    broken_rows,
    is_among,
    ordered,
    references,
    two_homes,
    unique,
)
from ace_risk.data.schema import SCHEMA, Column, Table
from ace_risk.data.tables import Tables
from ace_risk.errors import Problem
from ace_risk.kinds import Kind, Kinds

Unreadable = Mapping[tuple[str, str], np.ndarray]
"""For `(table, column)`, the cells that were reported as unreadable and so count as filled."""

RECORDING_COLUMNS = ("recorded_at", "end_recorded_at")
"""The columns that say when something was recorded."""


def find_problems(frames: Frames, kinds: Kinds, unreadable: Unreadable | None = None) -> list[Problem]:
    """Every broken rule in typed tables; empty if there is none.

    Parameters
    ----------
    frames
        Tables by name. Rules about a table or column that isn't there are passed over. Row numbers in the
        problems are the frame's index plus 1.

    Examples
    --------
    >>> from ace_risk.kinds import load_kinds
    >>> frame = pd.DataFrame({"incident_id": ["i1"], "child_id": ["c1"], "role": ["bystander"]})
    >>> [problem.column for problem in find_problems({"involvement": frame}, load_kinds())]
    ['role']
    """
    return [rule.problem for rule in find_broken(frames, kinds, unreadable)]


def find_broken(frames: Frames, kinds: Kinds, unreadable: Unreadable | None = None) -> list[BrokenRule]:
    """What :func:`find_problems` finds, with every row that would have to go."""
    broken: list[BrokenRule] = []
    for name, table in SCHEMA.items():
        if name not in frames:
            continue
        frame = frames[name]
        if table.not_empty and not len(frame):
            fix = f"Fill it, {table.grain}, or export it again."
            broken.append(BrokenRule(Problem(name, "", "must have at least one row", 1, fix=fix)))
        for column in table.columns:
            if column.name in frame:
                seen = (unreadable or {}).get((name, column.name))
                broken += _column_rules(frames, kinds, table, column, seen)
        broken += ordered(frame, table)
    return [*broken, *before_birth(frames), *two_homes(frames)]


def find_late(frames: Frames, data_end: pd.Timestamp) -> list[BrokenRule]:
    """Records made at or after the end of the data, which is excluded, with every row that would have to go."""
    fix = "Correct the times, or data_end in datapackage.json."
    rule = "nothing may be recorded at or after the end of the data"
    return [
        broken
        for name, frame in frames.items()
        for column in RECORDING_COLUMNS
        if column in frame
        for broken in broken_rows((name, column), rule, frame[column] >= data_end, fix)
    ]


def _column_rules(
    frames: Frames, kinds: Kinds, table: Table, column: Column, unreadable: np.ndarray | None
) -> Iterator[BrokenRule]:
    values = frames[table.name][column.name]
    where = (table.name, column.name)
    if not column.optional:
        empty = values.isna() if unreadable is None else values.isna() & ~unreadable
        yield from broken_rows(where, "must be filled", empty, "Fill the cells or remove the rows.")
    if column.name == table.key:
        yield from unique(frames[table.name], table)
    if column.type == "id":
        broken = values.str.contains(r"[\x00-\x1f\x7f]", regex=True)
        yield from broken_rows(
            where, "must be plain text on one line", broken, "Remove line ends and tabs from the cells."
        )
        yield from broken_rows(
            where, "must not be a number that a spreadsheet cut short, as 1.23E+11",
            values.str.fullmatch(r"[0-9]([.,][0-9]+)?[Ee]\+[0-9]+"), "Export the ids again as text.",
        )  # fmt: skip
    if column.codes == "grade":
        yield from _grades(frames[table.name], kinds.incidents)
    elif column.codes:
        yield from _codes(values, where, column.codes, kinds)
    if column.low is not None and column.high is not None:
        outside = ~values.between(column.low, column.high) & values.notna()
        yield from broken_rows(where, f"must lie from {column.low} to {column.high}", outside, "Correct the numbers.")
    if column.type in ("date", "datetime"):
        implausible = ((values < EARLIEST) | (values >= LATEST)) & values.notna()
        fix = "Leave the cell empty if the time is not known." if column.optional else "Correct the dates."
        yield from broken_rows(where, f"must lie from {EARLIEST.year} to {LATEST.year - 1}", implausible, fix)
    if column.refers_to:
        yield from references(frames, where, column.refers_to)


def _codes(values: pd.Series, where: tuple[str, str], codes: str, kinds: Kinds) -> Iterator[BrokenRule]:
    if codes.startswith("kind:"):
        part = codes.removeprefix("kind:")
        allowed = kinds.incidents if part == "incidents" else kinds.services
        rule = f"must be a kind that kinds.yaml lists under {part}"
        fix = "Correct the kinds, name them under codes in mapping.yaml, or add them to kinds.yaml."
        yield from broken_rows(where, rule, _not_among(values, allowed), fix)
        return
    listed = kinds.codes.get(codes, {})
    fix = f"Correct the codes, name them under codes in mapping.yaml, or add them to {codes} in codes.yaml."
    if listed:
        yield from broken_rows(where, f"must be one of {', '.join(listed)}", _not_among(values, listed), fix)
    elif values.notna().any():
        yield BrokenRule(Problem(*where, "has no codes in codes.yaml", int(values.notna().sum()), fix=fix))


def _not_among(values: pd.Series, allowed: Mapping[str, object]) -> pd.Series:
    return values.notna() & ~values.isin(list(allowed))


def _grades(incidents: pd.DataFrame, kinds: Mapping[str, Kind]) -> Iterator[BrokenRule]:
    """A grade must be one of its own kind's grades; a kind without grades may have none."""
    if "kind" not in incidents:
        return
    kind, grade = incidents["kind"], incidents["grade"]
    allowed = pd.Series(False, index=incidents.index)
    for name, described in kinds.items():
        if described.grades:
            allowed |= (kind == name) & grade.isin(described.grades)
    broken = grade.notna() & kind.isin(list(kinds)) & ~allowed
    rule = "must be one of the grades that kinds.yaml gives its kind"
    yield from broken_rows(("incidents", "grade"), rule, broken, "Correct or empty the grades.")


def quality_summary(tables: Tables) -> pd.DataFrame:
    """How complete and how prompt the records are: one row per table and measure.

    Returns
    -------
    DataFrame
        `table`, `measure`, `value`: number of rows; rows set aside by quarantine (in no other number); share
        (0 to 1) of empty cells in each column that may be empty; incidents that name no child; median days
        from an incident, episode or start of a service to its record; rows that repeat an earlier one in all
        but the id and the times of recording. A share or a median over no rows is NaN.
    """
    lines: list[tuple[str, str, float]] = []
    for name, table in SCHEMA.items():
        frame = getattr(tables, name)
        lines.append((name, "rows", len(frame)))
        lines.append((name, "rows set aside", tables.quarantined.get(name, 0)))
        for column in table.columns:
            if column.optional:
                lines.append((name, f"share of {column.name} empty", float(frame[column.name].isna().mean())))
        if name != "children":
            ignored = [column for column in (table.key, *RECORDING_COLUMNS) if column in frame]
            lines.append((name, "rows that may be duplicates", int(frame.drop(columns=ignored).duplicated().sum())))
    named = is_among(tables.incidents["incident_id"], tables.involvement["incident_id"])
    lines.append(("incidents", "incidents that name no child", int((~named).sum())))
    lines += _delays("incidents", tables.incidents, "occurred_at", "source")
    lines += _delays("missing_episodes", tables.missing_episodes, "missing_from", "risk_grade")
    lines += _delays("services", tables.services, "start_date", "kind")
    summary = pd.DataFrame(lines, columns=["table", "measure", "value"]).astype({"value": float})
    order = summary["table"].map({name: place for place, name in enumerate(SCHEMA)})
    return summary.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _delays(name: str, frame: pd.DataFrame, time: str, by: str) -> list[tuple[str, str, float]]:
    days = (frame["recorded_at"] - frame[time]).dt.total_seconds() / 86_400
    medians = days.groupby(frame[by], sort=True).median()
    return [(name, f"median days to record, {group}", float(value)) for group, value in medians.items()]
