"""What each page says."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from ace_risk.cards.card import build_card
from ace_risk.errors import StudyError
from ace_risk.kinds import configs_folder
from ace_risk.report.card_page import render_card
from ace_risk.report.evaluation_page import headline, render_evaluation
from ace_risk.report.fairness_page import outside_rows, overall, render_fairness
from ace_risk.report.index_page import render_index
from ace_risk.report.list_page import child_row, render_list
from ace_risk.report.page import Header
from ace_risk.study import load_study

pytestmark = pytest.mark.xdist_group("report_pages")  # one worker draws the pages

Parse = Callable[[str], Any]


@pytest.fixture
def undrawn(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The evaluation without what takes long to draw."""
    card = {**evaluation["points_card"], "features": []}
    return {**evaluation, "curve": [], "reliability": [], "folds": [], "points_card": card}


def test_evaluation_opens_with_the_verdict(pages: dict[str, str], evaluation: dict[str, Any], parse: Parse) -> None:
    text = parse(pages["evaluation"]).text()
    order = [
        "The points card meets the bar", evaluation["sentences"][0], "Made on", "The bar, item by item",
        evaluation["bar"][0]["item"], "31 of 100 places went to a child", "Beside simple rules", "Start from −4",
        "Method and limits",
    ]  # fmt: skip
    places = [text.find(words) for words in order[:5]] + [text.rfind(words) for words in order[5:]]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize(("verdict", "shape"), [("meets", "●"), ("does not meet", "▲"), ("not enough evidence", "◇")])
def test_evaluation_verdicts(undrawn: dict[str, Any], header: Header, verdict: str, shape: str) -> None:
    html = render_evaluation({**undrawn, "verdict": verdict}, header)
    band = html[html.index('<div class="answer') : html.index("</div>", html.index('<div class="answer'))]
    assert shape in band
    assert headline(verdict) in band


def test_evaluation_without_positives_still_renders(
    undrawn: dict[str, Any], evaluation: dict[str, Any], header: Header
) -> None:
    undefined = {
        **evaluation["models"][0], "precision": None, "precision_low": None, "precision_high": None,
        "recall": None, "recall_low": None, "recall_high": None, "lift": None, "missed_per_100_places": None,
    }  # fmt: skip
    empty = {**undrawn, "models": [undefined], "bar": [], "data": {**evaluation["data"], "censored": {}}}
    html = render_evaluation(empty, header)
    assert 'class="dots"' not in html
    assert ">–" in html


def test_reasons_for_dropping_rows_are_words(pages: dict[str, str], parse: Parse) -> None:
    text = parse(pages["evaluation"]).text()
    assert "The child comes of age within the outcome window" in text
    assert "another reason" in text
    assert "comes_of_age" not in text


def test_header_answer_replaces_the_wording(undrawn: dict[str, Any], header: Header) -> None:
    html = render_evaluation(undrawn, replace(header, answer="Look at the gap first."))
    assert "Look at the gap first." in html
    assert "The points card meets the bar" not in html


def test_csv_on_the_page_holds_the_table(pages: dict[str, str], evaluation: dict[str, Any], parse: Parse) -> None:
    link = next(a for a in parse(pages["evaluation"]).all("a") if a.get("download") == "models.csv")
    rows = list(csv.DictReader(io.StringIO(unquote(link["href"].split(",", 1)[1]))))
    assert [row["name"] for row in rows] == [model["name"] for model in evaluation["models"]]
    assert float(rows[0]["recall"]) == evaluation["models"][0]["recall"]
    assert rows[1]["brier"] == ""


def test_fairness_chapters_and_suppression(pages: dict[str, str], audit: dict[str, Any], parse: Parse) -> None:
    page = parse(pages["fairness"])
    heads = page.text("h2")
    assert all(words in heads for words in ("Lawful", "Effective", "Fair"))
    hidden = next(row for row in audit["by_group"] if row["group"] == "Other")
    assert hidden["tp"] == "c"
    assert "Other: figures hidden" in page.text("title")
    assert "of children already known to services" in page.text()
    link = next(a for a in page.all("a") if a.get("download") == "ethnicity.csv")
    rows = {row["group"]: row for row in csv.DictReader(io.StringIO(unquote(link["href"].split(",", 1)[1])))}
    assert rows["Other"]["tp"] == "c"
    assert rows["Other"]["tpr"] == ""
    assert rows["White"]["tp"].isdigit()


