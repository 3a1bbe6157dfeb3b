"""From fitted scores to small whole numbers: round, then search one point at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from ace_risk.models.binning import BinnedFeature
from ace_risk.models.columns import Floats
from ace_risk.models.fitting import Fit, Levels, Patterns

SCALES = (1.0, 0.85, 0.7, 0.55, 0.4, 1.25, 1.6)
Points = NDArray[np.intp]


@dataclass(frozen=True)
class Histogram:
    """Rows and cases by total score; what the loss of a table of points depends on.

    Attributes
    ----------
    totals
        Every whole total from the least to the most.
    rows, cases
        One row per candidate table, one column per total.
    """

    totals: Floats
    rows: Floats
    cases: Floats


def fit_logistic(histogram: Histogram, steps: int = 25) -> tuple[Floats, Floats, Floats]:
    """Slope, intercept and summed log loss of the best logistic curve through each histogram (Newton).

    A curve that would fall with the total is replaced by a flat one (slope 0). Where the totals separate
    the outcomes no best curve exists: the steps stop early on a steep one, which is enough to compare.
    """
    t, n, k = histogram.totals, histogram.rows, histogram.cases
    rows, cases = n.sum(axis=1), k.sum(axis=1)
    mean = (n @ t) / rows
    centred = t - mean[:, None]
    spread = np.sqrt(np.maximum((n * centred**2).sum(axis=1) / rows, 1e-12))
    z = centred / spread[:, None]
    base = np.log(cases / (rows - cases))
    slope, level = np.zeros(len(n)), base.copy()
    loss = curve_loss(n, k, z, slope, level)
    for _ in range(steps):
        p = expit(slope[:, None] * z + level[:, None])
        residual, weight = k - n * p, n * p * (1.0 - p)
        g0, g1 = residual.sum(axis=1), (residual * z).sum(axis=1)
        h00, h01, h11 = weight.sum(axis=1), (weight * z).sum(axis=1), (weight * z * z).sum(axis=1)
        det = h00 * h11 - h01 * h01
        usable = det > 1e-10 * np.maximum(h00 * h11, 1e-300)
        safe = np.where(usable, det, 1.0)
        d0 = np.where(usable, (h11 * g0 - h01 * g1) / safe, 0.0)
        d1 = np.where(usable, (h00 * g1 - h01 * g0) / safe, 0.0)
        step = np.ones(len(n))
        for _ in range(12):
            new = curve_loss(n, k, z, slope + step * d1, level + step * d0)
            worse = new > loss + 1e-12 * np.abs(loss)
            if not worse.any():
                break
            step = np.where(worse, 0.5 * step, step)
        step = np.where(worse, 0.0, step)
        slope, level = slope + step * d1, level + step * d0
        moved = loss - np.where(worse, loss, new)
        loss = np.where(worse, loss, new)
        if np.all(moved <= 1e-12 * np.abs(loss)):
            break
    falls = slope <= 0
    slope, level = np.where(falls, 0.0, slope), np.where(falls, base, level)
    loss = np.where(falls, curve_loss(n, k, z, np.zeros(len(n)), base), loss)
    return slope / spread, level - slope / spread * mean, loss


def curve_loss(n: Floats, k: Floats, z: Floats, slope: Floats, level: Floats) -> Floats:
    """Summed log loss of one logistic curve per histogram."""
    log_odds = slope[:, None] * z + level[:, None]
    loss: Floats = (n * np.logaddexp(0.0, log_odds) - k * log_odds).sum(axis=1)
    return loss


@dataclass(frozen=True)
class Card:
    """Whole points per feature and level, and the summed log loss with the best logistic curve."""

    points: tuple[Points, ...]
    loss: float

    @property
    def size(self) -> tuple[int, int]:
        """Features with points, and points in all; less is simpler."""
        return sum(bool(p.any()) for p in self.points), int(sum(np.abs(p).sum() for p in self.points))


def round_fit(fit: Fit, max_points: int) -> Card:
    """The best card of whole points between -max_points and max_points near a fit.

    The scores are scaled so that the largest uses the range (and to a few other scales), rounded, then
    improved one feature at a time: every move of one level, or of all levels on one side of the
    reference, by one point that keeps the order and the range; the best of a feature's moves is taken
    while it lowers the log loss. The loss of a move needs only the histogram of totals, so it is cheap.
    """
    largest = max(float(np.abs(scores).max()) for scores in fit.scores)
    cards = []
    for scale in SCALES:
        factor = scale * max_points / largest
        points = [np.clip(np.rint(s * factor), -max_points, max_points).astype(np.intp) for s in fit.scores]
        if any(p.any() for p in points):
            cards.append(descend(fit.patterns, points, max_points))
    return min(cards, key=lambda card: (round(card.loss, 6), card.size))


def descend(patterns: Patterns, points: list[Points], max_points: int) -> Card:
    """Improve one feature after another until a whole round changes nothing."""
    totals = np.zeros(len(patterns.rows), dtype=np.intp)
    for place, p in enumerate(points):
        totals += p[patterns.levels[:, place]]
    loss = np.inf
    quiet = 0
    place = 0
    while quiet < len(points):
        feature, level = patterns.features[place], patterns.levels[:, place]
        rest = totals - points[place][level]
        options = [points[place], *moves(feature, points[place], max_points)]
        losses = fit_logistic(option_histogram(patterns, rest, level, options))[2]
        best = int(np.argmin(losses))
        if losses[best] < losses[0] - 1e-7 * abs(losses[0]):
            points[place] = options[best]
            totals = rest + points[place][level]
            quiet = 0
        else:
            best = 0
            quiet += 1
            place = (place + 1) % len(points)
        loss = float(losses[best])
    return Card(tuple(points), loss)


def moves(feature: BinnedFeature, points: Points, max_points: int) -> Iterator[Points]:
    """Every way to move one level, or all levels on one side of the reference, by one point."""
    place = np.arange(feature.size)
    masks = [place == level for level in place if level != feature.reference]
    masks += [place >= level for level in range(feature.reference + 1, feature.size - 1)]
    masks += [place <= level for level in range(1, feature.reference)]
    for mask in masks:
        for step in (1, -1):
            moved = points + step * mask
            if np.abs(moved).max() <= max_points and (not feature.ordered or (np.diff(moved) >= 0).all()):
                yield moved


def option_histogram(patterns: Patterns, rest: Points, level: Levels, options: list[Points]) -> Histogram:
    """Rows and cases by total for every option of one feature's points."""
    table = np.array(options)
    size = table.shape[1]
    low, high = int(rest.min() + table.min()), int(rest.max() + table.max())
    width = int(rest.max() - rest.min()) + 1
    key = level.astype(np.intp) * width + (rest - rest.min())
    rows = np.bincount(key, weights=patterns.rows, minlength=size * width).reshape(size, width)
    cases = np.bincount(key, weights=patterns.cases, minlength=size * width).reshape(size, width)
    out_rows, out_cases = np.zeros((2, len(table), high - low + 1))
    start = table + int(rest.min()) - low
    for option in range(len(table)):
        for bin_ in range(size):
            a = start[option, bin_]
            out_rows[option, a : a + width] += rows[bin_]
            out_cases[option, a : a + width] += cases[bin_]
    return Histogram(np.arange(low, high + 1, dtype=np.float64), out_rows, out_cases)
