"""Lists made anew in each replicate, beside drawing and ranking row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import DataError
from ace_risk.evaluate.list_size import list_ranks, select_top
from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.counts import COUNTS, METRICS, Attribute, confusion_cells, count_groups, rates, read_groups
from ace_risk.fairness.reranked import Lists

ROWS, PLACES, REPLICATES = 240, 60, 3_000
RNG = np.random.default_rng(12)
GROUP = RNG.choice(["a", "b", "c"], ROWS, p=[0.5, 0.4, 0.1])
LABEL = RNG.random(ROWS) < 0.35
SCORE = RNG.integers(0, 12, ROWS) + 2 * LABEL + (GROUP == "b")
LISTS = np.arange(ROWS) % 2
HOMES = np.arange(ROWS) // 3
[ATTRIBUTE] = read_groups(pd.DataFrame({"g": GROUP}), intersections=False)


def brute_force(rng, lists, draw):
    """Rates of each group when rows are drawn by `draw` and ranked again by score, ties by their order."""
    found = []
    for _ in range(REPLICATES):
        rows = draw(rng)
        selected = np.zeros(len(rows), dtype=bool)
        for number in np.unique(lists):
            inside = np.flatnonzero(lists[rows] == number)
            selected[inside] = select_top(SCORE[rows][inside], PLACES, tie_key=rows[inside])
        drawn = Attribute("g", ATTRIBUTE.labels, ATTRIBUTE.codes[rows])
        found.append(rates(count_groups(drawn, confusion_cells(LABEL[rows], selected))))
    return np.array(found)


def within_lists(lists):
    parts = [np.flatnonzero(lists == number) for number in np.unique(lists)]
    return lambda rng: np.sort(np.concatenate([rng.choice(part, len(part)) for part in parts]))


def by_household(rng):
    drawn = np.sort(rng.integers(80, size=80))
    return (3 * drawn[:, None] + np.arange(3)).ravel()


def lists_of(lists):
    return Lists(LABEL, list_ranks(SCORE, lists, np.arange(ROWS), 0), lists, PLACES)


def assert_same_law(ours, theirs):
    for moment, tolerance in ((np.nanmean, 0.012), (np.nanstd, 0.12)):
        one, other = moment(ours, axis=0), moment(theirs, axis=0)
        scale = 1.0 if moment is np.nanmean else np.maximum(other, 0.01)
        assert np.abs((one - other) / scale).max() < tolerance


@pytest.mark.parametrize("lists", [np.zeros(ROWS, dtype=int), LISTS])
def test_rows_drawn_at_once_follow_the_law_of_rows_drawn_one_by_one(lists):
    ours = rates(lists_of(lists).redraw_rows(ATTRIBUTE, REPLICATES, np.random.default_rng(1)))
    assert_same_law(ours, brute_force(np.random.default_rng(2), lists, within_lists(lists)))


def test_households_drawn_again_follow_the_law_of_drawing_their_rows():
    [counts] = lists_of(LISTS).redraw_households([ATTRIBUTE], HOMES, REPLICATES, np.random.default_rng(1))
    assert_same_law(rates(counts), brute_force(np.random.default_rng(2), LISTS, by_household))


def test_each_replicate_fills_every_list():
    counts = lists_of(LISTS).redraw_rows(ATTRIBUTE, 50, np.random.default_rng(4))
    listed = counts[..., [COUNTS.index("tp"), COUNTS.index("fp")]].sum(axis=(1, 2))
    assert (listed == 2 * PLACES).all()
    assert (counts.sum(axis=(1, 2)) == ROWS).all()


def test_a_list_of_all_rows_lists_every_row_in_each_replicate():
    whole = Lists(LABEL, list_ranks(SCORE, None, np.arange(ROWS), 0), np.zeros(ROWS, dtype=int), ROWS)
    counts = whole.redraw_rows(ATTRIBUTE, 20, np.random.default_rng(4))
    assert (counts.sum(axis=(1, 2)) == ROWS).all()
    assert counts[..., [COUNTS.index("tn"), COUNTS.index("fn")]].sum() == 0


@pytest.mark.parametrize("homes", [None, HOMES])
def test_a_list_made_anew_is_never_taken_to_be_more_certain_and_changes_no_verdict(homes):
    arguments = {"households": homes, "tie_key": np.arange(ROWS), "seed": 3}
    fixed = select_top(SCORE, PLACES, tie_key=np.arange(ROWS)).astype(float)
    made = audit_fairness(LABEL, SCORE, ATTRIBUTE_COLUMN, list_size=PLACES, **arguments)
    held = audit_fairness(LABEL, fixed, ATTRIBUTE_COLUMN, threshold=0.5, **arguments)
    assert held.reranked is None
    pd.testing.assert_frame_equal(made.verdicts, held.verdicts)
    keys = ["attribute", "metric", "group", "reference", "gap"]
    pd.testing.assert_frame_equal(made.reranked[keys], made.verdicts[keys])
    slack = 1e-12
    assert (made.reranked["gap_low"] <= made.verdicts["gap_low"] + slack).all()
    assert (made.reranked["gap_high"] >= made.verdicts["gap_high"] - slack).all()
    selection = made.verdicts["metric"] == "selection_rate"
    wider = (made.reranked["gap_high"] - made.verdicts["gap_high"])[selection]
    assert (wider > 0).all(), "a place that one group gains, another loses"


ATTRIBUTE_COLUMN = pd.Series(GROUP, name="g")


def test_several_lists_take_their_own_top_rows():
    audit = audit_fairness(LABEL, SCORE, ATTRIBUTE_COLUMN, list_size=PLACES, lists=LISTS, tie_key=np.arange(ROWS))
    expected = select_top(SCORE, PLACES, LISTS, np.arange(ROWS))
    assert audit.settings["selected"] == 2 * PLACES
    table = audit.by_group.set_index("group")
    for group in "abc":
        inside = group == GROUP
        assert table.loc[group, "tp"] == (expected & LABEL & inside).sum()


def test_lists_are_refused_where_they_make_no_sense():
    for more, words in (
        ({"list_size": 121}, r"smallest list \(120\)"),
        ({"threshold": 1}, "made by list_size"),
        ({"list_size": 5, "lists": [1]}, "lists 1"),
        ({"list_size": 5, "lists": [[1]] * ROWS}, "lists: a cell holds a list"),
    ):
        with pytest.raises(DataError, match=words):
            audit_fairness(LABEL, SCORE, ATTRIBUTE_COLUMN, **({"lists": LISTS} | more))


def test_the_names_of_households_and_lists_play_no_part():
    def made(homes, lists):
        return audit_fairness(
            LABEL, SCORE, ATTRIBUTE_COLUMN, list_size=PLACES, lists=lists, households=homes, tie_key=np.arange(ROWS)
        ).reranked

    pd.testing.assert_frame_equal(made(HOMES, LISTS), made([f"home {79 - home}" for home in HOMES], LISTS + 5))


def test_metrics_are_those_of_the_contract():
    audit = audit_fairness(LABEL, SCORE, ATTRIBUTE_COLUMN, list_size=PLACES)
    assert audit.reranked.columns.tolist() == [
        "attribute",
        "metric",
        "group",
        "reference",
        "gap",
        "gap_low",
        "gap_high",
    ]
    assert list(dict.fromkeys(audit.reranked["metric"])) == list(METRICS)
