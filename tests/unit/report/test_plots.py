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

from ace_risk.explanation.contributions import explain
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm
from ace_risk.report.pictures import Picture, inline
from ace_risk.report.plots import dots_of_100, recall_curve, reliability, spread
from ace_risk.report.plots_fairness import interval_rows, scale_end
from ace_risk.report.plots_model import SIGNS_ACROSS, feature_shape, folds_picture, step_labels
from ace_risk.report.plots_overall import DOTS, dots_of, mean_size, overall_bars, overall_swarm
from ace_risk.report.plots_search import trade_off
from ace_risk.report.plots_time import churn_bars, lead_time_bars, learning_curve
from ace_risk.report.plots_truth import truth_rows

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
def pictures(measured: dict[str, Any]) -> dict[str, Picture]:
    return draw_all(measured)


def draw_all(evaluation: dict[str, Any]) -> dict[str, Picture]:
    search = evaluation["search"]
    return {
        "dots": dots_of_100(31, "31 of 100 children listed went on to statutory support."),
        "rows": interval_rows(ROWS, 0.05, "Boy", xlabel="listed", title="Sex: listed"),
        "recall": recall_curve(pd.DataFrame(evaluation["curve"]), 200),
        "reliability": reliability(evaluation["reliability"]),
        "folds": folds_picture(pd.DataFrame(evaluation["folds"])),
        "shape": feature_shape(evaluation["points_card"]["features"][0]),
        "overall-bars": overall_bars(evaluation["points_card"]["features"]),
        "overall-swarm": overall_swarm(evaluation["points_card"]["features"]),
        "search": trade_off(search["trials"], search["best_recall"]),
        "lead": lead_time_bars(evaluation["lead_time"][0]),
        "churn": churn_bars(evaluation["churn"][0]),
        "learning": learning_curve(evaluation["learning"]),
        "truth": truth_rows(evaluation["truth"]["models"]),
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


def test_same_input_same_bytes(pictures: dict[str, Picture], measured: dict[str, Any]) -> None:
    assert draw_all(measured) == pictures


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


def test_the_search_names_the_chosen_trial_once_in_each_panel(
    pictures: dict[str, Picture], measured: dict[str, Any]
) -> None:
    assert texts(pictures["search"]).count("chosen") == 2
    assert "The chosen trial has 8 features and reaches 40 of 100; its largest gap between groups is 7 of 100." in (
        pictures["search"].alt
    )
    search = measured["search"]
    without = [{**trial, "gap": None} for trial in search["trials"]]
    alone = trade_off(without, search["best_recall"])
    assert texts(alone).count("chosen") == 1
    assert not any("gap" in text for text in texts(alone))


def test_trials_differ_by_form_and_not_only_by_colour(measured: dict[str, Any]) -> None:
    """A ring, a dot and a diamond: hiding all colour must leave three kinds of marks."""
    one = {"features": 5, "gap": None}
    kinds = [(True, True), (True, False), (False, False)]
    drawn = [
        trade_off([{**one, "recall": 0.4, "within": within, "chosen": chosen}], 0.4).svg for within, chosen in kinds
    ]
    curved = [len(re.findall(r"\bC [-\d. ]+", svg)) for svg in drawn]
    white = [len(re.findall("fill: #ffffff", svg)) for svg in drawn]
    assert curved[0] < curved[1] == curved[2], "the chosen one is no circle"
    assert white[2] > white[1], "below the band it is hollow"


def test_lead_time_says_the_median_and_every_bar(pictures: dict[str, Picture], measured: dict[str, Any]) -> None:
    record = measured["lead_time"][0]
    assert "half: 87 days or more" in texts(pictures["lead"])
    assert "Half were listed at least 87 days before." in pictures["lead"].alt
    for one in record["bins"]:
        assert f"{one['from_days']} to under {one['to_days']} days: {one['children']}" in pictures["lead"].alt


def test_churn_writes_its_counts_into_the_bars(pictures: dict[str, Picture], measured: dict[str, Any]) -> None:
    for change in measured["churn"][0]["changes"]:
        assert {f"{change['stayed']} stayed", f"{change['new']} new"} <= set(texts(pictures["churn"]))
    assert "5 February 2024: 131 stayed, 69 new" in pictures["churn"].alt


def test_learning_survives_a_share_that_is_not_defined(measured: dict[str, Any]) -> None:
    records = [dict(record) for record in measured["learning"]]
    records[0]["precision"] = records[-1]["precision"] = None
    assert "4,321 rows: 33 of 100 reached" in learning_curve(records).alt


def test_truth_names_both_orders(pictures: dict[str, Picture], measured: dict[str, Any]) -> None:
    assert {"by what was recorded", "by true need"} <= set(texts(pictures["truth"]))
    assert "points card: 0.79 by the record, 0.71 by need" in pictures["truth"].alt
    models = [{**measured["truth"]["models"][0], "auc_label": None}]
    assert "– by the record" in truth_rows(models).alt


def test_tall_labels_get_more_room_than_short_ones() -> None:
    placed = spread([0.5, 0.5, 0.5], [0.3, 0.1, 0.1], 1.0)
    assert placed[1] - placed[2] == pytest.approx(0.1)
    assert placed[0] - placed[1] == pytest.approx(0.2)


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
    for name in pictures.keys() - {"dots"}:
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
    code = "import ace_risk.report.evaluation_page, sys; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def a_line(counts: list[int], points: list[int]) -> dict[str, Any]:
    steps = zip(counts, points, strict=True)
    bins = [{"text": f"{n}", "points": value, "share": rows / sum(counts)} for n, (rows, value) in enumerate(steps)]
    return {"feature": "f", "title": "Missing <b>", "direction": "either", "bins": bins}


def test_what_moves_totals_is_what_shap_would_count_from_the_rows() -> None:
    counts, points = [700, 250, 47, 3], [0, 1, 2, 5]
    table = AdditiveModel(
        (FeatureTerm("missing", (1, 2, 3), tuple(points), 0, tuple(counts), 0),), LogisticMap(1, 0)
    )  # fmt: skip
    rows = pd.DataFrame({"missing": np.repeat([0, 1, 2, 3], counts)})
    explained = explain(table, rows)
    assert mean_size(a_line(counts, points)) == pytest.approx(float(np.abs(explained.values).mean()))
    values, steps = dots_of(a_line(counts, points))
    assert set(values.round(9)) == set(np.unique(explained.values).round(9))
    assert len(values) == DOTS
    shown = np.bincount(steps.astype(int), minlength=4)
    assert shown.min() == 1
    assert np.abs(shown - DOTS * np.array(counts) / 1000).max() <= 4


def test_steps_without_a_record_are_grey_and_titles_are_escaped() -> None:
    line = a_line([90, 10], [0, 3])
    line["bins"][0]["text"] = "none in the last 5 years"
    assert np.isnan(dots_of(line)[1]).sum() > 80
    picture = overall_swarm([line])
    assert "#777777" in picture.svg
    assert "<b>" not in picture.svg
    assert overall_bars([line]).alt.endswith("compared with the average: Missing <b> 0.54.")


def test_shap_draws_the_same_picture_again_and_leaves_the_generator_alone() -> None:
    lines = [a_line([50, 50], [0, 2]), a_line([99, 1], [0, 4])]
    np.random.seed(7)  # noqa: NPY002
    first = overall_swarm(lines)
    after = np.random.random()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    assert after == np.random.random()  # noqa: NPY002
    assert overall_swarm(lines) == first
