"""One child of a day's cohort, listed or not: where the child stands, why, and what would change it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.marker import lapse
from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
from ace_risk.evaluate.places import bands
from ace_risk.explanation.contributions import contributions
from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.sentences import day
from ace_risk.referrals.card_lines import CardLine, lines_of
from ace_risk.referrals.child_file import written_id
from ace_risk.referrals.lanes import Lane, lanes_of
from ace_risk.referrals.own_tables import among, children_recorded, tables_of
from ace_risk.referrals.standing import Standing, comes_of_age, counted_shares, find_standing, first_day, people_of
from ace_risk.referrals.support import support_so_far
from ace_risk.referrals.telling import tell
from ace_risk.referrals.what_if import WhatIf, without_each_record
from ace_risk.report.clock import now

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack


@dataclass(frozen=True, eq=False)
class ChildRecord:
    """What the page of one child shows.

    Attributes
    ----------
    child_id, hub, age_years
        Who, where and how old.
    as_of, made_at, expires_at
        The cutoff, when the page was made, and from when it may no longer be used, as for a list of that day.
    rank, considered, places, listed
        The place in line, of how many, and whether it is one of the places.
    score, lowest_listed, support_need, band
        Total points, those of the last child listed, the share that the total stands for, and how firm a place is.
    counted
        The share of test rows with such a total for which the outcome followed; NaN where it isn't known.
    told
        Reasons, strengths, support options and gaps, as on a list.
    card
        The lines of the card that the child has.
    moves
        How far each domain moves the total from the average, strongest first, and that average.
    average
        The average total of the children that the model learnt from.
    lanes, support
        The history for a picture, and spells of support and statutory work in words.
    comes_of_age
        Whether the child leaves the age range before the outcome could be followed to its end.
    what_if, single_records
        What would change without one record, and how many records there are.
    names_parental_conditions
        Whether a parent's health, drug or alcohol use, treatment or prison may be named.
    """

    child_id: object
    hub: str
    age_years: int
    as_of: pd.Timestamp
    made_at: datetime
    expires_at: datetime
    rank: int
    considered: int
    places: int
    listed: bool
    score: float
    lowest_listed: float
    support_need: float
    counted: float
    band: str
    told: dict[str, Any]
    card: list[CardLine]
    moves: list[tuple[str, float]]
    average: float
    lanes: list[Lane]
    support: list[str]
    comes_of_age: bool
    what_if: list[WhatIf]
    single_records: int
    names_parental_conditions: bool


def make_child_record(
    pack: Pack,
    tables: Tables,
    child: str,
    *,
    as_of: pd.Timestamp,
    names_parental_conditions: bool = False,
    objections: Collection[str] = (),
    approved_until: date | None = None,
) -> ChildRecord:
    """Everything that the page of one child shows, as known at a cutoff.

    Parameters
    ----------
    pack
        The model and its study.
    tables
        The six tables.
    child
        The child's id, as it is in the data or as a list writes it.
    as_of
        The cutoff; only what had happened and was recorded before it counts.
    names_parental_conditions
        As for a list; synthetic tables always do.
    objections
        Ids of children for whom no page is made.
    approved_until
        First day on which the data may no longer be used: what is made lapses then at the latest. None for synthetic
        data.

    Raises
    ------
    StudyError
        If no such child is in the data or in the day's cohort, or the child or family objected. The id is not repeated.
    DataError
        If `as_of` lies outside the data.
    """
    start = first_day(tables, as_of)
    if written_id(child) in set(map(written_id, objections)):
        raise StudyError("ID: this child or family objected, so no page is made.")
    rule = pack.study.cohort
    seen_from = as_of - pd.Timedelta(days=rule.seen_within_days)
    near = tables_of(tables, children_recorded(tables, pack.kinds, seen_from, as_of))
    history = build_history(near, pack.kinds)
    standing = find_standing(pack, near, history, as_of, set(map(written_id, objections)))
    at = _position(tables, standing, child, as_of, pack)
    named = names_parental_conditions or tables.synthetic
    unnamed = Unnamed.unless(named, pack.kinds, pack.catalogue)
    row, features = standing.cohort.iloc[[at]], standing.features.iloc[[at]]
    own = history[among(history["child_id"], row["child_id"])]
    own = own[(own["occurred_at"] < as_of) & (own["recorded_at"] < as_of)]
    people = people_of(near, row)
    moved, average = contributions(pack.model, features)
    changed = without_each_record(pack, standing, own, at, unnamed)
    return ChildRecord(
        child_id=row["child_id"].iloc[0],
        hub=str(people["hub"].iloc[0]),
        age_years=int(people["age_years"].iloc[0]),
        as_of=as_of,
        made_at=now(),
        expires_at=lapse(as_of.to_pydatetime(), timedelta(days=pack.study.referrals.expires_days), approved_until),
        rank=int(standing.rank[at]),
        considered=len(standing.cohort),
        places=pack.study.referrals.places,
        listed=bool(standing.listed[at]),
        score=float(standing.score[at]),
        lowest_listed=float(standing.score[standing.listed].min()),
        support_need=float(standing.support_need[at]),
        counted=float(counted_shares(pack.evaluation, standing.score[[at]])[0]),
        band=bands(standing.line, pack.resampled, standing.features, np.array([at]))[0] if standing.listed[at] else "",
        told=dict(tell(pack, near, own, row, features, people["age_years"], unnamed).iloc[0]),
        card=lines_of(pack, features, unnamed),
        moves=_by_domain(pack, moved.iloc[0]),
        average=average,
        lanes=lanes_of(own, pack, max(start, own["occurred_at"].min()), as_of),
        support=support_so_far(own, pack.kinds, as_of, unnamed, start),
        comes_of_age=bool(comes_of_age(pack, tables, row["child_id"], as_of)[0]),
        what_if=changed.rows,
        single_records=changed.records,
        names_parental_conditions=named,
    )


def _position(tables: Tables, standing: Standing, child: str, as_of: pd.Timestamp, pack: Pack) -> int:
    """Where the child stands in the day's cohort."""
    wanted = written_id(child)
    found = np.flatnonzero(standing.cohort["child_id"].map(written_id) == wanted)
    if len(found):
        return int(found[0])
    if not (tables.children["child_id"].map(written_id) == wanted).any():
        raise StudyError("ID: no child of this id is in the data. Check the id and the folder.")
    rule = pack.study.cohort
    raise StudyError(
        f"ID: this child could not be listed on {day(as_of)}, so there is no page. A page needs a child under "
        f"{rule.under_age_years} with a known home, a record in the last {round(rule.seen_within_days / 30.4375)} "
        "months, and no open statutory plan. Choose another day, or look into the daily review."
    )


def _by_domain(pack: Pack, moved: pd.Series) -> list[tuple[str, float]]:
    """How far each of the catalogue's domains moves the total, strongest first, without those that don't."""
    sums: dict[str, float] = {}
    for spec in pack.catalogue:
        title = pack.catalogue.domains.get(spec.domain, spec.domain)
        sums[title] = sums.get(title, 0.0) + float(moved[spec.name])
    used = [(title, value) for title, value in sums.items() if value]
    return sorted(used, key=lambda pair: -abs(pair[1]))
