"""The fit under directions, against a general optimiser; and rounding, against trying every card."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from ace_risk.models.binning import BinnedFeature, bin_feature
from ace_risk.models.fitting import RIDGE, Patterns, refit
from ace_risk.models.points import fit_probability
from ace_risk.models.rounding import Histogram, fit_logistic, round_fit
from ace_risk.models.selection import expected_gain, select


def drawn(seed: int, rows: int = 3_000) -> tuple[list[BinnedFeature], np.ndarray]:
    rng = np.random.default_rng(seed)
    need = rng.normal(size=rows)
    x = {
        "count": rng.poisson(np.exp(0.5 * need)).astype(float),
        "since": np.where(rng.random(rows) < 0.3, np.nan, np.floor(rng.exponential(100 * np.exp(-0.4 * need)))),
        "free": np.round(rng.normal(size=rows) + 0.5 * need**2, 1),
        "wrong": rng.poisson(np.exp(0.5 * need)).astype(float),
    }
    y = (rng.random(rows) < expit(need - 1.5)).astype(float)
    directions = {"count": "more_need", "since": "less_need", "free": "either", "wrong": "less_need"}
    return [bin_feature(name, x[name], y, directions[name]) for name in x], y  # type: ignore[arg-type]


def peer_loss(features: list[BinnedFeature], y: np.ndarray) -> float:
    """The same optimum from L-BFGS-B on one row per training row."""
    columns, bounds = [np.ones(len(y))], [(None, None)]
    for feature in features:
        for level in range(feature.size):
            if feature.ordered and level > 0:
                columns.append(feature.levels >= level)
                bounds.append((0, None))
            elif not feature.ordered and level != feature.reference:
                columns.append(feature.levels == level)
                bounds.append((None, None))
    design = np.column_stack(columns).astype(float)

    def loss(b: np.ndarray) -> tuple[float, np.ndarray]:
        eta = design @ b
        penalty = RIDGE * np.concatenate([[0.0], b[1:]])
        value = np.logaddexp(0, eta).sum() - y @ eta + 0.5 * penalty @ b
        return float(value), design.T @ (expit(eta) - y) + penalty

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-14)
    return float(found.fun)


@pytest.mark.parametrize("seed", range(4))
def test_the_fit_is_the_bounded_optimum(seed: int) -> None:
    features, y = drawn(seed)
    fit = refit(Patterns.of(features, y))
    assert fit.loss == pytest.approx(peer_loss(features, y), rel=1e-7)
    for feature, scores in zip(features, fit.scores, strict=True):
        assert scores[feature.reference] == 0
        if feature.ordered:
            assert (np.diff(scores) >= 0).all()


def test_a_feature_against_its_direction_gets_nothing() -> None:
    features, y = drawn(0)
    wrong = refit(Patterns.of([features[3]], y))
    assert np.abs(wrong.scores[0]).max() < 1e-9
    assert "wrong" not in [feature.name for feature in select(features, y, 4).patterns.features]


def test_patterns_hold_every_row_once() -> None:
    features, y = drawn(1)
    patterns = Patterns.of(features, y)
    assert patterns.rows.sum() == len(y)
    assert patterns.cases.sum() == y.sum()
    for place, feature in enumerate(features):
        assert (patterns.levels[patterns.group, place] == feature.levels).all()


def test_the_expected_gain_is_near_the_gain() -> None:
    features, y = drawn(2)
    p = y.mean()
    null = refit(Patterns.of([], y)).loss
    expected = [expected_gain(feature, y - p, np.full(len(y), p * (1 - p))) for feature in features[:3]]
    gains = [null - refit(Patterns.of([feature], y)).loss for feature in features[:3]]
    assert expected == pytest.approx(gains, rel=0.4)
    assert np.argsort(expected).tolist() == np.argsort(gains).tolist()
    assert expected_gain(features[3], y - p, np.full(len(y), p * (1 - p))) == pytest.approx(0, abs=1e-6)


def test_a_copy_of_a_chosen_feature_does_not_enter() -> None:
    features, y = drawn(3)
    copies = [BinnedFeature(**{**vars(feature), "name": feature.name + "_again"}) for feature in features[:3]]
    names = [feature.name for feature in select([*copies, *features], y, 12).patterns.features]
    assert len({name.removesuffix("_again") for name in names}) == len(names)
    turned = select([*features, *copies][::-1], y, 12).patterns.features
    assert [feature.name for feature in turned] == names


def test_the_curve_is_that_of_an_unpenalised_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    totals = rng.integers(-4, 9, 2_000).astype(float)
    y = (rng.random(2_000) < expit(0.3 * totals - 1)).astype(float)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(totals[:, None], y)
    found = fit_probability(totals, y)
    assert found is not None
    assert (found.slope, found.intercept) == pytest.approx((peer.coef_[0, 0], peer.intercept_[0]), abs=1e-5)
    assert found.probability(totals).mean() == pytest.approx(y.mean(), abs=1e-9)


def test_a_curve_that_would_fall_is_no_curve() -> None:
    assert fit_probability(np.array([0.0, 0, 0, 1, 1, 1]), np.array([1.0, 1, 0, 0, 0, 1])) is None


def test_totals_that_separate_the_outcomes_give_no_certainty() -> None:
    found = fit_probability(np.repeat([0.0, 3.0], 50), np.repeat([0.0, 1.0], 50))
    assert found is not None
    assert found.probability(np.array([0.0, 3.0])) == pytest.approx([1 / 52, 51 / 52], abs=1e-6)


def test_many_curves_at_once_are_the_curves_one_by_one() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(1, 50, (6, 8)).astype(float)
    cases = np.floor(rows * np.sort(rng.random((6, 8)), axis=1))
    totals = np.arange(8.0)
    together = fit_logistic(Histogram(totals, rows, cases))
    for place in range(6):
        alone = fit_logistic(Histogram(totals, rows[[place]], cases[[place]]))
        assert [float(a[0]) for a in alone] == pytest.approx([float(t[place]) for t in together], rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_rounding_comes_within_a_hair_of_the_best_card_of_all(seed: int) -> None:
    features, y = drawn(seed, 800)
    features = [features[0], features[1]]
    fit = refit(Patterns.of(features, y))
    card = round_fit(fit, 2)
    best = np.inf
    spaces = [
        [
            np.array(points)
            for points in product(range(-2, 3), repeat=feature.size)
            if points[feature.reference] == 0 and (np.diff(points) >= 0).all()
        ]
        for feature in features
    ]
    for points in product(*spaces):
        totals = sum(p[f.levels] for p, f in zip(points, features, strict=True))
        values, place = np.unique(totals, return_inverse=True)
        if len(values) == 1:
            continue
        rows, cases = np.bincount(place), np.bincount(place, weights=y)
        best = min(best, float(fit_logistic(Histogram(values * 1.0, rows[None] * 1.0, cases[None]))[2][0]))
    assert card.loss <= best * 1.0005
    assert card.loss >= best - 1e-6
