"""The top and the foot of each page, from the pack that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ace_risk import __version__
from ace_risk.plans import World
from ace_risk.report.clock import now
from ace_risk.report.natural import clock, day
from ace_risk.report.page import Header
from ace_risk.report.words import LIST_SAFETY, REFER_NOW, REPORT_SAFETY, WELFARE_ONLY

if TYPE_CHECKING:
    from ace_risk.referrals.child_record import ChildRecord
    from ace_risk.referrals.listing import ReferralList
    from ace_risk.referrals.review import Review
    from ace_risk.tracking.pack import Pack

_PAGES = {
    "evaluation": ("Evaluation", "How well the points card works at the places there are."),
    "points-card": ("Points card", "The whole model on one page: look up each line, add the points, read the share."),
    "fairness": ("Fairness report", "Whom the list misses and whom it over-lists, group by group."),
    "card": ("Model card", "What this model is, what it is for, and what it must not be used for."),
}
_RECOMPUTE = "Every rate follows from the confusion tables in evaluation.json and audit.json of the pack."


def run_header(pack: Pack, page: str) -> Header:
    """The header of a page about a run: `evaluation`, `points-card`, `fairness` or `card`."""
    title, what = _PAGES[page]
    if page == "points-card" and pack.study.model.kind != "points_card":
        title, what = "The model's table", "The whole model: look up each line, add the scores, read the share."
    data = pack.evaluation["data"]
    return Header(
        title=f"{title}: {pack.study.title}",
        what=what,
        made_from=f"Records from {day(data['start'])} to {day(data['end'])}, {data['children']:,} children.",
        made_at=now(),
        statement=data["statement"],
        purpose=pack.study.purpose,
        outcome=pack.study.outcome.full_title,
        safety=REPORT_SAFETY,
        pack_id=pack.short_id,
        version=__version__,
        recompute=_RECOMPUTE,
    )


def young_header(pack: Pack) -> Header:
    """The header of the version for young people: what it is, and whether the children are made up."""
    made_up = bool(pack.evaluation["data"].get("synthetic"))
    return Header(
        title="A list that helps us to help",
        what="This page is for children and young people.",
        statement="This is a test. The children in it are made up." if made_up else "",
        pack_id=pack.short_id,
    )


def list_header(pack: Pack, referrals: ReferralList, statement: str, hub: str | None) -> Header:
    """The header of a referral list."""
    where = f" in {hub}" if hub else ""
    return Header(
        title=f"Referral list{where}, {day(referrals.as_of)}",
        what=f"{len(referrals.frame):,} children who may benefit from support, of {referrals.considered:,} considered.",
        made_from=f"What had happened and was recorded before {day(referrals.as_of)}.",
        made_at=referrals.made_at,
        expires_at=referrals.expires_at,
        statement=statement,
        purpose=pack.study.purpose,
        outcome=pack.study.outcome.full_title,
        safety=(
            *list_warnings(pack, referrals),
            *LIST_SAFETY,
            *tie_notes(referrals),
            *who_is_listed(pack, referrals, hub),
        ),
        pack_id=pack.short_id,
        version=__version__,
        recompute="Each total is the sum of the points on the card; each reason names the child's own records.",
    )


def review_header(pack: Pack, review: Review, statement: str) -> Header:
    """The header of a daily review."""
    return Header(
        title=f"Daily review, {clock(review.as_of)}",
        what="Every child in what was recorded in these hours: what is known, and what could be offered.",
        made_from=f"Recorded from {clock(review.since)} to just before {clock(review.as_of)}, and what was known.",
        made_at=review.made_at,
        expires_at=review.expires_at,
        statement=statement,
        purpose=pack.study.purpose,
        outcome=pack.study.outcome.full_title,
        safety=(REFER_NOW, *review_notes(pack, review), *LIST_SAFETY, WELFARE_ONLY),
        pack_id=pack.short_id,
        version=__version__,
        recompute="Every line counts the child's own records; a place is that of a list of all hubs made at this time.",
    )


def review_notes(pack: Pack, review: Review) -> list[str]:
    """What a reader must know of this review; children are counted, never named."""
    notes = []
    if review.made_at >= review.expires_at:
        notes.append("This review had lapsed when it was made: it shows the past and must not be used for visits.")
    if review.objected or review.objections_unknown:
        notes.append(objection_note(review.objected, review.objections_unknown))
    if not review.names_parental_conditions:
        notes.append(unnamed_note(pack))
    return notes


def child_header(pack: Pack, record: ChildRecord, statement: str) -> Header:
    """The header of a child's page; it doesn't name the child, so that no browser keeps the name."""
    lapsed = (
        ["This page had lapsed when it was made: it shows the past."] if record.made_at >= record.expires_at else []
    )
    hidden = [] if record.names_parental_conditions else [unnamed_note(pack)]
    return Header(
        title=f"A child's page, {day(record.as_of)}",
        what="Where one child stands and why, what would change it, and the start of a plan made with the child.",
        made_from=f"What had happened and was recorded before {day(record.as_of)}.",
        made_at=record.made_at,
        expires_at=record.expires_at,
        statement=statement,
        purpose=pack.study.purpose,
        outcome=pack.study.outcome.full_title,
        safety=(REFER_NOW, *lapsed, *hidden, *LIST_SAFETY),
        pack_id=pack.short_id,
        version=__version__,
        recompute="The total is the sum of the lines of the card; each reason names the child's own records.",
    )


def start_header(pack: Pack) -> Header:
    """The header of the page to start from."""
    return Header(
        title="Start here",
        what="A referral list, its evaluation, its fairness report and its model card, from one synthetic world.",
        made_from=f"Study {pack.study.name}, pack {pack.short_id}.",
        made_at=now(),
        statement=pack.evaluation["data"]["statement"],
        purpose=pack.study.purpose,
        outcome=pack.study.outcome.full_title,
        safety=REPORT_SAFETY,
        pack_id=pack.short_id,
        version=__version__,
        recompute=_RECOMPUTE,
    )


def list_warnings(pack: Pack, referrals: ReferralList) -> list[str]:
    """What must be known about this list's day: that it has lapsed, or that the model was trained on it."""
    warnings = []
    if referrals.made_at >= referrals.expires_at:
        warnings.append("This list had lapsed when it was made: it shows the past and must not be used for visits.")
    trained_to = max(fold["gap_to"] for fold in pack.evaluation["folds"])
    if f"{referrals.as_of:%Y-%m-%d}" < trained_to:
        warnings.append(f"The model has learnt from records up to {day(trained_to)}: figures for this day flatter it.")
    return warnings


