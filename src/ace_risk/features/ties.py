"""The tie rule: in which order children with equal scores take places."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.kinds import Kinds, load_kinds


def tie_order(history: pd.DataFrame, cohort: pd.DataFrame, kinds: Kinds | None = None) -> NDArray[np.int64]:
    """The place of each cohort row among rows with the same score: smaller goes first, never row order.

    The child whose newest known record is the most recent goes first (by whole days; enforcement records don't
    count). Among those still equal, the order is that of a hash of the cutoff's date and the child's id, so that
    no child is first or last on every list.

    Parameters
    ----------
    history
        One row per child and record.
    cohort
        One row per child and cutoff: `child_id`, `cutoff`.
    kinds
        The kinds of record; the shipped ones by default.

    Returns
    -------
    ndarray
        One number per cohort row, all different.
    """
    kinds = kinds or load_kinds()
    counted = sorted(set(kinds.all) - kinds.enforcement)
    newest = build_features(history, cohort, Catalogue([FeatureSpec("seen", tuple(counted), "days_since_last")]))
    days = cohort["cutoff"].dt.strftime("%Y-%m-%d")
    digest = [
        hashlib.sha256(f"{day} {child}".encode()).hexdigest()
        for day, child in zip(days, cohort["child_id"], strict=True)
    ]
    keys = pd.DataFrame({"newest": newest.iloc[:, 0].to_numpy(), "digest": digest})
    place = np.empty(len(keys), dtype=np.int64)
    place[keys.sort_values(["newest", "digest"], kind="stable").index.to_numpy()] = np.arange(len(keys))
    return place
