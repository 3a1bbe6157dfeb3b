"""The page of one child: where the child stands and why, and the start of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ace_risk.explanation.reasons import MOST_REASONS
from ace_risk.report.list_page import age, number_sentence, parts
from ace_risk.report.natural import count, points
from ace_risk.report.page import Header, render
from ace_risk.report.plots_child import timeline, total_waterfall

if TYPE_CHECKING:
    from ace_risk.referrals.child_record import ChildRecord


def render_child(record: ChildRecord, header: Header, outcome: str) -> str:
    """The page of one child; it prints on two sides of A4.

    Parameters
    ----------
    record
        What is known.
    header
        Top and foot of the page.
    outcome
        What the number is about, such as "statutory support recorded within 12 months".
    """
    told = record.told
    return render(
        "child.html.j2",
        header,
        record=record,
        age=age(record.age_years),
        place=place_sentence(record),
        number=number_sentence(record.support_need, outcome, record.counted),
        reasons=[str(told[f"reason_{place}"]) for place in range(1, MOST_REASONS + 1) if told[f"reason_{place}"]],
        strengths=parts(told["strengths"]),
        options=parts(told["support_options"]),
        gaps=parts(told["data_gaps"]),
        timeline=timeline(record.lanes, record.as_of),
        waterfall=total_waterfall(record.moves, record.average) if record.moves else None,
    )


def place_sentence(record: ChildRecord) -> str:
    """Whether the child would be listed, and by how much."""
    line = f"Number {count(record.rank)} of {count(record.considered)} children considered"
    if record.listed:
        near = (
            "; near the cut-off, so other families in the training data, or another order of equal totals, could have "
            "changed it"
        ) * (record.band == "near the cut-off")
        return f"{line}: within the {count(record.places)} places of a list made on this day{near}."
    return (
        f"{line}: not within the {count(record.places)} places of a list made on this day. Total points: "
        f"{points(record.score)}; the lowest total on that list: {points(record.lowest_listed)}."
    )
