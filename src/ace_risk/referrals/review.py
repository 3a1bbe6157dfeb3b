"""The daily review: every child in what was recorded in the last hours, family by family."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.marker import lapse
from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.reasons import STRENGTHS
from ace_risk.referrals.child_file import written_id
from ace_risk.referrals.own_tables import among, children_recorded, tables_of
from ace_risk.referrals.previous import places_handed_out
from ace_risk.referrals.review_rows import REVIEW_COLUMNS, Known, child_rows
from ace_risk.referrals.review_words import KNOWN_DAYS
from ace_risk.referrals.standing import find_standing, first_day, people_of
from ace_risk.report.clock import now

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

MOST_HOURS = 31 * 24
EXPIRES_HOURS = 24
"""How long after its own time a review may be used."""


@dataclass(frozen=True, eq=False)
class Review:
    """What was recorded, by child, and what its readers must know.

    Attributes
    ----------
    frame
        One row per child, family by family: :data:`REVIEW_COLUMNS`. Families with a child still missing come first,
        then those with most records; children of a family by age, the youngest first.
    since, as_of
        The window: recorded at or after the first and before the second.
    made_at, expires_at
        When it was made, and from when it may no longer be used.
    hub
        The hub that it is about; None for all.
    elsewhere, without_home
        Children whom a review of all hubs would show, who live in other hubs, and whose home isn't known; 0 for all.
    considered, places
        Children of the day's cohort (of the hub), and places of a list made now.
    objected, objections_unknown
        Children left out because they or their family objected, whether or not anything was recorded of them, and
        objections that name no child of the data.
    names_parental_conditions
        Whether a parent's health, drug or alcohol use, treatment or prison may be named.
    """

    frame: pd.DataFrame
    since: pd.Timestamp
    as_of: pd.Timestamp
    made_at: datetime
    expires_at: datetime
    hub: str | None
    elsewhere: int
    without_home: int
    considered: int
    places: int
    objected: int
    objections_unknown: int
    names_parental_conditions: bool


def make_review(
    pack: Pack,
    tables: Tables,
    *,
    as_of: pd.Timestamp,
    hours: int = 24,
    hub: str | None = None,
    handed_out: pd.DataFrame | None = None,
    names_parental_conditions: bool = False,
    objections: Collection[str] = (),
    approved_until: date | None = None,
) -> Review:
    """Every child in the incidents and missing episodes that were recorded in `[as_of - hours, as_of)`.

    A household incident is laid on every child who lived there, and counts as recorded when both it and the home
    were. Records of strengths alone bring no child in. A child of whom only searches, detention or other enforcement
    was recorded is there for welfare follow-up only, without a place.

    Parameters
    ----------
    pack
        The model, the study and the words.
    tables
        The six tables.
    as_of
        The time of the review; only what was recorded before it counts.
    hours
        How far back, from 1 to 744.
    hub
        Only children whose known home lies in this hub, and the places of its list; all by default.
    handed_out
        The rows of the list that the team works from; it is told who is on it.
    names_parental_conditions
        As for a list; synthetic tables always do.
    objections
        Ids of children who are left out because they or their family objected.
    approved_until
        First day on which the data may no longer be used: what is made lapses then at the latest. None for synthetic
        data.

    Raises
    ------
    StudyError
        If the hours are out of range, or the hub doesn't exist.
    DataError
        If `as_of` lies outside the data.
    """
    if not 1 <= hours <= MOST_HOURS:
        raise StudyError(f"--hours: {hours} is out of range. Give from 1 to {MOST_HOURS}; a day has 24.")
    first_day(tables, as_of)
    since = as_of - pd.Timedelta(hours=hours)
    against = set(map(written_id, objections))
    back = pd.Timedelta(days=max(pack.study.cohort.seen_within_days, KNOWN_DAYS))
    near = tables_of(tables, children_recorded(tables, pack.kinds, min(since, as_of - back), since))
    history = build_history(near, pack.kinds)
    standing = find_standing(pack, near, history, as_of, against, hub=hub)
    named = names_parental_conditions or tables.synthetic
    recorded = _recorded(pack, history, since, as_of)
    everybody = _people(near, recorded["child_id"], as_of, pack.study.cohort.under_age_years, against)
    people = everybody if hub is None else everybody[everybody["hub"] == hub].reset_index(drop=True)
    homeless = int(everybody["hub"].isna().sum()) if hub else 0
    records = history[among(history["child_id"], people["child_id"])]
    known = Known(
        pack, since, as_of, records, standing, places_handed_out(handed_out, as_of),
        Unnamed.unless(named, pack.kinds, pack.catalogue),
    )  # fmt: skip
    in_data = against & set(tables.children["child_id"].map(written_id)) if against else set()
    return Review(
        frame=_by_family(child_rows(known, people)),
        since=since,
        as_of=as_of,
        made_at=now(),
        expires_at=lapse(as_of.to_pydatetime(), timedelta(hours=EXPIRES_HOURS), approved_until),
        hub=hub,
        elsewhere=len(everybody) - len(people) - homeless,
        without_home=homeless,
        considered=len(standing.cohort),
        places=standing.line.places,
        objected=len(in_data),
        objections_unknown=len(against) - len(in_data),
        names_parental_conditions=named,
    )


def _recorded(pack: Pack, history: pd.DataFrame, since: pd.Timestamp, as_of: pd.Timestamp) -> pd.DataFrame:
    """The records of the window, of every child who has one that isn't about strengths."""
    kinds = pack.kinds
    wanted = [*kinds.incidents, "missing"]
    rows = history[(history["recorded_at"] >= since) & (history["recorded_at"] < as_of)]
    rows = rows[rows["kind"].isin(wanted) & (rows["occurred_at"] < as_of)]
    strengths = {name for name, kind in kinds.incidents.items() if kind.domain == STRENGTHS}
    brought_in = rows["child_id"][~rows["kind"].isin(strengths)].unique()
    return rows[rows["child_id"].isin(brought_in)]


def _people(
    tables: Tables, children: pd.Series, as_of: pd.Timestamp, under_years: int, against: Collection[str]
) -> pd.DataFrame:
    """The children of the review with age and home: those under age who haven't objected."""
    own = tables.children[among(tables.children["child_id"], children)]
    of_age = own["birth_date"] + pd.DateOffset(years=under_years) <= as_of
    own = own[~of_age & ~own["child_id"].map(written_id).isin(against)].reset_index(drop=True)
    people = own[["child_id", "birth_date"]].assign(cutoff=as_of)
    return people.join(people_of(tables_of(tables, people["child_id"]), people))


def _by_family(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows family by family, each family with a number; a child without a known home is a family alone."""
    if frame.empty:
        return pd.DataFrame(columns=[*REVIEW_COLUMNS])
    alone = frame["child_id"].map(lambda child: f"alone {child}")
    family = frame["household_id"].astype(object).where(frame["household_id"].notna(), alone)
    by_family = frame.groupby(family)
    keys = pd.DataFrame(
        {
            "still": ~by_family["still_missing"].transform("any"),
            "records": -by_family["records"].transform("sum"),
            "family": by_family["child_id"].transform(lambda ids: min(map(str, ids))),
            "age": frame["birth_date"],
            "child": frame["child_id"].map(str),
        }
    )
    order = keys.sort_values(
        ["still", "records", "family", "age", "child"], ascending=[True, True, True, False, True]
    ).index
    frame = frame.loc[order].reset_index(drop=True)
    numbers = pd.factorize(keys.loc[order, "family"])[0] + 1
    return frame.assign(visit=[f"F{number:03d}" for number in numbers])[[*REVIEW_COLUMNS]]
