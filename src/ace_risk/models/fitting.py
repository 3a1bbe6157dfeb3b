"""Fitting the scores of a set of features together, under their directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag
from scipy.optimize import lsq_linear
from scipy.special import expit

from ace_risk.models.binning import BinnedFeature
from ace_risk.models.columns import Floats

Levels = NDArray[np.uint8]
RIDGE = 1.0


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
    levels: Levels
    rows: Floats
    cases: Floats

    @classmethod
    def of(cls, features: Sequence[BinnedFeature], outcome: Floats) -> Patterns:
        """Group the rows by these features."""
        rows, cases = np.array([float(len(outcome))]), np.array([outcome.sum()])
        start = cls((), np.zeros(len(outcome), dtype=np.intp), np.zeros((1, 0), dtype=np.uint8), rows, cases)
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
            levels=np.column_stack([self.levels[present // feature.size], (present % feature.size).astype(np.uint8)]),
            rows=np.bincount(group).astype(np.float64),
            cases=np.bincount(group, weights=outcome).astype(np.float64),
        )


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
        starts = np.cumsum([1, *(len(scores) for scores in self.scores)])[:-1]
        scores = np.concatenate([[self.intercept], *self.scores])
        return np.asarray(add_scores(self.patterns.levels, starts, scores), dtype=np.float64)


def refit(patterns: Patterns, start: Fit | None = None, max_steps: int = 50) -> Fit:
    """Fit all scores together: least log loss plus a small ridge penalty, by Newton's method under bounds.

    A feature with a direction is fitted as a sum of steps from each level to the next, none below 0
    (a thermometer); one without is fitted as a free score per level. Every Newton step solves a least
    squares problem within the bounds and is halved until the loss falls.
    """
    layout = Layout.of(patterns.features)
    x = layout.starting_point(patterns, start)
    loss = penalised_loss(patterns, layout, x)
    for _ in range(max_steps):
        log_odds = layout.log_odds(patterns, x)
        fitted = expit(log_odds)
        residual, weight = patterns.cases - patterns.rows * fitted, patterns.rows * fitted * (1.0 - fitted)
        single, crossed = level_sums(patterns.levels, layout.starts, residual, weight, len(layout.basis))
        gradient = layout.basis.T @ single - layout.ridge * x
        root = np.linalg.cholesky(layout.basis.T @ crossed @ layout.basis + np.diag(layout.ridge)).T
        target = np.linalg.solve(root.T, gradient)
        step = lsq_linear(root, target, (layout.lower - x, np.inf), method="bvls").x
        new = penalised_loss(patterns, layout, x + step)
        while new > loss and np.abs(step).max() > 1e-9:
            step = step / 2
            new = penalised_loss(patterns, layout, x + step)
        if new > loss:
            break
        x, gained, loss = x + step, loss - new, new
        if gained <= 1e-9 * abs(loss):
            break
    return layout.as_fit(patterns, x, loss)


@dataclass(frozen=True)
class Layout:
    """How the fitted numbers `x` (intercept, then steps or free scores) make the scores per level.

    Attributes
    ----------
    starts
        Where each feature's levels start among all levels; place 0 is the intercept.
    basis
        Scores of all levels (and the intercept) are ``basis @ x``.
    lower, ridge
        Lower bound and ridge penalty of each fitted number.
    """

    starts: NDArray[np.intp]
    basis: Floats
    lower: Floats
    ridge: Floats

    @classmethod
    def of(cls, features: Sequence[BinnedFeature]) -> Layout:
        """The layout for these features."""
        blocks = [np.ones((1, 1))]
        for feature in features:
            square = np.tri(feature.size) if feature.ordered else np.eye(feature.size)
            blocks.append(np.delete(square, 0 if feature.ordered else feature.reference, axis=1))
        bounded = [[False], *([feature.ordered] * (feature.size - 1) for feature in features)]
        lower = np.where(np.concatenate(bounded), 0.0, -np.inf)
        ridge = np.full(len(lower), RIDGE)
        ridge[0] = 0.0
        return cls(np.cumsum([1, *(feature.size for feature in features)])[:-1], block_diag(*blocks), lower, ridge)

    def log_odds(self, patterns: Patterns, x: Floats) -> Floats:
        """Log-odds of each pattern."""
        return np.asarray(add_scores(patterns.levels, self.starts, self.basis @ x), dtype=np.float64)

    def starting_point(self, patterns: Patterns, start: Fit | None) -> Floats:
        """The numbers that give the scores of an earlier fit on the first of these features, or the base rate."""
        x = np.zeros(self.basis.shape[1])
        if start is None:
            share = patterns.cases.sum() / patterns.rows.sum()
            x[0] = log(share / (1.0 - share))
            return x
        x[0], place = start.intercept, 1
        for feature, scores in zip(start.patterns.features, start.scores, strict=True):
            x[0] += scores[0] if feature.ordered else 0.0
            x[place : place + feature.size - 1] = (
                np.diff(scores) if feature.ordered else np.delete(scores, feature.reference)
            )
            place += feature.size - 1
        return x

    def as_fit(self, patterns: Patterns, x: Floats, loss: float) -> Fit:
        """Scores with each feature's reference level at 0."""
        by_level = self.basis @ x
        intercept, scores = float(by_level[0]), []
        for feature, start in zip(patterns.features, self.starts, strict=True):
            own = by_level[start : start + feature.size]
            intercept += float(own[feature.reference])
            scores.append(own - own[feature.reference])
        return Fit(patterns, intercept, tuple(scores), loss)


def penalised_loss(patterns: Patterns, layout: Layout, x: Floats) -> float:
    """Summed log loss plus the ridge penalty."""
    log_odds = layout.log_odds(patterns, x)
    softplus = np.maximum(log_odds, 0.0) + np.log1p(np.exp(-np.abs(log_odds)))
    return float(patterns.rows @ softplus - patterns.cases @ log_odds + 0.5 * layout.ridge @ x**2)


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def add_scores(levels: Levels, starts: NDArray[np.intp], scores: Floats) -> Floats:
    """The intercept (the first score) plus the scores of each pattern's levels."""
    total = np.full(levels.shape[0], scores[0])
    for row in range(levels.shape[0]):
        for place in range(levels.shape[1]):
            total[row] += scores[starts[place] + levels[row, place]]
    return total


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def level_sums(
    levels: Levels, starts: NDArray[np.intp], values: Floats, weights: Floats, size: int
) -> tuple[Floats, Floats]:
    """Sums over patterns: of `values` by level, and of `weights` by level of one feature and of another.

    Place 0 stands for the intercept: all patterns.
    """
    single = np.zeros(size)
    crossed = np.zeros((size, size))
    for row in range(levels.shape[0]):
        value, weight = values[row], weights[row]
        single[0] += value
        crossed[0, 0] += weight
        for place in range(levels.shape[1]):
            first = starts[place] + levels[row, place]
            single[first] += value
            crossed[0, first] += weight
            for other in range(place, levels.shape[1]):
                crossed[first, starts[other] + levels[row, other]] += weight
    for first in range(size):
        for second in range(first):
            crossed[first, second] = crossed[second, first]
    return single, crossed
