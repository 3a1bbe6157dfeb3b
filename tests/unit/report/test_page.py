"""Every page: self-contained, escaped, and readable without sight, script or colour."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import jinja2
import pytest

from ace_risk.report.list_page import render_list
from ace_risk.report.page import VERDICTS, Header, content_policy, css_text, environment, render

pytestmark = pytest.mark.xdist_group("report_pages")  # one worker draws the pages

PAGES = ("evaluation", "measured", "points-card", "fairness", "list", "card", "index", "review", "child")
HOSTILE = "\"'><script>alert(1)</script>&=cmd|' /C calc'!A0\u202e{{ 7*7 }}"


@pytest.mark.parametrize("name", PAGES)
def test_no_request_leaves_the_page(pages: dict[str, str], parse: Callable[[str], Any], name: str) -> None:
    page = parse(pages[name])
    links = [
        value
        for _, attributes in page.elements
        for key, value in attributes.items()
        if key in ("href", "src", "action")
    ]
    assert links
    assert all(re.match(r"#|data:text/csv|([a-z]+/)?[a-z-]+\.(html|md|csv|json)$", link) for link in links), links
    without_namespace = pages[name].replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?://|//[a-z]|@import|url\((?!#)", re.sub(r"// [A-Z].*", "", without_namespace))
    assert not {"link", "img", "iframe", "object", "embed"} & {tag for tag, _ in page.elements}


@pytest.mark.parametrize("name", PAGES)
def test_policy_allows_exactly_the_scripts_there_are(pages: dict[str, str], name: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', pages[name])
    assert policy is not None
    allowed = re.findall(r"sha256-([A-Za-z0-9+/=]+)", policy[1].replace("&#39;", "'"))
    scripts = re.findall(r"<script>(.*?)</script>", pages[name], flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    assert allowed == hashes
    assert len(hashes) == (1 if name == "list" else 0)
    assert policy[1].startswith("default-src &#39;none&#39;; style-src")
    assert not re.search(r"\son[a-z]+=", pages[name]), "an inline handler would be blocked"


@pytest.mark.parametrize("name", PAGES)
def test_structure(pages: dict[str, str], parse: Callable[[str], Any], name: str) -> None:
    page = parse(pages[name])
    assert not page.misplaced
    assert not page.open
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert len(page.all("title")) >= 1
    assert page.all("html")[0]["lang"] == "en-GB"
    tags = [tag for tag, _ in page.elements]
    assert tags.count("header") >= 1
    assert tags.count("footer") == 1
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels
    assert page.elements[next(i for i, tag in enumerate(tags) if tag == "a")][1]["href"] == "#main", "skip link first"


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique_and_every_reference_has_its_target(
    pages: dict[str, str], parse: Callable[[str], Any], name: str
) -> None:
    page = parse(pages[name])
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointed = {a["href"][1:] for _, a in page.elements if a.get("href", "").startswith("#")}
    pointed |= {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a}
    pointed |= set(re.findall(r"url\(#([^)]+)\)", pages[name]))
    assert pointed <= set(ids)


@pytest.mark.parametrize("name", PAGES)
def test_tables_have_heads_and_pictures_have_words(
    pages: dict[str, str], parse: Callable[[str], Any], name: str
) -> None:
    page = parse(pages[name])
    assert all(attributes.get("scope") in ("col", "row") for attributes in page.all("th"))
    assert pages[name].count("<table") == pages[name].count("<thead>")
    pictures = re.findall(r"<svg.*?</svg>", pages[name], flags=re.DOTALL)
    assert all(re.search(r"<title[^>]*>[^<]{10,}</title>", picture) for picture in pictures)
    assert all('role="img"' in picture and "viewBox" in picture for picture in pictures)
    assert len(pictures) >= {"evaluation": 10, "measured": 18, "fairness": 4, "card": 2, "child": 2}.get(name, 0)


@pytest.mark.parametrize("name", PAGES)
def test_says_what_the_number_is_and_where_it_comes_from(
    pages: dict[str, str], parse: Callable[[str], Any], name: str
) -> None:
    text = parse(pages[name]).text()
    for words in ("not a measure of need", "already known to services", "1 January 2026, 09:30", "3f9ac1d07e52"):
        assert words in text
    assert "Synthetic data: no real child appears here." in text


def test_contents_only_beyond_three_sections(pages: dict[str, str]) -> None:
    found = {name: 'class="toc"' in html for name, html in pages.items()}
    expected = dict.fromkeys(PAGES, False) | dict.fromkeys(("evaluation", "measured", "fairness", "card"), True)
    assert found == expected


def test_same_input_same_bytes(listing: dict[str, Any], list_header: Header) -> None:
    assert render_list(listing, list_header) == render_list(listing, list_header)


def test_hostile_text_is_shown_and_never_run(
    listing: dict[str, Any], list_header: Header, parse: Callable[[str], Any]
) -> None:
    row = {**listing["rows"][0], **dict.fromkeys(("child_id", "hub", "reason_1", "visit", "strengths"), HOSTILE)}
    bad = {"rows": [row], "next_in_line": [row], "places": 1, "hubs": [HOSTILE]}
    header = replace(list_header, title=HOSTILE, what=HOSTILE, answer=HOSTILE, statement=HOSTILE, safety=[HOSTILE])
    html = render_list(bad, header)
    page = parse(html)
    assert len(page.all("script")) == 1
    assert "alert(1)" not in page.text("script")
    assert not page.misplaced
    assert page.all("article")[0]["data-hub"] == HOSTILE
    assert "49" not in page.text("h1")
    assert "<script>alert(1)</script>" in page.text("h1")


def test_right_to_left_marks_stay_inside_their_cell(listing: dict[str, Any], list_header: Header) -> None:
    row = {**listing["rows"][0], "hub": "\u202eworraB"}
    html = render_list({**listing, "rows": [row], "next_in_line": []}, list_header)
    assert "<bdi>\u202eworraB</bdi>" in html


def test_every_printed_page_says_until_when_what_for_and_which_pack(pages: dict[str, str]) -> None:
    def line(html: str) -> str:
        found = re.search(r'@bottom-left \{ content: "([^"]*)"', html)
        assert found is not None
        return re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), found[1])

    assert (
        line(pages["list"]) == "Not to be used from 29 January 2026, 09:30 · offer of support only · pack 3f9ac1d07e52"
    )
    assert line(pages["card"]) == "Model card · a person decides; the model decides nothing · pack 3f9ac1d07e52"


@pytest.mark.parametrize("text", [HOSTILE, "</style><script>", 'a"; } body { display: none', "\\22 x", "a\nb"])
def test_a_text_cannot_leave_its_css_string(text: str) -> None:
    inner = str(css_text(text))[1:-1]
    assert re.fullmatch(r"(?:[A-Za-z0-9 ]|\\[0-9a-f]+ )*", inner)
    assert re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), inner) == text


@pytest.mark.parametrize("name", PAGES)
def test_cells_of_wide_tables_carry_their_head_for_a_phone(pages: dict[str, str], name: str) -> None:
    tables = re.findall(r'<table class="stack[^"]*">.*?</table>', pages[name], flags=re.DOTALL)
    for table in tables:
        cells = re.findall(r"<td([^>]*)>(.)", table.replace("\n", " "))
        assert all("data-head=" in attributes or first == "<" for attributes, first in cells)
    assert len(tables) >= {"evaluation": 4, "measured": 13, "fairness": 9, "list": 1, "card": 1}.get(name, 0)


def test_undefined_names_are_errors() -> None:
    with pytest.raises(jinja2.UndefinedError, match="paragraphs"):
        render("plain.html.j2", Header("T", "W"))


def test_empty_header_leaves_no_empty_rows() -> None:
    html = render("plain.html.j2", Header("T", "W"), paragraphs=[])
    assert "<dt>Pack</dt>" not in html
    assert "Read before use" not in html
    assert "Made on" not in html


@pytest.mark.parametrize("word", VERDICTS)
def test_verdicts_carry_word_shape_and_class(word: str) -> None:
    template = environment().from_string('{% import "parts.html.j2" as parts with context %}{{ parts.verdict(word) }}')
    html = template.render(word=word)
    kind, shape = VERDICTS[word]
    assert word in html
    assert shape in html
    assert f'class="verdict {kind}"' in html


def test_opposite_verdicts_differ_in_shape_not_only_in_colour() -> None:
    assert VERDICTS["within"][1] != VERDICTS["outside"][1] != VERDICTS["not enough evidence"][1]


def test_policy_changes_with_the_script() -> None:
    assert content_policy("a") != content_policy("b")


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize(
    ("ink", "paper"),
    [("ink", "wash"), ("soft", "wash"), ("soft", "open-wash"), ("blue", "paper"), ("blue", "open-wash"),
     ("good", "good-wash"), ("stop", "stop-wash"), ("open", "open-wash"), ("stop", "paper")],
)  # fmt: skip
def test_text_contrast(pages: dict[str, str], ink: str, paper: str) -> None:
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", pages["index"]))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
