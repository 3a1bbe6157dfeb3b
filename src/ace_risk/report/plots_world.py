"""The picture of the calibration page: how far each generated figure lies from the published one."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.report.natural import number
from ace_risk.report.pictures import BLUE, LINE, SOFT, VERMILLION, WASH, Picture, draw, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 4.6
LABEL_SIGNS = 30
FURTHEST = 1.6
"""Tolerances from the middle to the edge; what lies further is drawn at the edge."""


def distance_rows(figures: pd.DataFrame, title: str) -> Picture:
    """A row per figure: a dot for the generated one, on a scale of tolerances from the published one.

    Parameters
    ----------
    figures
        Columns text, unit, published, generated, tolerance, verdict.
    title
        What the figures are about; it stands in the text alternative and names the picture.
    """
    said = "; ".join(
        f"{row.text}: {number(row.generated, 1)} {row.unit} beside {number(row.published, 1)} published ({row.verdict})"
        for row in figures.itertuples()
    )

    def make() -> Figure:
        labels = [fill(str(text), LABEL_SIGNS) for text in figures["text"]]
        tall = max(0.34, *(0.12 + 0.17 * (1 + label.count("\n")) for label in labels))
        height = 0.9 + tall * len(labels)
        figure = new_figure(WIDTH, height)
        figure.set_layout_engine("none")
        axes = figure.add_axes((2.35 / WIDTH, 0.6 / height, (WIDTH - 2.5) / WIDTH, 1 - 0.75 / height))
        axes.axvspan(-1, 1, color=WASH, zorder=-1, linewidth=0)
        axes.axvline(0, color=SOFT, linewidth=0.8, zorder=0)
        off = (figures["generated"] - figures["published"]) / figures["tolerance"]
        for place, (distance, verdict) in enumerate(zip(off, figures["verdict"], strict=True)):
            axes.axhline(place, color=LINE, linewidth=0.6, zorder=0)
            inside = verdict == "within"
            axes.plot(
                [max(-FURTHEST, min(FURTHEST, distance))], [place], marker="o" if inside else "^", markersize=7,
                color=BLUE if inside else VERMILLION, clip_on=False,
            )  # fmt: skip
        axes.set_yticks(range(len(labels)), labels, fontsize=9)
        axes.set_ylim(len(labels) - 0.5, -0.6)
        axes.set_xlim(-FURTHEST, FURTHEST)
        axes.set_xticks([-1, 0, 1], ["−1", "0", "+1"])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("tolerances from the published")
        return figure

    return draw(f"calibration-{title}", f"{title}. {said}.", make)
