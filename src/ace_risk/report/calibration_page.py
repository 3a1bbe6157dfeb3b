"""The calibration page of a synthetic world: generated figures beside published ones, each with its source."""

from __future__ import annotations

import pandas as pd

from ace_risk.report.csv_text import csv_link
from ace_risk.report.page import Header, render
from ace_risk.report.plots_world import distance_rows
from ace_risk.world.sources import PUBLISHED, source_tags

TOPICS = {
    "need": "What children live with",
    "missing": "Going missing",
    "police": "What police record",
    "social care": "Children's social care",
    "population": "Who lives where",
}
"""Titles of the topics that are known; another topic is shown under its own name."""
SOURCES = {
    "S": "read in the published source of that number, listed below; often through excerpts: check before quoting",
    "D": "arithmetic on such figures",
    "M": "quoted from memory of a publication, unverified",
    "A": "an assumption of this project, not evidence",
}
"""What the letters of a source tag mean."""
SENTENCES = (
    "The rates behind this world were chosen until the figures fell within their tolerance: calibration, not proof.",
    "It describes no place and no child. Small worlds miss some figures by chance.",
)


def render_calibration(figures: pd.DataFrame, header: Header) -> str:
    """The page of `calibration.csv`.

    Parameters
    ----------
    figures
        One row per figure: key, topic, text, unit, source, published, generated, tolerance, verdict.
    header
        Top and foot of the page.
    """
    outside = int((figures["verdict"] != "within").sum())
    topics = [
        {
            "id": f"topic-{number}",
            "title": TOPICS.get(str(topic), str(topic).capitalize()),
            "picture": distance_rows(part, TOPICS.get(str(topic), str(topic))),
            "rows": part.to_dict("records"),
        }
        for number, (topic, part) in enumerate(figures.groupby("topic", sort=False), start=1)
    ]
    columns = list(figures.columns)
    used = {tag for source in figures["source"] for tag in source_tags(source)}
    return render(
        "calibration.html.j2",
        header,
        verdict="outside" if outside else "within",
        headline=headline(len(figures), outside),
        sentences=SENTENCES,
        names=[*((topic["id"], topic["title"]) for topic in topics), ("sources", "Where the figures come from")],
        topics=topics,
        sources=SOURCES,
        published={tag: PUBLISHED[tag] for tag in PUBLISHED if tag in used},
        table_csv=csv_link("calibration.csv", columns, figures[columns].itertuples(index=False, name=None)),
    )


def headline(number: int, outside: int) -> str:
    """The answer in a sentence.

    Examples
    --------
    >>> headline(66, 0)
    'All 66 figures lie within their tolerance of the published ones.'
    >>> headline(66, 2)
    '2 of 66 figures lie outside their tolerance of the published ones.'
    """
    if outside:
        return f"{outside} of {number} figures lie outside their tolerance of the published ones."
    return f"All {number} figures lie within their tolerance of the published ones."
