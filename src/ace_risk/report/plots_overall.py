"""What moves totals over all children: shap's beeswarm and bars, drawn from the counts that the card itself holds.

No child stands behind a dot. A line of the card has few steps, and the page shows the share of the training rows in
each: so many dots are drawn at each step. Each line of a beeswarm is drawn by itself, so this is the picture that the
rows themselves would give, in fewer dots, and nothing at child level is needed, kept or shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.explanation.pictures import bars, swarm
from ace_risk.report.natural import number
from ace_risk.report.pictures import BLUE, ORANGE, Picture, draw, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS = 100
"""Dots of each line, so that a dot is about one in a hundred rows; the rarest step has one."""


def overall_bars(features: Sequence[Mapping[str, Any]]) -> Picture:
    """How far each line of the card moves totals on average; drawn by shap.

    Parameters
    ----------
    features
        The lines of the card: `title`, and `bins` with `points` and `share` of the training rows.
    """
    titles = [str(feature["title"]) for feature in features]
    sizes = np.array([mean_size(feature) for feature in features])
    said = [f"{titles[place]} {number(sizes[place])}" for place in np.argsort(-sizes, kind="stable")]
    alt = f"How many points each line adds or takes on average, compared with the average: {'; '.join(said)}."

    def make() -> Figure:
        figure = new_figure(4.8, 0.7 + 0.36 * len(titles))
        bars(sizes, titles, BLUE, figure.subplots())
        return figure

    return draw("overall-bars", alt, make)


def overall_swarm(features: Sequence[Mapping[str, Any]]) -> Picture:
    """How far each line of the card moves totals, a dot for about one in 100 training rows; drawn by shap.

    Parameters
    ----------
    features
        The lines of the card: `title`, and `bins` with `text`, `points` and `share` of the training rows.
    """
    features = sorted(features, key=mean_size, reverse=True)
    titles = [str(feature["title"]) for feature in features]
    alt = "How far each line moves totals, a dot for about 1 in 100 training rows. " + " ".join(
        f"{feature['title']}: from {number(least)} to {number(most)} points."
        for feature in features
        for least, most in [_range(feature)]
    )

    def make() -> Figure:
        columns = [dots_of(feature) for feature in features]
        moved = np.column_stack([values for values, _ in columns])
        steps = np.column_stack([step for _, step in columns])
        figure = new_figure(4.8, 0.7 + 0.4 * len(titles))
        swarm(moved, steps, titles, (BLUE, ORANGE), figure.subplots())
        return figure

    return draw("overall-swarm", alt, make)


def average(feature: Mapping[str, Any]) -> float:
    """The average points of a line, over the training rows."""
    return float(sum(float(bin_["points"]) * float(bin_["share"]) for bin_ in feature["bins"]))


def mean_size(feature: Mapping[str, Any]) -> float:
    """How far a line moves the total on average, up or down.

    Examples
    --------
    >>> mean_size({"bins": [{"points": 0, "share": 0.75}, {"points": 4, "share": 0.25}]})
    1.5
    """
    centre = average(feature)
    return float(sum(abs(float(bin_["points"]) - centre) * float(bin_["share"]) for bin_ in feature["bins"]))


def dots_of(feature: Mapping[str, Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each dot of one line: how far it moves the total, and the place of its step; NaN where nothing is on record.

    Each step has a dot; the others are shared out in proportion to the training rows, what is left over to the largest
    remainders.

    Examples
    --------
    >>> bins = [{"text": "0", "points": 0, "share": 0.75}, {"text": "1 or more", "points": 4, "share": 0.25}]
    >>> values, steps = dots_of({"bins": bins})
    >>> float(values.min()), float(values.max()), int(steps.sum())
    (-1.0, 3.0, 25)
    """
    shares = np.array([float(bin_["share"]) for bin_ in feature["bins"]])
    wanted = 1 + (DOTS - len(shares)) * shares / shares.sum()
    dots = np.floor(wanted).astype(np.int64)
    dots[np.argsort(dots - wanted, kind="stable")[: DOTS - int(dots.sum())]] += 1
    points = np.array([float(bin_["points"]) for bin_ in feature["bins"]]) - average(feature)
    places = np.array([np.nan if is_missing_step(bin_) else place for place, bin_ in enumerate(feature["bins"])])
    return np.repeat(points, dots), np.repeat(places.astype(np.float64), dots)


def is_missing_step(bin_: Mapping[str, Any]) -> bool:
    """Whether a step of a line stands for rows without such a record."""
    text = str(bin_["text"])
    return text in ("never", "not known") or text.startswith("none in the last")


def _range(feature: Mapping[str, Any]) -> tuple[float, float]:
    moved = [float(bin_["points"]) - average(feature) for bin_ in feature["bins"]]
    return min(moved), max(moved)
