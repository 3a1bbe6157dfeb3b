"""The table of scores: look-up, input, directions."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm, PairTerm

COUNT = FeatureTerm("count", (1, 3), (0, 2, 5), -1, (60, 30, 10), 0)
SINCE = FeatureTerm("since", (30.0, 365.0), (3, 1, 0), 0, (10, 20, 30), 40)
PAIR = PairTerm(
    ("hour", "day"), ((12,), (6,)), ((0, 1, 2), (3, 4, 5), (6, 7, 8)), ((20, 20, 10), (20, 20, 10), (0, 0, 0))
)
MODEL = AdditiveModel((COUNT, SINCE, PAIR), LogisticMap(0.5, -2.0), 0.25, {"count": "more_need", "since": "less_need"})
X = pd.DataFrame(
    {
        "count": [0, 1, 2, 3, 9],
        "since": [29.9, 30.0, 365.0, np.nan, 10_000.0],
        "hour": [11.0, 12.0, np.nan, 0.0, np.nan],
        "day": [5, 6, 6, 1, 0],
    }
)


def test_a_bin_holds_its_lower_edge_and_not_its_upper() -> None:
    scores = MODEL.scores_by_term(X)
    assert scores["count"].tolist() == [0, 2, 2, 5, 5]
    assert scores["since"].tolist() == [3, 1, 0, 0, 0]
    assert scores["hour & day"].tolist() == [0, 4, 7, 0, 6]


def test_the_total_is_the_intercept_and_all_terms() -> None:
    assert MODEL.decision_function(X).tolist() == [3.25, 7.25, 9.25, 5.25, 11.25]
    expected = 1 / (1 + np.exp(-(0.5 * MODEL.decision_function(X) - 2.0)))
    np.testing.assert_allclose(MODEL.predict_proba(X)[:, 1], expected, rtol=1e-15)
    assert (MODEL.predict_proba(X).sum(axis=1) == 1).all()


def test_extra_columns_and_their_order_do_not_matter() -> None:
    other = X.assign(name="text", infinite=np.inf)[["infinite", "day", "since", "name", "count", "hour"]]
    assert MODEL.decision_function(other).tolist() == MODEL.decision_function(X).tolist()


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "Int8", "Float64", "double[pyarrow]"])
def test_every_numeric_type_is_read_alike(dtype: str) -> None:
    assert MODEL.decision_function(X.astype({"count": dtype})).tolist() == MODEL.decision_function(X).tolist()


def test_a_nullable_missing_value_goes_to_the_missing_bin() -> None:
    holed = X.assign(count=pd.Series([None, 1, 2, 3, 9], dtype="Int16"))
    assert MODEL.scores_by_term(holed)["count"].tolist() == [-1, 2, 2, 5, 5]


def test_every_problem_with_the_columns_is_named_at_once() -> None:
    bad = X.drop(columns="count").assign(since=[np.inf, -np.inf, 1, 2, 3], hour=list("abcde"))
    with pytest.raises(DataError) as error:
        MODEL.decision_function(pd.concat([bad, X["day"]], axis=1))
    text = str(error.value)
    assert "4 problems" in text
    assert "features.count: the model reads this column and it is absent" in text
    assert "features.since: must not be infinite; broken 2 times" in text
    assert "features.hour: must be numeric" in text
    assert "features.day: a column may stand once; broken 2 times" in text


@pytest.mark.parametrize("column", [pd.to_datetime(["2026-05-12"] * 5), [1j] * 5, pd.Series([1] * 5, dtype=object)])
def test_columns_that_are_no_numbers_are_refused(column: object) -> None:
    with pytest.raises(DataError, match="must be numeric"):
        MODEL.decision_function(X.assign(count=column))


def test_an_array_without_names_is_refused() -> None:
    with pytest.raises(DataError, match="DataFrame"):
        MODEL.decision_function(X.to_numpy())  # type: ignore[arg-type]


def test_no_rows_give_no_scores() -> None:
    assert MODEL.predict_proba(X[:0]).shape == (0, 2)


def test_a_table_without_terms_gives_everybody_the_same() -> None:
    model = AdditiveModel((), LogisticMap(1.0, np.log(0.25)))
    np.testing.assert_allclose(model.predict_proba(X), [[0.8, 0.2]] * 5)
    assert model.feature_names_in_.tolist() == []


def test_it_is_frozen_all_the_way_down() -> None:
    with pytest.raises(FrozenInstanceError):
        MODEL.intercept = 1.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        MODEL.directions["count"] = "either"  # type: ignore[index]
    scores = [0, 2, 5]
    term = FeatureTerm("count", (1, 3), scores, 0, (1, 1, 1), 0)  # type: ignore[arg-type]
    scores[0] = 9
    assert term.scores == (0, 2, 5)


def test_copies_between_processes_go_through_the_checked_json() -> None:
    reader, (text,) = MODEL.__reduce__()
    assert text == MODEL.to_json()
    assert reader(text) == MODEL
    assert copy.deepcopy(MODEL) == MODEL == pickle.loads(pickle.dumps(MODEL))
    assert hash(copy.deepcopy(MODEL)) == hash(MODEL)


def test_a_table_that_follows_its_directions_has_no_violations() -> None:
    assert MODEL.check_directions() == []


def test_violations_are_told_in_plain_words() -> None:
    terms = (
        FeatureTerm("count", (1, 3), (0, 2, 1), 9, (1, 1, 1), 1),
        FeatureTerm("since", (30,), (1, 2), 2.5, (1, 2), 1),
        FeatureTerm("free", (1, 2), (3, -3, 3), 7, (2, 1, 1), 0),
    )
    model = AdditiveModel(terms, LogisticMap(1, 0), directions={"count": "more_need", "since": "less_need"})
    assert model.check_directions() == [
        "count: more_need, yet the score falls from 2 to 1 where the value reaches 3",
        "since: less_need, yet the score rises from 1 to 2 where the value reaches 30",
        "since: less_need, yet missing scores 2.5, more than the last bin's 2",
    ]


def test_a_feature_with_a_direction_may_not_stand_in_a_pair() -> None:
    model = AdditiveModel((PAIR,), LogisticMap(1, 0), directions={"day": "more_need"})
    assert model.check_directions() == ["day: more_need, yet it stands in a pair (hour & day)"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"edges": (1, 1)}, "edges: must increase strictly"),
        ({"edges": (3, 1)}, "edges: must increase strictly"),
        ({"edges": (1, np.inf)}, "edges: every one must be a finite number"),
        ({"scores": (0, 1)}, "scores: 2 edges make 3 bins, got 2 scores"),
        ({"scores": (0, np.nan, 1)}, "scores: every one must be a finite number"),
        ({"missing_score": None}, "missing_score: every one must be a finite number"),
        ({"counts": (1, -1, 0)}, "counts: every one must be a whole number of rows"),
        ({"counts": (1, 0.5, 0)}, "counts: every one must be a whole number of rows"),
        ({"missing_count": True}, "missing_count: every one must be a whole number of rows"),
        ({"feature": ""}, "a feature's name must be text"),
        ({"feature": "a\x00b"}, "a feature's name must be text"),
        ({"scores": "012"}, "scores: must be a list"),
        ({"scores": (0, 10**400, 1)}, "scores: every one must be a finite number"),
    ],
)
def test_a_term_that_cannot_be_looked_up_is_refused(changes: dict[str, object], message: str) -> None:
    fields = {**COUNT.to_dict(), **changes}
    with pytest.raises(StudyError, match=message):
        FeatureTerm(**fields)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features": ("hour", "hour")}, "two different features"),
        ({"features": ("hour",)}, "a pair has two features"),
        ({"scores": ((0, 1, 2), (3, 4, 5))}, "scores: must be 3 rows of 3"),
        ({"counts": ((0, 1, 2), (3, 4), (3, 4, 5))}, "counts: must be 3 rows of 3"),
        ({"edges": ((12,), (6, 5))}, "edges of feature 2: must increase strictly"),
    ],
)
def test_a_pair_that_cannot_be_looked_up_is_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(StudyError, match=message):
        PairTerm(**{**PAIR.to_dict(), **changes})


def test_every_contradiction_between_terms_is_named_at_once() -> None:
    turned = PairTerm(("day", "hour"), ((6,), (12,)), PAIR.scores, PAIR.counts)
    with pytest.raises(StudyError) as error:
        AdditiveModel(
            (COUNT, COUNT, PAIR, turned, FeatureTerm("a", (), (1,), 0, (5,), 0)),
            LogisticMap(1, 0),
            directions={"absent": "either", "count": "up"},  # type: ignore[dict-item]
        )
    text = str(error.value)
    assert "'count' stands 2 times" in text
    assert "'day & hour' stands 2 times" in text
    assert "same number of training rows" in text
    assert "no term reads 'absent'" in text
    assert "'count' must be one of more_need, less_need, either, got 'up'" in text


@pytest.mark.parametrize("slope", [0, -1, np.inf, np.nan])
def test_a_map_that_does_not_rise_is_refused(slope: float) -> None:
    with pytest.raises(StudyError, match="slope"):
        LogisticMap(slope, 0)
