"""The rules of the data contract, one small function per kind of rule, driven by the schema alone.

Every function takes whole columns and returns the problems that it finds; none stops at the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ace_risk.data.schema import SCHEMA, Column, Table
from ace_risk.data.tables import Tables
from ace_risk.errors import Problem
from ace_risk.kinds import Kind, Kinds

Frames = Mapping[str, pd.DataFrame]

RECORDING_COLUMNS = ("recorded_at", "end_recorded_at")
"""The columns that say when something was recorded."""

EARLIEST, LATEST = pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")
"""Times must lie from EARLIEST up to, not including, LATEST: others are stand-ins for 'not known'."""


def find_problems(
    frames: Frames, kinds: Kinds, unreadable: Mapping[tuple[str, str], np.ndarray] | None = None
) -> list[Problem]:
    """Every broken rule in typed tables; empty if there is none.

    Parameters
    ----------
    frames
        Tables by name. Rules about a table or column that isn't there are passed over. Row numbers in the
        problems are the frame's index plus 1.
    unreadable
        For `(table, column)`, the cells that were reported as unreadable and so count as filled.

    Examples
    --------
    >>> from ace_risk.kinds import load_kinds
    >>> frame = pd.DataFrame({"incident_id": ["i1"], "child_id": ["c1"], "role": ["bystander"]})
    >>> [problem.column for problem in find_problems({"involvement": frame}, load_kinds())]
    ['role']
    """
    problems: list[Problem] = []
    for name, table in SCHEMA.items():
        if name not in frames:
            continue
        frame = frames[name]
        if table.not_empty and frame.empty:
            problems.append(Problem(name, "", "must have at least one row", 1, fix="Export the table again."))
        for column in table.columns:
            if column.name in frame:
                seen = (unreadable or {}).get((name, column.name))
                problems += _column_problems(frames, kinds, table, column, seen)
        problems += _ordered(frame, table)
    return [*problems, *_before_birth(frames), *_two_homes(frames)]


def find_late_records(frames: Frames, data_end: pd.Timestamp) -> list[Problem]:
    """Records that were recorded at or after the end of the data, which is excluded."""
    fix = "Correct the times, or data_end in datapackage.json."
    rule = "nothing may be recorded at or after the end of the data"
    return [
        problem
        for name, frame in frames.items()
        for column in RECORDING_COLUMNS
        if column in frame
        for problem in _problem(name, column, rule, frame[column] >= data_end, fix)
    ]


def _problem(table: str, column: str, rule: str, broken: pd.Series, fix: str) -> Iterator[Problem]:
    """One problem if any row is broken, none otherwise."""
    mask = broken.fillna(False).to_numpy(dtype=bool)
    if mask.any():
        examples = tuple(int(row) + 1 for row in np.sort(broken.index[mask])[:5])
        yield Problem(table, column, rule, int(mask.sum()), examples, fix)


def _column_problems(
    frames: Frames, kinds: Kinds, table: Table, column: Column, unreadable: np.ndarray | None
) -> Iterator[Problem]:
    values = frames[table.name][column.name]
    where = (table.name, column.name)
    if not column.optional:
        empty = values.isna() if unreadable is None else values.isna() & ~unreadable
        yield from _problem(*where, "must be filled", empty, "Fill the cells or remove the rows.")
    if column.name == table.key:
        again = values.notna() & values.duplicated()
        yield from _problem(*where, "must be unique", again, "Remove the repeated rows or correct the ids.")
    if column.type == "id":
        broken = values.str.contains(r"[\x00-\x1f\x7f]", regex=True)
        yield from _problem(
            *where, "must be plain text on one line", broken, "Remove line ends and tabs from the cells."
        )
    if column.codes == "grade":
        yield from _grades(frames[table.name], kinds.incidents)
    elif column.codes:
        yield from _codes(values, where, column.codes, kinds)
    if column.low is not None and column.high is not None:
        outside = ~values.between(column.low, column.high) & values.notna()
        yield from _problem(*where, f"must lie from {column.low} to {column.high}", outside, "Correct the numbers.")
    if column.type in ("date", "datetime"):
        implausible = ((values < EARLIEST) | (values >= LATEST)) & values.notna()
        fix = "Leave the cell empty if the time is not known." if column.optional else "Correct the dates."
        yield from _problem(*where, f"must lie from {EARLIEST.year} to {LATEST.year - 1}", implausible, fix)
    if column.refers_to:
        yield from _references(frames, values, where, column.refers_to)


def _codes(values: pd.Series, where: tuple[str, str], codes: str, kinds: Kinds) -> Iterator[Problem]:
    if codes.startswith("kind:"):
        part = codes.removeprefix("kind:")
        allowed = kinds.incidents if part == "incidents" else kinds.services
        rule = f"must be a kind that kinds.yaml lists under {part}"
        fix = "Correct the kinds, or add them to kinds.yaml."
        yield from _problem(*where, rule, _not_among(values, allowed), fix)
        return
    listed = kinds.codes.get(codes, {})
    rule = f"must be one of {', '.join(listed)}" if listed else "has no codes in codes.yaml"
    fix = f"Correct the codes, or add them to {codes} in codes.yaml."
    yield from _problem(*where, rule, _not_among(values, listed), fix)


def _not_among(values: pd.Series, allowed: Mapping[str, object]) -> pd.Series:
    return values.notna() & ~values.isin(list(allowed))


def _grades(incidents: pd.DataFrame, kinds: Mapping[str, Kind]) -> Iterator[Problem]:
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
    yield from _problem("incidents", "grade", rule, broken, "Correct or empty the grades.")


def _references(frames: Frames, values: pd.Series, where: tuple[str, str], target: str) -> Iterator[Problem]:
    table, column = target.split(".")
    if table in frames and column in frames[table]:
        unknown = values.notna() & ~_is_among(values, frames[table][column])
        rule = f"must stand in {target}"
        yield from _problem(*where, rule, unknown, f"Add the missing rows to {table}, or remove these.")


def _is_among(values: pd.Series, ids: pd.Series) -> pd.Series:
    """Like `isin`, many times faster for two long columns of ids."""
    text = pa.large_string()
    wanted = pa.array(ids.dropna(), from_pandas=True).cast(text)
    found = pc.is_in(pa.array(values, from_pandas=True).cast(text), value_set=wanted)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index)


def _ordered(frame: pd.DataFrame, table: Table) -> Iterator[Problem]:
    for earlier, later in table.ordered:
        if earlier in frame and later in frame:
            wrong = frame[later] < frame[earlier]
            yield from _problem(table.name, later, f"must not lie before {earlier}", wrong, "Correct the times.")


def _before_birth(frames: Frames) -> Iterator[Problem]:
    """Nothing may happen to a child on a day before the day of birth; on the day itself is allowed."""
    fix = "Correct the times, the child or the birth date."
    births = _lookup(frames, "children", "child_id", "birth_date")
    for name, time in (("missing_episodes", "missing_from"), ("services", "start_date")):
        frame = frames.get(name)
        if frame is not None and {"child_id", time} <= set(frame):
            broken = frame[time] < _at(births, frame["child_id"])
            yield from _problem(name, time, "must not lie on a day before the child's birth_date", broken, fix)
    named = frames.get("involvement")
    if named is not None and {"incident_id", "child_id"} <= set(named):
        times = _at(_lookup(frames, "incidents", "incident_id", "occurred_at"), named["incident_id"])
        broken = times < _at(births, named["child_id"])
        rule = "the incident must not lie on a day before the child's birth_date"
        yield from _problem("involvement", "incident_id", rule, broken, fix)


def _lookup(frames: Frames, table: str, key: str, time: str) -> pd.Series:
    """The time that each key has; empty if the table or a column isn't there."""
    frame = frames.get(table)
    if frame is None or not {key, time} <= set(frame):
        return pd.Series([], index=pd.Index([], dtype="str"), dtype="datetime64[us]")
    return frame.dropna(subset=[key]).drop_duplicates(key).set_index(key)[time]