def test_every_table_of_the_fairness_page_is_in_a_csv_without_formulas(pages: dict[str, str], parse: Parse) -> None:
    html = pages["fairness"]
    for part in html.split("<h2 ")[1:]:
        assert part.count("<table") == 0 or 'class="csv"' in part
    links = {a["download"]: unquote(a["href"].split(",", 1)[1]) for a in parse(html).all("a") if a.get("download")}
    assert {"sex.csv", "sex-comparisons.csv", "groups.csv", "verdicts.csv", "simple-rules.csv", "proxies.csv",
            "missed-by-domain.csv", "reasons-by-group.csv", "lead-time-by-group.csv"} <= set(links)  # fmt: skip
    assert "'=Boy" in links["missed-by-domain.csv"]
    assert not any(cell.startswith(("=", "+", "@")) for text in links.values() for row in csv.reader(io.StringIO(text))
                   for cell in row)  # fmt: skip


def test_the_fairness_page_opens_with_three_sentences_and_chapters(
    pages: dict[str, str], audit: dict[str, Any], parse: Parse
) -> None:
    html = pages["fairness"]
    opening = parse(chapter(html, '<div class="answer', "</div>")).text()
    assert [sentence in opening for sentence in audit["sentences"]] == [True] * 3
    places = [html.index(f'id="{name}"') for name in ("lawful", "effective", "fair", "method")]
    assert places == sorted(places)
    assert html.count("This says nothing about indirect discrimination") == 1
    assert "Questions that the board should ask" in html
    assert "margin of 5 points is this audit's" in parse(html).text()


def test_a_hidden_group_shows_no_gap(audit: dict[str, Any], header: Header) -> None:
    verdicts = [
        {**row, "gap": -0.4321} if row["group"] == "Other" and row["metric"] == "tpr" else row
        for row in audit["verdicts"]
    ]
    html = render_fairness({**audit, "verdicts": verdicts}, header)
    assert "−43" not in html[html.index('id="fair"') : html.index('id="method"')]


def chapter(html: str, start: str, end: str) -> str:
    return html[html.index(start) : html.index(end, html.index(start))]


def test_hidden_figures_say_so_and_why(pages: dict[str, str], parse: Parse) -> None:
    table = chapter(pages["fairness"], 'aria-label="Table: Ethnicity, rates by group"', 'id="method"')
    row = parse(chapter(table, '<th scope="row">Other</th>', "</tr>")).text()
    assert row.count("hidden") == 5, "three shares, the gap, and the figures behind the verdict"
    assert "not enough evidence (figures hidden)" in row
    assert "–" not in row
    text = parse(pages["fairness"]).text()
    assert "a count below 6 stands behind the figure, or that the count of another, smaller group" in text
    assert "rows of this group" in text


def test_whatever_lies_outside_stands_at_the_top(audit: dict[str, Any], header: Header, parse: Parse) -> None:
    outside = {("sex", "Girl", "selection_rate"), ("sex", "Girl", "tpr"), ("sex", "Girl", "fnr"),
               ("ethnicity", "Other", "ppv")}  # fmt: skip
    verdicts = [
        {**row, "verdict": "outside"} if (row["attribute"], row["group"], row["metric"]) in outside else row
        for row in audit["verdicts"]
    ]
    found = outside_rows({**audit, "verdicts": verdicts})
    girl, boy = (next(row for row in audit["by_group"] if row["group"] == name) for name in ("Girl", "Boy"))
    reach = f"{round(100 * girl['tpr'])}% beside {round(100 * boy['tpr'])}% (Boy)"
    assert [(row["who"], row["figures"]) for row in found] == [
        ("Sex, Girl", "9% beside 9% (Boy)"), ("Sex, Girl", reach), ("Ethnicity, Other", "figures hidden"),
    ]  # fmt: skip
    html = render_fairness({**audit, "verdicts": verdicts}, header)
    box = parse(chapter(html, 'aria-labelledby="outside"', "About this page")).text()
    assert "Outside the margin, over all measures" in box
    assert all(f"{row['who']} : {row['measure']}" in box.replace(":", " :") for row in found)
    assert "Outside the margin, over" not in render_fairness(audit, header)


def test_comparisons_are_explained(pages: dict[str, str], audit: dict[str, Any], parse: Parse) -> None:
    n = len(audit["verdicts"])
    assert f"rests on {n // 5} comparisons of a single measure" in parse(pages["fairness"]).text()
    assert f"over all 5 measures there are {n}." in parse(pages["fairness"]).text()


