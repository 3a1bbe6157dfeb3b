"""Pictures of how well lists do: dots of 100, recall over places, and reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import fill
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup, escape

from ace_risk.report.natural import of_100
from ace_risk.report.pictures import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    PURPLE,
    SKY,
    SOFT,
    VERMILLION,
    Picture,
    draw,
    new_figure,
    percent_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Picture", "dots_of_100", "recall_curve", "reliability"]


def dots_of_100(n: int, sentence: str) -> Picture:
    """A field of 100 dots of which the first `n` are filled; `sentence` says what they are.

    Examples
    --------
    >>> dots_of_100(31, "31 of 100 children listed").svg.count('class="full"')
    31
    """
    if not 0 <= n <= 100:
        raise ValueError(f"dots: n must lie between 0 and 100, got {n}")
    circles = []
    for place in range(100):
        row, column = divmod(place, 10)
        look = (
            f'class="full" fill="{BLUE}" stroke="{BLUE}"' if place < n else f'class="ring" fill="none" stroke="{SOFT}"'
        )
        circles.append(f'<circle cx="{column * 10 + 5}" cy="{row * 10 + 5}" r="3.4" stroke-width="0.8" {look}/>')
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100%" role="img">'
        f"<title>{escape(sentence)}</title>{''.join(circles)}</svg>"
    )
    return Picture(Markup(svg), sentence)  # noqa: S704 (made here; the sentence is escaped)


def recall_curve(curve: pd.DataFrame, places: int) -> Picture:
    """Of the times that the outcome followed, how many a list of each size reaches, a line per model.

    Parameters
    ----------
    curve
        Columns name, title, places, recall; the first name is ours and is drawn strong.
    places
        The study's places, drawn as a line.
    """
    names = list(dict.fromkeys(curve["name"]))
    ours = curve[curve["name"] == names[0]]
    at_places = ours.iloc[(ours["places"] - places).abs().argmin()]
    alt = (
        f"Recall over the number of places. With {places:,} places, {at_places['title']} reaches "
        f"{of_100(float(at_places['recall']))} times that the outcome followed."
    )

    def make() -> Figure:
        figure = new_figure(4.8, 3.6 + 0.2 * max(0, len(names) - 4))
        axes = figure.subplots()
        ends = []
        for order, name in enumerate(names):
            line = curve[curve["name"] == name].sort_values("places")
            colour = BLUE if order == 0 else (SOFT, VERMILLION, GREEN, PURPLE, ORANGE)[(order - 1) % 5]
            dashes = "-" if order == 0 else ("--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)))[(order - 1) % 4]
            axes.plot(
                line["places"], line["recall"], color=colour, linestyle=dashes, linewidth=2.6 if order == 0 else 1.4
            )
            ends.append((float(line["recall"].iloc[-1]), str(line["title"].iloc[0]), order == 0))
        axes.axvline(places, color=INK, linewidth=0.8)
        axes.annotate(
            f"{places:,} places", (places, 1), xycoords=("data", "axes fraction"), xytext=(4, -2),
            textcoords="offset points", va="top", fontsize=9,
        )  # fmt: skip
        axes.plot([places], [float(at_places["recall"])], marker="o", color=BLUE, markersize=6)
        top = min(1.0, float(curve["recall"].max()) * 1.08)
        axes.set_ylim(0, top)
        axes.set_xlim(0, float(curve["places"].max()))
        axes.set_xlabel("places on each list")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.set_ylabel("listed, of the times\nthe outcome followed")
        percent_axis(axes, "y")
        _label_ends(axes, ends, top)
        return figure

    return draw("recall-curve", alt, make)


def _label_ends(axes: Axes, ends: Sequence[tuple[float, str, bool]], top: float) -> None:
    """Write each line's title at its right end, moved apart where they would touch."""
    titles = [fill(title, 20, break_long_words=False) for _, title, _ in ends]
    inches = axes.get_figure().get_figheight() - 0.8  # type: ignore[union-attr]
    sizes = [(0.07 + 0.15 * (1 + title.count("\n"))) * top / inches for title in titles]
    heights = spread([height for height, _, _ in ends], sizes, top)
    for (height, _, ours), title, at in zip(ends, titles, heights, strict=True):
        axes.annotate(
            title, (1, height), xycoords=("axes fraction", "data"), xytext=(1.03, at),
            textcoords=("axes fraction", "data"), va="center", fontsize=9,
            fontweight="bold" if ours else "normal", annotation_clip=False,
            arrowprops={
                "arrowstyle": "-", "color": LINE, "linewidth": 0.8, "shrinkA": 2, "shrinkB": 0, "relpos": (0, 0.5),
            },
        )  # fmt: skip


