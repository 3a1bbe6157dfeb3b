"""The daily review as a page: family by family, what was recorded first, what could be done beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ace_risk.report.list_page import age
from ace_risk.report.natural import count
from ace_risk.report.page import Header, render


def render_review(rows: Sequence[Mapping[str, Any]], header: Header) -> str:
    """The page of a daily review.

    Parameters
    ----------
    rows
        A mapping per child with the columns of a review, family by family.
    header
        Top and foot of the page; its answer, if given, replaces the page's first sentence.
    """
    children = [review_row(row, place) for place, row in enumerate(rows, start=1)]
    families = [(visit, list(own)) for visit, own in groupby(children, key=lambda child: child["visit"])]
    return render(
        "review.html.j2",
        header,
        families=families,
        headline=header.answer or review_headline(len(children), len(families)),
        still_missing=sum(child["still_missing"] for child in children),
        welfare_only=sum(child["welfare_only"] for child in children),
        safe_contact=sum(child["safe_contact"] for child in children),
    )


def review_headline(children: int, families: int) -> str:
    """What the page opens with.

    Examples
    --------
    >>> review_headline(1, 1), review_headline(3, 2), review_headline(0, 0)
    ('1 child in 1 family to look at.', '3 children in 2 families to look at.', 'No child to look at.')
    """
    if not children:
        return "No child to look at."
    who = "1 child" if children == 1 else f"{count(children)} children"
    return f"{who} in {count(families)} famil{'y' if families == 1 else 'ies'} to look at."


def review_row(row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """One child as the page shows them; what isn't named here never reaches the page."""
    return {
        "number": number,
        "visit": str(row["visit"]),
        "child_id": str(row["child_id"]),
        "hub": str(row.get("hub") or ""),
        "age": age(row.get("age_years")),
        "recorded": list(row["recorded"]),
        "known": str(row["known"]),
        "place": str(row["place"]),
        "flags": list(row["flags"]),
        "next_steps": list(row["next_steps"]),
        "safe_contact": bool(row["safe_contact"]),
        "still_missing": bool(row["still_missing"]),
        "welfare_only": bool(row["welfare_only"]),
    }
