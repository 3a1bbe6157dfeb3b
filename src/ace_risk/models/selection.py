"""Choosing features one by one, and fitting their scores under the directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression, minimize
from scipy.special import expit

from ace_risk.models.binning import BinnedFeature
from ace_risk.models.columns import Floats

RIDGE = 1.0
TRIED_IN_FULL = 3


@dataclass(frozen=True)
class Patterns:
    """Training rows grouped by their levels on the chosen features.

    Attributes
    ----------
    features
        The chosen features.
    group
        The pattern of each training row.
    levels
        One row per pattern, one column per feature.
    rows, cases
        Training rows with each pattern, and how many of them have the outcome.
    """

    features: tuple[BinnedFeature, ...]
    group: NDArray[np.intp]
    levels: NDArray[np.intp]
    rows: Floats
    cases: Floats

    @classmethod
    def of(cls, features: Sequence[BinnedFeature], outcome: Floats) -> Patterns:
        """Group the rows by these features."""
        start = cls((), np.zeros(len(outcome), dtype=np.intp), np.zeros((1, 0), dtype=np.intp), *totals(outcome))
        for feature in features:
            start = start.with_feature(feature, outcome)
        return start

    def with_feature(self, feature: BinnedFeature, outcome: Floats) -> Patterns:
        """The same rows grouped by one more feature."""
        key = self.group * feature.size + feature.levels
        present = np.flatnonzero(np.bincount(key, minlength=len(self.rows) * feature.size))
        place = np.zeros(len(self.rows) * feature.size, dtype=np.intp)
        place[present] = np.arange(len(present))
        group = place[key]
        return Patterns(
            features=(*self.features, feature),
            group=group,
            levels=np.column_stack([self.levels[present // feature.size], present % feature.size]),
            rows=np.bincount(group).astype(np.float64),
            cases=np.bincount(group, weights=outcome),
        )


def totals(outcome: Floats) -> tuple[Floats, Floats]:
    """All rows as one pattern."""
    return np.array([float(len(outcome))]), np.array([float(outcome.sum())])


@dataclass(frozen=True)
class Fit:
    """Scores per feature and level on the log-odds scale, the reference level at 0.

    `loss` is the log loss summed over the rows plus the ridge penalty.
    """

    patterns: Patterns
    intercept: float
    scores: tuple[Floats, ...]
    loss: float

    def log_odds(self) -> Floats:
        """Log-odds of each pattern."""
        return self.intercept + sum_levels(self.patterns.levels, self.scores)


def sum_levels(levels: NDArray[np.intp], scores: Sequence[Floats]) -> Floats:
    """The sum over features of each pattern's scores."""
    total = np.zeros(len(levels))
    for place, score in enumerate(scores):
        total += score[levels[:, place]]
    return total


