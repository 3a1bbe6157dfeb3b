"""Where each child of one day's cohort would stand, if a list of all hubs were made then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.tables import Tables
from ace_risk.features.build import build_features
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import build_groups
from ace_risk.features.ties import tie_order
from ace_risk.referrals.child_file import written_id
from ace_risk.referrals.places import Places, kept_places

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack


@dataclass(frozen=True, eq=False)
class Standing:
    """One day's cohort in line; the frames and arrays have one row per child, in the same order.

    Attributes
    ----------
    cohort, features
        The children who are considered, without those who objected, and their features.
    score, support_need
        Total points, and the share that they stand for.
    line
        The places, and how they are taken.
    rank
        Place in line, from 1.
    listed
        Whether the child takes one of the places.
    """

    cohort: pd.DataFrame
    features: pd.DataFrame
    score: NDArray[np.float64]
    support_need: NDArray[np.float64]
    line: Places
    rank: NDArray[np.int64]
    listed: NDArray[np.bool_]


def find_standing(
    pack: Pack, tables: Tables, history: pd.DataFrame, as_of: pd.Timestamp, against: Collection[str]
) -> Standing:
    """Score the day's cohort and put it in line for the study's places.

    Parameters
    ----------
    pack
        The model and its study.
    tables, history
        The six tables and the history made from them: of all children, or of all who could be in the cohort.
    as_of
        The cutoff.
    against
        Ids, as a list writes them, of children who objected.

    Raises
    ------
    DataError
        If `as_of` lies after the end of the data.
    StudyError
        If places are kept for a hub where nobody lives.
    """
    plan = pack.study.referrals
    cohort = build_cohort(tables, history, pack.study.cohort, [as_of], pack.kinds)
    cohort = cohort[~cohort["child_id"].map(written_id).isin(set(against))].reset_index(drop=True)
    kept: tuple[tuple[NDArray[np.bool_], int], ...] = ()
    if plan.places_by_hub or plan.places_by_age_band:
        groups = build_groups(tables, history, cohort)
        kept = kept_places(groups, plan.places, plan.places_by_hub, plan.places_by_age_band)
    features = build_features(history, cohort, pack.catalogue)
    scored = pack.score_features(features)
    score = scored["score"].to_numpy(dtype=np.float64)
    line = Places(plan.places, tie_order(history, cohort, pack.kinds), kept)
    rank = np.empty(len(cohort), dtype=np.int64)
    rank[line.order(score)] = np.arange(1, len(cohort) + 1)
    need = scored["support_need"].to_numpy(dtype=np.float64)
    return Standing(cohort, features, score, need, line, rank, line.listed(score))


def counted_shares(evaluation: Mapping[str, Any], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each total, the share of test rows with such a total for which the outcome followed; NaN where unknown.

    Parameters
    ----------
    evaluation
        The pack's evaluation; read is the card's table of totals, lowest first: `low_total` and `observed`.
    score
        Total of each child.

    Examples
    --------
    >>> totals = [{"low_total": -2.0, "observed": 0.05}, {"low_total": 1.0, "observed": 0.2}]
    >>> counted_shares({"points_card": {"totals": totals}}, np.array([0.0, 4.0])).tolist()
    [0.05, 0.2]
    """
    totals = evaluation.get("points_card", {}).get("totals", [])
    if not totals:
        return np.full(len(score), np.nan)
    place = np.searchsorted([float(total["low_total"]) for total in totals], score, side="right") - 1
    return np.array([float(totals[row]["observed"]) for row in np.maximum(place, 0)])
