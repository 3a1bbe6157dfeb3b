"""What is judged: rows whose outcome is known, and ways of ranking them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.evaluate.list_size import select_top
from ace_risk.features.ties import tie_order
from ace_risk.models.prepared import Prepared, Rows


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
    """

    label: NDArray[np.int8]
    lists: NDArray[Any]
    tie_key: NDArray[np.int64]
    households: NDArray[Any]
    children: NDArray[Any]

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
        )

    def take(self, chosen: NDArray[Any]) -> JudgedRows:
        """Some of the rows, by position or mask."""
        return JudgedRows(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @classmethod
    def together(cls, parts: list[JudgedRows]) -> JudgedRows:
        """Several sets of rows as one; each keeps its own lists and its own order among equals."""
        return cls(
            **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)}
        )

    def top(self, score: NDArray[np.float64], places: int) -> NDArray[np.bool_]:
        """Which rows get a place on their list."""
        return select_top(score, places, self.lists, self.tie_key)


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
