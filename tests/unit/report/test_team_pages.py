"""The daily review and a child's page: what they show, in which order, and that nothing runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from ace_risk.referrals.card_lines import CardLine
from ace_risk.referrals.child_record import ChildRecord
from ace_risk.referrals.lanes import Lane
from ace_risk.referrals.what_if import WhatIf
from ace_risk.report.child_page import place_sentence, render_child
from ace_risk.report.page import Header
from ace_risk.report.review_page import render_review
from ace_risk.report.words import FOLLOWED, LIST_SAFETY, REFER_NOW

pytestmark = pytest.mark.xdist_group("report_pages")  # one worker draws the pages

Parse = Callable[[str], Any]
HOSTILE = "\"'><script>alert(1)</script>&{{ 7*7 }}"


def test_a_review_shows_each_child_once_by_family(
    pages: dict[str, str], review_rows: list[dict[str, Any]], parse: Parse
) -> None:
    text = parse(pages["review"]).text()
    assert all(text.count(row["child_id"]) == 1 for row in review_rows)
    assert "4 children in 2 families to look at." in text
    assert "1 still missing, as far as is recorded. Check safe contact first with 2. 1 for welfare follow-up" in text
    assert text.count("Would be number 3 on a list made now") == 3
    assert text.index("Read before use") < text.index("Family by family") < text.index("Family F001")
    assert pages["review"].count("▲ Check safe contact first") == 2


def test_an_empty_review_says_so(list_header: Header, parse: Parse) -> None:
    text = parse(render_review([], list_header)).text()
    assert "No child to look at." in text
    assert "Nothing was recorded in these hours" in text


def test_a_review_shows_neither_ethnicity_nor_sex(review_rows: list[dict[str, Any]], list_header: Header) -> None:
    html = render_review([{**row, "ethnicity": "B1-secret", "sex": "F-secret"} for row in review_rows], list_header)
    assert "secret" not in html


def test_a_child_s_page_answers_in_order(pages: dict[str, str], parse: Parse) -> None:
    text = parse(pages["child"]).text()
    order = ["SYN-0000000abc", "Number 312 of 2,000", "Read before use", "What happened when", "What the records say",
             "What could be offered", "Line by line", "If a record were wrong", "In the child's own words",
             "The plan"]  # fmt: skip
    places = [text.find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "3 → 1" in text
    assert "312 → 900" in text
    assert "no longer considered" in text


def test_pictures_of_a_child_say_what_they_show(pages: dict[str, str], parse: Parse) -> None:
    titles = parse(pages["child"]).text("title")
    assert "Going missing: 2 records, 1 March 2025" in titles
    assert "Support so far: 1 spell, 1 March 2025" in titles
    assert "From the average total of 1.30 points to this child's 3.00: Going missing adds 2.10; School takes" in titles
    assert "$" not in titles
    assert "#ff0051" not in pages["child"]


def test_where_a_child_stands(child_record: ChildRecord) -> None:
    assert (
        "not within the 200 places of a list made on this day. Total points: 3; the lowest total on that list: 5."
        in (place_sentence(child_record))
    )
    listed = replace(child_record, listed=True, rank=7, band="near the cut-off")
    assert place_sentence(listed).startswith("Number 7 of 2,000 children considered: within the 200 places")
    assert "near the cut-off" in place_sentence(listed)
    assert "near" not in place_sentence(replace(listed, band="well inside"))


def test_hostile_text_is_shown_and_never_run(
    review_rows: list[dict[str, Any]], child_record: ChildRecord, list_header: Header, parse: Parse
) -> None:
    row = review_rows[0] | dict.fromkeys(("child_id", "hub", "visit", "known", "place"), HOSTILE)
    row |= dict.fromkeys(("recorded", "flags", "next_steps"), (HOSTILE,))
    told = {**child_record.told, "reason_1": HOSTILE, "strengths": HOSTILE, "support_options": HOSTILE}
    lanes = [replace(lane, title=HOSTILE) for lane in child_record.lanes]
    moves = [(HOSTILE, 1.0), (HOSTILE, -2.0)]
    bad = replace(child_record, child_id=HOSTILE, hub=HOSTILE, told=told, lanes=lanes, moves=moves, support=[HOSTILE])
    for html in (render_review([row], list_header), render_child(bad, list_header, HOSTILE)):
        page = parse(html)
        assert not page.all("script")
        assert not page.misplaced
        assert "<script>alert(1)</script>" in page.text()
        assert "{{ 7*7 }}" in page.text()


def full_record(record: ChildRecord) -> ChildRecord:
    """A child with a long history: every lane, two sentences to a reason, many spells of support, a full card."""
    day = pd.Timestamp("2025-03-01")
    sentence = "Statutory work began 5 times in the last 6 years ({kinds}), first on 16 February 2022, most recently on"
    kinds = "child protection enquiry twice, child in need plan once and looked after by the local authority once"
    reason = f"{sentence.format(kinds=kinds)} 25 October 2024. Police sent 15 safeguarding notices in the last year."
    spell = "Treatment or support for a parent: since 14 August 2025, open as far as is recorded."
    gap = "Nothing from school or health services is on record. No return interview is on record for 35 of 70 episodes."
    strengths = "The child named an adult they trust, first on 16 September 2024, most recently on 14 July 2025. " * 3
    offers = "; ".join(f"a return home interview if none was held (within 72 hours) {n}" for n in range(9))
    reasons = {f"reason_{place}": f"{reason} {place}" for place in range(1, 5)}
    return replace(
        record,
        listed=True,
        band="near the cut-off",
        told={**record.told, **reasons, "strengths": strengths, "data_gaps": gap, "support_options": offers},
        support=[spell] * 21,
        card=[CardLine("Records of any of the three concerns at home, last 730 days", "none in the last 6 years", 3.0)]
        * 12,
        moves=[(f"Safety and wellbeing at home {number}", 1.0) for number in range(8)],
        lanes=[Lane(f"Changes and losses {number}", ((day, day),), ()) for number in range(11)],
        what_if=[WhatIf("police safeguarding notice graded amber or red", day, 11.0, 78)] * 10,
    )


@pytest.mark.slow
def test_a_child_s_page_prints_on_two_sides(
    child_record: ChildRecord, list_header: Header, printed_sides: Callable[[str], int]
) -> None:
    lapsed = "This page had lapsed when it was made: it shows the past."
    unnamed = "The approval of these data doesn't permit naming a parent's health, drug or alcohol use, treatment or "
    header = replace(list_header, safety=(REFER_NOW, lapsed, f"{unnamed} prison.", *LIST_SAFETY))
    assert printed_sides(render_child(full_record(child_record), header, FOLLOWED)) == 2


def test_the_number_of_a_child_s_page_says_what_was_counted(child_record: ChildRecord, list_header: Header) -> None:
    expected = "the model expects 18 to have a plan agreed"
    assert f"{expected}; when it was tested, 21 had." in render_child(child_record, list_header, "a plan agreed")
    untested = replace(child_record, counted=float("nan"))
    assert f"{expected}.<" in render_child(untested, list_header, "a plan agreed")
