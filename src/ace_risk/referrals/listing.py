"""The referral list: whom a team might visit first, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.history import build_history
from ace_risk.data.marker import lapse
from ace_risk.data.tables import Tables
from ace_risk.evaluate.places import bands
from ace_risk.explanation.parental import Unnamed
from ace_risk.referrals.child_file import written_id
from ace_risk.referrals.columns import BESIDE_COLUMNS, REFERRAL_COLUMNS
from ace_risk.referrals.families import unlisted_siblings, visit_numbers
from ace_risk.referrals.previous import NEW, changes, left_since
from ace_risk.referrals.standing import Standing, comes_of_age, counted_shares, find_standing, first_day
from ace_risk.referrals.telling import tell
from ace_risk.report.clock import now

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

Positions = NDArray[np.intp]
ADDED = "added by a worker"
"""Opens what `changed_since_last` says of a child whom a worker added; the worker's reason follows."""


@dataclass(frozen=True, eq=False)
class ReferralList:
    """A list, and what its readers must know.

    Attributes
    ----------
    frame
        One row per child on the list, in order of rank, those whom a worker added last: the contract's columns, and
        `other_children_at_home` (under age and not on the list), `support_now`, `counted` (for how many of the test
        rows with such a total the outcome followed, as a share), `safe_contact` and `new`.
    next_in_line
        The children just beneath the cut-off, with the same columns; their band is empty.
    as_of, made_at, expires_at
        The cutoff, when the list was made, and from when it may no longer be used: so many days after the cutoff, so
        that making a list again never prolongs it.
    places
        Places on the list.
    considered
        Children in the cohort on that day (of the hub, if one was named), without those who objected.
    left
        Children of the previous list who are not on this one, and why: `child_id`, `why`; None without a previous
        list. A child who objected is not named.
    objected, objections_unknown
        Children left out because they or their family objected, and objections that name no child of the data.
    added, not_added
        Children added to the places by a worker, and those who could not be because they are not in the day's
        cohort, or objected.
    come_of_age
        Children on the list who leave the age range before the outcome could be followed to its end.
    tied_beneath
        Children beneath the cut-off with the total of the last place: only the tie rule tells them from those above.
    resampled_lists
        Resampled tables that the bands rest on; 0 where the pack has none, and every band is empty.
    names_parental_conditions
        Whether a parent's health, drug or alcohol use, treatment or prison may be named.
    """

    frame: pd.DataFrame
    next_in_line: pd.DataFrame
    as_of: pd.Timestamp
    made_at: datetime
    expires_at: datetime
    places: int
    considered: int
    left: pd.DataFrame | None
    objected: int = 0
    objections_unknown: int = 0
    added: int = 0
    not_added: int = 0
    come_of_age: int = 0
    tied_beneath: int = 0
    resampled_lists: int = 0
    names_parental_conditions: bool = True


