"""The model card: complete, typed, and open about what is missing."""

from __future__ import annotations

import json
from typing import Any

import pydantic
import pytest

from ace_risk.cards.card import ModelCard, build_card, card_markdown
from ace_risk.cards.markdown import plain
from ace_risk.kinds import configs_folder
from ace_risk.study import Study, load_study

EVALUATION: dict[str, Any] = {
    "outcome": {"name": "s", "title": "statutory support recorded within 12 months", "stands_for": "Need, as seen.",
                "may_mislead": "", "horizon_days": 365},
    "data": {"start": "2018-01-01", "end": "2026-01-01", "children": 20312, "cohort_rows": 118442,
             "labelled_rows": 101236, "censored": {"turned 18": 3}, "synthetic": True, "statement": "Synthetic data."},
    "places": 200,
    "lists": 4,
    "models": [{
        "name": "points_card", "title": "points card", "table": {"tp": 248, "fp": 552, "fn": 342, "tn": 20000},
        "precision": 0.31, "precision_low": 0.28, "precision_high": 0.34, "recall": 0.42, "recall_low": 0.38,
        "recall_high": 0.46, "lift": 10.3, "auc": 0.79, "calibration_slope": 0.96,
    }, {"name": "chance", "title": "Chance"}],
    "points_card": {
        "features": [{"feature": "missing_count_365d", "title": "times | missing", "direction": "more_need",
                      "bins": [{"text": "never", "points": 0, "share": 0.9},
                               {"text": "<b>", "points": 2, "share": 0.1}]}],
        "intercept": -4,
        "totals": [{"total": 0, "n": 10, "observed": 0.02, "predicted": 0.02}],
    },
    "bar": [{"item": "Precision", "needed": "at least 20", "got": "31", "verdict": "meets"}],
    "verdict": "meets",
    "sentences": ["One.", "Two.", "Three."],
}  # fmt: skip
SEARCH: dict[str, Any] = {
    "rule": "The simplest card within one standard error.",
    "best_recall": 0.44,
    "trials": [
        {"number": 0, "max_features": 12, "max_points": 5, "max_cuts": 5, "features": 11, "recall": 0.44, "gap": 0.21,
         "gap_where": "sex: Boy and Girl", "precision": 0.3, "chosen": False, "within": True, "difference_error": 0.0},
        {"number": 1, "max_features": 6, "max_points": 5, "max_cuts": 3, "features": 6, "recall": 0.43, "gap": 0.13,
         "gap_where": "age_band: 5 to 9 and 13 to 15", "precision": 0.3, "chosen": True, "within": True,
         "difference_error": 0.02},
    ],
}  # fmt: skip
AUDIT: dict[str, Any] = {
    "margin": 0.05,
    "answer": "not enough evidence",
    "sentences": ["Four.", "Five.", "Six."],
    "verdicts": [{"attribute": "sex", "verdict": "within"}, {"attribute": "sex", "verdict": "outside"},
                 {"attribute": "care_status", "verdict": "within"},
                 {"attribute": "school", "verdict": "not enough evidence"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def study() -> Study:
    return load_study(configs_folder() / "demo.yaml")


@pytest.fixture(scope="module")
def card(study: Study) -> ModelCard:
    return build_card(study, EVALUATION, AUDIT, "3f9ac1d07e52", {"Python": "3.11", "ace-risk": "0.1.0"})


def test_card_is_data_that_survives_json(card: ModelCard) -> None:
    assert ModelCard.model_validate(json.loads(card.model_dump_json())) == card


def test_card_is_frozen_and_closed(card: ModelCard) -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        card.purpose = "other"  # type: ignore[misc]
    with pytest.raises(pydantic.ValidationError, match="extra"):
        ModelCard.model_validate({**card.model_dump(), "score": 1})


def test_verdicts_are_counted(card: ModelCard) -> None:
    assert (card.fairness.within, card.fairness.outside, card.fairness.not_enough_evidence) == (2, 1, 1)


def test_placeholders_and_blanks_are_gaps(study: Study, card: ModelCard) -> None:
    assert study.owner.startswith("(")
    assert card.owner == ""
    assert card.gaps == [
        "owner", "contact", "where the outcome may mislead", "who acts on 7 of 7 stop conditions",
        "by when, for 7 of 7 stop conditions",
    ]  # fmt: skip
    named = study.model_copy(update={"owner": "Head of early help", "contact": "Front desk"})
    filled = build_card(named, EVALUATION, AUDIT, "x", {})
    assert filled.owner == "Head of early help"
    assert "owner" not in filled.gaps


def test_the_study_says_who_stops_the_work(study: Study) -> None:
    stop = study.stop.model_copy(update={"who": "The sergeant", "by_when": "within 2 working days"})
    card = build_card(study.model_copy(update={"stop": stop}), EVALUATION, AUDIT, "x", {})
    assert not [gap for gap in card.gaps if "stop conditions" in gap]
    assert card_markdown(card).count("| The sergeant | within 2 working days |") == len(card.stop_conditions)


def test_the_card_says_how_its_size_was_chosen(study: Study) -> None:
    opened = {"count": 3, "note": "This test period was opened 3 times."}
    card = build_card(study, EVALUATION | {"search": SEARCH, "test_openings": opened}, AUDIT, "x", {})
    assert card.search is not None
    assert (card.search.chosen.number, card.search.best.number) == (1, 0)
    text = card_markdown(card)
    for words in (
        "The simplest card within one standard error.", "6 features and reaches 43 of 100",
        "11 features and reaches 44 of 100", "13 of 100 for the chosen card (Age: 5 to 9 and 13 to 15)",
        "21 of 100 for the best", "opened 3 times", "| 1 (chosen) | 6 | 43 of 100 | 13 of 100 | yes |",
    ):  # fmt: skip
        assert words in text, words
    assert ModelCard.model_validate(json.loads(card.model_dump_json())) == card


def test_nothing_searched_is_said(study: Study) -> None:
    card = build_card(study, EVALUATION | {"search": None}, AUDIT, "x", {})
    assert card.search is None
    assert "was not searched" in card_markdown(card)


def test_a_gap_that_could_not_be_measured_is_said(study: Study) -> None:
    unmeasured = {**SEARCH, "trials": [trial | {"gap": None, "gap_where": ""} for trial in SEARCH["trials"]]}
    text = card_markdown(build_card(study, EVALUATION | {"search": unmeasured}, AUDIT, "x", {}))
    assert "could not be measured" in text
    assert "None" not in text


def test_stop_conditions_use_the_study_s_own_thresholds(study: Study) -> None:
    bar = study.bar.model_copy(update={"precision_at_least": 0.37, "calibration_slope": (0.6, 1.9)})
    card = build_card(study.model_copy(update={"bar": bar}), EVALUATION, AUDIT, "x", {})
    text = " ".join(condition.when for condition in card.stop_conditions)
    assert "37 of 100" in text
    assert "0.6 to 1.9" in text


def test_discouraging_evidence_is_there_with_its_source(card: ModelCard) -> None:
    assert any("What Works for Children's Social Care" in limit.source for limit in card.limits)
    assert all(limit.source for limit in card.limits)


def test_markdown_says_every_section_and_gap(card: ModelCard) -> None:
    text = card_markdown(card)
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert heads[0] == "# Model card: Demo on a synthetic world"
    assert len(heads) == 19
    assert "Owner: (not given)" in text
    assert "It may mislead: (not given)" in text
    assert text.count("(not given)") == 3 + 2 * len(card.stop_conditions)
    for words in ("31 of 100", "42 of 100", "of children already known to services", "2 within, 1 outside, 1 without"):
        assert words in text


def test_markdown_tables_keep_their_columns(card: ModelCard) -> None:
    rows = [line for line in card_markdown(card).splitlines() if line.startswith("|") and "missing" in line]
    assert rows[0] == "| times \\| missing | never | 0 | 90% |"
    assert "\\<b\\>" in rows[1]


def test_plain_text_cannot_become_markup() -> None:
    assert plain("a\n# b `c` <i>") == "a \\# b \\`c\\` \\<i\\>"


def test_undefined_figures_become_dashes(study: Study) -> None:
    model = {key: None if key.startswith(("precision", "recall", "lift", "calibration")) else value
             for key, value in EVALUATION["models"][0].items()}  # fmt: skip
    text = card_markdown(build_card(study, {**EVALUATION, "models": [model]}, AUDIT, "x", {}))
    assert "– places went to a child" in text
    assert "None" not in text


def test_what_is_watched_is_what_was_measured_and_where_the_study_stops(study: Study, card: ModelCard) -> None:
    watched = {item.what: (item.now, item.stop) for item in card.monitoring}
    assert watched["Calibration slope"] == ("0.96", "below 0.8 or above 1.2")
    assert ("31 of 100", "fewer than 20 of 100") in watched.values()
    assert "5%" in watched["Whether the list reaches children of every group alike"][1]
    text = card_markdown(card)
    assert (
        text.index("## What is watched") < text.index("| Calibration slope | 0.96 |") < text.index("## When the work")
    )
    assert card.lists_lapse_after_days == study.referrals.expires_days
