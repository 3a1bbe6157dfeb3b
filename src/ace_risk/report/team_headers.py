"""The top and the foot of a team's pages, and what must be read before they are used: list, review, child's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.report.headers import kept_note, of_a_pack
from ace_risk.report.natural import clock, day
from ace_risk.report.page import Header
from ace_risk.report.words import LIST_SAFETY, REFER_NOW, WELFARE_ONLY

if TYPE_CHECKING:
    from ace_risk.referrals.child_record import ChildRecord
    from ace_risk.referrals.listing import ReferralList
    from ace_risk.referrals.review import Review
    from ace_risk.tracking.pack import Pack

    Made = ReferralList | Review | ChildRecord


def list_header(pack: Pack, referrals: ReferralList, statement: str, hub: str | None) -> Header:
    """The header of a referral list."""
    where = f" in {hub}" if hub else ""
    return Header(
        title=f"Referral list{where}, {day(referrals.as_of)}",
        what=f"{len(referrals.frame):,} children who may benefit from support, of {referrals.considered:,} considered.",
        made_from=f"What had happened and was recorded before {day(referrals.as_of)}.",
        safety=(
            REFER_NOW,
            *list_warnings(pack, referrals),
            *LIST_SAFETY,
            *tie_notes(referrals),
            *who_is_listed(pack, referrals, hub),
        ),
        recompute="Each total is the sum of the points on the card; each reason names the child's own records.",
        **_of_a_team(pack, referrals, statement),
    )


def review_header(pack: Pack, review: Review, statement: str) -> Header:
    """The header of a daily review."""
    where = f" in {review.hub}" if review.hub else ""
    return Header(
        title=f"Daily review{where}, {clock(review.as_of)}",
        what="Every child in what was recorded in these hours: what is known, and what could be offered.",
        made_from=f"Recorded from {clock(review.since)} to just before {clock(review.as_of)}, and what was known.",
        safety=(REFER_NOW, *review_notes(pack, review), *LIST_SAFETY, WELFARE_ONLY),
        recompute=f"Every line counts the child's own records; a place is that of a list of {review.hub or 'all hubs'} "
        "made at this time.",
        **_of_a_team(pack, review, statement),
    )


def child_header(pack: Pack, record: ChildRecord, statement: str) -> Header:
    """The header of a child's page; it doesn't name the child, so that no browser keeps the name."""
    turns = [coming_of_age_note(pack, 1)] if record.comes_of_age else []
    return Header(
        title=f"A child's page, {day(record.as_of)}",
        what="Where one child stands and why, what would change it, and the start of a plan made with the child.",
        made_from=f"What had happened and was recorded before {day(record.as_of)}.",
        safety=(
            REFER_NOW,
            *lapsed_note(record, "page"),
            *checked_note(pack, record.as_of),
            *unnamed_note(pack, record),
            *turns,
            *LIST_SAFETY,
        ),
        recompute="The total is the sum of the lines of the card; each reason names the child's own records.",
        **_of_a_team(pack, record, statement),
    )


def _of_a_team(pack: Pack, made: Made, statement: str) -> dict[str, Any]:
    """What every page of a team says of when it was made and until when it may be used, and of its data."""
    return {"made_at": made.made_at, "expires_at": made.expires_at, "statement": statement, **of_a_pack(pack)}


def review_notes(pack: Pack, review: Review) -> list[str]:
    """What a reader must know of this review; children are counted, never named."""
    notes = lapsed_note(review, "review") + checked_note(pack, review.as_of)
    if review.hub:
        notes.append(
            f"Only children whose known home lies in {review.hub}. Left out: {review.elsewhere:,} in other hubs, and "
            f"{review.without_home:,} without a known home, whom only the review of all hubs shows."
        )
    return notes + objection_note(review.objected, review.objections_unknown) + unnamed_note(pack, review)


def list_warnings(pack: Pack, referrals: ReferralList) -> list[str]:
    """What must be known about this list's day: that it has lapsed, what the model has seen, who turns 18 soon."""
    warnings = lapsed_note(referrals, "list")
    trained_to = max(fold["gap_to"] for fold in pack.evaluation["folds"])
    if f"{referrals.as_of:%Y-%m-%d}" < trained_to:
        warnings.append(f"The model has learnt from records up to {day(trained_to)}: figures for this day flatter it.")
    warnings += checked_note(pack, referrals.as_of)
    if referrals.come_of_age:
        warnings.append(coming_of_age_note(pack, referrals.come_of_age))
    return warnings


