"""How much a list changes from one date to the next."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def churn_record(children: NDArray[Any], cutoffs: NDArray[Any], listed: NDArray[np.bool_]) -> dict[str, Any]:
    """How many places of each list went to a child of the list before.

    Parameters
    ----------
    children, cutoffs
        Child and cutoff of each row: everybody who was considered, whether or not the outcome could be followed.
    listed
        Whether the row was on its list.

    Returns
    -------
    dict
        `changes`, one record per pair of lists that follow one another (`from`, `to`, `places`, `stayed`, `new`), and
        `stayed_share` over all of them, None with a single list.

    Examples
    --------
    >>> cutoffs = pd.to_datetime(["2024-01-01"] * 2 + ["2024-04-01"] * 2).to_numpy()
    >>> churn_record(np.array(["a", "b", "b", "c"]), cutoffs, np.ones(4, dtype=bool))["changes"][0]["stayed"]
    1
    """
    days = pd.to_datetime(pd.Series(cutoffs)).dt.strftime("%Y-%m-%d")
    frame = pd.DataFrame({"child": children, "day": days})[listed]
    lists = {str(day): set(part) for day, part in frame.groupby("day", sort=True)["child"]}
    changes: list[dict[str, Any]] = []
    for (before, earlier), (after, later) in pairwise(lists.items()):
        stayed = len(earlier & later)
        changes.append(
            {
                "from": before,
                "to": after,
                "places": len(later),
                "stayed": stayed,
                "new": len(later) - stayed,
            }
        )
    places = sum(change["places"] for change in changes)
    stayed_in_all = sum(change["stayed"] for change in changes)
    return {"changes": changes, "stayed_share": stayed_in_all / places if places else None}
