"""Pictures of how the model was made and what it holds: folds over time, and one feature's points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.report.natural import added, day, share
from ace_risk.report.pictures import BLUE, INK, ORANGE, SKY, SOFT, Picture, draw, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHAPE_WIDTH = 3.3
"""Inches of a feature's picture."""
SIGNS_ACROSS = 42
"""Signs of the smallest type that fit beside each other under it."""


def folds_picture(summary: pd.DataFrame) -> Picture:
    """How time was cut: a row per fold with its training, gap and evaluation periods.

    Parameters
    ----------
    summary
        Columns name, role, train_from, train_to, gap_to, evaluate_from, evaluate_to (dates or ISO text).
    """
    times = summary.copy()
    for column in ("train_from", "train_to", "gap_to", "evaluate_from", "evaluate_to"):
        times[column] = pd.to_datetime(times[column])
    final = times.iloc[-1]
    alt = (
        f"{len(times)} folds over calendar time. The last trains on cutoffs from {day(final['train_from'])} to "
        f"{day(final['train_to'])} and is judged on those from {day(final['evaluate_from'])} to "
        f"{day(final['evaluate_to'])}, after a gap."
    )

    def make() -> Figure:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        figure = new_figure(4.8, 0.75 + 0.48 * len(times))
        axes = figure.subplots()
        span = times["evaluate_to"].max() - times["train_from"].min()
        for place, (_, row) in enumerate(times.iterrows()):
            short = row["train_to"] - row["train_from"] < 0.16 * span  # the word wouldn't fit into the bar
            _period(axes, place, row["train_from"], row["train_to"], BLUE, "" if short else "training", "white")
            _period(axes, place, row["train_to"], row["gap_to"], "none", "gap", INK)
            final_test = str(row["role"]) == "test"
            _period(axes, place, row["evaluate_from"], row["evaluate_to"], ORANGE if final_test else SKY, "", INK)
        axes.set_yticks(range(len(times)), [fold_label(*row) for row in zip(times["name"], times["role"], strict=True)])
        axes.set_ylim(len(times) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(times["train_from"].min() - 0.01 * span, times["evaluate_to"].max() + 0.03 * span)
        locator = AutoDateLocator(minticks=3, maxticks=7)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
        axes.set_xlabel("date of the list (cutoff)")
        return figure

    return draw("folds", alt, make)


def fold_label(name: Any, role: Any) -> str:
    r"""A fold's name, with its role beneath if the name doesn't say it.

    Examples
    --------
    >>> fold_label("validation 1", "validation"), fold_label("last", "test")
    ('validation 1', 'last\n(test)')
    """
    return str(name) if str(role) in str(name) else f"{name}\n({role})"


def _period(axes: Axes, place: int, start: Any, end: Any, colour: str, text: str, ink: str) -> None:
    from matplotlib.dates import date2num

    left, right = float(date2num(start)), float(date2num(end))
    width = max(right - left, 20.0)  # a single cutoff still shows
    axes.barh(
        place, width, left=left, height=0.62, color=colour, edgecolor=SOFT if colour == "none" else colour,
        linestyle=":" if colour == "none" else "-", linewidth=0.8,
    )  # fmt: skip
    axes.text(left + width / 2, place, text, ha="center", va="center", fontsize=9, color=ink)


def feature_shape(term: Mapping[str, Any], *, lowest: float = 0.0, highest: float = 0.0) -> Picture:
    """One feature of the points card: a step per bin, and the share of rows in each bin beneath.

    Parameters
    ----------
    term
        feature, title, and bins with text, points and share (None if unknown).
    lowest, highest
        Points that the scale must hold, for pictures that share one.
    """
    bins = list(term["bins"])
    said = "; ".join(f"{bin_['text']}: {added(bin_['points'])} points, {share(bin_['share'])}" for bin_ in bins)
    alt = f"{term['title']}. Points and share of rows: {said}."

    def make() -> Figure:
        figure = new_figure(SHAPE_WIDTH, 2.6)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.1, 1])
        points = [float(bin_["points"]) for bin_ in bins]
        above.stairs(points, [place - 0.5 for place in range(len(bins) + 1)], baseline=None, color=BLUE, linewidth=2.4)
        above.axhline(0, color=SOFT, linewidth=0.8)
        _write_above(above, points, [added(value) for value in points], 9.5, INK)
        low, high = min(0.0, lowest, *points), max(0.0, highest, *points)
        above.set_ylim(low - 0.06 * (high - low), high + 0.3 * (high - low) + 0.1)
        above.set_ylabel("points")
        above.spines["bottom"].set_visible(False)
        shares = [float(bin_["share"] or 0) for bin_ in bins]
        below.bar(range(len(bins)), shares, width=0.9, color=SKY)
        _write_above(below, shares, [share(bin_["share"]) for bin_ in bins], 8.5, SOFT)
        below.set_ylim(0, 1.7 * max([*shares, 0.01]))
        below.set_ylabel("rows")
        below.set_xticks(range(len(bins)), step_labels([str(bin_["text"]) for bin_ in bins]), fontsize=8.5)
        for axes in (above, below):
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
            axes.tick_params(length=0)
        return figure

    return draw(f"shape-{term['feature']}", alt, make)


def step_labels(texts: Sequence[str]) -> list[str]:
    r"""The texts beneath the steps, broken so that neighbours don't touch.

    Examples
    --------
    >>> step_labels(["never", "60 to 130", "131 to 526", "527 to 900", "901 or more"])[1:3]
    ['60 to\n130', '131 to\n526']
    """
    room = max(3, int(SIGNS_ACROSS / max(len(texts), 1)) - 1)
    return [fill(text, room, break_long_words=False) for text in texts]


def _write_above(axes: Axes, values: Sequence[float], texts: Sequence[str], size: float, colour: str) -> None:
    for place, (value, text) in enumerate(zip(values, texts, strict=True)):
        axes.annotate(
            text, (place, value), xytext=(0, 2.5), textcoords="offset points", ha="center", fontsize=size, color=colour
        )  # fmt: skip