def _at(times: pd.Series, keys: pd.Series) -> pd.Series:
    """The time of each key, in the order of the keys; empty where the key has none."""
    return times.reindex(keys.to_numpy()).set_axis(keys.index)


def _two_homes(frames: Frames) -> Iterator[Problem]:
    """Spells of one child must not overlap; one may start on the day on which another ends."""
    frame = frames.get("residence")
    if frame is None or not {"child_id", "start_date", "end_date"} <= set(frame):
        return
    ends = frame["end_date"].fillna(LATEST)
    spells = frame.assign(ends=ends)[frame["start_date"] < ends].dropna(subset=["child_id", "start_date"])
    spells = spells.sort_values(["child_id", "start_date", "ends"], kind="stable")
    earlier_end = spells.groupby("child_id", sort=False)["ends"].cummax().shift()
    same_child = spells["child_id"] == spells["child_id"].shift()
    broken = same_child & (spells["start_date"] < earlier_end)
    rule = "a child must not live in two homes at once"
    yield from _problem("residence", "start_date", rule, broken, "End the earlier spell by the day the next starts.")


def quality_summary(tables: Tables) -> pd.DataFrame:
    """How complete and how prompt the records are: one row per table and measure.

    Returns
    -------
    DataFrame
        `table`, `measure`, `value`: number of rows; share (0 to 1) of empty cells in each column that may be
        empty; incidents that name no child; median days from an incident, episode or start of a service to
        its record; rows that repeat an earlier one in all but the id and the times of recording. A share or
        a median over no rows is NaN.
    """
    lines: list[tuple[str, str, float]] = []
    for name, table in SCHEMA.items():
        frame = getattr(tables, name)
        lines.append((name, "rows", len(frame)))
        for column in table.columns:
            if column.optional:
                lines.append((name, f"share of {column.name} empty", float(frame[column.name].isna().mean())))
        if name != "children":
            ignored = [column for column in (table.key, *RECORDING_COLUMNS) if column in frame]
            lines.append((name, "rows that may be duplicates", int(frame.drop(columns=ignored).duplicated().sum())))
    named = _is_among(tables.incidents["incident_id"], tables.involvement["incident_id"])
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
