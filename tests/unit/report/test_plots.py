"""Pictures: clean, stable, and saying what they show."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from ace_risk.report.pictures import Picture, inline
from ace_risk.report.plots import dots_of_100, recall_curve, reliability, spread
from ace_risk.report.plots_fairness import interval_rows, scale_end
from ace_risk.report.plots_model import SIGNS_ACROSS, feature_shape, folds_picture, step_labels

ROWS = pd.DataFrame(
    {
        "label": ["Girl", "Boy", "Not known"],
        "value": [0.4, 0.45, None],
        "low": [0.35, 0.41, None],
        "high": [0.45, 0.5, None],
        "n": pd.Series([280, 300, "few"], dtype=object),
    }
)


@pytest.fixture(scope="module")
def pictures(evaluation: dict[str, Any]) -> dict[str, Picture]:
    return draw_all(evaluation)


def draw_all(evaluation: dict[str, Any]) -> dict[str, Picture]:
    return {
        "dots": dots_of_100(31, "31 of 100 children listed went on to statutory support."),
        "rows": interval_rows(ROWS, 0.05, "Boy", xlabel="listed", title="Sex: listed"),
        "recall": recall_curve(pd.DataFrame(evaluation["curve"]), 200),
        "reliability": reliability(evaluation["reliability"]),
        "folds": folds_picture(pd.DataFrame(evaluation["folds"])),
        "shape": feature_shape(evaluation["points_card"]["features"][0]),
    }


def texts(picture: Picture) -> list[str]:
    root = ElementTree.fromstring(picture.svg)
    return ["".join(element.itertext()) for element in root.iter() if element.tag.endswith("}text")]


def test_clean_and_well_formed(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        root = ElementTree.fromstring(picture.svg)
        assert root.get("role") == "img", name
        assert root.get("viewBox"), name
        assert root.get("height") is None, name
        assert root[0].tag.endswith("}title"), name
        assert root[0].text == picture.alt, name
        for unwanted in ("<?xml", "<!DOCTYPE", "<metadata", "<!--", "xlink", "DejaVu"):
            assert unwanted not in picture.svg, (name, unwanted)


def test_same_input_same_bytes(pictures: dict[str, Picture], evaluation: dict[str, Any]) -> None:
    assert draw_all(evaluation) == pictures


def test_ids_differ_between_pictures(evaluation: dict[str, Any]) -> None:
    features = evaluation["points_card"]["features"]
    first, second = (set(re.findall(r' id="([^"]+)"', feature_shape(term).svg)) for term in features[:2])
    assert first
    assert second
    assert not first & second


@pytest.mark.parametrize("n", [0, 1, 50, 99, 100])
def test_dots_are_counted(n: int) -> None:
    svg = dots_of_100(n, f"{n} of 100 children").svg
    assert svg.count('class="full"') == n
    assert svg.count("<circle") == 100


@pytest.mark.parametrize("n", [-1, 101])
def test_dots_refuse_what_they_cannot_show(n: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        dots_of_100(n, "sentence")


def test_rows_say_every_value_and_hide_small_groups(pictures: dict[str, Picture]) -> None:
    picture = pictures["rows"]
    assert "Girl: 40 of 100 (35% to 45%)" in picture.alt
    assert "Not known: figures hidden" in picture.alt
    written = texts(picture)
    assert {"Girl", "Boy", "Not known", "280", "300", "few", "figures hidden", "Boy ± 5 in 100"} <= set(written)


def test_rows_without_a_reference_draw_no_band() -> None:
    with_band = interval_rows(ROWS, 0.05, "Boy", xlabel="x", title="t")
    without = interval_rows(ROWS, xlabel="x", title="t")
    suppressed = interval_rows(ROWS, 0.05, "Not known", xlabel="x", title="t")
    assert "± 5" in with_band.svg
    assert "±" not in without.svg
    assert "±" not in suppressed.svg


def test_rows_of_nothing_but_small_groups() -> None:
    hidden = ROWS.assign(value=None, low=None, high=None)
    assert texts(interval_rows(hidden, 0.05, "Boy", xlabel="x", title="t")).count("figures hidden") == 3


def test_a_group_without_children_is_told_from_a_hidden_one() -> None:
    empty = ROWS.assign(n=pd.Series([280, 300, 0], dtype=object))
    picture = interval_rows(empty, xlabel="x", title="t")
    assert "Not known: none" in picture.alt
    assert "figures hidden" not in texts(picture)


def test_scale_starts_at_zero_and_never_passes_one() -> None:
    assert scale_end(pd.DataFrame({"value": [0.9], "high": [1.0]}), 0.05) == 1.0
    assert scale_end(pd.DataFrame({"value": [], "high": []})) == 1.0
    assert scale_end(pd.DataFrame({"value": [0.1], "high": [0.2]})) > 0.2


def test_recall_is_labelled_on_the_line(pictures: dict[str, Picture]) -> None:
    written = texts(pictures["recall"])
    words = " ".join(written)  # a long title goes on in the next line
    for title in ("points card", "counting ACEs", "three notices in three months", "200 places"):
        assert title in words
    assert "42 of 100" in pictures["recall"].alt


@pytest.mark.parametrize("seed", range(20))
def test_labels_never_touch_and_keep_their_order(seed: int) -> None:
    heights = list(np.random.default_rng(seed).uniform(0, 1, 6))
    placed = spread(heights, [0.1] * 6, 1.0)
    gaps = np.diff(np.sort(placed))
    assert (gaps >= 0.1 - 1e-9).all()
    assert max(placed) <= 1.0
    assert list(np.argsort(placed)) == list(np.argsort(heights))


def test_reliability_survives_bins_without_children() -> None:
    empty = {"low": 0.5, "high": 0.6, "n": 0, "mean_predicted": None, "observed": None, "observed_low": None,
             "observed_high": None}  # fmt: skip
    full = {"low": 0.0, "high": 0.5, "n": 40, "mean_predicted": 0.2, "observed": 0.25, "observed_low": 0.1,
            "observed_high": 0.4}  # fmt: skip
    assert "25 of 100" in reliability([full, empty]).alt
    assert "believed" in reliability([empty]).alt


def test_folds_name_each_period(pictures: dict[str, Picture]) -> None:
    written = texts(pictures["folds"])
    assert written.count("training") == 3
    assert written.count("gap") == 3
    assert {"validation 1", "2020"} <= set(written)
    assert "1 January 2020 to 1 October 2022" in pictures["folds"].alt


def test_shape_shows_points_and_shares(pictures: dict[str, Picture]) -> None:
    assert {"+1", "+3", "+4", "91%", "never"} <= set(texts(pictures["shape"]))


@pytest.mark.parametrize("n", range(1, 9))
def test_step_labels_leave_room_between_them(n: int) -> None:
    labels = step_labels([f"{13 * place} to {13 * place + 12}" for place in range(n)])
    longest = max(len(line) for label in labels for line in label.split("\n"))
    assert n * (longest + 1) <= SIGNS_ACROSS
    assert [label.replace("\n", " ") for label in labels] == [f"{13 * p} to {13 * p + 12}" for p in range(n)]


def test_pictures_can_be_read_on_a_phone(pictures: dict[str, Picture]) -> None:
    """At 360 pixels no letter is smaller than 9 pixels."""
    for name in ("rows", "recall", "reliability", "folds", "shape"):
        root = ElementTree.fromstring(pictures[name].svg)
        width = float(str(root.get("viewBox")).split()[2])
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: *([0-9.]+)px", pictures[name].svg)]
        assert sizes, name
        assert min(sizes) * 360 / width >= 9, (name, min(sizes), width)


def test_hostile_titles_are_text() -> None:
    term = {"feature": "x", "title": '<script>"$\\frac{1}{2}$', "bins": [{"text": "<b>$x$", "points": 1, "share": 1.0}]}
    picture = feature_shape(term)
    assert "<script>" not in picture.svg
    assert "<b>" not in picture.svg
    assert "<b>$x$" in texts(picture)


def test_scripts_without_a_font_here_are_drawn_by_the_reader() -> None:
    term = {"feature": "x", "title": "t", "bins": [{"text": "子ども", "points": 1, "share": 1.0}]}
    assert "子ども" in texts(feature_shape(term))


def test_inline_needs_a_view_box() -> None:
    with pytest.raises(ValueError, match="view box"):
        inline("<svg><g/></svg>", "name", "alt")


def test_nothing_draws_until_asked() -> None:
    code = "import ace_risk.report.plots, ace_risk.report.plots_model, sys; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
