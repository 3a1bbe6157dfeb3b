"""The referral list: whom a team might visit first, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, StudyError
from ace_risk.explanation.contributions import contributions
from ace_risk.explanation.evidence import records_by_child
from ace_risk.explanation.reasons import MOST_REASONS, explain_child
from ace_risk.explanation.sentences import day
from ace_risk.features.build import build_features
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import build_groups
from ace_risk.features.ties import tie_order
from ace_risk.referrals.columns import REFERRAL_COLUMNS
from ace_risk.referrals.gaps import find_gaps
from ace_risk.report.clock import now

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

NEAR_POINTS = 1.0
"""A child whose total lies within this many points of the cut-off is near it."""
SAFE_CONTACT = "Check safe contact first"
"""Stands before every offer where domestic abuse is on record, in every format."""
NO_STRENGTHS = "None on record yet: ask the child and the family."


@dataclass(frozen=True, eq=False)
class ReferralList:
    """A list, and what its readers must know.

    Attributes
    ----------
    frame
        One row per child on the list, in order of rank: the contract's columns, and `safe_contact` and `new`.
    next_in_line
        The children just beneath the cut-off, with the same columns.
    as_of, made_at, expires_at
        The cutoff, when the list was made, and from when it may no longer be used: so many days after the cutoff, so
        that making a list again never prolongs it.
    places
        Places on the list.
    considered
        Children in the cohort on that day (of the hub, if one was named).
    left
        Children of the previous list who are not on this one; None without a previous list.
    """

    frame: pd.DataFrame
    next_in_line: pd.DataFrame
    as_of: pd.Timestamp
    made_at: datetime
    expires_at: datetime
    places: int
    considered: int
    left: int | None


def make_list(
    pack: Pack,
    tables: Tables,
    *,
    as_of: pd.Timestamp,
    places: int,
    hub: str | None = None,
    previous: pd.DataFrame | None = None,
) -> ReferralList:
    """Rank the children of one day's cohort and say why.

    The order is by the card's total; equal totals by the newest record first, then by a hash of the date and the
    child's id, never by row order.

    Parameters
    ----------
    pack
        The model and its study.
    tables
        The six tables.
    as_of
        The cutoff; only what had happened and was recorded before it counts.
    places
        Children on the list.
    hub
        Only children whose known home lies in this hub; all by default.
    previous
        The last list's rows; used to say who is new and who has left.

    Raises
    ------
    StudyError
        If the hub doesn't exist, or there are fewer children than places.
    DataError
        If `as_of` lies outside the data.
    """
    first = tables.incidents["occurred_at"].min()
    if as_of <= first:
        raise DataError(f"{day(as_of)} lies before the data, which start on {day(first)}. Choose a later day.")
    history = build_history(tables, pack.kinds)
    cohort = build_cohort(tables, history, pack.study.cohort, [as_of], pack.kinds)
    groups = build_groups(tables, history, cohort)
    chosen = _in_hub(groups["hub"], hub)
    cohort, groups = cohort[chosen].reset_index(drop=True), groups[chosen].reset_index(drop=True)
    if not 1 <= places <= len(cohort):
        raise StudyError(
            f"places: {places} places for {len(cohort)} children who could be listed. Give from 1 to {len(cohort)}."
        )
    features = build_features(history, cohort, pack.catalogue)
    scored = pack.score_features(features)
    order = np.lexsort((tie_order(history, cohort, pack.kinds), -scored["score"].to_numpy()))
    kept = order[: places + pack.study.referrals.next_in_line]
    made_at = now()
    expires_at = as_of.to_pydatetime() + timedelta(days=pack.study.referrals.expires_days)
    cut_off = _cut_off(scored["score"].to_numpy()[order], places)
    near = np.abs(scored["score"] - cut_off) < NEAR_POINTS
    known = None if previous is None else set(previous["child_id"].astype(str))
    frame = pd.DataFrame(
        {
            "rank": np.arange(1, len(kept) + 1),
            "child_id": cohort["child_id"].to_numpy()[kept],
            "hub": groups["hub"].to_numpy()[kept],
            "age_years": groups["age_years"].to_numpy()[kept],
            "support_need": scored["support_need"].to_numpy()[kept].round(4),
            "score": whole_if_possible(scored["score"].to_numpy()[kept]),
            "band": np.where(near, "near the cut-off", "well inside")[kept],
        }
    )
    told = _tell(pack, tables, history, cohort.iloc[kept], features.iloc[kept], groups["age_years"].iloc[kept])
    frame = frame.join(told)
    frame["changed_since_last"] = [_change(child, known) for child in frame["child_id"]]
    frame["new"] = [known is not None and str(child) not in known for child in frame["child_id"]]
    frame["list_made_at"], frame["list_expires_at"] = made_at, expires_at
    frame["pack"] = pack.short_id
    frame["visit"] = _visits(groups["household_id"].to_numpy()[kept])
    frame = frame[[*REFERRAL_COLUMNS, "safe_contact", "new"]]
    listed = frame.iloc[:places]
    left = None if known is None else len(known - set(listed["child_id"].astype(str)))
    below = frame.iloc[places:].reset_index(drop=True)
    return ReferralList(listed, below, as_of, made_at, expires_at, places, len(cohort), left)


def _in_hub(hubs: pd.Series, hub: str | None) -> pd.Series:
    """Which rows belong to the hub."""
    if hub is None:
        return pd.Series(True, index=hubs.index)
    if hub not in set(hubs):
        raise StudyError(f"hub: no child lives in a hub of that name. Use one of: {', '.join(sorted(set(hubs)))}.")
    return hubs == hub


def whole_if_possible(values: np.ndarray) -> np.ndarray:
    """Points as whole numbers; scores of other tables as they are."""
    return values.astype(np.int64) if np.array_equal(values, np.round(values)) else values


def _cut_off(ordered: np.ndarray, places: int) -> float:
    """Half-way between the last child listed and the first who is not."""
    below = ordered[places] if places < len(ordered) else ordered[places - 1] - 2 * NEAR_POINTS
    return float((ordered[places - 1] + below) / 2)


def _tell(
    pack: Pack,
    tables: Tables,
    history: pd.DataFrame,
    cohort: pd.DataFrame,
    features: pd.DataFrame,
    ages: pd.Series,
) -> pd.DataFrame:
    """Reasons, strengths, support options and gaps, one row per cohort row."""
    added, _ = contributions(pack.model, features)
    records = records_by_child(history, cohort["child_id"])
    start = tables.incidents["occurred_at"].min().floor("D")
    born = tables.children.set_index("child_id")["birth_date"]
    titles = {name: kind.title for name, kind in pack.kinds.all.items()}
    rows = []
    for position, (child, cutoff) in enumerate(zip(cohort["child_id"], cohort["cutoff"], strict=True)):
        age = int(ages.iloc[position])
        reasons = explain_child(
            records[child],
            cutoff,
            features.iloc[position],
            added.iloc[position],
            pack.catalogue,
            max(start, born[child]),
            titles,
            age,
        )
        sentences = [*reasons.sentences, *[""] * MOST_REASONS][:MOST_REASONS]
        offers = [SAFE_CONTACT, *reasons.support] if reasons.safe_contact else reasons.support
        rows.append(
            {
                **{f"reason_{number}": text for number, text in enumerate(sentences, start=1)},
                "strengths": " ".join(reasons.strengths) or NO_STRENGTHS,
                "support_options": "; ".join(offers),
                "data_gaps": " ".join(find_gaps(tables, records[child], child, age, cutoff)),
                "safe_contact": reasons.safe_contact,
            }
        )
    return pd.DataFrame(rows)


def _change(child: object, known: set[str] | None) -> str:
    if known is None:
        return "first list"
    return "still listed" if str(child) in known else "new"


def _visits(households: np.ndarray) -> list[str]:
    """An opaque number per family, in the order in which families first appear."""
    numbers = pd.factorize(households)[0] + 1
    return [f"V{number:03d}" for number in numbers]