def tie_notes(referrals: ReferralList) -> list[str]:
    """Which ranks stand for one total, where that is a tenth of the places or more: their order means little."""
    frame = referrals.frame
    if frame.empty:
        return []
    last = frame["score"].iloc[: referrals.places].iloc[-1]
    same = frame.index[frame["score"] == last]
    if len(same) < max(2, len(frame) / 10):
        return []
    return [
        f"Ranks {frame['rank'].loc[same[0]]:,} to {frame['rank'].loc[same[-1]]:,} have the same total. Among them the "
        "child with the newest record goes first; the order says nothing more."
    ]


def who_is_listed(pack: Pack, referrals: ReferralList, hub: str | None) -> list[str]:
    """What a reader must know of who is on this list, and of what isn't said; children are counted, never named."""
    notes = []
    plan = pack.study.referrals
    kept = [*plan.places_by_hub.items(), *((f"age {band}", n) for band, n in plan.places_by_age_band.items())]
    if kept and hub is None:
        groups = ", ".join(f"{number:,} for {name}" for name, number in kept)
        notes.append(f"Of the {referrals.places:,} places, some are kept: {groups}. Whoever is next takes the others.")
    if referrals.added or referrals.not_added:
        notes.append(
            f"Added by a worker, beyond the {referrals.places:,} places: {referrals.added:,}. Asked for but not "
            f"considered on this day, or left out because of an objection: {referrals.not_added:,}."
        )
    if referrals.objected or referrals.objections_unknown:
        notes.append(objection_note(referrals.objected, referrals.objections_unknown))
    if not referrals.resampled_lists:
        notes.append("The model came without tables fitted on other families, so nobody is marked as near the cut-off.")
    if not referrals.names_parental_conditions:
        notes.append(unnamed_note(pack))
    return notes


def objection_note(objected: int, unknown: int) -> str:
    """How many were left out because they objected, and how many objections match nobody."""
    return (
        f"Left out because they or their family objected: {objected:,}. Objections that match no child in these data: "
        f"{unknown:,}."
    )


def unnamed_note(pack: Pack) -> str:
    """What it means that a parent's condition may not be named."""
    if not pack.kinds.parental_conditions:
        return (
            "The approval of these data doesn't permit naming a parent's condition, but the kinds file marks none "
            "(parental_condition), so nothing was held back. Don't use this list before somebody has looked."
        )
    return (
        "The approval of these data doesn't permit naming a parent's health, drug or alcohol use, treatment or "
        "prison: “concerns at home” may stand for any of them."
    )


def world_header(world: World) -> Header:
    """The header of a synthetic world's calibration page."""
    return Header(
        title="Calibration of a synthetic world",
        what="Figures of the generated records beside published ones, each with its source and its tolerance.",
        made_from=f"{world.children:,} children, profile {world.profile}, seed {world.seed}, records from "
        f"{day(world.start)} to {day(world.end)}.",
        statement="Synthetic data. No real child is described here.",
        purpose="To say how far the synthetic world is worth learning on.",
        safety=("The world is made up. A figure that lies within its tolerance says nothing about any real place.",),
        version=__version__,
        recompute="Every figure follows from the six tables and the truth beside them; see world/calibration.py.",
    )
