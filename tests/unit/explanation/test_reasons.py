"""explain_child: who speaks, in which order, and what stays unnamed."""

from __future__ import annotations

import pandas as pd
import pytest

from ace_risk.explanation.evidence import records_by_child
from ace_risk.explanation.parental import FAMILY_OFFER, Unnamed
from ace_risk.explanation.reasons import Reasons, explain_child
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import configs_folder, load_kinds

DAY, START = pd.Timestamp("2026-01-01"), pd.Timestamp("2018-01-01")
RECORDS = [
    ("2025-11-01", "domestic_abuse"), ("2025-10-01", "domestic_abuse"), ("2025-09-01", "parental_mental_health"),
    ("2025-06-01", "parental_substance_use"), ("2025-05-01", "parent_in_custody"), ("2025-04-01", "missing"),
    ("2025-03-01", "parent_treatment"), ("2025-02-01", "trusted_adult"), ("2025-02-02", "school_absence"),
    ("2025-02-03", "asb_nuisance"), ("2025-02-04", "self_harm"),
]  # fmt: skip
TITLES = {name: kind.title for name, kind in load_kinds().all.items()}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.from_yaml(configs_folder() / "catalogue.yaml")


def explain(catalogue: Catalogue, adding: dict[str, float], permitted: bool = True, age: int = 10) -> Reasons:
    """The reasons of a child with RECORDS, where these features add so much."""
    frame = pd.DataFrame(RECORDS, columns=["occurred_at", "kind"]).assign(child_id="C1", role="present", source="x")
    frame["occurred_at"] = pd.to_datetime(frame["occurred_at"]).astype("datetime64[us]")
    frame["recorded_at"], frame["grade"] = frame["occurred_at"], "severe"
    values = pd.Series(1.0, index=catalogue.names)
    added = pd.Series(adding).reindex(catalogue.names, fill_value=0.0)
    unnamed = None if permitted else Unnamed.of(load_kinds(), catalogue)
    records = records_by_child(frame, ["C1"])["C1"]
    return explain_child(records, DAY, values, added, catalogue, START, TITLES, age, unnamed)


def test_the_strongest_domain_speaks_first_and_at_most_four_do(catalogue: Catalogue) -> None:
    adding = {"missing_count_365d": 1.0, "domestic_abuse_count_365d": 2.0, "school_absence_count_365d": 0.5,
              "self_harm_count_365d": 0.4, "asb_count_365d": 0.1, "notices_count_365d": 5.0}  # fmt: skip
    told = explain(catalogue, adding).sentences
    assert [sentence.split(" ")[0] for sentence in told] == ["Domestic", "Reported", "Persistent", "Self-harm"]
    assert told[0] == (
        "Domestic abuse at home was recorded twice in the last 12 months, "
        "first on 1 October 2025, most recently on 1 November 2025."
    )


def test_a_domain_s_features_are_added_and_only_other_kinds_join_the_first(catalogue: Catalogue) -> None:
    adding = {"domestic_abuse_count_365d": 0.6, "domestic_abuse_count_ever": 0.5, "missing_count_365d": 1.0,
              "parental_mental_health_count_365d": 0.2}  # fmt: skip
    first, second = explain(catalogue, adding).sentences
    assert first.count("Domestic abuse") == 1
    assert "A parent's mental ill-health was recorded once" in first
    assert second.startswith("Reported missing once")


def test_nothing_that_takes_away_need_or_has_no_record_is_a_reason(catalogue: Catalogue) -> None:
    told = explain(catalogue, {"missing_count_365d": -1.0, "neglect_count_730d": 2.0, "crime_victim_count_365d": 1.0})
    assert told.sentences == ()
    assert told.support == ()
    assert told.safe_contact
    assert any("an adult they trust" in strength for strength in told.strengths)


def test_support_answers_the_kinds_and_suits_the_age(catalogue: Catalogue) -> None:
    adding = {"trio_count_730d": 1.0}
    older, baby = explain(catalogue, adding).support, explain(catalogue, adding, age=1).support
    assert any("Operation Encompass" in offer for offer in older)
    assert not any("Operation Encompass" in offer for offer in baby)
    assert any("Health visitor" in offer for offer in baby)
    assert not any("Health visitor" in offer for offer in older)
    assert any("adult drug and alcohol service" in offer for offer in older)
    assert len(set(older)) == len(older)


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        ("parental_substance_use_severe_count_730d", "Concerns at home were recorded 3 times in the last 2 years, "
         "first on 1 May 2025, most recently on 1 September 2025."),
        ("parental_mental_health_count_365d", "Concerns at home were recorded 3 times in the last 12 months, "
         "first on 1 May 2025, most recently on 1 September 2025."),
        ("trio_distinct_kinds_365d", "Concerns at home were recorded in the last 12 months (domestic abuse at home "
         "twice and other concerns at home 3 times), first on 1 May 2025, most recently on 1 November 2025."),
        ("loss_at_home_count_730d", "Concerns at home were recorded 3 times in the last 2 years, "
         "first on 1 May 2025, most recently on 1 September 2025."),
        ("domestic_abuse_count_365d", "Domestic abuse at home was recorded twice in the last 12 months, "
         "first on 1 October 2025, most recently on 1 November 2025."),
    ],
)  # fmt: skip
def test_unnamed_concerns_are_told_together(catalogue: Catalogue, feature: str, expected: str) -> None:
    told = explain(catalogue, {feature: 1.0}, permitted=False)
    assert told.sentences == (expected,)
    assert "parent" not in " ".join(told.strengths)
    assert "The family took up support on 1 March 2025." in told.strengths


def test_the_same_neutral_sentence_is_told_once(catalogue: Catalogue) -> None:
    adding = {"parental_substance_use_count_365d": 1.0, "parental_mental_health_count_365d": 0.9}
    assert len(explain(catalogue, adding, permitted=False).sentences) == 1
    assert explain(catalogue, adding, permitted=False).sentences[0].count("Concerns at home") == 1


def test_unnamed_concerns_lead_to_neutral_offers(catalogue: Catalogue) -> None:
    adding = {"parental_substance_use_count_365d": 1.0, "domestic_abuse_count_365d": 0.5, "loss_at_home_count_730d": 2}
    named, unnamed = explain(catalogue, adding), explain(catalogue, adding, permitted=False)
    assert any("young carer" in offer for offer in named.support)
    assert FAMILY_OFFER in unnamed.support
    assert FAMILY_OFFER not in named.support
    assert not any("young carer" in offer or "drug" in offer for offer in unnamed.support)
    assert any("domestic violence adviser" in offer for offer in unnamed.support)


def test_which_kinds_stay_unnamed_is_said_by_the_kinds_file(catalogue: Catalogue) -> None:
    unnamed = Unnamed.of(load_kinds(), catalogue)
    assert unnamed.kinds == {
        "parental_substance_use", "parental_mental_health", "parent_in_custody", "parent_treatment",
    }  # fmt: skip
    assert unnamed.concerns == unnamed.kinds - {"parent_treatment"}
    assert unnamed.offers == {"substance_parent", "mental_health_parent", "young_carer"}
