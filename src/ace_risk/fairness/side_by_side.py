"""Small counts hidden where several lists of the same rows are shown side by side.

Every list has the same rows, so a group's positives and negatives are the same in each: what one list hides must not be
worked out from what another shows.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import COUNTS, METRICS
from ace_risk.fairness.disclosure import COLUMNS, SUPPRESSED, Nesting, suppress_small

Ints = npt.NDArray[np.int64]
MATES = {"tp": "fn", "fn": "tp", "fp": "tn", "tn": "fp"}
"""For each count, the other one of the same positives or negatives."""
RATES = [f"{metric}{end}" for metric in METRICS for end in ("", "_low", "_high")]


def suppress_beside(
    by_group: pd.DataFrame, below: int, shown: pd.DataFrame, nested: Mapping[str, Nesting] | None = None
) -> pd.DataFrame:
    """Hide small counts of a list that stands beside another list of the same rows.

    All four counts are hidden of every group of which either list hides one, so that the other list's positives and
    negatives give none of them away; and of more groups, the smallest first, while a small count could still be
    worked out. `n` is hidden where the other list hides it.

    Parameters
    ----------
    by_group
        As in :class:`ace_risk.fairness.audit.FairnessAudit`.
    below
        The smallest count above 0 that may be shown.
    shown
        What :func:`ace_risk.fairness.disclosure.suppress_small` made of the other list.
    nested
        As there.

    Examples
    --------
    >>> from ace_risk.fairness.audit import audit_fairness
    >>> sex = pd.Series(["Girl"] * 60 + ["Boy"] * 40, name="sex")
    >>> first, second = (audit_fairness([1, 0] * 50, range(100), sex, threshold=cut).by_group for cut in (20, 52))
    >>> suppress_beside(second, 6, suppress_small(first, 6)).iloc[:, 1:7].to_dict("split")["data"]
    [['Boy', 40, 'c', 'c', 'c', 'c'], ['Girl', 60, 'c', 'c', 'c', 'c']]
    """
    own = suppress_small(by_group, below, nested)
    hidden = np.any([table[list(COLUMNS)].isin([SUPPRESSED]).to_numpy().any(axis=1) for table in (own, shown)], axis=0)
    for name in dict.fromkeys(by_group["attribute"]):
        whole, part_of = (nested or {}).get(str(name), ("", {}))
        blocks: dict[Hashable, list[int]] = {}
        for place in np.flatnonzero(by_group["attribute"].eq(name)).tolist():
            blocks.setdefault(part_of.get(by_group["group"].iloc[place]) if whole else "", []).append(place)
        for places in blocks.values():
            _hide_more(by_group[list(COUNTS)].to_numpy(dtype=np.int64), below, hidden, places)
    blanked = own.astype(object)
    gone = pd.Series(hidden, index=own.index)
    for column in (*COUNTS, *RATES):
        blanked[column] = by_group[column].astype(object).mask(gone, SUPPRESSED)
    blanked["n"] = shown["n"].to_numpy()
    return blanked


def hidden_in_all(tables: Sequence[pd.DataFrame], below: int) -> pd.DataFrame:
    """The first of several lists' counts of one attribute, with the groups hidden whole that may be shown in none.

    A group is hidden if one of its counts is small in any list; then the smallest others with it, until all of them
    together are no longer small in any.

    Examples
    --------
    >>> first = pd.DataFrame({"attribute": "a", "group": list("xyz"), "n": [20, 30, 90], "tp": [3, 9, 20]})
    >>> first = first.assign(fp=7, tn=7, fn=8)
    >>> hidden_in_all([first, first.assign(tp=9)], below=6)["tp"].tolist()
    ['c', 'c', 20]
    """
    counts = np.stack([table[list(COUNTS)].to_numpy(dtype=np.int64) for table in tables])
    small = (counts >= 1) & (counts < below)
    hidden = np.asarray(small.any(axis=(0, 2)))
    for place in np.argsort(tables[0]["n"].to_numpy(), kind="stable").tolist():
        together = counts[:, hidden].sum(axis=1)
        if not hidden.any() or (hidden.sum() > 1 and not ((together >= 1) & (together < below)).any()):
            break
        hidden[place] = True
    blanked = tables[0].astype(object)
    rest = blanked.columns.difference(["attribute", "group"])
    blanked[rest] = blanked[rest].mask(np.repeat(hidden[:, None], len(rest), axis=1), SUPPRESSED)
    return blanked


def _hide_more(counts: Ints, below: int, hidden: npt.NDArray[np.bool_], places: list[int]) -> None:
    """Hide more groups of one total, the smallest first, while a small count could be worked out."""
    for place in sorted(places, key=lambda place: int(counts[place].sum())):
        together = [other for other in places if hidden[other]]
        if not together or not _given_away(counts[together], below):
            return
        hidden[place] = True


def _given_away(counts: Ints, below: int) -> bool:
    """Whether a small count is the only one that fits the groups' positives and negatives and the lists' totals."""
    for place, name in enumerate(COUNTS):
        own = counts[:, place]
        room = counts[:, COUNTS.index(MATES[name])]
        for group in np.flatnonzero((own >= 1) & (own < below)).tolist():
            others = np.arange(len(own)) != group
            if not (room[others] > 0).any() and not (room[group] > 0 and (own[others] > 0).any()):
                return True
    return False
