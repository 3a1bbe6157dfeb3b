"""Lead time: how long before the outcome a child was first listed.

::

    first listing          another list        the outcome begins
    |----------------------|-------------------|
    <---------------- lead time -------------->

Only listings within the test period are seen, so a child who stands on its first list may have deserved a place
before: the lead time told is the least that it was.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.features.time_rules import never_withdrawn

WIDTHS = (61, 122, 183, 366)
"""Widths of a bar in days; the narrowest is taken whose bars all stand for enough children."""


def outcome_days(history: pd.DataFrame, cohort: pd.DataFrame, kinds: tuple[str, ...], horizon_days: int) -> pd.Series:
    """Days from each row's cutoff to the first record of the outcome in its window; NaN where there is none.

    Parameters
    ----------
    history
        One row per child and record: `child_id`, `occurred_at`, `kind`.
    cohort
        One row per child and cutoff.
    kinds, horizon_days
        The outcome's kinds and window `[cutoff, cutoff + horizon)`.

    Returns
    -------
    Series
        Float days, same order and index as the cohort.

    Examples
    --------
    >>> history = pd.DataFrame({"child_id": ["a"], "occurred_at": [pd.Timestamp("2024-02-01")], "kind": ["cin"]})
    >>> cohort = pd.DataFrame({"child_id": ["a", "a"], "cutoff": pd.to_datetime(["2024-01-01", "2024-03-01"])})
    >>> outcome_days(history, cohort, ("cin",), 365).tolist()
    [31.0, nan]
    """
    starts = never_withdrawn(history[history["kind"].isin(kinds)])[["child_id", "occurred_at"]]
    starts = starts.sort_values("occurred_at")
    rows = cohort[["child_id", "cutoff"]].assign(place=np.arange(len(cohort))).sort_values("cutoff", kind="stable")
    starts["child_id"] = starts["child_id"].astype(rows["child_id"].dtype)
    rows["cutoff"] = rows["cutoff"].astype(starts["occurred_at"].dtype)
    found = pd.merge_asof(
        rows, starts, left_on="cutoff", right_on="occurred_at", by="child_id", direction="forward"
    ).sort_values("place")
    days = (found["occurred_at"] - found["cutoff"]).dt.total_seconds() / 86_400
    return pd.Series(days.where(days < horizon_days).to_numpy(), index=cohort.index, name="outcome_days")


def lead_time_record(
    children: NDArray[Any],
    cutoffs: NDArray[Any],
    days: NDArray[np.float64],
    listed: NDArray[np.bool_],
    hide_below: int = 0,
) -> dict[str, Any]:
    """The lead times of children who were listed and for whom the outcome followed.

    Parameters
    ----------
    children, cutoffs
        Child and cutoff of each row.
    days
        Days from the cutoff to the outcome, NaN where none followed.
    listed
        Whether the row was on its list.
    hide_below
        No bar, and no median, stands for fewer children than this.

    Returns
    -------
    dict
        `children`, `median_days`, `lower_quartile_days`, `upper_quartile_days` (None where too few), and `bins`
        (`from_days` included, `to_days` not). A child counts once, from its first listing that was followed.

    Examples
    --------
    >>> listed = np.array([True, True, True])
    >>> record = lead_time_record(np.array(["a", "a", "b"]), np.array([1, 2, 1]), np.array([90.0, 5.0, 30.0]), listed)
    >>> record["children"], record["median_days"]
    (2, 60.0)
    """
    frame = pd.DataFrame({"child": children, "cutoff": cutoffs, "days": days})[listed].dropna(subset=["days"])
    first = frame.sort_values(["cutoff"], kind="stable").drop_duplicates("child")["days"].to_numpy(dtype=float)
    names = ("lower_quartile_days", "median_days", "upper_quartile_days")
    if not len(first) or len(first) < hide_below:
        return {"children": 0 if not len(first) else None, **dict.fromkeys(names), "bins": []}
    quartiles = [float(days) for days in np.quantile(first, [0.25, 0.5, 0.75])]
    return {
        "children": len(first),
        **dict(zip(names, quartiles, strict=True)),
        "bins": bins_of_days(first, hide_below),
    }


def bins_of_days(days: NDArray[np.float64], hide_below: int) -> list[dict[str, int]]:
    """Numbers of children by days, in the narrowest bars that all stand for enough children; none if no width does.

    Examples
    --------
    >>> bins_of_days(np.array([3.0, 70.0, 80.0]), hide_below=2)
    [{'from_days': 0, 'to_days': 122, 'children': 3}]
    """
    for width in WIDTHS:
        counts = np.bincount((days // width).astype(np.intp))
        if not ((counts > 0) & (counts < hide_below)).any():
            return [
                {"from_days": place * width, "to_days": (place + 1) * width, "children": int(number)}
                for place, number in enumerate(counts)
            ]
    return []
