"""Sections of the evaluation page that only a measured document (format /2) has."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from ace_risk.report.evaluation_page import render_evaluation
from ace_risk.report.evaluation_sections import lead_part, optional_sections, section_names
from ace_risk.report.page import Header
from ace_risk.report.words import find_forbidden

pytestmark = pytest.mark.xdist_group("report_pages")  # one worker draws the pages

Parse = Callable[[str], Any]
SECTIONS = {
    "price": ("simplicity",),
    "groups": ("by_group",),
    "early": ("lead_time", "churn"),
    "holds": ("learning", "unseen_families"),
    "search": ("search",),
    "truth": ("truth",),
}
"""Each optional section, and the keys that it shows; "holds" also shows what each fold measured."""
HOSTILE = "\"'><script>alert(1)</script>{{ 7*7 }}"


def section(html: str, name: str) -> str:
    start = html.index(f'<section aria-labelledby="{name}">')
    return html[start : html.index("</section>", start)]


def row_of(html: str, head: str) -> str:
    start = html.index(f'<th scope="row">{head}')
    return html[start : html.index("</tr>", start)]


@pytest.fixture
def small(measured: dict[str, Any]) -> dict[str, Any]:
    """The measured document without what it has in common with /1 and takes long to draw."""
    card = {**measured["points_card"], "features": []}
    return {**measured, "curve": [], "reliability": [], "points_card": card}


def test_an_older_document_has_no_new_section(pages: dict[str, str], evaluation: dict[str, Any]) -> None:
    assert not {key for keys in SECTIONS.values() for key in keys} & set(evaluation)
    for name in SECTIONS:
        assert f'id="{name}"' not in pages["evaluation"]
        assert f'href="#{name}"' not in pages["evaluation"]
        assert f'id="{name}"' in pages["measured"]
        assert f'href="#{name}"' in pages["measured"]
    assert "How often the test period was opened" not in pages["evaluation"]


@pytest.mark.parametrize("nothing", [None, "empty"])
def test_what_was_not_measured_is_not_shown(small: dict[str, Any], header: Header, nothing: str | None) -> None:
    empty = {"by_group": {}, "lead_time": [], "churn": [], "learning": []}
    keys = [key for keys in SECTIONS.values() for key in keys] + ["pooled", "test_openings"]
    gone = {key: empty.get(key) if nothing else None for key in keys}
    html = render_evaluation({**small, "folds": [], **gone}, header)
    assert [name for name in SECTIONS if f'id="{name}"' in html] == []
    assert "How often the test period was opened" not in html


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_goes_with_its_keys_and_leaves_the_others(small: dict[str, Any], header: Header, name: str) -> None:
    html = render_evaluation({**small, "folds": [], **dict.fromkeys(SECTIONS[name])}, header)
    assert [other for other in SECTIONS if f'id="{other}"' not in html] == [name]


def test_sections_stand_in_the_order_of_the_contents(pages: dict[str, str], measured: dict[str, Any]) -> None:
    names = [name for name, _ in section_names(optional_sections({**measured, "folds": measured["folds"]}))]
    places = [pages["measured"].index(f'<h2 id="{name}">') for name in names]
    assert places == sorted(places)
    assert len(names) == 12


def test_simplicity_is_priced_against_the_ceiling(
    pages: dict[str, str], measured: dict[str, Any], parse: Parse
) -> None:
    html = section(pages["measured"], "price")
    assert measured["simplicity"]["sentence"] in parse(html).text()
    for model in measured["models"]:
        cells = parse(row_of(html, model["title"])).text()
        assert f"{100 * model['recall']:.0f}%" in cells
        kept = 100 * model["recall"] / measured["simplicity"]["ceiling_recall"]
        assert f">{kept:.0f}<" in row_of(html, model["title"])
    ceiling = parse(row_of(html, "Monotone boosting")).text()
    assert "never deployable: only says what simplicity costs" in ceiling
    assert "never deployable" not in parse(row_of(html, "Boosted table")).text()
    assert "90 to 98" in parse(row_of(html, "points card")).text()


def test_the_ceiling_is_marked_in_every_table_of_models(pages: dict[str, str]) -> None:
    html = section(pages["measured"], "tables")
    assert html.count("<table") == 3
    assert html.count("never deployable: only says what simplicity costs") == 3


def test_group_figures_are_the_documents(pages: dict[str, str], measured: dict[str, Any], parse: Parse) -> None:
    html = section(pages["measured"], "groups")
    shown = [row for rows in measured["by_group"].values() for row in rows if not row["hidden"]]
    assert len(shown) == 11
    for row in shown:
        cells = parse(row_of(html, row["group"])).text()
        assert f"{row['tp']:,} of {row['positives']:,}: {100 * row['recall']:.0f}%" in cells
        assert f"{row['tp']:,} of {row['listed']:,}: {100 * row['precision']:.0f}%" in cells
        assert f"{100 * row['recall_low']:.0f}% to {100 * row['recall_high']:.0f}%" in cells


def test_a_hidden_group_shows_no_figure_anywhere(small: dict[str, Any], header: Header, parse: Parse) -> None:
    hub = [dict(row) for row in small["by_group"]["hub"]]
    hub[-1] |= {"rows": 4321, "positives": 87, "tp": 65, "listed": 76, "recall": 0.7654}  # must not be shown
    html = section(render_evaluation({**small, "by_group": {"hub": hub}}, header), "groups")
    row = parse(row_of(html, "South Lakeland")).text()
    assert row == "South Lakelandtoo few to show"
    assert "South Lakeland: too few to show" in parse(html).text("title")
    for figure in ("4321", "4,321", "7654", "77%", ">87<", ">65<"):
        assert figure not in html
    link = next(a for a in parse(html).all("a") if a.get("download") == "by-hub.csv")
    rows = {row["group"]: row for row in csv.DictReader(io.StringIO(unquote(link["href"].split(",", 1)[1])))}
    assert {value for key, value in rows["South Lakeland"].items() if key not in ("group", "hidden")} == {""}
    assert float(rows["Barrow"]["recall"]) == hub[1]["recall"]


def test_lead_time_is_said_in_words(pages: dict[str, str], measured: dict[str, Any], parse: Parse) -> None:
    html = section(pages["measured"], "early")
    ours = measured["lead_time"][0]
    text = parse(html).text()
    assert f"{ours['children']} children were listed in the test period" in text
    assert f"Half of these children were listed at least {ours['median_days']:.0f} days before." in text
    assert "41 to 168 days" in parse(row_of(html, "points card")).text()
    assert "–" in parse(row_of(html, "three notices in three months")).text()


def test_lead_time_of_nobody_is_no_figure() -> None:
    nobody = {"name": "points_card", "title": "points card", "children": 0, "median_days": None, "bins": []}
    part = lead_part([nobody], "points_card")
    assert part is not None
    assert part["picture"] is None
    assert part["sentence"].startswith("No child on the lists of points card")


def test_churn_counts_places(pages: dict[str, str], measured: dict[str, Any], parse: Parse) -> None:
    html = section(pages["measured"], "early")
    changes = measured["churn"][0]["changes"]
    stayed, places = (sum(change[key] for change in changes) for key in ("stayed", "places"))
    steady = html[html.index("Places that stay with the same child") :]
    assert f"{stayed} of {places}" in parse(row_of(steady, "points card")).text()
    assert f"{100 * stayed / places:.0f} of 100 places stay with the same child" in parse(html).text()


def test_each_fold_and_the_pooled_folds_show_their_own_figures(
    pages: dict[str, str], measured: dict[str, Any], parse: Parse
) -> None:
    html = section(pages["measured"], "holds")
    for fold in measured["folds"]:
        cells = parse(row_of(html, fold["name"])).text()
        table = fold["tables"]["model"]
        assert f"{100 * fold['recall']:.0f}%" in cells
        assert f"{table['tp']} of {table['tp'] + table['fn']}" in cells
        assert f"{table['tp']} of {table['tp'] + table['fp']}" in cells
        assert f"{100 * fold['recall_ace_count']:.0f}%" in cells
    pooled = parse(row_of(html, "validation folds, pooled")).text()
    assert "38% to 43%" in pooled
    assert "6 lists" in pooled


def test_unseen_families_stand_beside_seen_ones(pages: dict[str, str], parse: Parse) -> None:
    text = parse(section(pages["measured"], "holds")).text()
    assert "40% (36% to 43%), beside 41% for the card that was trained on all" in text
    assert "0.779" in text
    assert "0.788" in text
    assert "Families were dealt into five parts" in text


def test_the_search_names_its_rule_and_marks_the_chosen_trial_in_words(
    pages: dict[str, str], measured: dict[str, Any], parse: Parse
) -> None:
    html = section(pages["measured"], "search")
    search = measured["search"]
    text = parse(html).text()
    assert search["rule"] in text
    chosen = next(trial for trial in search["trials"] if trial["chosen"])
    assert f"Cards of the chosen size have up to {chosen['features']} features" in text
    assert parse(html).text("th").count("chosen") == 1
    for trial in search["trials"]:
        row = parse(row_of(html, f"{trial['number']}{' ◆ chosen' if trial['chosen'] else ''}")).text()
        assert f"{100 * trial['recall']:.1f}%" in row
        assert ("Age: under 1 and 5 to 9" in row) == (trial["gap"] is not None)
        assert ("not measured" in row) == (trial["gap"] is None)
        assert row.endswith("yes" if trial["within"] else "no")


def test_true_need_explains_the_gap(pages: dict[str, str], measured: dict[str, Any], parse: Parse) -> None:
    html = section(pages["measured"], "truth")
    text = parse(html).text()
    assert all(sentence in text for sentence in measured["truth"]["sentences"])
    assert "15 of 100 need support" in text
    for model in measured["truth"]["models"]:
        cells = parse(row_of(html, model["title"])).text()
        assert f"{model['auc_label']:.3f}" in cells
        assert f"{model['auc_need']:.3f}" in cells


def test_openings_of_the_test_period_are_told(pages: dict[str, str], measured: dict[str, Any], parse: Parse) -> None:
    text = parse(section(pages["measured"], "method")).text()
    assert f"2 times. {measured['test_openings']['note']}" in text


def without_shares(value: Any) -> Any:
    """The same document with every share undefined, as where nothing was listed or nothing followed."""
    if isinstance(value, dict):
        return {key: None if isinstance(part, float) else without_shares(part) for key, part in value.items()}
    return [without_shares(part) for part in value] if isinstance(value, list) else value


def test_shares_that_are_not_defined_are_dashes(small: dict[str, Any], header: Header, parse: Parse) -> None:
    keys = [key for part in SECTIONS.values() for key in part if key != "lead_time"] + ["pooled"]
    bare = {key: without_shares(small[key]) for key in keys}
    models = [{**model, "recall": None, "recall_low": None, "recall_high": None} for model in small["models"]]
    html = render_evaluation({**small, **bare, "models": models}, header)
    page = parse(html)
    assert not page.misplaced
    assert "nan" not in page.text().lower().split()
    assert "None" not in page.text()
    assert parse(row_of(section(html, "search"), "0")).text().count("–") == 4
    assert "points card: not defined" in page.text("title")


def test_hostile_titles_are_text_in_every_section(small: dict[str, Any], header: Header, parse: Parse) -> None:
    def named(records: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
        return [{**record, key: HOSTILE} for record in records]

    bad = {
        **small,
        "models": named(small["models"], "title"),
        "folds": named(small["folds"], "name"),
        "by_group": {"hub": named(small["by_group"]["hub"], "group")},
        "lead_time": named(small["lead_time"], "title"),
        "churn": named(small["churn"], "title"),
        "simplicity": {**small["simplicity"], "sentence": HOSTILE},
        "unseen_families": {**small["unseen_families"], "note": HOSTILE},
        "search": {**small["search"], "rule": HOSTILE, "trials": named(small["search"]["trials"], "gap_where")},
        "truth": {**small["truth"], "sentences": [HOSTILE], "models": named(small["truth"]["models"], "title")},
        "test_openings": {"count": 1, "note": HOSTILE},
    }
    html = render_evaluation(bad, header)
    page = parse(html)
    assert not page.misplaced
    assert not page.all("script")
    assert "<script>" not in html
    assert "{{ 7*7 }}" in page.text()
    assert page.text().count("<script>alert(1)</script>") > 20


def test_no_word_on_the_page_blames(pages: dict[str, str], parse: Parse) -> None:
    for name in ("measured", "points-card"):
        assert find_forbidden(parse(pages[name]).text()) == []
