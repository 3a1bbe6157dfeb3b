"""The picture of a synthetic world's truth: how well each model orders rows by the record, and by true need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

from ace_risk.report.natural import number
from ace_risk.report.pictures import BLUE, LINE, ORANGE, SOFT, Picture, draw, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_SIGNS = 20


def truth_rows(models: Sequence[Mapping[str, Any]]) -> Picture:
    """A row per model: a dot for its order by what was recorded, a square for its order by true need.

    Parameters
    ----------
    models
        title, auc_label, auc_need (areas under the ROC curve; None is not drawn).
    """
    said = "; ".join(
        f"{m['title']}: {number(m['auc_label'])} by the record, {number(m['auc_need'])} by need" for m in models
    )
    alt = f"How well rows are ordered (area under the ROC curve; 0.5 is chance, 1 perfect). {said}."

    def make() -> Figure:
        labels = [fill(str(model["title"]), LABEL_SIGNS) for model in models]
        tall = max(0.42, *(0.1 + 0.17 * (1 + label.count("\n")) for label in labels))
        figure = new_figure(4.8, 1.15 + tall * len(models))
        axes = figure.subplots()
        for place, model in enumerate(models):
            pair = [(key, model[key]) for key in ("auc_label", "auc_need") if model[key] is not None]
            axes.axhline(place, color=LINE, linewidth=0.6, zorder=0)
            if len(pair) == 2:
                axes.plot([pair[0][1], pair[1][1]], [place, place], color=SOFT, linewidth=1.4, zorder=1)
            for key, value in pair:
                by_need = key == "auc_need"
                axes.plot(
                    [float(value)], [place], marker="s" if by_need else "o", markersize=8.5,
                    color=ORANGE if by_need else BLUE, clip_on=False,
                )  # fmt: skip
        for place, (marker, colour, words) in enumerate(
            (("o", BLUE, "by what was recorded"), ("s", ORANGE, "by true need"))
        ):
            at = 0.02 + 0.55 * place
            axes.plot([at], [1.06], marker=marker, color=colour, markersize=7, transform=axes.transAxes, clip_on=False)
            axes.text(at + 0.035, 1.06, words, transform=axes.transAxes, va="center", fontsize=9.5)
        axes.set_yticks(range(len(labels)), labels)
        axes.set_ylim(len(labels) - 0.5, -0.5)
        lowest = min(
            (float(m[key]) for m in models for key in ("auc_label", "auc_need") if m[key] is not None), default=0.5
        )
        axes.set_xlim(min(0.5, lowest - 0.02), 1.0)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("area under the ROC curve\n(0.5: as by chance, 1: perfect order)")
        return figure

    return draw("truth", alt, make)
