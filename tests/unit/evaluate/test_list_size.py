"""Lists of a given size: who is on them, and what follows from one confusion table."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from math import isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from ace_risk.errors import DataError, StudyError
from ace_risk.evaluate.list_size import ListEvaluation, evaluate_at_list_size, list_ranks, select_top


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=30), st.data())
@settings(max_examples=150, deadline=None)
def test_the_top_of_each_list_is_what_sorting_by_hand_gives(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    score, lists = np.array(rows).T
    tie_key = np.array(data.draw(st.permutations(range(len(rows)))))
    size = data.draw(st.integers(1, int(np.unique(lists, return_counts=True)[1].min())))
    expected = np.zeros(len(rows), dtype=bool)
    for name in set(lists):
        members = sorted(np.flatnonzero(lists == name), key=lambda row: (-score[row], tie_key[row]))
        expected[members[:size]] = True
    assert select_top(score, size, lists, tie_key).tolist() == expected.tolist()


@given(st.permutations(range(12)))
@settings(max_examples=30, deadline=None)
def test_with_a_tie_key_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    score, tie_key = np.repeat([2, 1, 0], 4), np.array(list("kjihgfedcbal"))
    chosen = set(tie_key[select_top(score, 6, tie_key=tie_key)])
    shuffled = select_top(score[order], 6, tie_key=tie_key[order])
    assert set(tie_key[order][shuffled]) == chosen == {"k", "j", "i", "h", "d", "e"}


def test_ties_without_a_key_are_drawn_by_lot_from_the_seed() -> None:
    score = np.zeros(1_000)
    first = select_top(score, 500, seed=1)
    assert (first == select_top(score, 500, seed=1)).all()
    assert (first != select_top(score, 500, seed=2)).any()
    assert 200 < first[:500].sum() < 300


def test_a_row_above_the_tie_is_always_on_the_list() -> None:
    score = np.array([1.0] * 50 + [2.0] * 5)
    for seed in range(20):
        assert select_top(score, 10, seed=seed)[50:].all()


def test_ranks_start_again_in_every_list() -> None:
    dates = pd.to_datetime(["2026-05-12", "2026-02-12", "2026-05-12", "2026-02-12"])
    assert list_ranks([1, 2, 3, 4], dates).tolist() == [2, 2, 1, 1]


def test_the_confusion_table_agrees_with_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    y, score, lists = rng.random(600) < 0.2, rng.normal(size=600), rng.integers(0, 3, 600)
    result = evaluate_at_list_size(y, score, 40, lists=lists)
    chosen = select_top(score, 40, lists)
    assert [result.tn, result.fp, result.fn, result.tp] == confusion_matrix(y, chosen).ravel().tolist()
    assert result.precision == precision_score(y, chosen)
    assert result.recall == recall_score(y, chosen)
    assert (result.places, result.lists, result.selected, result.n) == (40, 3, 120, 600)


def test_every_figure_follows_from_the_table() -> None:
    result = ListEvaluation(tp=30, fp=70, tn=850, fn=50, places=50, lists=2)
    assert result.selection_rate == 0.1
    assert result.precision == 0.3
    assert result.recall == 30 / 80
    assert result.fpr == 70 / 920
    assert result.base_rate == 0.08
    assert result.lift == pytest.approx(0.3 / 0.08)
    assert (result.missed, result.missed_per_100_places, result.found_per_100_places) == (50, 50, 30)
    content = result.to_dict()
    again = ListEvaluation(**{name: content[name] for name in ("tp", "fp", "tn", "fn", "places", "lists")})
    assert again.to_dict() == content


@pytest.mark.parametrize(
    ("name", "k", "n"), [("recall", 30, 80), ("precision", 30, 100), ("fpr", 70, 920), ("base_rate", 80, 1000)]
)
def test_intervals_are_those_of_wilson(name: str, k: int, n: int) -> None:
    result = ListEvaluation(tp=30, fp=70, tn=850, fn=50, places=100, lists=1)
    expected = binomtest(k, n).proportion_ci(method="wilson")
    assert result.interval(name) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert result.to_dict()[f"{name}_low"] == result.interval(name)[0]


def test_without_the_outcome_recall_and_lift_are_undefined_not_zero() -> None:
    result = evaluate_at_list_size([0, 0, 0], [1, 2, 3], 1)
    assert isnan(result.recall)
    assert isnan(result.lift)
    assert all(isnan(limit) for limit in result.interval("recall"))
    assert result.precision == 0
    assert result.to_dict()["recall"] is None


def test_with_the_outcome_everywhere_the_false_positive_rate_is_undefined() -> None:
    result = evaluate_at_list_size([True, True], [1, 2], 1)
    assert isnan(result.fpr)
    assert (result.precision, result.recall) == (1, 0.5)


def test_rows_are_matched_by_position_not_by_index() -> None:
    y = pd.Series([1, 0, 0], index=[5, 6, 7], dtype="Int8")
    assert evaluate_at_list_size(y, pd.Series([3.0, 2.0, 1.0], index=[7, 6, 5]), 1).tp == 1


def test_it_is_frozen_and_its_counts_must_agree() -> None:
    result = ListEvaluation(1, 1, 1, 1, 2, 1)
    with pytest.raises(FrozenInstanceError):
        result.tp = 5  # type: ignore[misc]
    with pytest.raises(StudyError, match="places × lists"):
        ListEvaluation(1, 1, 1, 1, 3, 1)
    with pytest.raises(StudyError, match="tn: must be a whole number from 0"):
        ListEvaluation(1, 1, -1, 1, 2, 1)
    with pytest.raises(StudyError, match="only a share has one"):
        result.interval("lift")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"list_size": 3}, "3 places, and 1 of 2 lists have fewer rows"),
        ({"list_size": 0}, "whole number from 1"),
        ({"list_size": 1.5}, "whole number from 1"),
        ({"list_size": True}, "whole number from 1"),
        ({"score": [1, np.nan, 3, np.inf, 5]}, "2 of 5 are NaN or infinite"),
        ({"score": [1, 2, 3]}, "y_true 5, score 3"),
        ({"score": list("abcde")}, "must be numbers"),
        ({"score": np.zeros((5, 1))}, "one per row"),
        ({"y_true": [1, 0, None, 0, 1]}, "1 of 5 are missing"),
        ({"y_true": pd.Series([1, 0, pd.NA, 0, 1], dtype="Int8")}, "1 of 5 are missing"),
        ({"y_true": [1, 0, 2, 0, 1]}, "must be 0 and 1"),
        ({"y_true": list("10101")}, "must be 0 and 1"),
        ({"lists": [0, 0, 1]}, "lists 3"),
        ({"lists": [0, 0, 0, None, 1]}, "lists: 1 of 5 are missing"),
        ({"tie_key": [0, 0, 1]}, "tie_key 3"),
        ({"tie_key": [0, "a", 1, 2, 3]}, "can't be put in order"),
        ({"seed": -1}, "seed"),
        ({"y_true": np.zeros(0), "score": np.zeros(0), "lists": None}, "fewer"),
    ],
)
def test_bad_input_is_a_clear_error(changes: dict[str, object], message: str) -> None:
    given_ = {"y_true": [1, 0, 1, 0, 1], "score": [1, 2, 3, 4, 5], "list_size": 2, "lists": [0, 0, 0, 1, 1]} | changes
    with pytest.raises((DataError, StudyError), match=message):
        evaluate_at_list_size(**given_)  # type: ignore[arg-type]