def refit(patterns: Patterns, start: Fit | None = None, max_iterations: int = 200) -> Fit:
    """Fit all scores together by L-BFGS-B: least log loss plus a small ridge penalty, steps bounded by 0.

    A feature with a direction is fitted as a sum of steps from each level to the next, none below 0
    (a thermometer); one without is fitted as a free score per level.
    """
    features = patterns.features
    starts = np.cumsum([1, *(feature.size - 1 for feature in features)])
    x0 = np.zeros(starts[-1])
    share = patterns.cases.sum() / patterns.rows.sum()
    x0[0] = log(share / (1.0 - share))
    if start is not None:
        x0[0] = start.intercept
        for place, (feature, scores) in enumerate(zip(start.patterns.features, start.scores, strict=True)):
            x0[starts[place] : starts[place + 1]] = steps_of(feature, scores)
            x0[0] += scores[0] if feature.ordered else 0.0
    bounds = [(None, None)]
    for feature in features:
        bounds += [(0.0 if feature.ordered else None, None)] * (feature.size - 1)

    def loss(x: Floats) -> tuple[float, Floats]:
        by_level = [scores_of(f, x[a:b]) for f, a, b in zip(features, starts, starts[1:], strict=False)]
        log_odds = x[0] + sum_levels(patterns.levels, by_level)
        value = float(patterns.rows @ np.logaddexp(0.0, log_odds) - patterns.cases @ log_odds)
        residual = patterns.rows * expit(log_odds) - patterns.cases
        gradient = np.empty_like(x)
        gradient[0] = residual.sum()
        for place, feature in enumerate(features):
            sums = np.bincount(patterns.levels[:, place], weights=residual, minlength=feature.size)
            gradient[starts[place] : starts[place + 1]] = step_gradient(feature, sums)
        gradient[1:] += RIDGE * x[1:]
        return value + 0.5 * RIDGE * float(x[1:] @ x[1:]), gradient

    found = minimize(loss, x0, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": max_iterations})
    intercept = float(found.x[0])
    scores = []
    for feature, a, b in zip(features, starts, starts[1:], strict=False):
        by_level = scores_of(feature, found.x[a:b])
        intercept += float(by_level[feature.reference])
        scores.append(by_level - by_level[feature.reference])
    return Fit(patterns, intercept, tuple(scores), float(found.fun))


def scores_of(feature: BinnedFeature, steps: Floats) -> Floats:
    """Scores per level from the fitted numbers."""
    if feature.ordered:
        return np.concatenate([[0.0], np.cumsum(steps)])
    return np.insert(steps, feature.reference, 0.0)


def steps_of(feature: BinnedFeature, scores: Floats) -> Floats:
    """The fitted numbers from scores per level."""
    return np.diff(scores) if feature.ordered else np.delete(scores, feature.reference)


def step_gradient(feature: BinnedFeature, sums: Floats) -> Floats:
    """The gradient of the fitted numbers from the sum of residuals per level."""
    if feature.ordered:
        return np.cumsum(sums[::-1])[::-1][1:]
    return np.delete(sums, feature.reference)


def expected_gain(feature: BinnedFeature, residual: Floats, weight: Floats) -> float:
    """How far one Newton step on this feature alone would lower the loss, under its direction.

    Parameters
    ----------
    residual, weight
        Per row: outcome minus probability, and probability times one minus it.
    """
    gradient = np.bincount(feature.levels, weights=residual, minlength=feature.size)
    curvature = np.bincount(feature.levels, weights=weight, minlength=feature.size) + 1e-9
    step = gradient / curvature
    if feature.ordered:
        step = isotonic_regression(step, weights=curvature).x
    return float(gradient @ step - 0.5 * curvature @ step**2)


def threshold(scores: Floats, rows: int, candidates: int) -> float:
    """What a feature must gain to enter: the extended Bayesian information criterion.

    Half the logarithm of the number of rows for each distinct score beside 0, and the logarithm of the
    number of candidates (Chen & Chen 2008), in units of summed log loss.
    """
    distinct = len(np.unique(np.round(scores, 9))) - 1
    return 0.5 * log(rows) * distinct + log(candidates)


def select(features: Sequence[BinnedFeature], outcome: Floats, max_features: int) -> Fit:
    """Add features while each earns its place, then try to swap every one for a better one.

    Ties go to the name that comes first in the alphabet, so the order of columns doesn't matter.
    """
    features = sorted(features, key=lambda feature: feature.name)
    fit = refit(Patterns.of([], outcome))
    while len(fit.scores) < max_features:
        better = best_addition(fit, features, outcome)
        if better is None:
            break
        fit = better
    return swapped(refit(fit.patterns, fit), features, outcome)


def best_addition(fit: Fit, features: Sequence[BinnedFeature], outcome: Floats) -> Fit | None:
    """The fit with one more feature that lowers the loss most beyond its threshold, if any does."""
    probability = expit(fit.log_odds())[fit.patterns.group]
    residual, weight = outcome - probability, probability * (1.0 - probability)
    chosen = {feature.name for feature in fit.patterns.features}
    others = [feature for feature in features if feature.name not in chosen]
    gains = np.array([expected_gain(feature, residual, weight) for feature in others])
    best: tuple[float, Fit] | None = None
    for place in np.argsort(-np.round(gains, 6), kind="stable")[:TRIED_IN_FULL]:
        new = refit(fit.patterns.with_feature(others[place], outcome), fit, max_iterations=30)
        gain = fit.loss - new.loss - threshold(new.scores[-1], len(outcome), len(features))
        if gain > 0 and (best is None or gain > best[0] + 1e-6):
            best = gain, new
    return None if best is None else best[1]


def swapped(fit: Fit, features: Sequence[BinnedFeature], outcome: Floats) -> Fit:
    """Leave each feature out in turn and put back whatever fits best, once through."""
    for feature in fit.patterns.features:
        kept = [other for other in fit.patterns.features if other.name != feature.name]
        if len(kept) == len(fit.patterns.features) or len(features) == len(fit.patterns.features):
            continue
        without = refit(Patterns.of(kept, outcome), max_iterations=60)
        new = best_addition(without, features, outcome)
        if new is not None and new.patterns.features[-1].name != feature.name:
            new = refit(new.patterns, new)
            if new.loss < fit.loss - 1e-6 * abs(fit.loss):
                fit = new
    return fit
