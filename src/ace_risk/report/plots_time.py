"""Pictures over time: how early children were listed, how much lists change, and what more training rows bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ace_risk.report.natural import count, day, of_100
from ace_risk.report.pictures import BLUE, INK, ORANGE, SKY, SOFT, Picture, draw, new_figure, percent_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def lead_time_bars(record: Mapping[str, Any]) -> Picture:
    """Days from a child's first listing to the outcome: a bar per bin, the median as a line.

    Parameters
    ----------
    record
        title, children (more than 0), median_days, and bins of from_days, to_days (not included), children.
    """
    bins = list(record["bins"])
    median = float(record["median_days"])
    alt = (
        f"Days from a child's first listing by {record['title']} to the outcome, {count(record['children'])} children. "
        f"Half were listed at least {count(round(median))} days before. "
        + "; ".join(
            f"{count(b['from_days'])} to under {count(b['to_days'])} days: {count(b['children'])}" for b in bins
        )
        + "."
    )

    def make() -> Figure:
        figure = new_figure(4.8, 2.9)
        axes = figure.subplots()
        starts = [float(bin_["from_days"]) for bin_ in bins]
        widths = [float(bin_["to_days"]) - float(bin_["from_days"]) for bin_ in bins]
        axes.bar(
            starts, [float(bin_["children"]) for bin_ in bins], width=widths, align="edge", color=SKY,
            edgecolor="white", linewidth=1,
        )  # fmt: skip
        top = 1.25 * max([float(bin_["children"]) for bin_ in bins] + [1.0])
        axes.set_ylim(0, top)
        axes.axvline(median, color=INK, linewidth=1)
        right = median > 0.55 * (starts[-1] + widths[-1])
        axes.annotate(
            f"half: {count(round(median))} days or more", (median, top), xytext=(-4 if right else 4, -2),
            textcoords="offset points", ha="right" if right else "left", va="top", fontsize=9.5,
        )  # fmt: skip
        axes.set_xlim(0, starts[-1] + widths[-1])
        axes.set_xlabel("days from the first listing to the outcome")
        axes.set_ylabel("children")
        _whole_ticks(axes.yaxis)
        return figure

    return draw(f"lead-time-{record['name']}", alt, make)


def churn_bars(record: Mapping[str, Any]) -> Picture:
    """A bar per later list: places kept by the same child, and places given to a child who wasn't on the one before.

    Parameters
    ----------
    record
        title, and changes of from, to (ISO days), places, stayed, new.
    """
    changes = list(record["changes"])
    said = "; ".join(f"{day(c['to'])}: {count(c['stayed'])} stayed, {count(c['new'])} new" for c in changes)
    alt = f"How the lists of {record['title']} change from one date to the next. {said}."

    def make() -> Figure:
        figure = new_figure(4.8, 0.8 + 0.5 * len(changes))
        axes = figure.subplots()
        for place, change in enumerate(changes):
            left = 0.0
            for key, colour, ink in (("stayed", BLUE, "white"), ("new", ORANGE, INK)):
                width = float(change[key])
                axes.barh(place, width, left=left, height=0.64, color=colour)
                if width > 0.14 * float(change["places"]):
                    axes.text(
                        left + width / 2, place, f"{count(change[key])} {key}", ha="center", va="center", fontsize=9.5,
                        color=ink,
                    )  # fmt: skip
                left += width
        axes.set_yticks(range(len(changes)), [day(change["to"]) for change in changes])
        axes.set_ylim(len(changes) - 0.5, -0.5)
        axes.set_xlim(0, max(float(change["stayed"]) + float(change["new"]) for change in changes))
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("places")
        return figure

    return draw(f"churn-{record['name']}", alt, make)


def learning_curve(records: Sequence[Mapping[str, Any]]) -> Picture:
    """Recall and precision at the places over the rows that were trained on.

    Parameters
    ----------
    records
        rows, recall, precision, places; rows rising.
    """
    last = records[-1]
    alt = (
        f"Recall and precision at {count(last['places'])} places over the rows trained on. With "
        + "; with ".join(f"{count(r['rows'])} rows: {of_100(r['recall'])} reached" for r in records)
        + "."
    )

    def make() -> Figure:
        figure = new_figure(4.8, 3.0)
        axes = figure.subplots()
        rows = [float(record["rows"]) for record in records]
        for name, words, colour, dashes, marker in (
            ("recall", "listed, of times\nthe outcome followed", BLUE, "-", "o"),
            ("precision", "the outcome followed,\nof places given", SOFT, "--", "s"),
        ):
            values = [float("nan") if record[name] is None else float(record[name]) for record in records]
            axes.plot(rows, values, color=colour, linestyle=dashes, marker=marker, markersize=5, linewidth=2)
            if records[-1][name] is None:
                continue
            axes.annotate(
                words, (rows[-1], values[-1]), xytext=(8, 0), textcoords="offset points", va="center", fontsize=9,
                color=colour, annotation_clip=False,
            )  # fmt: skip
        highest = max(float(record[name] or 0) for record in records for name in ("recall", "precision"))
        axes.set_ylim(0, min(1.0, 1.2 * highest + 0.02))
        axes.set_xlim(0, 1.04 * rows[-1])
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        _whole_ticks(axes.xaxis)
        axes.set_xlabel("rows trained on")
        axes.set_ylabel("share")
        percent_axis(axes, "y")
        return figure

    return draw("learning", alt, make)


def _whole_ticks(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=4, integer=True))
