"""Pictures of one child's page: what happened when, and what moves the total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.explanation.pictures import waterfall
from ace_risk.report.natural import count, day, number
from ace_risk.report.pictures import BLUE, INK, LINE, ORANGE, SKY, Picture, draw, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ace_risk.referrals.lanes import Lane

LATE = pd.Timedelta(days=30)
"""A record made later than this after what it tells of is drawn at both times."""


def timeline(lanes: Sequence[Lane], as_of: pd.Timestamp) -> Picture:
    """A lane per domain: a dot for each record, a bar for each spell, a ring where a record came late.

    Parameters
    ----------
    lanes
        What happened, by domain.
    as_of
        The cutoff; a line.
    """
    alt = f"What is on record before {day(as_of)}. " + " ".join(_lane_words(lane) for lane in lanes)

    def make() -> Figure:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num

        figure = new_figure(7.0, 0.75 + 0.25 * len(lanes))
        axes = figure.subplots()
        for place, lane in enumerate(lanes):
            axes.axhline(place, color=LINE, linewidth=0.8, zorder=0)
            for began, ended in lane.spells:
                axes.plot(
                    [date2num(began), date2num(ended)],
                    [place, place],
                    color=SKY,
                    linewidth=7,
                    solid_capstyle="butt",
                    zorder=1,
                )
            for occurred, recorded in lane.records:
                at, late = date2num(occurred), date2num(recorded)
                if recorded - occurred > LATE:
                    axes.plot([at, late], [place, place], color=BLUE, linewidth=0.8, zorder=2)
                    axes.plot(late, place, "o", markersize=5, markeredgecolor=BLUE, markerfacecolor="white")
                axes.plot(at, place, "o", markersize=5, color=BLUE, alpha=0.75, markeredgewidth=0)
        axes.axvline(date2num(as_of), color=INK, linewidth=1)
        axes.set_yticks(range(len(lanes)), [lane.title for lane in lanes])
        axes.set_ylim(len(lanes) - 0.5, -0.5)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        locator = AutoDateLocator(minticks=3, maxticks=9)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
        return figure

    return draw("timeline", alt, make)


def _lane_words(lane: Lane) -> str:
    """One lane in a sentence."""
    times = [occurred for occurred, _ in lane.records]
    parts = [f"{count(len(times))} record{'s' * (len(times) != 1)}"] if times else []
    parts += [f"{count(len(lane.spells))} spell{'s' * (len(lane.spells) != 1)}"] if lane.spells else []
    starts = sorted([*times, *(began for began, _ in lane.spells)])
    when = day(starts[0]) if day(starts[0]) == day(starts[-1]) else f"{day(starts[0])} to {day(starts[-1])}"
    return f"{lane.title}: {' and '.join(parts)}, {when}."


def total_waterfall(moves: Sequence[tuple[str, float]], average: float) -> Picture:
    """From the average total to the child's, one step per domain; drawn by shap.

    Parameters
    ----------
    moves
        Titles of domains, and how far each moves the total; at least one.
    average
        The average total of the children that the model learnt from.
    """
    total = average + sum(value for _, value in moves)
    steps = "; ".join(f"{title} {'adds' if value > 0 else 'takes'} {number(abs(value))}" for title, value in moves)
    alt = f"From the average total of {number(average)} points to this child's {number(total)}: {steps}."

    def make() -> Figure:
        figure = waterfall(moves, average, (BLUE, ORANGE))
        figure.set_size_inches(4.0, 0.7 + 0.36 * min(len(moves), 6))
        return figure

    return draw("waterfall", alt, make)
