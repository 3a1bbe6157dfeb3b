from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from ace_risk.plans import World
from ace_risk.report.calibration_page import render_calibration
from ace_risk.report.headers import world_header
from ace_risk.report.words import find_forbidden
from ace_risk.world.sources import PUBLISHED


@pytest.fixture
def figures():
    rows = [
        ("a", "need", "children who live with <one>", "%", "[S5][D]", 7.0, 6.8, 1.0, "within"),
        ("b", "missing", "episodes per child", "times", "[A]", 3.0, 4.4, 1.0, "outside"),
    ]
    columns = ["key", "topic", "text", "unit", "source", "published", "generated", "tolerance", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def test_the_page_opens_with_how_many_lie_outside_and_shows_every_source(figures):
    page = render_calibration(figures, world_header(World()))
    text = re.sub(r"<[^>]+>", " ", page)
    assert "1 of 2 figures lie outside their tolerance" in text
    for source in figures["source"]:
        assert source in text
    assert "children who live with &lt;one&gt;" in page
    assert find_forbidden(text) == []


def test_every_published_source_that_a_row_names_is_spelt_out(figures):
    page = render_calibration(figures, world_header(World()))
    assert PUBLISHED["S5"] in html.unescape(page)
    assert PUBLISHED["S86"] not in html.unescape(page)


def test_all_within_is_said(figures):
    page = render_calibration(figures[:1], world_header(World()))
    assert "All 1 figures lie within" in page


def test_pictures_say_what_they_show(figures):
    page = render_calibration(figures, world_header(World()))
    assert "episodes per child: 4.4 times beside 3.0 published (outside)" in page
