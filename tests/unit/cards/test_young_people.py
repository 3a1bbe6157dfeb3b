"""The version for young people: what it says, and that a child of nine to eleven can read it."""

from __future__ import annotations

import re

import pytest

from ace_risk.cards.card import ModelCard
from ace_risk.cards.young_people import HELD, young_sections
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import configs_folder
from ace_risk.report.page import Header
from ace_risk.report.words import find_forbidden
from ace_risk.report.young_people_page import render_young_people


def syllables(word: str) -> int:
    """Syllables of an English word: groups of vowels, without a silent e, es or ed at the end."""
    word = re.sub(r"[^a-z]", "", word.lower())
    short = (
        re.sub(r"(?<=[^aeiouy])(e|es|ed)$", "", word)
        if not re.search(r"([^aeiouy]le|[td]ed|[sxz]es|[cg]es)$", word)
        else word
    )
    return max(1, len(re.findall(r"[aeiouy]+", short)))


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade (Kincaid and others 1975): a school year of the United States; age is five more."""
    sentences = [part for part in re.split(r"[.!?:;]+(?:\s|$)", text) if part.strip()]
    words = re.findall(r"[A-Za-z']+", text)
    return 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def words_of(card: ModelCard, domains: set[str]) -> str:
    told = []
    for section in young_sections(card, domains):
        told += [f"{section.title}.", *section.sentences]
        told += [item if item.endswith(".") else f"{item}." for item in section.items]
        told.append(section.closing)
    return " ".join(told)


@pytest.mark.parametrize(
    ("word", "count"),
    [("help", 1), ("police", 2), ("people", 2), ("notes", 1), ("used", 1), ("wanted", 2), ("computer", 3),
     ("family", 3), ("places", 2), ("commissioner", 4), ("little", 2), ("the", 1)],
)  # fmt: skip
def test_syllables_are_counted_as_a_dictionary_does(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_that_of_the_formula() -> None:
    assert reading_grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    hard = "Proportionality considerations necessitate individualised determinations by accountable professionals."
    assert reading_grade(hard) > 20


def test_a_child_of_nine_to_eleven_can_read_it(demo_card: ModelCard) -> None:
    grade = reading_grade(words_of(demo_card, set(HELD)))
    assert grade + 5 <= 11, f"reading age {grade + 5:.1f}"


def test_it_fits_one_page(demo_card: ModelCard) -> None:
    assert len(words_of(demo_card, set(HELD)).split()) < 420


def test_only_what_gives_points_is_told(demo_card: ModelCard) -> None:
    few = words_of(demo_card, {"missing"})
    assert HELD["missing"] in few
    assert HELD["asb"] not in few
    assert "other things" in words_of(demo_card, {"missing", "a domain of somebody else"})


def test_every_domain_of_the_catalogue_has_its_short_words() -> None:
    domains = {spec.domain for spec in Catalogue.from_yaml(configs_folder() / "catalogue.yaml")}
    assert domains <= HELD.keys()


def test_it_says_what_it_is_and_is_not_and_how_to_object(demo_card: ModelCard) -> None:
    html = render_young_people(young_sections(demo_card, {"trio"}), Header("A list", "For young people."))
    for title in ("What is it?", "What is it not?", "What does it look at?", "What can I do?"):
        assert title in html
    for words in ("You and your family can say no", "ask us to stop", "It can be wrong", "a name and a number must be"):
        assert words in html
    assert find_forbidden(re.sub(r"<[^>]+>", " ", html)) == []
    assert "statutory" not in html


def test_a_contact_is_escaped(demo_card: ModelCard) -> None:
    named = demo_card.model_copy(update={"contact": "<script>alert(1)</script>"})
    html = render_young_people(young_sections(named, {"trio"}), Header("A list", "For young people."))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_it_says_for_how_many_days_a_list_is_kept(demo_card: ModelCard) -> None:
    assert "thrown away after 28 days" in words_of(demo_card, {"missing"})
    assert "after 7 days" in words_of(demo_card.model_copy(update={"lists_lapse_after_days": 7}), {"missing"})
