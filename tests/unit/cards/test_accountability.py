"""ALGO-CARE, the Covenant, equality and data protection on the card."""

from __future__ import annotations

import json
import re

import pytest

from ace_risk.cards.accountability import accountability
from ace_risk.cards.card import ModelCard, card_markdown
from ace_risk.cards.questions import FOR_PEOPLE
from ace_risk.report.card_page import render_card
from ace_risk.report.page import Header
from ace_risk.report.words import find_forbidden

RUN = {"card.html", "evaluation.html", "fairness.html", "points-card.html", "young-people.html", "atrs.md",
       "pack/variables.csv", "pack/profile.json"}  # fmt: skip


def test_the_letters_of_algo_care_are_all_asked(demo_card: ModelCard) -> None:
    asked = accountability(demo_card)[0]
    assert "".join(question.title[0] for question in asked.questions) == "ALGOCARE"


def test_every_question_is_answered_or_marked_and_evidence_is_a_file_of_the_run(demo_card: ModelCard) -> None:
    assert [asked.key for asked in demo_card.accountability] == ["algo_care", "covenant", "equality", "data_protection"]
    for asked in demo_card.accountability:
        for question in asked.questions:
            assert question.answer or question.ask, question.key
            assert set(question.evidence) <= RUN, question.key


def test_the_card_shows_them_in_every_form(demo_card: ModelCard) -> None:
    html = render_card(demo_card, Header("Model card", "What it is."))
    text = card_markdown(demo_card)
    stored = json.loads(demo_card.model_dump_json())
    for asked in demo_card.accountability:
        assert f'id="{asked.key}"' in html
        assert f"## {asked.title}" in text
    assert [asked["key"] for asked in stored["accountability"]] == [asked.key for asked in demo_card.accountability]
    marks = sum(question.open for asked in demo_card.accountability for question in asked.questions)
    assert html.count(FOR_PEOPLE) == marks > 10
    assert find_forbidden(re.sub(r"<[^>]+>", " ", html)) == []
    assert find_forbidden(text) == []


@pytest.mark.parametrize("answer", ["within", "outside", "not enough evidence"])
def test_the_equality_section_tells_what_the_audit_found(demo_card: ModelCard, answer: str) -> None:
    found = demo_card.fairness.model_copy(update={"answer": answer, "outside": 17})
    equality = accountability(demo_card.model_copy(update={"fairness": found}))[2]
    told = next(question.answer for question in equality.questions if question.key == "evidence")
    assert "17 outside" in told
    assert ("There is not enough evidence" in told) == (answer == "not enough evidence")
