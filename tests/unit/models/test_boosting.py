"""The boosted table: equal to the machine it came from, under directions, and in the form of every table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.boosting import boost, fit_boosted_table, least_need
from ace_risk.models.columns import read_columns
from ace_risk.models.terms import FeatureTerm, PairTerm

DIRECTIONS: dict[str, Any] = {"count": "more_need", "since": "less_need", "wrong": "less_need", "absent": "more_need"}


def drawn(seed: int, rows: int = 4_000) -> tuple[pd.DataFrame, np.ndarray]:
    """Counts, days since, one feature whose direction is against the data, and a pair that works together."""
    rng = np.random.default_rng(seed)
    count, a, b = rng.poisson(1.0, rows), rng.normal(size=rows), np.round(rng.normal(size=rows), 1)
    since = np.where(rng.random(rows) < 0.4, np.nan, np.floor(rng.uniform(0, 900, rows)))
    log_odds = 0.6 * count + np.where(since < 200, 1.0, 0.0) + 1.5 * np.sign(a * b) - 1.5
    frame = pd.DataFrame(
        {
            "since": since,
            "wrong": count + rng.normal(size=rows),
            "count": count.astype("uint8"),
            "b": np.where(rng.random(rows) < 0.1, np.nan, b),
            "a": a,
            "constant": 1,
            "empty": np.nan,
        }
    )
    return frame, (rng.random(rows) < expit(log_odds)).astype(int)


def probes(X: pd.DataFrame, table: AdditiveModel) -> pd.DataFrame:
    """The rows, and for each feature: every edge, the numbers just beside it, far out on both sides, and missing."""
    frames = [X.astype(float)]
    for term in table.terms:
        sides = zip(term.features, [term.edges] if isinstance(term, FeatureTerm) else term.edges, strict=True)
        for name, edges in sides:
            near = [np.nextafter(edge, side) for edge in edges for side in (-np.inf, np.inf)]  # type: ignore[arg-type]
            values = np.array([*edges, *near, -1e9, 1e9, np.nan])
            frames.append(X.iloc[np.arange(len(values)) % len(X)].astype(float).assign(**{name: values}))
    return pd.concat(frames, ignore_index=True)


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_the_machine_on_every_row_edge_and_missing_value(seed: int) -> None:
    X, y = drawn(seed, 1_500 * (seed + 1))
    table = fit_boosted_table(X, y, directions=DIRECTIONS, seed=seed)
    assert [term.features for term in table.terms if isinstance(term, PairTerm)] == [("a", "b")]
    ways = {name: DIRECTIONS.get(name, "either") for name in ("a", "b", "count", "since", "wrong")}
    columns = read_columns(X, list(ways))
    machine = boost(columns, y.astype(float), ways, seed, 3)
    rows = probes(X, table)
    filled = rows[list(ways)].fillna({name: least_need(columns[name], way) for name, way in ways.items()})
    np.testing.assert_allclose(
        table.decision_function(rows), machine.decision_function(filled.to_numpy()), rtol=0, atol=1e-9
    )
    np.testing.assert_allclose(table.predict_proba(rows), machine.predict_proba(filled.to_numpy()), atol=1e-9)


X, Y = drawn(10)
TABLE = fit_boosted_table(X, Y, directions=DIRECTIONS)


def test_directions_hold_and_missing_never_scores_more_than_any_value() -> None:
    assert TABLE.check_directions() == []
    assert dict(TABLE.directions)["since"] == "less_need"
    for term in TABLE.terms:
        if isinstance(term, FeatureTerm) and term.feature in DIRECTIONS:
            assert term.missing_score <= min(term.scores)


def test_missing_scores_least_even_where_the_data_say_otherwise() -> None:
    rng = np.random.default_rng(0)
    since = np.where(rng.random(4_000) < 0.3, np.nan, rng.integers(0, 900, 4_000))
    y = rng.random(4_000) < np.where(np.isnan(since), 0.6, np.where(since < 300, 0.5, 0.1))
    frame = pd.DataFrame({"since": since})
    bound = fit_boosted_table(frame, y, directions={"since": "less_need"}).terms[0]
    free = fit_boosted_table(frame, y, directions=None).terms[0]
    assert isinstance(bound, FeatureTerm)
    assert isinstance(free, FeatureTerm)
    assert bound.missing_score == bound.scores[-1] < bound.scores[0]
    assert free.missing_score > max(free.scores)


def test_columns_that_never_differ_have_no_term() -> None:
    assert {"constant", "empty"}.isdisjoint(TABLE.feature_names_in_)
    nothing = fit_boosted_table(X[["constant", "empty"]], Y, directions=None)
    assert nothing.terms == ()
    np.testing.assert_allclose(nothing.predict_proba(X)[:, 1], Y.mean())


def test_counts_are_those_of_the_training_rows() -> None:
    for term in TABLE.terms:
        assert term.rows == len(X)
        if isinstance(term, FeatureTerm):
            found = np.bincount(np.searchsorted(term.edges, X[term.feature].dropna(), side="right"))
            assert found.tolist() == list(term.counts)[: len(found)]
            assert term.missing_count == X[term.feature].isna().sum()
        else:
            assert sum(row[-1] for row in term.counts) == X[term.features[1]].isna().sum()


def test_pairs_are_of_free_features_only_and_at_most_as_many_as_asked() -> None:
    for directions, most in ((DIRECTIONS, 0), (DIRECTIONS | {"a": "more_need"}, 3)):
        table = fit_boosted_table(X, Y, directions=directions, max_pairs=most)
        assert all(isinstance(term, FeatureTerm) for term in table.terms)
    free = fit_boosted_table(X, Y, directions=None, max_pairs=2)
    assert sum(isinstance(term, PairTerm) for term in free.terms) == 2
    assert roc_auc_score(Y, free.decision_function(X)) > 0.75


def test_the_same_rows_give_the_same_bytes_in_whatever_order_and_the_table_can_be_stored() -> None:
    turned = X.sample(frac=1, random_state=1)[X.columns[::-1]]
    again = fit_boosted_table(turned, Y[turned.index], directions=DIRECTIONS)
    assert again.to_json() == TABLE.to_json()
    assert AdditiveModel.from_json(TABLE.to_json()) == TABLE
    assert fit_boosted_table(X, Y, directions=DIRECTIONS, seed=1) != TABLE


@pytest.mark.parametrize("y", [[0, 1] * 5, [0] * 9 + [1], [0] * 5 + [1] * 5])
def test_ten_rows_give_the_base_rate(y: list[int]) -> None:
    frame = pd.DataFrame({"a": range(10), "b": [0, 1] * 5, "c": [np.nan] * 9 + [1]})
    np.testing.assert_allclose(fit_boosted_table(frame, y, directions=None).predict_proba(frame)[:, 1], np.mean(y))


def test_two_missing_rows_with_the_outcome_do_not_make_missing_a_certainty() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(2_000) < 0.2).astype(int)
    few = rng.normal(size=2_000)
    few[np.flatnonzero(y)[:2]] = np.nan
    table = fit_boosted_table(pd.DataFrame({"few": few, "told": rng.normal(size=2_000) + y}), y, directions=None)
    scores = [term for term in table.terms if isinstance(term, FeatureTerm) and term.feature == "few"]
    assert all(abs(term.missing_score) < 0.5 for term in scores)
    assert "told" in table.feature_names_in_


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": [0] * 10}, "1 class"),
        ({"y": [0, 1] * 4}, "8 labels for 10 rows"),
        ({"X": pd.DataFrame({"a": [np.inf, *range(9)]})}, r"features\.a: must not be infinite"),
        ({"X": pd.DataFrame({"a": []})}, "rows and columns, got 0 by 1"),
        ({"max_pairs": -1}, "max_pairs: must be a whole number from 0"),
        ({"seed": 0.5}, "seed: must be a whole number from 0"),
        ({"directions": {"a": "up"}}, "up is unknown"),
    ],
)
def test_bad_input_is_a_clear_error(changes: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"X": pd.DataFrame({"a": range(10)}), "y": [0, 1] * 5, "directions": None} | changes
    with pytest.raises((DataError, StudyError), match=message):
        fit_boosted_table(given.pop("X"), given.pop("y"), **given)
