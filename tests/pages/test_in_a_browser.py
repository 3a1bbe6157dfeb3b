"""The pages of a demo in a real browser: nothing fetched, accessible, usable by keyboard."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "index.html", "list/referrals.html", "run/evaluation.html", "run/points-card.html", "run/fairness.html",
    "run/card.html", "run/young-people.html", "calibration.html", "review/review.html", "child/child.html",
)  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A demo with a review and a child's page beside it."""
    folder = tmp_path_factory.mktemp("pages") / "demo"
    command = [sys.executable, "-m", "ace_risk.cli"]
    run, data = str(folder / "run"), str(folder / "data")

    def do(*arguments: str) -> None:
        subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=300)

    do("demo", "--children", "2000", "--out", str(folder))
    do("review", run, "--data", data, "--as-of", "2025-12-01T09:00", "--hours", "72", "--out", str(folder / "review"))
    child = (folder / "list" / "referrals.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[1]
    do("child", run, child, "--data", data, "--as-of", "2025-12-01", "--out", str(folder / "child"))
    shutil.copy(ROOT / "data" / "synthetic" / "calibration.html", folder / "calibration.html")
    return folder


@pytest.fixture
def visit(browser, shown):
    """Open a page of the demo at some width, and note what it asks for and what goes wrong."""
    opened = []

    def visit(name: str, width: int = 1280):
        page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
        opened.append(page)
        page.asked, page.wrong = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda said: page.wrong.append(said.text) if said.type == "error" else None)
        page.goto((shown / name).as_uri())
        return page

    yield visit
    for page in opened:
        page.close()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_fetches_nothing(visit, name, width):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, width)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert [url for url in page.asked if not url.startswith("data:")] == [page.url]
    assert page.wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # tables scroll inside themselves


def test_axe_would_notice(visit):
    from axe_playwright_python.sync_playwright import Axe

    page = visit("index.html")
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\"><p style=\"color:#ccc\">pale</p>')"
    )
    assert {"image-alt", "color-contrast"} <= {rule["id"] for rule in Axe().run(page).response["violations"]}


def test_the_list_is_filtered_by_keyboard_and_keeps_its_state_in_the_address(visit):
    page = visit("list/referrals.html")
    rows = page.locator("#children > .child:visible")
    reasons = [text.lower() for text in page.locator("#children > .child .reasons").all_inner_texts()]
    words = sorted({word for text in reasons for word in text.split() if word.isalpha() and len(word) > 5})
    word = next(word for word in words if 0 < sum(word in text for text in reasons) < len(reasons))
    page.locator("[name=reason]").focus()
    page.keyboard.type(word)
    fewer, everybody = rows.count(), len(reasons)
    assert fewer == sum(word in text for text in reasons)
    assert page.locator("#shown").inner_text() == f"Showing {fewer} of {everybody} children"
    assert f"reason={word}" in page.url
    page.reload()
    assert rows.count() == fewer
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("button[type=reset]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelectorAll('#children > .child:not([hidden])').length === {everybody}")


def test_the_list_reads_without_a_script(browser, shown):
    page = browser.new_page(java_script_enabled=False)
    page.goto((shown / "list" / "referrals.html").as_uri())
    ranks = page.locator("#children > .child .rank").all_inner_texts()
    assert [rank.split()[-1] for rank in ranks] == [str(number) for number in range(1, len(ranks) + 1)]
    assert len(ranks) > 5
    assert not page.locator("#controls").is_visible()
    page.close()
