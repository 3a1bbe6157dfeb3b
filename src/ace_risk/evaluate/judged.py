"""What is judged: rows whose outcome is known, and ways of ranking them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.evaluate.list_size import select_top, smallest_list
from ace_risk.evaluate.places import Places
from ace_risk.features.ties import tie_order
from ace_risk.models.prepared import Kept, Prepared, Rows, kept_of


@dataclass(frozen=True, eq=False)
class JudgedRows:
    """Rows whose outcome is known, without anything that a model reads.

    Attributes
    ----------
    label
        1 where the outcome followed, else 0.
    lists
        The list (cutoff) that each row belongs to.
    tie_key
        The order among equal scores, smaller first.
    households, children
        The household and the child of each row.
    kept
        Where places are kept for groups: the mask of each group's rows, and the places kept on each list.
    """

    label: NDArray[np.int8]
    lists: NDArray[Any]
    tie_key: NDArray[np.int64]
    households: NDArray[Any]
    children: NDArray[Any]
    kept: Kept = ()

    @classmethod
    def of(cls, prepared: Prepared, rows: Rows) -> JudgedRows:
        """The judged side of some rows of the cohort; their outcome must be known."""
        cohort = prepared.cohort.iloc[rows]
        return cls(
            prepared.labels.iloc[rows].to_numpy(dtype=np.int8),
            cohort["cutoff"].to_numpy(),
            tie_order(prepared.history, cohort, prepared.kinds),
            prepared.groups["household_id"].iloc[rows].to_numpy(dtype=object),
            cohort["child_id"].to_numpy(dtype=object),
            kept_of(prepared.kept, rows),
        )

    def take(self, chosen: NDArray[Any]) -> JudgedRows:
        """Some of the rows, by position or mask."""
        columns = {name: getattr(self, name)[chosen] for name in _COLUMNS}
        return JudgedRows(**columns, kept=kept_of(self.kept, chosen))

    @classmethod
    def together(cls, parts: list[JudgedRows]) -> JudgedRows:
        """Several sets of rows as one; each keeps its own lists and its own order among equals."""
        columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS}
        kept = zip(*(part.kept for part in parts), strict=True)
        return cls(**columns, kept=tuple((np.concatenate([of for of, _ in one]), one[0][1]) for one in kept))

    def top(self, score: NDArray[np.float64], places: int) -> NDArray[np.bool_]:
        """Which rows get a place on their list; places that are kept for groups go to these first."""
        return top_of_lists(score, places, self.lists, self.tie_key, self.kept)


_COLUMNS = ("label", "lists", "tie_key", "households", "children")
"""What there is of each row."""


def top_of_lists(
    score: NDArray[np.float64],
    places: int,
    lists: NDArray[Any],
    ties: NDArray[np.int64],
    kept: Kept,
) -> NDArray[np.bool_]:
    """Which rows get a place on their list; on lists too short for all the places that are kept, none is kept.

    Parameters
    ----------
    score, lists, ties
        Per row: its score, its list, and its order among equal scores, smaller first.
    places
        Places on each list.
    kept
        Per group: the mask of its rows, and the places kept on each list.

    Examples
    --------
    >>> young = np.array([False, False, True])
    >>> top_of_lists(np.array([3.0, 2.0, 1.0]), 2, np.zeros(3), np.arange(3), ((young, 1),)).tolist()
    [True, False, True]
    """
    if not kept or sum(number for _, number in kept) > places:
        return select_top(score, places, lists, ties)
    smallest_list(places, len(score), lists)
    on_list = np.zeros(len(score), dtype=bool)
    for one in np.unique(lists):
        rows = np.flatnonzero(lists == one)
        line = Places(places, ties[rows], kept_of(kept, rows))
        on_list[rows] = line.listed(score[rows])
    return on_list


@dataclass(frozen=True, eq=False)
class Ranking:
    """One way of ranking the judged rows.

    Attributes
    ----------
    name, title
        Identifier, and the words that people read.
    score
        Larger goes first.
    probability
        The share that the score stands for; None where it claims none.
    kind
        `deployed` (the table that is used), `table` (another that could be), `ceiling` (never used) or `rule`.
    """

    name: str
    title: str
    score: NDArray[np.float64]
    probability: NDArray[np.float64] | None = None
    kind: str = "rule"
