"""Small counts hidden, and enough others with them that totals don't give them away."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.errors import StudyError
from ace_risk.fairness.counts import COUNTS, METRICS, RESTS_ON, Ints

SUPPRESSED = "c"
"""What stands in place of a hidden figure."""

COLUMNS = (*COUNTS, "n")
MATES = (3, 2, 1, 0, 4)
"""By place in `COLUMNS`: which count to hide beside another first, one that is below the line of the same rates."""

Mask = npt.NDArray[np.bool_]
Nesting = tuple[str, Mapping[Hashable, Hashable]]
"""The attribute whose groups have parts, and the group that each part belongs to."""


def suppress_small(by_group: pd.DataFrame, below: int, nested: Mapping[str, Nesting] | None = None) -> pd.DataFrame:
    """Hide counts from 1 to below - 1, and what would give them away.

    Within each attribute, the four counts of a group add up to its n, and each count over the groups adds up to a
    total that is taken to be known. Others are hidden too until no hidden count can be worked out from these sums.
    Zeros stay, unless hiding one is the only way left (the one group with a small count, beside zeros). A rate is
    hidden if a count that it rests on is. Where an attribute has a single group, its counts are the totals: all are
    hidden if one is small, and the totals must not be shown elsewhere.

    Attributes are made safe one at a time, unless one is said to be `nested` in another that stands before it: then
    each group's parts add up to it, and what is hidden of a group is hidden of all its parts. A crossed attribute's
    groups also add up to the groups of its parts: don't publish counts of both.

    Parameters
    ----------
    by_group
        As in :class:`ace_risk.fairness.audit.FairnessAudit`.
    below
        The smallest count above 0 that may be shown; 0 or 1 hides nothing.
    nested
        For an attribute whose groups are parts of another's: that attribute, and the group that each is part of.

    Returns
    -------
    DataFrame
        The same rows and columns; hidden figures are "c".

    Raises
    ------
    StudyError
        If `below` is negative.

    Examples
    --------
    >>> from ace_risk.fairness.audit import audit_fairness
    >>> sex = pd.Series(["Girl"] * 60 + ["Boy"] * 40, name="sex")
    >>> audit = audit_fairness([1, 0] * 50, range(100), sex, threshold=52)
    >>> suppress_small(audit.by_group, below=6).iloc[:, 1:7].to_dict("split")["data"]
    [['Boy', 40, 'c', 'c', 0, 0], ['Girl', 60, 'c', 'c', 26, 26]]
    """
    if below < 0:
        raise StudyError(f"suppress_below: must be 0 or more, got {below}.")
    parts = []
    masks: dict[str, dict[Hashable, Mask]] = {}
    for name, table in by_group.groupby("attribute", sort=False):
        counts = table[list(COLUMNS)].to_numpy(dtype=np.int64)
        whole, part_of = (nested or {}).get(str(name), ("", {}))
        if whole in masks:
            hidden = _hide_parts(counts, below, [part_of[group] for group in table["group"]], masks[whole])
        else:
            hidden = hide(counts, below)
        masks[str(name)] = dict(zip(table["group"], hidden, strict=True))
        parts.append(_blanked(table, hidden))
    return pd.concat(parts)


def suppress_gaps(
    verdicts: pd.DataFrame,
    suppressed: pd.DataFrame,
    figures: Sequence[str] = ("gap", "gap_low", "gap_high", "n_needed"),
) -> pd.DataFrame:
    """Hide each gap, its interval and n_needed where the rate of either group is hidden; verdicts stay.

    A gap beside the reference's rate gives the group's rate away, and with its n the count.

    Parameters
    ----------
    verdicts
        As in :class:`ace_risk.fairness.audit.FairnessAudit`.
    suppressed
        What :func:`suppress_small` made of the same audit's `by_group`.
    figures
        The columns to hide.
    """
    gone = hidden_rates(suppressed)
    mask = pd.Series(
        [
            bool({(row.attribute, row.group, row.metric), (row.attribute, row.reference, row.metric)} & gone)
            for row in verdicts.itertuples()
        ],
        index=verdicts.index,
        dtype=bool,
    )
    names = list(figures)
    blanked = verdicts.astype(dict.fromkeys(names, object))
    blanked[names] = blanked[names].mask(mask, SUPPRESSED)
    return blanked


def hidden_rates(suppressed: pd.DataFrame) -> set[tuple[Any, ...]]:
    """The (attribute, group, metric) whose rates are hidden in what :func:`suppress_small` made."""
    rate = suppressed.melt(["attribute", "group"], list(METRICS), "metric")
    rows = rate.loc[rate["value"].eq(SUPPRESSED), ["attribute", "group", "metric"]]
    return set(rows.itertuples(index=False, name=None))


def nesting(groups: pd.DataFrame, part: str, whole: str) -> dict[str, Nesting]:
    """How the groups of one column are parts of another's; nothing where either is missing or they aren't.

    Examples
    --------
    >>> fine = pd.DataFrame({"group": ["Black", "Black", "White"], "code": ["B1", "B2", "W1"]})
    >>> nesting(fine, "code", "group")
    {'code': ('group', {'B1': 'Black', 'B2': 'Black', 'W1': 'White'})}
    """
    if not {part, whole} <= set(groups.columns):
        return {}
    pairs = groups[[part, whole]].drop_duplicates()
    if pairs[part].duplicated().any():
        return {}
    return {part: (whole, dict(zip(pairs[part], pairs[whole], strict=True)))}


def _hide_parts(counts: Ints, below: int, part_of: list[Hashable], wholes: Mapping[Hashable, Mask]) -> Mask:
    """Hide within the parts of each group as if it were an attribute of its own, and what is hidden of the group."""
    hidden = np.zeros(counts.shape, dtype=bool)
    for whole in dict.fromkeys(part_of):
        rows = [place for place, name in enumerate(part_of) if name == whole]
        hidden[rows] = hide(counts[rows], below, np.tile(wholes[whole], (len(rows), 1)))
    return hidden


def hidden_groups(suppressed: pd.DataFrame) -> set[tuple[str, str]]:
    """The (attribute, group) of which :func:`suppress_small` hid a count."""
    rows = suppressed[suppressed[list(COLUMNS)].isin([SUPPRESSED]).any(axis=1)]
    return {(str(row.attribute), str(row.group)) for row in rows[["attribute", "group"]].itertuples(index=False)}


def hide(counts: Ints, below: int, start: Mask | None = None, mates: Sequence[int] = MATES) -> Mask:
    """Which counts of one attribute to hide: groups × (tp, fp, tn, fn, n).

    Parameters
    ----------
    counts
        One row per group; the last column is the sum of the others.
    below
        The smallest count above 0 that may be shown.
    start
        What is hidden in any case.
    mates
        For each column, the one to hide beside it first.

    Examples
    --------
    >>> hide(np.array([[60, 3, 63], [40, 20, 60], [30, 30, 60]]), below=6, mates=(1, 0, 2)).tolist()
    [[True, True, False], [True, True, False], [False, False, False]]
    """
    hidden = (counts >= 1) & (counts < below)
    if start is not None:
        hidden |= start
    if len(counts) == 1 and hidden.any():
        return counts > 0
    needed = hidden.copy()
    changed = True
    while changed:
        changed = False
        for row, column in np.argwhere(hidden).tolist():
            if counts[row, column] > 0 and not _can_vary(counts, hidden, row, column):
                another = _partner(counts, hidden, row, column, mates[column])
                if another is not None:
                    hidden[another] = changed = True
    return _given_back(counts, hidden, needed)


def _given_back(counts: Ints, hidden: Mask, needed: Mask) -> Mask:
    """The same with the figures of groups shown again that were hidden early and protect nothing in the end.

    Only groups without a small count of their own come back, the largest first.
    """
    helping = np.flatnonzero(hidden.any(axis=1) & ~needed.any(axis=1))
    for group in helping[np.argsort(-counts[helping, -1], kind="stable")].tolist():
        fewer = hidden.copy()
        fewer[group] = False
        if all(_can_vary(counts, fewer, *place) for place in np.argwhere(fewer & (counts > 0)).tolist()):
            hidden = fewer
    return hidden


def _partner(counts: Ints, hidden: Mask, row: int, column: int, mate: int) -> tuple[int, int] | None:
    """The next count to hide beside an exposed one: in its row or its column, wherever fewer are hidden.

    Zeros come last. In its row, the count that the same rates rest on comes first; in its column, a group in which
    that count is hidden already, then one in which any is, so that few groups lose figures; then the group of fewest
    rows, so that the largest keeps its own.
    """
    by_row = hidden[row].sum() <= hidden[:, column].sum()
    beside = np.flatnonzero(~hidden[row]).tolist()
    under = np.flatnonzero(~hidden[:, column]).tolist()
    fit = np.where(hidden[:, mate], 0, np.where(hidden.any(axis=1), 1, np.where(counts[:, mate] > 0, 2, 3)))
    choices = [
        *((counts[row, place] == 0, not by_row, place != mate, counts[row, place], (row, place)) for place in beside),
        *((counts[place, column] == 0, by_row, fit[place], counts[place, -1], (place, column)) for place in under),
    ]
    return min(choices)[-1] if choices else None


def _can_vary(counts: Ints, hidden: Mask, row: int, column: int) -> bool:
    """True if another table has the same sums and shown counts, and this count changed.

    Hidden counts are at least 1 in it, or at least 0 where a zero is hidden. The sums form a network from groups to
    columns with a hidden count as an edge (n, which is a sum, runs the other way). A count can vary exactly if raising
    or lowering it by one can be made up along a path of other edges, each raised by one or lowered by one.
    """
    lowerable = hidden & (counts > (0 if (counts[hidden] == 0).any() else 1))
    return _reaches(hidden, lowerable, row, column, up=True) or bool(
        lowerable[row, column] and _reaches(hidden, lowerable, row, column, up=False)
    )


def _reaches(hidden: Mask, lowerable: Mask, row: int, column: int, *, up: bool) -> bool:
    """True if a path of other edges joins the two ends of a count that is raised (or lowered) by one."""
    groups, total = len(hidden), hidden.shape[1] - 1
    forward = up != (column == total)
    start, goal = (groups + column, row) if forward else (row, groups + column)
    seen, queue = {start}, deque([start])
    while queue:
        node = queue.popleft()
        to_column = node < groups
        edges = np.flatnonzero(hidden[node]) if to_column else np.flatnonzero(hidden[:, node - groups])
        for edge in edges.tolist():
            cell = (node, edge) if to_column else (edge, node - groups)
            raised = to_column != (cell[1] == total)
            target = groups + edge if to_column else edge
            if cell != (row, column) and target not in seen and (raised or lowerable[cell]):
                seen.add(target)
                queue.append(target)
    return goal in seen


def _blanked(table: pd.DataFrame, hidden: Mask) -> pd.DataFrame:
    blanked = table.astype(dict.fromkeys(table.columns.drop("attribute"), object))
    masks = {name: hidden[:, place] for place, name in enumerate(COLUMNS)}
    for metric in METRICS:
        _, resting = RESTS_ON[metric]
        mask = np.any([masks[count] for count in resting], axis=0)
        masks |= {f"{metric}{end}": mask for end in ("", "_low", "_high")}
    for name, mask in masks.items():
        blanked[name] = blanked[name].mask(pd.Series(mask, index=table.index), SUPPRESSED)
    return blanked
