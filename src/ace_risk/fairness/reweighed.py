"""Training rows drawn anew, so that group and outcome are independent in them; and a rank within one's own group."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import Floats, Ints


def reweighing(label: npt.NDArray[Any], group: npt.NDArray[Any]) -> Floats:
    """The weight of each row under which group and outcome are independent.

    A row weighs what its group and outcome would have in common by chance, over what they have: P(g) P(y) / P(g, y)
    (Kamiran and Calders 2012, Knowl. Inf. Syst. 33, 1-33).

    Examples
    --------
    >>> reweighing(np.array([1, 0, 0, 0]), np.array(["a", "a", "b", "b"])).tolist()
    [0.5, 1.5, 0.75, 0.75]
    """
    _, outcome = np.unique(label, return_inverse=True)
    _, place = np.unique(np.asarray(group).astype(str), return_inverse=True)
    both = np.zeros((place.max() + 1, outcome.max() + 1))
    np.add.at(both, (place, outcome), 1.0)
    expected = both.sum(axis=1, keepdims=True) * both.sum(axis=0) / len(outcome)
    weight: Floats = (expected / np.maximum(both, 1))[place, outcome]
    return weight


def redraw(weight: Floats, rng: np.random.Generator) -> Ints:
    """As many rows as there are, drawn with these weights: a table of points takes rows, not weights."""
    return np.sort(rng.choice(len(weight), size=len(weight), p=weight / weight.sum())).astype(np.int64)


def rank_in_group(
    score: Floats, group: npt.NDArray[Any], known: Floats, known_group: npt.NDArray[Any], followed: npt.NDArray[Any]
) -> Floats:
    """Each row's score as a place among its own group: listing from the top then finds groups about alike.

    The place is the share of the group's training rows with the outcome that scored lower, ties counted half. A group
    with none takes the places of all rows. This is a cut-off of its own for each group.

    Parameters
    ----------
    score, group
        The rows to place.
    known, known_group, followed
        The training rows: score, group, and whether the outcome followed.
    """
    placed = np.empty(len(score))
    for name in pd.unique(pd.Series(group)):
        own = (known_group == name) & (followed == 1)
        base = np.sort(known[own] if own.any() else known[followed == 1])
        inside = group == name
        below, up_to = (np.searchsorted(base, score[inside], side=side) for side in ("left", "right"))
        placed[inside] = (below + up_to) / 2 / max(len(base), 1)
    return placed