def make_list(
    pack: Pack,
    tables: Tables,
    *,
    as_of: pd.Timestamp,
    places: int,
    hub: str | None = None,
    previous: pd.DataFrame | None = None,
    names_parental_conditions: bool = False,
    objections: Collection[str] = (),
    additions: Mapping[str, str] | None = None,
    approved_until: date | None = None,
) -> ReferralList:
    """Rank the children of one day's cohort and say why.

    The order is by the card's total; equal totals by the newest record first, then by a hash of the date and the
    child's id, never by row order. Where the study keeps places for hubs or age bands, the first children of each
    take those; this holds for the list of all hubs only.

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
        The last list's rows; used to say who is new, who has left, and why.
    names_parental_conditions
        Whether the approval permits naming a parent's health, drug or alcohol use, treatment or prison; synthetic
        tables always do.
    objections
        Ids of children who are left out because they or their family objected.
    additions
        Children whom a worker adds, and why; they come after the places, not out of them.
    approved_until
        First day on which the data may no longer be used: what is made lapses then at the latest. None for synthetic
        data.

    Raises
    ------
    StudyError
        If the hub doesn't exist, or there are fewer children than places.
    DataError
        If `as_of` lies outside the data.
    """
    against = set(map(written_id, objections))
    wanted = {written_id(child): reason for child, reason in (additions or {}).items()}
    first_day(tables, as_of)
    found = find_standing(pack, tables, build_history(tables, pack.kinds), as_of, against, places, hub)
    listed, added, below = _who(found, set(wanted), pack.study.referrals.next_in_line)
    shown, size = np.concatenate([listed, added, below]), len(listed) + len(added)
    named = names_parental_conditions or tables.synthetic
    change = changes(found.cohort["child_id"].iloc[shown], previous)
    frame = _rows(pack, tables, found, shown, Unnamed.unless(named, pack.kinds, pack.catalogue))
    frame["new"] = [word == NEW for word in change]
    frame["changed_since_last"] = change
    for row in range(len(listed), size):
        frame.loc[row, "changed_since_last"] = f"{ADDED}: {wanted[written_id(frame.loc[row, 'child_id'])]}"
    frame["band"] = [*bands(found.line, pack.resampled, found.features, listed), *[""] * (len(shown) - len(listed))]
    homes = found.people["household_id"].to_numpy()[shown]
    frame["visit"] = visit_numbers(homes)
    under_years = pack.study.cohort.under_age_years
    listed_ids = frame["child_id"].iloc[:size]
    frame["other_children_at_home"] = unlisted_siblings(tables, as_of, under_years, homes, listed_ids)
    kept = timedelta(days=pack.study.referrals.expires_days)
    made_at, expires_at = now(), lapse(as_of.to_pydatetime(), kept, approved_until)
    frame["list_made_at"], frame["list_expires_at"] = made_at, expires_at
    frame["counted"] = counted_shares(pack.evaluation, found.score[shown])
    frame = frame[[*REFERRAL_COLUMNS, *BESIDE_COLUMNS, "safe_contact", "new"]]
    on_list = set(listed_ids.map(written_id))
    in_data = against & set(tables.children["child_id"].map(written_id))
    return ReferralList(
        frame=frame.iloc[:size],
        next_in_line=frame.iloc[size:].reset_index(drop=True),
        as_of=as_of,
        made_at=made_at,
        expires_at=expires_at,
        places=places,
        considered=len(found.cohort),
        left=None if previous is None else left_since(previous, on_list | against, tables, found, pack.study.cohort),
        objected=len(in_data),
        objections_unknown=len(against) - len(in_data),
        added=len(added),
        not_added=len(set(wanted) - on_list),
        come_of_age=int(comes_of_age(pack, tables, listed_ids, as_of).sum()),
        tied_beneath=_tied_beneath(found, listed, added),
        resampled_lists=len(pack.resampled),
        names_parental_conditions=named,
    )


def _tied_beneath(found: Standing, listed: Positions, added: Positions) -> int:
    """How many children who aren't on the list have the total of the last place."""
    tied = found.score == found.score[listed[-1]]
    return int(tied.sum() - tied[listed].sum() - tied[added].sum())


def _who(found: Standing, wanted: set[str], next_in_line: int) -> tuple[Positions, Positions, Positions]:
    """Who takes a place, whom a worker adds to the places, and who is next in line; each in order."""
    order = found.line.order(found.score)
    on_list = found.listed[order]
    asked = found.cohort["child_id"].map(written_id).isin(wanted).to_numpy()[order]
    return order[on_list], order[asked & ~on_list], order[~asked & ~on_list][:next_in_line]


def _rows(pack: Pack, tables: Tables, found: Standing, shown: Positions, unnamed: Unnamed) -> pd.DataFrame:
    """A row per child shown: rank, who, score, and what is told."""
    people = found.people.iloc[shown]
    frame = pd.DataFrame(
        {
            "rank": np.arange(1, len(shown) + 1),
            "child_id": found.cohort["child_id"].to_numpy()[shown],
            "hub": people["hub"].to_numpy(),
            "age_years": people["age_years"].to_numpy(),
            "support_need": found.support_need[shown].round(4),
            "score": whole_if_possible(found.score[shown]),
            "pack": pack.short_id,
        }
    )
    cohort, features = found.cohort.iloc[shown], found.features.iloc[shown]
    return frame.join(tell(pack, tables, found.history, cohort, features, people["age_years"], unnamed))


def whole_if_possible(values: NDArray[np.float64]) -> NDArray[np.float64] | NDArray[np.int64]:
    """Points as whole numbers; scores of other tables as they are.

    Examples
    --------
    >>> whole_if_possible(np.array([3.0, 1.0])).tolist(), whole_if_possible(np.array([0.5])).tolist()
    ([3, 1], [0.5])
    """
    return values.astype(np.int64) if np.array_equal(values, np.round(values)) else values
