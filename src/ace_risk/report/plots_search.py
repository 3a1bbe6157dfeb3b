"""The picture of a search: how many features each trial has against what it reaches, and its gap between groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.report.natural import of_100
from ace_risk.report.pictures import BLUE, INK, SOFT, VERMILLION, Picture, draw, new_figure, percent_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def trade_off(trials: Sequence[Mapping[str, Any]], best_recall: float) -> Picture:
    """Recall on the validation folds over the features on the card, a dot per trial, and the gap beneath.

    The chosen trial is a diamond with its name beside it; dots come near enough to the best, rings don't. The lower
    panel is left out where no gap was measured.

    Parameters
    ----------
    trials
        Records with features, recall, gap (None if not measured), chosen, within.
    best_recall
        The highest recall of all trials.
    """
    rows = pd.DataFrame(list(trials)).astype({"recall": float, "gap": float, "features": float})
    rows["chosen"], rows["within"] = rows["chosen"].astype(bool), rows["within"].astype(bool)
    gaps = bool(rows["gap"].notna().any())

    def make() -> Figure:
        figure = new_figure(4.8, 4.6 if gaps else 3.2)
        panels = figure.subplots(2 if gaps else 1, 1, sharex=True, squeeze=False, height_ratios=[1.7, 1][: 1 + gaps])
        above = panels[0, 0]
        lowest, highest = float(rows["recall"].min()), float(rows["recall"].max())
        room = max(highest - lowest, 0.02)
        above.set_ylim(max(0.0, lowest - 0.15 * room), highest + 0.3 * room)
        above.annotate(
            "filled: near enough to the best", (0, 1), xycoords="axes fraction", xytext=(4, -3),
            textcoords="offset points", va="top", fontsize=9, color=SOFT,
        )  # fmt: skip
        _dots(above, rows, "recall")
        above.set_ylabel("listed, of the times\nthe outcome followed")
        percent_axis(above, "y")
        if gaps:
            below = panels[1, 0]
            _dots(below, rows, "gap")
            below.set_ylim(0, 1.25 * float(rows["gap"].max()) + 0.01)
            below.set_ylabel("largest gap\nbetween groups")
            percent_axis(below, "y")
            figure.align_ylabels([above, below])
        _whole_ticks(panels[-1, 0])
        panels[-1, 0].set_xlim(max(0.0, rows["features"].min() - 0.7), rows["features"].max() + 1.4)
        panels[-1, 0].set_xlabel("features on the card")
        return figure

    return draw("search", search_words(trials, best_recall), make)


def search_words(trials: Sequence[Mapping[str, Any]], best_recall: float) -> str:
    """What the picture shows, in words.

    Examples
    --------
    >>> words = search_words([{"features": 6, "recall": 0.39, "chosen": True, "gap": None}], 0.41)
    >>> words.endswith("The chosen trial has 6 features and reaches 39 of 100.")
    True
    """
    text = (
        f"Features on the card against recall on the validation folds, {len(trials)} "
        f"trial{'' if len(trials) == 1 else 's'}. The best reaches {of_100(best_recall)}."
    )
    for trial in trials:
        if trial["chosen"]:
            gap = "" if trial.get("gap") is None else f"; its largest gap between groups is {of_100(trial['gap'])}"
            text += f" The chosen trial has {trial['features']} features and reaches {of_100(trial['recall'])}{gap}."
    return text


def _dots(axes: Axes, rows: pd.DataFrame, column: str) -> None:
    """A ring per trial, a dot where it comes near enough to the best, and a named diamond for the chosen one."""
    shown = rows[rows[column].notna()]
    others = shown[~shown["chosen"]]
    for within, face in ((False, "white"), (True, BLUE)):
        part = others[others["within"] == within]
        axes.plot(
            part["features"], part[column], linestyle="none", marker="o", markersize=6, markerfacecolor=face,
            markeredgecolor=BLUE, clip_on=False,
        )  # fmt: skip
    for _, row in shown[shown["chosen"]].iterrows():
        at = (row["features"], row[column])
        axes.plot(*at, marker="D", markersize=10, color=VERMILLION, markeredgecolor=INK, clip_on=False)
        axes.annotate(
            "chosen", at, xytext=(0, -10), textcoords="offset points", ha="center", va="top", fontsize=9.5,
            fontweight="bold",
        )  # fmt: skip


def _whole_ticks(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True))
