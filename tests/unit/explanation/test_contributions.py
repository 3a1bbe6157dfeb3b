"""Contributions: against Shapley's definition, over all subsets of features."""

from __future__ import annotations

import time
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import DataError, StudyError
from ace_risk.explanation.contributions import contributions, explain
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.points import PointsClassifier
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm, PairTerm, bin_codes

NAMES = ["a", "b", "c", "d"]
EDGES = {"a": (1.0, 3.0), "b": (0.5,), "c": (), "d": (-1.0, 0.0, 1.0)}


def background(seed: int, rows: int = 60) -> pd.DataFrame:
    """Correlated features, some missing."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(rows, 1))
    X = pd.DataFrame(1.5 * common + rng.normal(size=(rows, 4)), columns=NAMES)
    return X.mask(rng.random(X.shape) < 0.15)


def table(X: pd.DataFrame, seed: int, pairs: list[tuple[str, str]]) -> AdditiveModel:
    """Random scores, with the counts of `X`."""
    rng = np.random.default_rng(seed)
    codes = {name: bin_codes(X[name].to_numpy(), EDGES[name]) for name in NAMES}
    terms: list[FeatureTerm | PairTerm] = []
    for name in NAMES[:3]:
        counts = np.bincount(codes[name], minlength=len(EDGES[name]) + 2)
        scores = rng.normal(size=len(counts))
        terms.append(FeatureTerm(name, EDGES[name], scores[:-1], scores[-1], counts[:-1], counts[-1]))  # type: ignore[arg-type]
    for first, second in pairs:
        shape = (len(EDGES[first]) + 2, len(EDGES[second]) + 2)
        counts = np.zeros(shape, dtype=int)
        np.add.at(counts, (codes[first], codes[second]), 1)
        sides = (EDGES[first], EDGES[second])
        terms.append(PairTerm((first, second), sides, rng.normal(size=shape), counts))  # type: ignore[arg-type]
    return AdditiveModel(tuple(terms), LogisticMap(1.0, 0.0), 0.7)


def value(model: AdditiveModel, row: pd.Series, known: tuple[str, ...], behind: pd.DataFrame) -> float:
    """The mean decision over the background with the known features set to the row's."""
    return float(model.decision_function(behind.assign(**{name: row[name] for name in known})).mean())


def shapley(model: AdditiveModel, row: pd.Series, behind: pd.DataFrame) -> list[float]:
    total = []
    for name in NAMES:
        others = [other for other in NAMES if other != name]
        parts = []
        for size in range(len(NAMES)):
            weight = factorial(size) * factorial(len(NAMES) - size - 1) / factorial(len(NAMES))
            for known in combinations(others, size):
                gain = value(model, row, (*known, name), behind) - value(model, row, known, behind)
                parts.append(weight * gain)
        total.append(sum(parts))
    return total


@pytest.mark.parametrize("pairs", [[], [("a", "b")], [("a", "d"), ("c", "d"), ("b", "a")]])
@pytest.mark.parametrize("stored", [True, False])
def test_they_are_shapley_values_over_all_subsets(pairs: list[tuple[str, str]], stored: bool) -> None:
    behind = background(1)
    model = table(behind, 2, pairs)
    X = background(3, rows=4)
    values, base = contributions(model, X, None if stored else behind)
    expected = [shapley(model, row, behind) for _, row in X.iterrows()]
    np.testing.assert_allclose(values.to_numpy(), expected, atol=1e-9)
    assert base == pytest.approx(model.decision_function(behind).mean(), abs=1e-12)
    np.testing.assert_allclose(values.sum(axis=1) + base, model.decision_function(X), atol=1e-9)


def test_a_given_background_replaces_the_stored_one() -> None:
    model, other, X = table(background(1), 2, [("a", "d")]), background(9, 37), background(3, 3)
    values, base = contributions(model, X, other)
    np.testing.assert_allclose(values.to_numpy(), [shapley(model, row, other) for _, row in X.iterrows()], atol=1e-9)
    assert base != pytest.approx(contributions(model, X)[1], abs=1e-6)


def test_they_agree_with_shap_on_the_same_background() -> None:
    behind = background(1).fillna(9.0)
    model, X = table(behind, 2, [("a", "d"), ("b", "c")]), background(3, 3).fillna(9.0)
    found = explain(model, X, behind)
    import shap

    predict = lambda rows: model.decision_function(pd.DataFrame(rows, columns=NAMES))  # noqa: E731
    masker = shap.maskers.Independent(behind.to_numpy(), max_samples=len(behind))
    peer = shap.ExactExplainer(predict, masker)(X.to_numpy())
    np.testing.assert_allclose(found.values, peer.values, atol=1e-9)
    np.testing.assert_allclose(found.base_values, peer.base_values, atol=1e-9)


def test_the_explanation_holds_what_shap_draws() -> None:
    behind = background(1)
    X = background(3, 5).assign(unused=range(5), text="x")[["unused", "d", "c", "text", "b", "a"]]
    X.index = pd.Index([9, 8, 7, 6, 5])
    model = table(behind, 2, [("a", "d")])
    found = explain(model, X)
    assert found.values.shape == (5, 6)
    assert found.values.dtype == np.float64
    assert found.feature_names == list(X)
    assert (found.values[:, [0, 3]] == 0).all()
    assert found[2].base_values == contributions(model, X)[1]
    assert found.data.tolist()[0][3] == "x"
    assert contributions(model, X)[0].index.tolist() == [9, 8, 7, 6, 5]


def test_a_classifier_stands_for_its_table_and_an_array_for_its_columns() -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(0, 4, (400, 3))
    model = PointsClassifier().fit(X, rng.random(400) < 0.1 + 0.2 * X[:, 1])
    values, base = contributions(model, X)
    np.testing.assert_allclose(values.sum(axis=1) + base, model.decision_function(X), atol=1e-9)
    assert base == pytest.approx(model.decision_function(X).mean())
    assert (values["x0"] == 0).all() == ("x0" not in model.table_.feature_names_in_)


def test_a_table_without_terms_explains_nothing() -> None:
    values, base = contributions(AdditiveModel((), LogisticMap(1, -2), 0.5), background(1, 3))
    assert base == 0.5
    assert (values == 0).all(axis=None)


def test_bad_input_is_a_clear_error() -> None:
    behind = background(1)
    model = table(behind, 2, [])
    with pytest.raises(StudyError, match="has no rows"):
        contributions(model, behind, behind[:0])
    with pytest.raises(DataError, match=r"features\.a"):
        contributions(model, behind.drop(columns="a"))
    with pytest.raises(DataError, match=r"features\.b"):
        contributions(model, behind, behind.drop(columns="b"))
    with pytest.raises(DataError, match="DataFrame"):
        contributions(model, [[1, 2, 3, 4]])  # type: ignore[arg-type]
    with pytest.raises(StudyError, match="AdditiveModel"):
        contributions(object(), behind)
    empty = AdditiveModel((FeatureTerm("a", (), (1,), 0, (0,), 0),), LogisticMap(1, 0))
    with pytest.raises(StudyError, match="stores no training rows"):
        contributions(empty, behind)


def test_a_hundred_thousand_rows_take_a_moment() -> None:
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.integers(0, 9, (112_000, 12)), columns=[f"f{i}" for i in range(12)])
    terms = tuple(FeatureTerm(name, (1, 2, 3, 5), range(5), 0, (9, 8, 7, 6, 5), 0) for name in X)  # type: ignore[arg-type]
    start = time.process_time()
    contributions(AdditiveModel(terms, LogisticMap(1, 0)), X)
    assert time.process_time() - start < 1.0
