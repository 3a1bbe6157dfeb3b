"""Rows that break a rule are set aside, as long as they are few; what then breaks a rule without them goes too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ace_risk.data.rules import BrokenRule, Frames
from ace_risk.data.schema import SCHEMA

LIMIT_PERCENT = 1
"""Of each table's rows, at most this percentage may be set aside, rows that lost their reference included."""

LIMIT_SENTENCE = f"Quarantine takes up to {LIMIT_PERCENT} % of each table's rows, never a whole table or column"


@dataclass(frozen=True, eq=False)
class Quarantine:
    """The tables without the rows that were set aside.

    Attributes
    ----------
    frames
        The rows that stay, by table.
    rows
        How many rows each table had, those included that couldn't be read at all.
    aside
        How many rows of each table were set aside; tables that lost none are not named.
    """

    frames: dict[str, pd.DataFrame]
    rows: dict[str, int]
    aside: dict[str, int]

    @property
    def over_limit(self) -> list[str]:
        """The tables that lost more than the limit; the limit itself is allowed.

        Examples
        --------
        >>> Quarantine({}, {"children": 300, "services": 299}, {"children": 3, "services": 3}).over_limit
        ['services']
        """
        return [name for name, count in self.aside.items() if 100 * count > LIMIT_PERCENT * self.rows[name]]


def set_aside(
    frames: Frames, broken: Sequence[BrokenRule], find: Callable[[Mapping[str, pd.DataFrame]], list[BrokenRule]]
) -> Quarantine:
    """Take out every row that breaks a rule, look again at what is left, and so on until no row breaks one.

    Parameters
    ----------
    frames
        Tables by name; the index of each holds the numbers of its rows.
    broken
        The rules that the tables break as they are; their rows may also be ones that couldn't be read.
        A rule about a whole table or column takes no rows.
    find
        The rules that tables break once these rows are gone.

    Notes
    -----
    All rows that break a rule go in the same step, so the order of the rows decides nothing.
    """
    kept = dict(frames)
    gone: dict[str, pd.Index] = {}
    step = [(rule.problem.table, rule.rows) for rule in broken if rule.rows is not None]
    while step:
        for table, numbers in step:
            gone[table] = gone.get(table, pd.Index([], dtype="int64")).union(pd.Index(numbers))
        kept = {name: frame[~frame.index.isin(gone[name])] if name in gone else frame for name, frame in kept.items()}
        step = [(rule.problem.table, rule.rows) for rule in find(kept) if rule.rows is not None]
    rows = {name: len(frame.index.union(gone[name])) if name in gone else len(frame) for name, frame in frames.items()}
    return Quarantine(kept, rows, {name: len(gone[name]) for name in SCHEMA if name in gone})
