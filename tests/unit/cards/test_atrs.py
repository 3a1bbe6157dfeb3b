"""The transparency record: every field of the standard, answered or marked for people."""

from __future__ import annotations

import json

from ace_risk.cards.accountability import accountability
from ace_risk.cards.atrs import atrs_json, atrs_markdown, atrs_record
from ace_risk.cards.card import ModelCard
from ace_risk.cards.questions import FOR_PEOPLE
from ace_risk.report.words import find_forbidden

FIELDS = {
    "metadata": {"id", "standard_version", "date_completed", "date_updated", "date_archived", "organisation",
                 "function", "phase", "region"},
    "tier_1": {"name", "description", "website", "contact"},
    "tier_2_owner": {"organisation", "senior_responsible_owner", "supplier"},
    "tier_2_rationale": {"detailed_description", "scope", "benefit", "previous_process", "alternatives"},
    "tier_2_decision_process": {"process_integration", "provided_information", "frequency_and_scale", "human_decisions",
                                "training", "appeals"},
    "tier_2_tool": {"system_architecture", "phase", "maintenance", "models", "performance"},
    "tier_2_data": {"source_data_name", "modality", "description", "quantities", "sensitive_attributes", "completeness",
                    "url", "collection", "cleaning", "sharing", "access_and_storage"},
    "tier_2_risks": {"impact_assessments", "risks", "mitigations"},
}  # fmt: skip
"""Domain reference, section 9."""


def test_every_field_of_the_standard_is_there(demo_card: ModelCard) -> None:
    record = atrs_json(demo_card)
    assert (record.pop("standard"), record.pop("version")) == ("Algorithmic Transparency Recording Standard", "3.0")
    assert {section: set(fields) for section, fields in record.items()} == FIELDS
    assert json.loads(json.dumps(record)) == record


def test_no_field_is_left_without_answer_or_mark(demo_card: ModelCard) -> None:
    for section in atrs_record(demo_card):
        for question in section.questions:
            assert question.answer or question.ask, (section.key, question.key)


def test_what_only_people_know_is_marked_until_they_have_said_it(demo_card: ModelCard) -> None:
    assert atrs_json(demo_card)["tier_1"]["contact"] == {"answer": None, "for_people": "Give an address that answers."}
    assert atrs_json(demo_card)["metadata"]["organisation"]["answer"] is None
    named = demo_card.model_copy(update={"contact": "Front desk", "owner": "Head of early help"})
    assert atrs_json(named)["tier_1"]["contact"] == {"answer": "Front desk", "for_people": None}
    assert atrs_markdown(demo_card).count(FOR_PEOPLE) == atrs_markdown(named).count(FOR_PEOPLE) + 2


def test_figures_are_those_of_the_card(demo_card: ModelCard) -> None:
    text = atrs_markdown(demo_card)
    for words in ("31 of 100 places", "42 of 100 times", "20,312 children", "118,442 rows", "3f9ac1d07e52", "0.96"):
        assert words in text
    assert find_forbidden(text) == []
    assert "<b>" not in text


def test_nothing_is_said_that_the_card_does_not_hold(demo_card: ModelCard) -> None:
    """What stands beside the model, what is audited, how points look and where records come from follow the card."""
    record = {field: found["answer"] for section in atrs_json(demo_card).values() if isinstance(section, dict)
              for field, found in section.items()}  # fmt: skip
    assert record["alternatives"] == "Beside it in the evaluation: Chance."
    assert "giving no points: Sex; Care; school." in record["sensitive_attributes"]
    assert "whole points" in record["detailed_description"]
    assert record["collection"].startswith("Made up")
    real = demo_card.model_copy(
        update={
            "data": demo_card.data.model_copy(update={"synthetic": False, "statement": "Approved by Us."}),
            "points": tuple(
                feature.model_copy(update={"bins": tuple(b.model_copy(update={"points": 0.5}) for b in feature.bins)})
                for feature in demo_card.points
            ),
        }
    )
    text = atrs_markdown(real)
    assert "whole points" not in text
    assert "Recorded by services" in text
    assert {question.answer for asked in accountability(real)[:2] for question in asked.questions} >= {
        "Approved by Us."
    }
