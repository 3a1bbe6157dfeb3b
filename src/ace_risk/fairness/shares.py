"""Shares of some rows by group, with intervals, and with small counts hidden so that totals don't give them away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import Attribute, Ints, read_groups
from ace_risk.fairness.disclosure import SUPPRESSED, hidden_groups, hide
from ace_risk.fairness.households import household_error
from ace_risk.fairness.intervals import Spread, wilson
from ace_risk.fairness.pooled import merge_pools, pools_of

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ShownGroups:
    """The groups that a chapter may speak of: those that the audit shows, and pools of those that it doesn't.

    Attributes
    ----------
    attributes
        Which group each row is in.
    closed
        Each (attribute, group) of which the audit hides a count: its figures are hidden here too.
    homes
        Per row: the number of its household.
    hide_below
        The smallest count above 0 that may be shown.
    """

    attributes: list[Attribute]
    closed: set[tuple[str, str]]
    homes: Ints
    hide_below: int

    @classmethod
    def of(
        cls, groups: pd.DataFrame, shown: pd.DataFrame, households: npt.NDArray[Any], hide_below: int
    ) -> ShownGroups:
        """The groups of some rows, as an audit shows them.

        Parameters
        ----------
        groups
            A column per attribute.
        shown
            The audit's `by_group`, small counts hidden.
        households
            Per row: its household, any hashable.
        hide_below
            The smallest count above 0 that may be shown.
        """
        attributes = read_groups(merge_pools(groups, pools_of(shown)), intersections=False)
        homes = pd.factorize(np.asarray(households).astype(str))[0].astype(np.int64)
        return cls(attributes, hidden_groups(shown), homes, hide_below)

    def is_closed(self, attribute: str, group: Any) -> bool:
        """Whether the audit hides a count of the group."""
        return (attribute, str(group)) in self.closed

    def take(self, rows: Mask) -> ShownGroups:
        """The same groups over some of the rows."""
        parts = [Attribute(one.name, one.labels, one.codes[rows]) for one in self.attributes]
        return ShownGroups(parts, self.closed, self.homes[rows], self.hide_below)


def share_records(part: Mask, shown: ShownGroups) -> list[dict[str, Any]]:
    """For each group, of how many of its rows something is true: one record per attribute and group.

    Parameters
    ----------
    part
        Per row: whether it is true.
    shown
        The groups of the same rows.

    Returns
    -------
    list of dict
        attribute, group, rows, part, share, low and high (95 %, both ends included; households are alike). A share
        without rows is None; what is hidden is "c".
    """
    records = []
    for attribute in shown.attributes:
        counts = np.column_stack([_counted(attribute, part), _counted(attribute, ~part)])
        counts = np.column_stack([counts, counts.sum(axis=1)])
        hidden = hide(counts, shown.hide_below, closed_rows(attribute, shown, 3), (1, 0, 2))
        for place, group in enumerate(attribute.labels):
            inside = attribute.codes == place
            share, low, high = home_share(part[inside], shown.homes[inside])
            gone = hidden[place, :2].any()
            records.append(
                {
                    "attribute": attribute.name,
                    "group": str(group),
                    "rows": SUPPRESSED if hidden[place, 2] else int(counts[place, 2]),
                    "part": SUPPRESSED if gone else int(counts[place, 0]),
                    **{name: shown_number(value, gone) for name, value in zip(ENDS, (share, low, high), strict=True)},
                }
            )
    return records


ENDS = ("share", "low", "high")
"""A share and the ends of its interval."""


def shown_number(value: float, hidden: Any) -> Any:
    """A figure as a document holds it: "c" where hidden, None where it isn't defined.

    Examples
    --------
    >>> shown_number(0.5, False), shown_number(0.5, True), shown_number(float("nan"), False)
    (0.5, 'c', None)
    """
    if hidden:
        return SUPPRESSED
    return float(value) if np.isfinite(value) else None


def home_share(part: Mask, homes: Ints) -> tuple[float, float, float]:
    """A share of rows with its 95 % interval: Wilson's, at the number of independent rows that households show.

    The variance is that of sums over households (linearised), as in :mod:`ace_risk.fairness.intervals`; a share of 0 or
    1 has none, and counts as if a household were all alike. NaN without rows.

    Examples
    --------
    >>> share, low, high = home_share(np.array([True, False] * 50), np.arange(100))
    >>> share, round(low, 3), round(high, 3)
    (0.5, 0.403, 0.597)
    """
    n = len(part)
    if not n:
        return np.nan, np.nan, np.nan
    share = float(part.mean())
    error, number = household_error((part - share) / n, homes)
    measured = error > 0  # not so with a single household either
    _, sizes = np.unique(homes, return_counts=True)
    worth = share * (1 - share) / error**2 if measured else n**2 / float((sizes.astype(float) ** 2).sum())
    one = np.ones(1)
    spread = Spread(worth * one, 0 * one, n * one, (number if measured else n) * one)
    low, high = wilson(share * one, spread.effective())
    return share, float(low[0]), float(high[0])


def closed_rows(attribute: Attribute, shown: ShownGroups, columns: int) -> Mask:
    """What is hidden in any case: every column of the groups of which the audit hides a count."""
    closed = np.array([shown.is_closed(attribute.name, group) for group in attribute.labels])
    return np.repeat(closed[:, None], columns, axis=1)


def _counted(attribute: Attribute, rows: Mask) -> Ints:
    return np.bincount(attribute.codes[rows], minlength=len(attribute.labels)).astype(np.int64)


def split_records(kind: Ints, names: Iterable[str], shown: ShownGroups) -> list[dict[str, Any]]:
    """For each group, how its rows are split into kinds: one record per attribute, group and kind.

    Parameters
    ----------
    kind
        Per row: the number of its kind.
    names
        The kinds by number.
    shown
        The groups of the same rows.

    Returns
    -------
    list of dict
        attribute, group, kind and the figures of `share_records`.
    """
    kinds = list(names)
    records = []
    for attribute in shown.attributes:
        counts = np.column_stack([_counted(attribute, kind == number) for number in range(len(kinds))])
        counts = np.column_stack([counts, counts.sum(axis=1)])
        start = closed_rows(attribute, shown, counts.shape[1])
        hidden = hide(counts, shown.hide_below, start, range(counts.shape[1]))
        for place, group in enumerate(attribute.labels):
            inside = attribute.codes == place
            for number, name in enumerate(kinds):
                figures = home_share(kind[inside] == number, shown.homes[inside])
                gone = hidden[place, number]
                records.append(
                    {
                        "attribute": attribute.name,
                        "group": str(group),
                        "kind": name,
                        "rows": SUPPRESSED if hidden[place, -1] else int(counts[place, -1]),
                        "part": SUPPRESSED if gone else int(counts[place, number]),
                        **{end: shown_number(value, gone) for end, value in zip(ENDS, figures, strict=True)},
                    }
                )
    return records
