"""Where each child of one day's cohort stands in line for the places of a list."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, StudyError
from ace_risk.evaluate.places import Places, check_places, kept_places
from ace_risk.explanation.sentences import day
from ace_risk.features.build import build_features
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import age_bands, age_in_years
from ace_risk.features.homes import homes_of
from ace_risk.features.labels import Outcome, is_eligible
from ace_risk.features.ties import tie_order
from ace_risk.referrals.child_file import written_id

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack


@dataclass(frozen=True, eq=False)
class Standing:
    """One day's cohort in line; the frames and arrays have one row per child, in the same order.

    Attributes
    ----------
    tables, history
        What it was made from.
    cohort, features
        The children who are considered (of the hub, if one was named), without those who objected, and their features.
    score, support_need
        Total points, and the share that they stand for.
    line
        The places, and how they are taken.
    rank
        Place in line, from 1.
    listed
        Whether the child takes one of the places.
    elsewhere
        Children who could be on another hub's list.
    """

    tables: Tables
    history: pd.DataFrame
    cohort: pd.DataFrame
    features: pd.DataFrame
    score: NDArray[np.float64]
    support_need: NDArray[np.float64]
    line: Places
    rank: NDArray[np.int64]
    listed: NDArray[np.bool_]
    elsewhere: pd.Series

    @cached_property
    def people(self) -> pd.DataFrame:
        """Where each child of the cohort lives and how old they are; see :func:`people_of`."""
        return people_of(self.tables, self.cohort)


def find_standing(
    pack: Pack,
    tables: Tables,
    history: pd.DataFrame,
    as_of: pd.Timestamp,
    against: Collection[str],
    places: int | None = None,
    hub: str | None = None,
) -> Standing:
    """Score the day's cohort, as the model was trained on it, and put it in line for the places.

    Where the outcome follows an earlier record (`after_kinds`), children without one aren't considered. Places that a
    study keeps for hubs and age bands are kept on the list of all hubs only.

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
    places
        Places of the list that is asked for; None: the study's, however few children there are.
    hub
        Only children whose known home lies in this hub; None for all.

    Raises
    ------
    DataError
        If `as_of` lies after the end of the data.
    StudyError
        If the hub doesn't exist, there are fewer children than places asked for, or more are kept than there are.
    """
    plan = pack.study.referrals
    cohort = build_cohort(tables, history, pack.study.cohort, [as_of], pack.kinds)
    considered = is_eligible(history, cohort, outcome_of(pack)) & ~cohort["child_id"].map(written_id).isin(set(against))
    cohort = cohort[considered].reset_index(drop=True)
    chosen = _in_hub(tables, cohort, hub)
    elsewhere = cohort["child_id"][~chosen]
    cohort = cohort[chosen].reset_index(drop=True)
    if places is not None:
        check_places(places, len(cohort))
    size = plan.places_of(hub) if places is None else places
    keeps = hub is None and (plan.places_by_hub or plan.places_by_age_band)
    kept = kept_places(people_of(tables, cohort), size, plan.places_by_hub, plan.places_by_age_band) if keeps else ()
    features = build_features(history, cohort, pack.catalogue)
    scored = pack.score_features(features)
    score, need = (scored[name].to_numpy(dtype=np.float64) for name in ("score", "support_need"))
    line = Places(size, tie_order(history, cohort, pack.kinds), kept)
    rank = np.empty(len(cohort), dtype=np.int64)
    rank[line.order(score)] = np.arange(1, len(cohort) + 1)
    return Standing(tables, history, cohort, features, score, need, line, rank, line.listed(score), elsewhere)


def people_of(tables: Tables, cohort: pd.DataFrame) -> pd.DataFrame:
    """Where each child of a cohort lives, as far as is known, and how old they are; nothing else about them.

    Returns
    -------
    DataFrame
        One row per cohort row, same order and index: `household_id`, `hub`, `age_years`, `age_band`.
    """
    born = tables.children.set_index("child_id")["birth_date"].reindex(cohort["child_id"]).set_axis(cohort.index)
    age = age_in_years(born, cohort["cutoff"])
    homes = homes_of(tables.residence, cohort)[["household_id", "hub"]]
    return homes.assign(age_years=age, age_band=age_bands(age))


def comes_of_age(pack: Pack, tables: Tables, children: pd.Series, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Which children leave the age range before the outcome could be followed to its end, one per child given.

    Such rows are censored: the model neither learns from them nor is it tested on them.
    """
    born = tables.children.set_index("child_id")["birth_date"].reindex(children)
    end = as_of + pd.Timedelta(days=pack.study.outcome.horizon_days)
    leaves: NDArray[np.bool_] = (born + pd.DateOffset(years=pack.study.cohort.under_age_years) < end).to_numpy()
    return leaves


def outcome_of(pack: Pack) -> Outcome:
    """The outcome that the model was trained on."""
    return Outcome(**pack.study.outcome.model_dump(include={"kinds", "horizon_days", "after_kinds"}))


def first_day(tables: Tables, as_of: pd.Timestamp) -> pd.Timestamp:
    """The day on which the data start.

    Raises
    ------
    DataError
        If `as_of` doesn't lie after their first incident, or lies after their end.
    """
    first = tables.data_start
    if not as_of > first:
        raise DataError(f"--as-of: {day(as_of)} lies before the data, which start on {day(first)}. Choose a later day.")
    if as_of > tables.data_end:
        raise DataError(
            f"--as-of: {day(as_of)} lies after the end of the data ({day(tables.data_end)}), so what was recorded "
            "until then isn't known. Choose an earlier day, load newer data, or, if nothing more was recorded up to "
            "that day, say so by data_end in datapackage.json."
        )
    return pd.Timestamp(first.floor("D"))


def _in_hub(tables: Tables, cohort: pd.DataFrame, hub: str | None) -> NDArray[np.bool_]:
    """Which rows of a cohort belong to the hub."""
    if hub is None:
        return np.ones(len(cohort), dtype=bool)
    hubs = people_of(tables, cohort)["hub"]
    if hub not in set(hubs):
        known = ", ".join(sorted(set(hubs))) or "none"
        raise StudyError(f"--hub: no child who could be listed lives in a hub of that name. Use one of: {known}.")
    belongs: NDArray[np.bool_] = (hubs == hub).to_numpy(dtype=bool)
    return belongs


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