@pytest.mark.parametrize("name", ["evaluation", "fairness", "card"])
def test_rows_are_told_from_children(pages: dict[str, str], parse: Parse, name: str) -> None:
    text = parse(pages[name]).text()
    assert "A row is a child on one list date; a child on several lists counts once for each." in text
    for words in ("Children with this total", "of all children", "such children", "children listed went"):
        assert words not in text


def test_notes_of_rules_and_data_are_shown(undrawn: dict[str, Any], header: Header, parse: Parse) -> None:
    models = [dict(model) for model in undrawn["models"]]
    models[1]["note"] = "The rule says yes for 12 rows."
    models[2]["note"] = f"{models[2]['title']}: <b>all</b> go by the tie rule."
    data = {**undrawn["data"], "notes": ["Nobody aged 17 was tested."]}
    html = render_evaluation({**undrawn, "models": models, "data": data}, header)
    beside = parse(chapter(html, 'id="tables"', 'id="card"')).text()
    assert f"{models[1]['title']}: The rule says yes for 12 rows." in beside
    assert beside.count(f"{models[2]['title']}: <b>all</b>") == 1
    assert "Nobody aged 17 was tested." in parse(chapter(html, 'id="data"', 'id="method"')).text()


def test_totals_may_be_words(undrawn: dict[str, Any], header: Header, parse: Parse) -> None:
    totals = [
        {"total": total, "n": 30, "observed": 0.1, "predicted": 0.1} for total in ("2 or fewer", 3.0, "18 or more")
    ]
    html = render_evaluation({**undrawn, "points_card": {**undrawn["points_card"], "totals": totals}}, header)
    table = chapter(html, "From the total to the share", 'id="data"')
    assert parse(table).text("th").endswith("2 or fewer318 or more")


def test_lawful_is_never_a_verdict(pages: dict[str, str]) -> None:
    html = pages["fairness"]
    chapter = html[html.index('<h2 id="lawful">') : html.index('<h2 id="effective">')]
    assert "verdict" not in chapter
    assert "is lawful is for people to decide" in chapter


@pytest.mark.parametrize(
    ("words", "expected"),
    [(["within"], "within"), (["within", "outside"], "outside"), ([], "not enough evidence"),
     (["within", "not enough evidence"], "not enough evidence")],
)  # fmt: skip
def test_one_word_for_all_verdicts(words: list[str], expected: str) -> None:
    assert overall([{"verdict": word} for word in words]) == expected


def test_answer_rests_on_whom_the_list_reaches(audit: dict[str, Any], header: Header) -> None:
    verdicts = [{**row, "verdict": "within" if row["metric"] == "tpr" else "outside"} for row in audit["verdicts"]]
    html = render_fairness({**audit, "answer": "within", "verdicts": verdicts}, header)
    assert '<div class="answer good">' in html
    assert "reaches children of every group alike, within the margin" in html


def test_list_shows_each_child_once_in_order(pages: dict[str, str], listing: dict[str, Any], parse: Parse) -> None:
    page = parse(pages["list"])
    articles = page.all("article")
    assert [int(article["data-rank"]) for article in articles] == list(range(1, 201))
    text = page.text()
    assert all(text.count(row["child_id"]) == 1 for row in listing["rows"])
    assert "Next in line" in text
    assert listing["next_in_line"][0]["child_id"] in text


def test_list_never_shows_ethnicity_or_sex(pages: dict[str, str], listing: dict[str, Any]) -> None:
    assert listing["rows"][0]["ethnicity"] == "B1"
    assert not {"ethnicity", "sex"} & set(child_row(listing["rows"][0]))
    assert ">B1<" not in pages["list"]


def test_list_marks(listing: dict[str, Any], list_header: Header) -> None:
    plain = {**listing["rows"][0], "safe_contact": False, "new": False, "changed_since_last": "first list",
             "band": "well inside"}  # fmt: skip
    marked = {**plain, "rank": 2, "safe_contact": True, "new": True, "changed_since_last": "new",
              "band": "near the cut-off"}  # fmt: skip

    def article(row: dict[str, Any]) -> str:
        html = render_list({"rows": [row], "next_in_line": [], "places": 1, "hubs": []}, list_header)
        return html[html.index("<article") : html.index("</article>")]

    assert 'class="mark"' not in article(plain)
    for words in ("Check safe contact first", "★ New", "Near the cut-off"):
        assert words in article(marked)


