"""Tables fitted again on households drawn anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.fitting import Patterns, refit
from ace_risk.models.points import PointsClassifier
from ace_risk.models.probability import LogisticMap
from ace_risk.models.resampled import binned_feature, resample_tables, whole_points
from ace_risk.models.rounding import round_fit
from ace_risk.models.terms import FeatureTerm, PairTerm

DIRECTIONS = {"calls": "more_need", "days": "less_need", "club": "either"}
ROWS = 3_000


@pytest.fixture(scope="module")
def rows() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Features, outcome, and households of three rows that resemble one another."""
    draw = np.random.default_rng(2)
    home = np.repeat(np.arange(ROWS // 3), 3)
    shared = draw.normal(size=ROWS // 3)[home]
    X = pd.DataFrame({
        "calls": draw.poisson(np.exp(0.6 * shared)).astype(float), "days": draw.integers(0, 900, ROWS).astype(float),
        "club": draw.integers(0, 3, ROWS).astype(float),
    })  # fmt: skip
    X.loc[draw.random(ROWS) < 0.4, "days"] = np.nan
    log_odds = -2 + 0.7 * X["calls"] + 1.2 * (X["days"] < 300) - 1.5 * (X["club"] == 2) + 0.6 * shared
    return X, (draw.random(ROWS) < 1 / (1 + np.exp(-log_odds))).to_numpy().astype(int), home


@pytest.fixture(scope="module")
def card(rows: tuple[pd.DataFrame, np.ndarray, np.ndarray]) -> AdditiveModel:
    return PointsClassifier(3, 5, DIRECTIONS).fit(rows[0], rows[1]).table_


@pytest.fixture(scope="module")
def tables(rows: tuple[pd.DataFrame, np.ndarray, np.ndarray], card: AdditiveModel) -> tuple[AdditiveModel, ...]:
    return resample_tables(card, *rows, DIRECTIONS, draws=30, seed=4)


def test_terms_and_edges_stay_and_points_are_whole_and_follow_the_directions(
    card: AdditiveModel, tables: tuple[AdditiveModel, ...]
) -> None:
    assert len(tables) == 30
    assert len(card.terms) == 3
    most = max(abs(score) for term in card.terms for score in term.score_table)
    for table in tables:
        assert [(term.feature, term.edges) for term in table.terms] == [(t.feature, t.edges) for t in card.terms]
        points = np.concatenate([term.score_table for term in table.terms])
        assert (points == np.round(points)).all()
        assert np.abs(points).max() <= most
        assert table.check_directions() == []
    assert len({tuple(term.scores for term in table.terms) for table in tables}) > 1, "the draws differ"


def test_the_same_seed_gives_the_same_tables_and_row_order_changes_nothing(
    rows: tuple[pd.DataFrame, np.ndarray, np.ndarray], card: AdditiveModel, tables: tuple[AdditiveModel, ...]
) -> None:
    X, y, home = rows
    turned = np.random.default_rng(0).permutation(ROWS)
    again = resample_tables(card, X.iloc[turned], y[turned], home[turned], DIRECTIONS, draws=30, seed=4)
    assert [table.to_json() for table in again] == [table.to_json() for table in tables]
    other = resample_tables(card, *rows, DIRECTIONS, draws=30, seed=5)
    assert [table.to_json() for table in other] != [table.to_json() for table in tables]


def test_a_table_is_the_fit_of_the_drawn_rows_written_out(
    rows: tuple[pd.DataFrame, np.ndarray, np.ndarray], card: AdditiveModel
) -> None:
    X, y, home = rows
    free = AdditiveModel(tuple(replace(term, scores=tuple(s + 0.5 for s in term.scores)) for term in card.terms),
                         card.probability)  # fmt: skip
    (table,) = resample_tables(free, X, y, home, DIRECTIONS, draws=1, seed=9)
    drawn = np.bincount(np.random.default_rng(9).integers(0, ROWS // 3, ROWS // 3), minlength=ROWS // 3)
    taken = np.repeat(np.arange(ROWS), drawn[home])
    assert len(taken) == ROWS, "households are of one size, so a draw has as many rows"
    features = [binned_feature(t, X[t.feature].to_numpy()[taken], DIRECTIONS[t.feature]) for t in card.terms]
    fit = refit(Patterns.of(features, y[taken].astype(float)))
    for term, feature, scores in zip(table.terms, features, fit.scores, strict=True):
        expected = scores[list(feature.level_of_bin)]
        np.testing.assert_allclose(term.score_table - term.score_table[0], expected - expected[0], atol=2e-3)
        assert term.count_table.tolist() == list(feature.counts)


def test_rounding_is_as_good_as_the_card_s_own(rows: tuple[pd.DataFrame, np.ndarray, np.ndarray],
                                               card: AdditiveModel) -> None:  # fmt: skip
    X, y, _ = rows
    features = [binned_feature(t, X[t.feature].to_numpy(), DIRECTIONS[t.feature]) for t in card.terms]
    fit = refit(Patterns.of(features, y.astype(float)))
    mine, best = whole_points(fit, 5), round_fit(fit, 5)
    log_odds = [np.sum([own[f.levels] for own, f in zip(points, features, strict=True)], axis=0)
                for points in (mine, best.points)]  # fmt: skip
    assert np.corrcoef(*log_odds)[0, 1] > 0.99


def test_households_are_drawn_whole(card: AdditiveModel) -> None:
    """With one row of need per household of two, every draw has as many of either."""
    X = pd.DataFrame({"calls": [0.0, 3.0] * 200})
    term = FeatureTerm("calls", (1,), (0, 5), 0, (200, 200), 0)
    model = AdditiveModel((term,), LogisticMap(1, -2))
    y = (np.arange(400) % 4 == 3).astype(int)
    for table in resample_tables(model, X, y, np.arange(400) // 2, {"calls": "more_need"}, draws=10, seed=1):
        assert table.terms[0].counts == (200, 200)
    by_row = resample_tables(model, X, y, np.arange(400), {"calls": "more_need"}, draws=10, seed=1)
    assert any(table.terms[0].counts != (200, 200) for table in by_row)


def test_the_spread_of_scores_is_that_of_the_bootstrap() -> None:
    """For one feature of two bins the log odds ratio is closed, and so is its standard error."""
    draw = np.random.default_rng(8)
    X = pd.DataFrame({"calls": (np.arange(4_000) % 2).astype(float)})
    y = (draw.random(4_000) < np.where(X["calls"] == 1, 0.4, 0.2)).astype(int)
    model = AdditiveModel((FeatureTerm("calls", (1,), (0.0, 0.5), 0, (2_000, 2_000), 0),), LogisticMap(1, -1))
    tables = resample_tables(model, X, y, np.arange(4_000), {}, draws=200, seed=3)
    ratios = np.array([table.terms[0].scores[1] - table.terms[0].scores[0] for table in tables])
    cells = pd.crosstab(X["calls"], y).to_numpy()
    expected = np.log(cells[1, 1] * cells[0, 0] / (cells[0, 1] * cells[1, 0]))
    assert abs(ratios.mean() - expected) < 0.02
    assert 0.85 < ratios.std() / np.sqrt((1 / cells).sum()) < 1.15


def test_tables_that_cannot_be_fitted_again_give_none() -> None:
    X, y = pd.DataFrame({"a": [0.0, 1.0], "b": [0.0, 1.0]}), [0, 1]
    pair = PairTerm(("a", "b"), ((1,), ()), ((0, 1), (2, 3), (4, 5)), ((1, 0), (1, 0), (0, 0)))
    assert resample_tables(AdditiveModel((pair,), LogisticMap(1, 0)), X, y, [1, 2], {}) == ()
    assert resample_tables(AdditiveModel((), LogisticMap(1, 0)), X, y, [1, 2], {}) == ()
    fine = FeatureTerm("a", tuple(range(1, 300)), tuple(range(300)), 0, (2, *[0] * 299), 0)
    assert resample_tables(AdditiveModel((fine,), LogisticMap(1, 0)), X, y, [1, 2], {}) == ()


def test_wrong_rows_households_and_settings_are_refused(
    rows: tuple[pd.DataFrame, np.ndarray, np.ndarray], card: AdditiveModel
) -> None:
    X, y, home = rows
    with pytest.raises(DataError, match="households: 2,999 for 3,000 training rows"):
        resample_tables(card, X, y, home[1:], DIRECTIONS)
    with pytest.raises(DataError, match="households: 1 are missing"):
        resample_tables(card, X, y, [None, *home[1:]], DIRECTIONS)
    with pytest.raises(StudyError, match="need 1 draw or more"):
        resample_tables(card, X, y, home, DIRECTIONS, draws=0)
