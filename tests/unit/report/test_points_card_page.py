"""The points card as a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from ace_risk.report.page import Header
from ace_risk.report.points_card_page import render_points_card, split_totals

pytestmark = pytest.mark.xdist_group("report_pages")  # one worker draws the pages

Parse = Callable[[str], Any]


def test_every_line_and_every_total_stands_on_the_card(
    pages: dict[str, str], measured: dict[str, Any], parse: Parse
) -> None:
    card = measured["points_card"]
    text = parse(pages["points-card"]).text()
    for feature in card["features"]:
        assert feature["title"] in text
        for one in feature["bins"]:
            points = f"{one['points']:+d}".replace("-", "−") if one["points"] else "0"
            assert f"<span>{one['text']}</span> <strong>{points}</strong>" in pages["points-card"]
    for row in card["totals"]:
        cells = f'{row["total"]}</th><td class="n">{100 * row["observed"]:.0f}</td><td class="n">{row["n"]:,}</td>'
        assert cells in pages["points-card"]
    assert "Start from −4" in text


def test_the_card_says_what_it_is_for_and_who_decides(pages: dict[str, str], header: Header, parse: Parse) -> None:
    text = parse(pages["points-card"]).text()
    assert header.purpose in text
    assert "A person reads the child's records and decides. The card decides nothing." in text
    assert "Any enforcement: arrest, charge, custody, search, tasking or surveillance." in text
    assert header.pack_id in text


def test_examples_are_made_up_children_whose_points_add_up(
    pages: dict[str, str], measured: dict[str, Any], parse: Parse
) -> None:
    card = measured["points_card"]
    html = pages["points-card"]
    found = html.split('<div class="example">')[1:]
    assert len(found) == len(card["examples"]) == 3
    assert "These children are made up." in parse(html).text()
    for part, example in zip(found, card["examples"], strict=True):
        part = part[: part.index("</div>")]
        shown = [int(points.replace("−", "-")) for points in re.findall(r"<strong>([+−]?\d+)</strong>", part)]
        assert sum(shown) == example["total"]
        assert f"{example['total']} points".replace("-", "−") in part
        assert example["of_100"] in part
        assert all((record["title"] in part) == bool(record["points"]) for record in example["records"])


def test_a_card_without_examples_still_renders(evaluation: dict[str, Any], header: Header) -> None:
    assert "examples" not in evaluation["points_card"]
    html = render_points_card(evaluation, header)
    assert "Worked examples" not in html
    assert 'id="totals"' in html


def test_real_points_have_two_decimals_and_pairs_are_tables(
    evaluation: dict[str, Any], header: Header, parse: Parse
) -> None:
    card = evaluation["points_card"]
    feature = {**card["features"][0], "bins": [{"text": "0", "points": -0.456, "share": 1.0}]}
    pair = {"features": ["a", "b"], "titles": ["Calls <b>", "Days"], "rows": ["0"],
            "columns": ["up to 9", "10 or more"], "points": [[0.25, -1.5]]}  # fmt: skip
    totals = [{"total": "under −1.20", "low_total": -3.0, "n": 40, "observed": 0.004, "predicted": 0.004}]
    real = {"features": [feature], "pairs": [pair], "intercept": -2.345, "totals": totals}
    page = parse(render_points_card({**evaluation, "points_card": real}, header))
    text = page.text()
    assert "−0.46" in text
    assert re.search(r"Start from −2\.3[45], then", text)
    assert "Calls <b> (down) with Days (across)" in text
    assert {"+0.25", "−1.50"} <= {data.strip() for tag, data in page.texts if tag == "td"}
    assert "under −1.20fewer than 140" in text


@pytest.mark.parametrize("n", range(0, 60, 7))
def test_totals_keep_their_order_in_at_most_three_columns(n: int) -> None:
    totals = [{"total": number} for number in range(n)]
    columns = split_totals(totals)
    assert [row for column in columns for row in column] == totals
    assert len(columns) <= 3
    assert max((len(column) for column in columns), default=0) - min((len(c) for c in columns), default=0) <= 2


def test_a_line_that_counts_several_kinds_names_them(measured: dict[str, Any], header: Header, parse: Parse) -> None:
    first, second = (feature["feature"] for feature in measured["points_card"]["features"][:2])
    counts = {first: ["neglect", "physical <harm>"], second: ["missing episode"]}
    html = render_points_card(measured, header, counts)
    assert parse(html).text().count("counts neglect, physical <harm>.") == 1
    assert "missing episode" not in html


def twelve_lines(evaluation: dict[str, Any]) -> dict[str, Any]:
    """A full card: 12 features of up to 6 bins, long titles among them, 32 totals, examples of up to 9 lines."""
    bins = [{"text": "never", "points": 0, "share": 0.6}]
    bins += [{"text": f"{100 * n} to {100 * n + 99}", "points": 5 - n, "share": 0.1} for n in range(4)]
    longest = "Days since a concern about exploitation of the child or of another child at home"
    titles = [longest if n % 3 == 0 else f"Suspensions or exclusions {n}, last 365 days" for n in range(12)]
    totals = [{"total": n, "n": 3000 - 90 * n, "observed": n / 33, "predicted": n / 33} for n in range(32)]
    examples = [
        {
            "records": [{"title": t, "text": "0 to 99", "points": 2 * (n < lines)} for n, t in enumerate(titles)],
            "total": 2 * lines, "of_100": "Of 100 children with 9 points, 31 had statutory support recorded within 12 "
            "months.", "observed": 0.31, "n": 90,
        }
        for lines in (3, 5, 9)
    ]  # fmt: skip
    features = [
        {"feature": f"f{n}", "title": title, "direction": "either", "bins": bins} for n, title in enumerate(titles)
    ]
    return {**evaluation, "points_card": {"features": features, "intercept": 0, "totals": totals, "examples": examples}}


@pytest.mark.slow
@pytest.mark.parametrize("full", [False, True])
def test_the_card_prints_on_one_sheet(
    pages: dict[str, str],
    evaluation: dict[str, Any],
    header: Header,
    printed_sides: Callable[[str], int],
    full: bool,
) -> None:
    harm = ["physical harm to the child", "emotional harm to the child", "sexual harm to the child", "neglect"]
    home = ["domestic abuse at home", "parental drug or alcohol use", "parental mental ill-health"]
    plans = ["child in need plan", "child protection enquiry", "child protection plan", "looked after"]
    several = {"f0": harm, "f1": home, "f2": plans, "f4": home}
    html = render_points_card(twelve_lines(evaluation), header, several) if full else pages["points-card"]
    assert printed_sides(html) == 1