def spread(heights: Sequence[float], sizes: Sequence[float], top: float) -> list[float]:
    """Heights moved as little as is simple so that what stands there doesn't touch, and none lies above `top`.

    Parameters
    ----------
    heights
        Where the middle of each would stand.
    sizes
        How tall each is.
    top
        The highest place for a middle.

    Examples
    --------
    >>> [round(height, 2) for height in spread([0.5, 0.5, 0.1], [0.1, 0.1, 0.1], 1.0)]
    [0.6, 0.5, 0.1]
    """
    order = sorted(range(len(heights)), key=lambda place: (heights[place], -place))
    placed = [min(height, top) for height in heights]
    for below, place in pairwise(order):
        placed[place] = max(placed[place], placed[below] + (sizes[below] + sizes[place]) / 2)
    for above, place in pairwise(reversed(order)):
        placed[above] = min(placed[above], top)
        placed[place] = min(placed[place], placed[above] - (sizes[above] + sizes[place]) / 2)
    return placed


def reliability(table: Sequence[Mapping[str, Any]]) -> Picture:
    """Expected share against what followed, with intervals, and how many rows stand in each bin.

    Parameters
    ----------
    table
        A row per bin: low, high, n, mean_predicted, observed, observed_low, observed_high.
    """
    rows = pd.DataFrame(list(table))
    shown = rows[rows["observed"].notna()].astype({"observed": float, "mean_predicted": float})
    last = shown.iloc[-1] if len(shown) else None
    alt = "Whether the number can be believed: what was expected against what followed."
    if last is not None:
        alt += (
            f" Where {of_100(float(last['mean_predicted']))} was expected, the highest bin, "
            f"the outcome followed for {of_100(float(last['observed']))}."
        )

    def make() -> Figure:
        figure = new_figure(4.8, 4.4)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[3.2, 1])
        highs = shown["observed_high"].astype(float)
        top = min(1.0, max(0.1, 1.08 * max(highs.max(), shown["mean_predicted"].max(), 0.0))) if len(shown) else 1.0
        above.plot([0, top], [0, top], color=SOFT, linewidth=1, linestyle="--")
        above.annotate(
            "as expected", (0.93 * top, 0.93 * top), xytext=(-6, 4), textcoords="offset points", ha="right", fontsize=9,
            color=SOFT,
        )  # fmt: skip
        gaps = [shown["observed"] - shown["observed_low"].astype(float), highs - shown["observed"]]
        above.errorbar(
            shown["mean_predicted"], shown["observed"], yerr=[gap.clip(lower=0) for gap in gaps], fmt="o", color=BLUE,
            ecolor=BLUE, elinewidth=1.6, markersize=5.5,
        )  # fmt: skip
        above.set_ylim(0, top)
        above.set_xlim(0, top)
        above.set_ylabel("share for whom\nthe outcome followed")
        percent_axis(above, "y")
        below.bar(rows["mean_predicted"].astype(float), rows["n"], width=0.014 * top, color=SKY)
        below.set_ylabel("rows")
        below.set_xlabel("share that the model expects")
        below.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        below.yaxis.set_major_locator(_few_ticks())
        percent_axis(below, "x")
        figure.align_ylabels([above, below])
        return figure

    return draw("reliability", alt, make)


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=3, integer=True)
