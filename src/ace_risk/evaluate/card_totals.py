"""The totals that a printed card shows: one by one where they are whole, in groups where they are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

GROUPS_OF_TOTALS = 10
"""About how many groups totals are put into where points are no whole numbers."""


@dataclass(frozen=True)
class TotalGroup:
    """Totals that are printed together.

    Attributes
    ----------
    words
        What is printed.
    low_total
        The lowest total that belongs to it; for the lowest group, the lowest that the card can give.
    first, last
        The lowest and the highest total among the rows, both included.
    """

    words: str
    low_total: float
    first: float
    last: float


def total_groups(totals: pd.Series, label: pd.Series, smallest: int, lowest: float) -> list[TotalGroup]:
    """The groups of totals, lowest first; totals that too few rows have are joined with the next lower ones.

    Whole totals stand alone where enough rows have them, with the outcome and without it, so that no printed share
    tells of a few children; others are cut at tenths of the rows, rounded to two decimals.

    Examples
    --------
    >>> totals, label = pd.Series([0.0, 0.0, 1.0, 1.0, 2.0, 2.0]), pd.Series([0, 1, 0, 1, 1, 1])
    >>> [group.words for group in total_groups(totals, label, 1, -3.0)]
    ['0', '1 or more']
    >>> [group.words for group in total_groups(pd.Series(np.arange(20) + 0.5), pd.Series([0, 1] * 10), 4, 0.0)]
    ['under 11.90', '11.90 or more']
    """
    whole = bool((totals == totals.round()).all())
    edges = np.unique(np.round(np.quantile(totals, np.arange(1, GROUPS_OF_TOTALS) / GROUPS_OF_TOTALS), 2))
    steps = totals if whole else pd.Series(np.searchsorted(edges, totals, side="right"), index=totals.index)
    made = []
    joined = join_steps(steps, label, smallest)
    for place, group in enumerate(joined):
        part = totals[steps.isin(group)]
        ends = (place == 0, place == len(joined) - 1)
        if whole:
            low, words = float(part.min()), _whole_words(group, ends)
        else:
            low = lowest if ends[0] else float(edges[int(min(group)) - 1])
            words = _edge_words(low, float(edges[int(max(group))]) if not ends[1] else None, ends[0])
        open_below = ends[0] and (len(group) > 1 or not whole)
        made.append(TotalGroup(words, min(lowest, low) if open_below else low, float(part.min()), float(part.max())))
    return made


def join_steps(steps: pd.Series, label: pd.Series, smallest: int) -> list[list[float]]:
    """The steps, lowest group first, each group with at least `smallest` rows with the outcome and as many without.

    One group of all steps where there are not as many.

    Examples
    --------
    >>> join_steps(pd.Series([0, 0, 1, 1, 2]), pd.Series([0, 1, 0, 1, 1]), 1)
    [[0.0], [2.0, 1.0]]
    """
    followed = label.astype(int).groupby(steps).agg(["sum", "size"]).sort_index(ascending=False)
    cases, others = followed["sum"].to_numpy(), (followed["size"] - followed["sum"]).to_numpy()
    groups: list[list[float]] = []
    waiting: list[float] = []
    told = np.zeros(2, dtype=np.int64)
    for step, with_it, without in zip(followed.index, cases, others, strict=True):
        waiting.append(float(step))
        told += with_it, without
        if told.min() >= smallest:
            groups.append(waiting)
            waiting, told = [], np.zeros(2, dtype=np.int64)
    if waiting:
        groups[-1:] = [[*(groups[-1] if groups else []), *waiting]]
    return groups[::-1]


def _whole_words(group: list[float], ends: tuple[bool, bool]) -> str:
    low, high = (f"{value:g}".replace("-", "−") for value in (min(group), max(group)))
    if all(ends):
        return "all"
    if len(group) == 1:
        return low
    return f"{high} or less" if ends[0] else f"{low} or more" if ends[1] else f"{low} to {high}"


def _edge_words(low: float, high: float | None, lowest: bool) -> str:
    if high is None:
        return "all" if lowest else f"{low:.2f} or more".replace("-", "−")
    return (f"under {high:.2f}" if lowest else f"{low:.2f} to under {high:.2f}").replace("-", "−")
