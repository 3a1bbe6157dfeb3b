"""Choosing features one by one by how far they lower the log loss."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression
from scipy.special import expit

from ace_risk.models.binning import BinnedFeature
from ace_risk.models.columns import Floats
from ace_risk.models.fitting import Fit, Patterns, refit

TRIED_IN_FULL = 3


def expected_gain(feature: BinnedFeature, residual: Floats, weight: Floats) -> float:
    """How far one Newton step on this feature alone would lower the loss, under its direction.

    Parameters
    ----------
    residual, weight
        Per row: outcome minus probability, and probability times one minus it.
    """
    gradient, curvature = sums_by_level(feature.levels, residual, weight, feature.size)
    step = gradient / curvature
    if feature.ordered:
        step = isotonic_regression(step, weights=curvature).x
    return float(gradient @ step - 0.5 * curvature @ step**2)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def sums_by_level(levels: NDArray[np.intp], residual: Floats, weight: Floats, size: int) -> tuple[Floats, Floats]:
    """Residuals and weights summed by level in one pass; the weights a hair above 0, to divide by."""
    gradient, curvature = np.zeros(size), np.zeros(size)
    for row in range(len(levels)):
        level = levels[row]
        gradient[level] += residual[row]
        curvature[level] += weight[row]
    return gradient, curvature + 1e-9


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
        new = refit(fit.patterns.with_feature(others[place], outcome), fit, max_steps=3)
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
        without = refit(Patterns.of(kept, outcome), max_steps=5)
        new = best_addition(without, features, outcome)
        if new is not None and new.patterns.features[-1].name != feature.name:
            new = refit(new.patterns, new)
            if new.loss < fit.loss - 1e-6 * abs(fit.loss):
                fit = new
    return fit
