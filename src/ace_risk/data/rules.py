"""What breaks a rule: the problem that people read and every row; and the rules across rows and tables.

Rows are known by the index of their frame: their number in the file, counted from 0 without the header.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ace_risk.data.schema import Table
from ace_risk.errors import Problem

Frames = Mapping[str, pd.DataFrame]

EARLIEST, LATEST = pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")
"""Times must lie from EARLIEST up to, not including, LATEST: others are stand-ins for 'not known'."""


@dataclass(frozen=True, eq=False)
class BrokenRule:
    """A problem, and every row that would have to go for the rule to hold.

    Attributes
    ----------
    rows
        Numbers of the rows, counted from 0; None when a whole table, column or file is at fault.
    """

    problem: Problem
    rows: np.ndarray | None = None


def broken_rows(
    where: tuple[str, str], rule: str, broken: pd.Series, fix: str, aside: pd.Series | None = None
) -> Iterator[BrokenRule]:
    """One broken rule if any row breaks it, none otherwise; `aside` marks the rows to go, where they are others."""
    mask = broken.fillna(False).to_numpy(dtype=bool)
    if mask.any():
        numbers = np.sort(broken.index[mask].to_numpy())
        examples = tuple(int(row) + 1 for row in numbers[:5])
        rows = numbers if aside is None else aside.index[aside.to_numpy(dtype=bool)].to_numpy()
        yield BrokenRule(Problem(*where, rule, int(mask.sum()), examples, fix), rows)


def is_among(values: pd.Series, ids: pd.Series) -> pd.Series:
    """Like `isin`, many times faster for two long columns of ids."""
    text = pa.large_string()
    wanted = pa.array(ids.dropna(), from_pandas=True).cast(text)
    found = pc.is_in(pa.array(values, from_pandas=True).cast(text), value_set=wanted)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=values.index)


def unique(frame: pd.DataFrame, table: Table) -> Iterator[BrokenRule]:
    """The key stands once. Where rows of one key differ, nobody knows which is right, so none of them stays."""
    key = frame[table.key]
    again = key.notna() & key.duplicated()
    if again.any():
        fix = "Remove the repeated rows or correct the ids."
        yield from broken_rows((table.name, table.key), "must be unique", again, fix, _contested(frame, [table.key]))


def references(frames: Frames, where: tuple[str, str], target: str) -> Iterator[BrokenRule]:
    """Each value stands in `target`, which is `table.column`."""
    table, column = target.split(".")
    if table in frames and column in frames[table]:
        values = frames[where[0]][where[1]]
        unknown = values.notna() & ~is_among(values, frames[table][column])
        fix = f"Add the missing rows to {table}, or remove these."
        yield from broken_rows(where, f"must stand in {target}", unknown, fix)


def ordered(frame: pd.DataFrame, table: Table) -> Iterator[BrokenRule]:
    """The pairs of times that the schema puts in order."""
    for earlier, later in table.ordered:
        if earlier in frame and later in frame:
            wrong = frame[later] < frame[earlier]
            yield from broken_rows((table.name, later), f"must not lie before {earlier}", wrong, "Correct the times.")


def before_birth(frames: Frames) -> Iterator[BrokenRule]:
    """Nothing may happen to a child on a day before the day of birth; on the day itself is allowed.

    Nor may a child have a home before that day, or incidents there would be laid on a child who wasn't born yet.
    """
    fix = "Correct the times, the child or the birth date."
    first_home = "Correct the birth date, or start the child's first home on the day of birth."
    births = _lookup(frames, "children", "child_id", "birth_date")
    starts = (("residence", "start_date"), ("missing_episodes", "missing_from"), ("services", "start_date"))
    for name, time in starts:
        frame = frames.get(name)
        if frame is not None and {"child_id", time} <= set(frame):
            broken = frame[time] < _at(births, frame["child_id"])
            rule = "must not lie on a day before the child's birth_date"
            yield from broken_rows((name, time), rule, broken, first_home if name == "residence" else fix)
    named = frames.get("involvement")
    if named is not None and {"incident_id", "child_id"} <= set(named):
        times = _at(_lookup(frames, "incidents", "incident_id", "occurred_at"), named["incident_id"])
        broken = times < _at(births, named["child_id"])
        rule = "the incident must not lie on a day before the child's birth_date"
        yield from broken_rows(("involvement", "incident_id"), rule, broken, fix)


def two_homes(frames: Frames) -> Iterator[BrokenRule]:
    """Spells of one child must not overlap; one may start on the day on which another ends.

    The spell that starts later breaks the rule. Where two start on one day and differ, neither stays.
    """
    frame = frames.get("residence")
    if frame is None or not {"child_id", "start_date", "end_date"} <= set(frame):
        return
    ends = frame["end_date"].fillna(LATEST)
    spells = frame.assign(ends=ends)[frame["start_date"] < ends].dropna(subset=["child_id", "start_date"])
    spells = spells.sort_values(["child_id", "start_date", "ends"], kind="stable")
    earlier_end = spells.groupby("child_id", sort=False)["ends"].cummax().shift()
    same_child = spells["child_id"] == spells["child_id"].shift()
    broken = same_child & (spells["start_date"] < earlier_end)
    if broken.any():
        aside = broken | _contested(spells, ["child_id", "start_date"])
        fix = "End the earlier spell by the day the next starts."
        rule = "a child must not live in two homes at once"
        yield from broken_rows(("residence", "start_date"), rule, broken, fix, aside)


def _contested(frame: pd.DataFrame, key: list[str]) -> pd.Series:
    """Rows that repeat a whole row, and all rows of a key that differ; so the order of rows decides nothing."""
    contested = frame.duplicated().to_numpy(copy=True)
    contested[~contested] = frame[~contested].duplicated(key, keep=False).to_numpy()
    return pd.Series(contested, index=frame.index) & frame[key].notna().all(axis=1)


def _lookup(frames: Frames, table: str, key: str, time: str) -> pd.Series:
    """The time that each key has; empty if the table or a column isn't there."""
    frame = frames.get(table)
    if frame is None or not {key, time} <= set(frame):
        return pd.Series([], index=pd.Index([], dtype="str"), dtype="datetime64[us]")
    return frame.dropna(subset=[key]).drop_duplicates(key).set_index(key)[time]


def _at(times: pd.Series, keys: pd.Series) -> pd.Series:
    """The time of each key, in the order of the keys; empty where the key has none. Like `reindex`, and faster."""
    text = pa.large_string()
    known = pa.array(times.index, from_pandas=True).cast(text)
    found = pc.index_in(pa.array(keys, from_pandas=True).cast(text), value_set=known)
    place = pd.Series(found.to_numpy(zero_copy_only=False), index=keys.index).fillna(len(times)).astype(np.intp)
    filled = np.append(times.to_numpy(dtype="datetime64[us]"), np.datetime64("NaT", "us"))
    return pd.Series(filled[place.to_numpy()], index=keys.index)
