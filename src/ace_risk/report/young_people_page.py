"""The version for young people as a page."""

from __future__ import annotations

from collections.abc import Sequence

from ace_risk.cards.young_people import YoungSection
from ace_risk.report.page import Header, render


def render_young_people(sections: Sequence[YoungSection], header: Header) -> str:
    """One page to print, from :func:`ace_risk.cards.young_people.young_sections`."""
    return render("young_people.html.j2", header, young=[section.model_dump() for section in sections])
