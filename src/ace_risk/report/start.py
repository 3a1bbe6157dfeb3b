"""The page to start from: three plain sentences for each of the three readers, and where to look."""

from __future__ import annotations

from typing import Any

from ace_risk.evaluate.sentences import of_every_100
from ace_risk.report.evaluation_page import headline
from ace_risk.report.words import fairness_answer

START_LINKS = (
    {
        "href": "list/referrals.html",
        "title": "The referral list",
        "what": "Whom to visit first, why, and what could be offered; also as spreadsheet and CSV beside it.",
    },
    {
        "href": "run/evaluation.html",
        "title": "The evaluation",
        "what": "The bar that was set beforehand and whether it is met, the points card, and what it is compared with.",
    },
    {
        "href": "run/points-card.html",
        "title": "The points card",
        "what": "The whole model on one page, to print: look up each line, add the points, read the share.",
    },
    {
        "href": "run/fairness.html",
        "title": "The fairness report",
        "what": "Who is listed and who is missed, by sex, ethnicity, age and care, with intervals.",
    },
    {
        "href": "run/card.html",
        "title": "The model card",
        "what": "Purpose, limits, what it must not be used for, who decides, and when to stop.",
    },
    {
        "href": "run/young-people.html",
        "title": "For young people",
        "what": "What it is, what it isn't, what it looks at, and how to ask or object: one page to print.",
    },
    {
        "href": "data/calibration.html",
        "title": "The synthetic world",
        "what": "What the made-up records were held against: published figures, with their sources. What each column "
        "means stands beside it, in dictionary.md.",
    },
)
"""The pages of a demo, by the path from its index."""


def start_sentences(evaluation: dict[str, Any], audit: dict[str, Any]) -> dict[str, list[str]]:
    """Three sentences for each reader, with the demo's own figures."""
    model = evaluation["models"][0]
    other = next(record for record in evaluation["models"] if record["name"] == "ace_count")
    places, lists, followed = evaluation["places"], evaluation["lists"], model["children"]["followed"]
    return {
        "For data scientists": [
            f"A card of {len(evaluation['points_card']['features'])} features in whole points was trained on what was "
            f"known at the time, and tested on {lists} later lists.",
            f"It reaches an AUC of {model['auc']:.2f}; {other['title'].lower()} reaches {other['auc']:.2f}.",
            "The run folder holds the pack (model, study, catalogue, figures) and the MLflow store.",
        ],
        "For local teams": [
            f"The list names {places:,} children, with reasons, dates, strengths and what could be offered.",
            f"In the test, about {of_every_100(model['precision'])} places went to a child for whom the outcome "
            f"followed: {evaluation['outcome']['title']}.",
            "It is a start for a conversation: a person reads the records and decides, and the list lapses.",
        ],
        "For ethics boards": [
            headline(evaluation["verdict"]),
            f"{fairness_answer(audit['answer'])} (The margin is {audit['margin'] * 100:.0f} in 100.)",
            f"The outcome followed for {followed:,} children already known to services; the lists missed "
            f"{followed - model['children']['reached']:,} of them.",
        ],
    }
