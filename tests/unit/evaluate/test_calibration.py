"""Calibration: the line against scikit-learn, the bins against counting."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.special import expit, logit
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

from ace_risk.errors import DataError, StudyError
from ace_risk.evaluate.calibration import calibration_fit, reliability


def drawn(seed: int, slope: float, intercept: float, rows: int = 4_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = expit(rng.normal(-2, 1.2, rows))
    return rng.random(rows) < expit(slope * logit(p) + intercept), p


@pytest.mark.parametrize(("slope", "intercept"), [(1, 0), (0.5, -1), (2, 1), (-1, 0)])
def test_the_line_is_that_of_an_unpenalised_logistic_regression(slope: float, intercept: float) -> None:
    y, p = drawn(1, slope, intercept)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1_000).fit(logit(p)[:, None], y)
    found_slope, found_intercept = calibration_fit(y, p)
    assert found_slope == pytest.approx(peer.coef_[0, 0], abs=1e-4)
    assert found_intercept == pytest.approx(peer.intercept_[0], abs=1e-4)


def test_at_the_line_the_score_is_zero_and_the_interval_is_from_the_information() -> None:
    y, p = drawn(2, 0.8, 0.1)
    fit = calibration_fit(y, p)
    x = logit(p)

    def score(line: np.ndarray) -> np.ndarray:
        residual = y - expit(line[0] * x + line[1])
        return np.array([residual @ x, residual.sum()])

    line = np.array(tuple(fit))
    assert np.abs(score(line)).max() < 1e-6
    information = -np.array([approx_fprime(line, lambda b, i=i: score(b)[i], 1e-6) for i in (0, 1)])
    half = 1.959963984540054 * np.sqrt(np.diag(np.linalg.inv(information)))
    assert [fit.slope_high - fit.slope, fit.intercept - fit.intercept_low] == pytest.approx(half, rel=1e-4)


def test_the_interval_covers_the_truth_about_19_times_in_20() -> None:
    fits = [calibration_fit(*drawn(seed, 1, 0, 600)) for seed in range(300)]
    covered = np.mean([fit.slope_low <= 1 <= fit.slope_high for fit in fits])
    assert 0.92 < covered < 0.98


@pytest.mark.parametrize(
    ("y", "p"),
    [
        ([0, 0], [0.2, 0.3]),
        ([1, 1], [0.2, 0.3]),
        ([0, 1, 0, 1], [0.3] * 4),
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9]),
        ([1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]),
        (np.zeros(0), np.zeros(0)),
    ],
)
def test_a_line_that_does_not_exist_is_nan(y: list[int], p: list[float]) -> None:
    fit = calibration_fit(y, p)
    assert all(isnan(value) for value in (fit.slope, fit.intercept, fit.slope_low, fit.intercept_high))


@pytest.mark.parametrize("p", [[0.0, 0.5], [0.5, 1.0]])
def test_certainty_has_no_log_odds(p: list[float]) -> None:
    with pytest.raises(DataError, match="exactly 0 or 1"):
        calibration_fit([0, 1], p)


def test_bins_hold_every_row_once_and_count_what_is_there() -> None:
    y, p = drawn(4, 1, 0, 1_000)
    table = reliability(y, p, bins=7)
    assert len(table) == 7
    assert table["n"].sum() == 1_000
    assert table["n"].between(140, 146).all()
    assert (table["low"].to_numpy()[1:] > table["high"].to_numpy()[:-1]).all()
    for row in table.itertuples():
        inside = (p >= row.low) & (p <= row.high)
        assert row.n == inside.sum()
        assert row.mean_predicted == pytest.approx(p[inside].mean())
        assert row.observed == pytest.approx(y[inside].mean())
        limits = binomtest(int(y[inside].sum()), int(inside.sum())).proportion_ci(method="wilson")
        assert (row.observed_low, row.observed_high) == pytest.approx((limits.low, limits.high), abs=1e-12)


def test_equal_probabilities_are_never_split() -> None:
    p = np.repeat([0.1, 0.2, 0.7], [500, 30, 70])
    table = reliability(np.arange(600) % 3 == 0, p)
    assert table["low"].tolist() == table["high"].tolist() == [0.1, 0.2, 0.7]
    shuffled = np.random.default_rng(0).permutation(600)
    pd.testing.assert_frame_equal(table, reliability((np.arange(600) % 3 == 0)[shuffled], p[shuffled]))


def test_by_default_the_top_of_the_range_has_bins_of_its_own() -> None:
    y, p = drawn(5, 1, 0, 1_000)
    table = reliability(y, p)
    assert table["n"].tolist() == [100] * 9 + [50, 30, 20]
    assert table["high"].iloc[-1] == p.max()
    assert table["low"].iloc[-1] == np.sort(p)[980]
    assert table["observed"].iloc[-1] == pytest.approx(y[np.argsort(p)[980:]].mean())


def test_a_number_of_bins_is_the_same_as_its_even_shares() -> None:
    y, p = drawn(6, 1, 0, 997)
    pd.testing.assert_frame_equal(reliability(y, p.round(2), 4), reliability(y, p.round(2), (0.25, 0.5, 0.75)))


def test_equal_probabilities_at_the_top_are_never_split() -> None:
    p = np.repeat([0.1, 0.2, 0.9], [900, 60, 40])
    table = reliability(np.arange(1_000) % 4 == 0, p)
    assert table[["low", "high", "n"]].to_numpy().tolist() == [[0.1, 0.1, 900], [0.2, 0.2, 60], [0.9, 0.9, 40]]


@pytest.mark.parametrize("bins", [0, 2.5, True, (0.5, 0.5), (0.9, 0.1), (0.0, 0.5), (0.5, 1.0), (0.5, float("nan"))])
def test_bins_that_make_no_sense_are_refused(bins: object) -> None:
    with pytest.raises(StudyError, match="bins"):
        reliability([0, 1], [0.2, 0.3], bins)  # type: ignore[arg-type]


def test_no_rows_give_an_empty_table_with_its_columns() -> None:
    table = reliability(np.zeros(0), np.zeros(0))
    assert table.empty
    assert list(table) == ["low", "high", "n", "mean_predicted", "observed", "observed_low", "observed_high"]


def test_rows_of_one_household_widen_the_interval_of_the_slope_as_resampling_does():
    rng = np.random.default_rng(8)
    base = rng.normal(-1.0, 1.0, 250)
    label = np.repeat(rng.random(250) < expit(base), 4)  # four rows of each household, all with one outcome
    share = expit(np.repeat(base, 4) + rng.normal(0, 0.2, 1_000))
    homes = np.repeat(np.arange(250), 4)
    plain, robust = calibration_fit(label, share), calibration_fit(label, share, homes)
    assert (robust.slope, robust.intercept) == (plain.slope, plain.intercept)
    draws = []
    for _ in range(400):
        rows = (rng.integers(0, 250, 250)[:, None] * 4 + np.arange(4)).ravel()
        draws.append(calibration_fit(label[rows], share[rows]).slope)
    half = (robust.slope_high - robust.slope_low) / 2
    assert half == pytest.approx(1.96 * np.std(draws), rel=0.15)
    assert half > 1.6 * (plain.slope_high - plain.slope_low) / 2
