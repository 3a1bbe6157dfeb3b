"""The top and the foot of the pages about a run, and of a synthetic world's, from the pack that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ace_risk import __version__
from ace_risk.plans import World
from ace_risk.report.clock import now
from ace_risk.report.natural import day
from ace_risk.report.page import Header
from ace_risk.report.words import REPORT_SAFETY

if TYPE_CHECKING:
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
        **_of_a_report(pack),
    )


def start_header(pack: Pack) -> Header:
    """The header of the page to start from."""
    return Header(
        title="Start here",
        what="A referral list, its evaluation, its fairness report and its model card, from one synthetic world.",
        made_from=f"Study {pack.study.name}, pack {pack.short_id}.",
        **_of_a_report(pack),
    )


def _of_a_report(pack: Pack) -> dict[str, Any]:
    """What every report says of its data, its making and how to compute its figures again."""
    return {
        "made_at": now(),
        "statement": pack.evaluation["data"]["statement"],
        "safety": (*REPORT_SAFETY, *kept_note(pack)),
        "recompute": _RECOMPUTE,
        **of_a_pack(pack),
    }


def kept_note(pack: Pack, places: int | None = None) -> list[str]:
    """For which hubs and age bands places are kept, in a sentence; nothing where none are.

    Parameters
    ----------
    places
        Places on the list, if others than the study says.
    """
    plan = pack.study.referrals
    kept = [*plan.places_by_hub.items(), *((f"age {band}", n) for band, n in plan.places_by_age_band.items())]
    if not kept:
        return []
    groups = ", ".join(f"{number:,} for {name}" for name, number in kept)
    return [f"Of the {places or plan.places:,} places, some are kept: {groups}. Whoever is next takes the others."]


def of_a_pack(pack: Pack) -> dict[str, str]:
    """What every page says of its pack and its study."""
    return {
        "purpose": pack.study.purpose,
        "outcome": pack.study.outcome.full_title,
        "pack_id": pack.short_id,
        "version": __version__,
    }


def young_header(pack: Pack) -> Header:
    """The header of the version for young people: what it is, and whether the children are made up."""
    made_up = bool(pack.evaluation["data"].get("synthetic"))
    return Header(
        title="A list that helps us to help",
        what="This page is for children and young people.",
        statement="This is a test. The children in it are made up." if made_up else "",
        pack_id=pack.short_id,
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
