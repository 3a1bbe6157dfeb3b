"""Calibration within groups: whether the share that the score stands for is the share for whom the outcome followed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import read_groups
from ace_risk.fairness.households import household_error, reach
from ace_risk.fairness.standardised import LEAST_HOMES


def calibration_records(
    probability: npt.NDArray[np.float64],
    label: npt.NDArray[Any],
    groups: pd.DataFrame,
    names: Sequence[str],
    households: npt.NDArray[Any],
    hidden: Collection[tuple[str, str]] = (),
    hide_below: int = 0,
) -> list[dict[str, Any]]:
    """For each group, the mean of the shares that scores stand for beside the share for whom the outcome followed.

    Parameters
    ----------
    probability, label
        Per row: the share that its score stands for, from 0 to 1, and whether the outcome followed.
    groups, names
        Groups of each row, and the attributes to look at.
    households
        Per row: its household; siblings, and one child on several dates, are alike.
    hidden
        Each (attribute, group) of which a count is hidden in the audit: a share with its rows is a count.
    hide_below
        The smallest count above 0 that may be shown, of the times the outcome followed and of the times it didn't.

    Returns
    -------
    list of dict
        One per attribute and group: attribute, group, expected, followed, difference (followed less expected), low and
        high (95 %, both ends included). Figures of a hidden group are None, and so is the interval of a group of too
        few households.
    """
    label = np.asarray(label).astype(float)
    records = []
    for attribute in read_groups(groups[list(names)], intersections=False):
        for place, group in enumerate(attribute.labels):
            inside = attribute.codes == place
            figures = _difference(label[inside], probability[inside], households[inside])
            followed = int(label[inside].sum())
            small = any(0 < count < hide_below for count in (followed, int(inside.sum()) - followed))
            gone = small or (attribute.name, str(group)) in hidden
            told = {name: None if gone or not np.isfinite(value) else value for name, value in figures.items()}
            records.append({"attribute": attribute.name, "group": str(group), **told})
    return records


def _difference(
    label: npt.NDArray[np.float64], probability: npt.NDArray[np.float64], households: npt.NDArray[Any]
) -> dict[str, float]:
    off = label - probability
    gap = float(off.mean())
    error, homes = household_error((off - gap) / len(off), np.unique(households.astype(str), return_inverse=True)[1])
    away = reach(error, homes) if homes >= LEAST_HOMES else np.nan
    return {
        "expected": float(probability.mean()),
        "followed": float(label.mean()),
        "difference": gap,
        "low": gap - away,
        "high": gap + away,
    }
