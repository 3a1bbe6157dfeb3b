"""The picture of the fairness report: one row per group, on a common scale."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.report.natural import count, interval, is_missing, of_100
from ace_risk.report.pictures import BLUE, INK, LINE, SOFT, WASH, Picture, draw, new_figure, percent_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 4.4
"""Inches; so narrow that its words can be read on a phone."""
LABEL_SIGNS = 16
"""Signs of a group's name before it goes on in the next line."""


def interval_rows(
    rows: pd.DataFrame,
    margin: float | None = None,
    reference: str | None = None,
    *,
    xlabel: str,
    title: str,
    n_title: str = "rows",
    x_max: float | None = None,
    hidden: str = "figures hidden",
) -> Picture:
    """A row per group: its share as a dot with its interval, all on one scale, and n at the right.

    Parameters
    ----------
    rows
        Columns label, value, low, high, n, in the order they are drawn. A value that is missing or
        suppressed is written as `hidden`.
    margin
        Half the width of the band around the reference's value; None draws no band.
    reference
        The label of the row that the others are compared with.
    xlabel
        What the share is of.
    title
        What the picture is about; it stands in the text alternative and names the picture.
    n_title
        What n counts.
    x_max
        Right end of the scale, for pictures that must share one; otherwise from the data.
    hidden
        The words for a row without a value.
    """
    shown = [not is_missing(value) and not isinstance(value, str) for value in rows["value"]]
    alt = (
        f"{title}. "
        + "; ".join(_said(row, seen, hidden) for (_, row), seen in zip(rows.iterrows(), shown, strict=True))
        + "."
    )

    def make() -> Figure:
        labels = [fill(str(label), LABEL_SIGNS) for label in rows["label"]]
        tall = max([0.34, *(0.05 + 0.16 * (1 + label.count("\n")) for label in labels)])
        height = 1.1 + tall * len(rows)
        figure = new_figure(WIDTH, height)
        figure.set_layout_engine("none")  # the same margins in every picture, so that scales line up
        axes = figure.add_axes((1.35 / WIDTH, 0.7 / height, (WIDTH - 1.95) / WIDTH, 1 - 1.0 / height))
        for place, ((_, row), seen) in enumerate(zip(rows.iterrows(), shown, strict=True)):
            if seen:
                axes.axhline(place, color=LINE, linewidth=0.6, zorder=0)
                _draw_row(axes, place, row, str(row["label"]) == reference)
            else:
                few = "none" if row["n"] == 0 else hidden
                axes.text(0.01, place, few, transform=axes.get_yaxis_transform(), va="center", fontsize=9, color=SOFT)
            axes.text(1.02, place, count(row["n"]), transform=axes.get_yaxis_transform(), va="center", fontsize=9.5)
        axes.text(1.02, -0.95, n_title, transform=axes.get_yaxis_transform(), va="center", fontsize=9, color=SOFT)
        axes.set_yticks(range(len(rows)), labels)
        axes.set_ylim(len(rows) - 0.5, -0.6)
        axes.set_xlim(0, scale_end(rows, margin) if x_max is None else x_max)
        _draw_band(axes, rows, margin, reference)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel(xlabel)
        percent_axis(axes, "x")
        return figure

    return draw(f"groups-{title}", alt, make)


def scale_end(rows: pd.DataFrame, margin: float | None = None) -> float:
    """The right end of a scale from 0 that holds every value, interval and band; at most 1.

    Examples
    --------
    >>> scale_end(pd.DataFrame({"value": [0.3], "high": [0.41]}))
    0.45
    """
    values = pd.to_numeric(pd.concat([rows["value"], rows["high"]]), errors="coerce").dropna()
    top = float(values.max()) if len(values) else 1.0
    needed = max(top * 1.02, top + (margin or 0.0) * 0.5) if margin else top * 1.02
    steps = int(needed / 0.05) + 1
    return min(1.0, round(0.05 * steps, 2))


def _draw_row(axes: Axes, place: int, row: Any, is_reference: bool) -> None:
    low, high = row["low"], row["high"]
    if not is_missing(low) and not is_missing(high):
        axes.plot([float(low), float(high)], [place, place], color=BLUE, linewidth=2.4, solid_capstyle="butt")
    axes.plot(
        [float(row["value"])], [place], marker="D" if is_reference else "o", markersize=7,
        color=BLUE, clip_on=False, markeredgecolor="white" if not is_reference else INK,
    )  # fmt: skip


def _draw_band(axes: Axes, rows: pd.DataFrame, margin: float | None, reference: str | None) -> None:
    if margin is None or reference is None:
        return
    value = rows.loc[rows["label"].astype(str) == reference, "value"]
    if not len(value) or is_missing(value.iloc[0]) or isinstance(value.iloc[0], str):
        return
    centre = float(value.iloc[0])
    axes.axvspan(max(0.0, centre - margin), min(1.0, centre + margin), color=WASH, zorder=-1, linewidth=0)
    place = centre / axes.get_xlim()[1]
    side = "left" if place < 0.3 else "right" if place > 0.7 else "center"  # so that the words stay in the picture
    name = reference if len(reference) <= LABEL_SIGNS else "reference"  # a longer one would run into the numbers
    axes.text(
        centre, -0.95, f"{name} ± {100 * margin:g} in 100", ha=side, va="center", fontsize=9, color=SOFT,
    )  # fmt: skip


def _said(row: Any, seen: bool, hidden: str) -> str:
    if not seen:
        return f"{row['label']}: {'none' if row['n'] == 0 else hidden}"
    between = "" if is_missing(row["low"]) else f" ({interval(row['low'], row['high'])})"
    return f"{row['label']}: {of_100(float(row['value']))}{between}"