NUMBER = (
    "Of 100 children with records like these, the model expects 62 to have statutory support recorded within 12 months."
)


def test_number_stands_last_in_the_row(pages: dict[str, str]) -> None:
    html = pages["list"]
    row = html[html.index("<article") : html.index("</article>")]
    assert row.index("Why") < row.index("Strengths") < row.index("Could be offered") < row.index(NUMBER)


def test_total_stands_beside_the_number_and_in_the_next_in_line(pages: dict[str, str], parse: Parse) -> None:
    html = pages["list"]
    assert "Total points: 19" in parse(html[html.index("<article") : html.index("</article>")]).text()
    below = parse(html[html.index('id="next"') :]).text()
    assert "These 20 children are not on the list, but next in line." in below
    assert "below the cut-off" not in below


def test_the_outcome_s_own_words_are_used(listing: dict[str, Any], list_header: Header) -> None:
    one = {**listing, "rows": listing["rows"][:1], "next_in_line": []}
    html = render_list({**one, "outcome": "an offer <taken up>"}, list_header)
    assert "the model expects 62 to have an offer &lt;taken up&gt;." in html
    assert NUMBER in render_list(one, list_header)


@pytest.mark.parametrize("name", ["list", "evaluation"])
def test_the_tie_rule_is_said(pages: dict[str, str], parse: Parse, name: str) -> None:
    assert "Equal totals: the child with the newest record goes first" in parse(pages[name]).text()


def test_new_only_needs_somebody_new(listing: dict[str, Any], list_header: Header) -> None:
    def page(changed: str, new: bool) -> str:
        row = {**listing["rows"][0], "changed_since_last": changed, "new": new}
        return render_list({**listing, "rows": [row], "next_in_line": []}, list_header)

    assert "New only" in page("new", True)
    assert "New only" not in page("still listed", False)
    assert "New only" not in page("first list", False)


def test_families_are_counted(listing: dict[str, Any], list_header: Header) -> None:
    rows = [{**listing["rows"][place], "visit": visit} for place, visit in enumerate(["V001", "V001", "V002"])]
    html = render_list({"rows": rows, "next_in_line": [], "places": 3, "hubs": []}, list_header)
    assert html.count("(2 children on this list)") == 2
    assert "2 families, 1 of them with more than one child" in html


def test_empty_list_says_so(list_header: Header) -> None:
    html = render_list({"rows": [], "next_in_line": [], "places": 5, "hubs": []}, list_header)
    assert "No child is on this list." in html
    assert "5 places are free" in html


def test_list_reads_without_script(pages: dict[str, str], parse: Parse) -> None:
    page = parse(pages["list"])
    assert "hidden" in page.all("form")[0]
    assert not any("hidden" in article for article in page.all("article"))


def test_card_shows_gaps(pages: dict[str, str], parse: Parse) -> None:
    text = parse(pages["card"]).text()
    assert text.count("(not given)") >= 3
    assert "who acts on 7 of 7 stop conditions" in text


def test_index_opens_with_the_readers(pages: dict[str, str], evaluation: dict[str, Any], parse: Parse) -> None:
    text = parse(pages["index"]).text()
    assert text.index(evaluation["sentences"][0]) < text.index("Read before use") < text.index("The referral list")


@pytest.mark.parametrize("href", ["https://a.example/", "/etc/passwd", "../up.html", "javascript:alert(1)"])
def test_index_links_stay_in_the_folder(header: Header, href: str) -> None:
    with pytest.raises(StudyError, match="leave the folder"):
        render_index([{"href": href, "title": "T", "what": "W"}], {}, header)


def test_the_card_shows_the_trade_off_of_the_search(
    measured: dict[str, Any], audit: dict[str, Any], header: Header, parse: Parse
) -> None:
    study = load_study(configs_folder() / "demo.yaml")
    searched = parse(render_card(build_card(study, measured, audit, "x", {}), header)).text()
    assert measured["search"]["rule"] in searched
    assert "The largest gap between groups is" in searched
    assert "Features on the card against recall" in searched
    unsearched = parse(render_card(build_card(study, {**measured, "search": None}, audit, "x", {}), header)).text()
    assert "was not searched" in unsearched
    assert "Features on the card against recall" not in unsearched
