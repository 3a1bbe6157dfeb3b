"""The children who could be on a list on one day, with their scores and their places in line."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, StudyError
from ace_risk.explanation.sentences import day
from ace_risk.features.build import build_features
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import build_groups
from ace_risk.features.labels import Outcome, is_eligible
from ace_risk.features.ties import tie_order
from ace_risk.referrals.child_file import written_id
from ace_risk.referrals.places import Places, check_places, kept_places

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack


@dataclass(frozen=True, eq=False)
class Candidates:
    """The children who could be on one list; the frames and arrays have one row per child, in the same order.

    Attributes
    ----------
    history
        The history of all children.
    cohort, groups, features
        The day's cohort (of the hub, if one was named), without the children who objected.
    score, support_need
        Total points, and the share that they stand for.
    line
        The places, and how they are taken.
    elsewhere
        Children who could be on another hub's list.
    """

    history: pd.DataFrame
    cohort: pd.DataFrame
    groups: pd.DataFrame
    features: pd.DataFrame
    score: NDArray[np.float64]
    support_need: NDArray[np.float64]
    line: Places
    elsewhere: pd.Series


def find_candidates(
    pack: Pack, tables: Tables, as_of: pd.Timestamp, places: int, hub: str | None, objections: Collection[str]
) -> Candidates:
    """Everybody who could be on the list, scored: the day's cohort, as the model was trained on it.

    Where the outcome follows an earlier record (`after_kinds`), children without one aren't considered.

    Parameters
    ----------
    pack
        The model and its study.
    tables
        The six tables.
    as_of
        The cutoff.
    places
        Children on the list.
    hub
        Only children whose known home lies in this hub; None for all.
    objections
        Ids, as a list writes them, of children who are left out.

    Raises
    ------
    StudyError
        If the hub doesn't exist, there are fewer children than places, or more places are kept than there are.
    DataError
        If `as_of` lies outside the data.
    """
    first = tables.incidents["occurred_at"].min()
    if as_of <= first:
        raise DataError(f"{day(as_of)} lies before the data, which start on {day(first)}. Choose a later day.")
    plan = pack.study.referrals
    history = build_history(tables, pack.kinds)
    cohort = build_cohort(tables, history, pack.study.cohort, [as_of], pack.kinds)
    outcome = Outcome(**pack.study.outcome.model_dump(include={"kinds", "horizon_days", "after_kinds"}))
    considered = is_eligible(history, cohort, outcome) & ~cohort["child_id"].map(written_id).isin(set(objections))
    cohort = cohort[considered].reset_index(drop=True)
    groups = build_groups(tables, history, cohort)
    chosen = _in_hub(groups["hub"], hub)
    elsewhere = cohort["child_id"][~chosen]
    cohort, groups = cohort[chosen].reset_index(drop=True), groups[chosen].reset_index(drop=True)
    check_places(places, len(cohort))
    kept = kept_places(groups, places, plan.places_by_hub, plan.places_by_age_band) if hub is None else ()
    features = build_features(history, cohort, pack.catalogue)
    scored = pack.score_features(features)
    return Candidates(
        history,
        cohort,
        groups,
        features,
        scored["score"].to_numpy(dtype=np.float64),
        scored["support_need"].to_numpy(dtype=np.float64),
        Places(places, tie_order(history, cohort, pack.kinds), kept),
        elsewhere,
    )


def _in_hub(hubs: pd.Series, hub: str | None) -> pd.Series:
    """Which rows belong to the hub."""
    if hub is None:
        return pd.Series(True, index=hubs.index)
    if hub not in set(hubs):
        known = ", ".join(sorted(set(hubs))) or "none"
        raise StudyError(f"hub: no child who could be listed lives in a hub of that name. Use one of: {known}.")
    return hubs == hub