def checked_note(pack: Pack, as_of: pd.Timestamp) -> list[str]:
    """That records are newer than those on which the model was checked; nothing where they aren't."""
    checked = pd.Timestamp(pack.evaluation["data"]["end"])
    if as_of <= checked:
        return []
    note = f"The model was last checked on records up to {day(checked)}: its figures say nothing of what changed since."
    late = as_of > checked + pd.Timedelta(days=pack.study.outcome.horizon_days)
    return [f"{note} That is long ago: train and check it again before you rely on it." if late else note]


def coming_of_age_note(pack: Pack, children: int) -> str:
    """What the number means for children who leave the age range before the outcome could be seen."""
    years = pack.study.cohort.under_age_years
    who = "1 child here turns" if children == 1 else f"{children:,} children here turn"
    return (
        f"{who} {years} before the outcome could be followed to its end: the model neither learnt from such children "
        "nor was it tested on them, so their number and place are those of younger children with records like theirs."
    )


def tie_notes(referrals: ReferralList) -> list[str]:
    """Which ranks stand for one total, where that is a tenth of the places or more: their order means little."""
    frame = referrals.frame
    if frame.empty:
        return []
    last = frame["score"].iloc[: referrals.places].iloc[-1]
    same = frame.index[frame["score"] == last]
    if len(same) < max(2, len(frame) / 10):
        return []
    beneath = f", and so have {referrals.tied_beneath:,} children who are not listed" * (referrals.tied_beneath > 0)
    return [
        f"Ranks {frame['rank'].loc[same[0]]:,} to {frame['rank'].loc[same[-1]]:,} have the same total{beneath}. Among "
        "them the child with the newest record goes first; the order says nothing more."
    ]


def who_is_listed(pack: Pack, referrals: ReferralList, hub: str | None) -> list[str]:
    """What a reader must know of who is on this list, and of what isn't said; children are counted, never named."""
    notes = []
    if hub is None:
        notes += kept_note(pack, referrals.places)
    if referrals.added or referrals.not_added:
        notes.append(
            f"Added by a worker, beyond the {referrals.places:,} places: {referrals.added:,}. Asked for but not "
            f"considered on this day, or left out because of an objection: {referrals.not_added:,}."
        )
    notes += objection_note(referrals.objected, referrals.objections_unknown)
    if not referrals.resampled_lists:
        notes.append("The model came without tables fitted on other families, so nobody is marked as near the cut-off.")
    return notes + unnamed_note(pack, referrals)


def lapsed_note(made: Made, what: str) -> list[str]:
    """That a list, a review or a page could no longer be used when it was made; nothing where it can."""
    if made.made_at < made.expires_at:
        return []
    return [f"This {what} had lapsed when it was made: it shows the past and must not be used for visits."]


def objection_note(objected: int, unknown: int) -> list[str]:
    """How many were left out because they objected, and how many objections match nobody; nothing without any."""
    if not objected and not unknown:
        return []
    return [
        f"Left out because they or their family objected: {objected:,}. Objections that match no child in these data: "
        f"{unknown:,}."
    ]


def unnamed_note(pack: Pack, made: Made) -> list[str]:
    """What it means that a parent's condition may not be named; nothing where it may."""
    if made.names_parental_conditions:
        return []
    if not pack.kinds.parental_conditions:
        return [
            "The approval of these data doesn't permit naming a parent's condition, but the kinds file marks none "
            "(parental_condition), so nothing was held back. Don't use this list before somebody has looked."
        ]
    return [
        "The approval of these data doesn't permit naming a parent's health, drug or alcohol use, treatment or "
        "prison: “concerns at home” may stand for any of them."
    ]
