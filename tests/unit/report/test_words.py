"""Words that must never stand on anything people read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ace_risk.cards import standing
from ace_risk.cards.card import build_card, card_markdown
from ace_risk.kinds import configs_folder
from ace_risk.report import page, words
from ace_risk.report.words import FORBIDDEN, find_forbidden
from ace_risk.study import load_study

pytestmark = pytest.mark.xdist_group("report_pages")  # one worker draws the pages

TEMPLATES = sorted((Path(inspect.getfile(page)).parent / "templates").glob("*.j2"))
CONFIGS = sorted(configs_folder().glob("*.yaml"))


@pytest.mark.parametrize("word", FORBIDDEN)
def test_each_word_is_found_in_any_case_and_number(word: str) -> None:
    assert word in find_forbidden(f"One {word.upper()}, or two {word}s.")
    assert word in find_forbidden(word.replace(" ", "-").replace("child", "child"))


@pytest.mark.parametrize("text", ["Significant harm is suspected.", "nominally", "the contact is safe", "ace-risk"])
def test_near_misses_are_left_alone(text: str) -> None:
    assert find_forbidden(text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates(path: Path) -> None:
    assert find_forbidden(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_sentences_in_configs(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content.pop("outcome_code", None)  # names of official codes, about adults too; no page shows them
    texts = list(strings(content))
    assert texts
    assert [word for text in texts for word in find_forbidden(text)] == []


def test_rendered_pages(pages: dict[str, str], parse: Callable[[str], Any]) -> None:
    assert {name: find_forbidden(parse(html).text()) for name, html in pages.items()} == {name: [] for name in pages}


def test_card_as_markdown(evaluation: dict[str, Any], audit: dict[str, Any]) -> None:
    card = build_card(load_study(configs_folder() / "demo.yaml"), evaluation, audit, "abc", {})
    assert find_forbidden(card_markdown(card)) == []


def test_standing_sentences() -> None:
    texts = [
        *words.LIST_SAFETY,
        *words.REPORT_SAFETY,
        words.number_means("another missing episode recorded"),
        *standing.OUT_OF_SCOPE,
    ]
    texts += [*standing.HUMAN_DECISIONS, *(text for text, _ in standing.LIMITS)]
    assert [word for text in texts for word in find_forbidden(text)] == []


def strings(content: Any) -> Iterator[str]:
    """Every text in a YAML document, keys left out."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from strings(value)
    elif isinstance(content, list):
        for value in content:
            yield from strings(value)
