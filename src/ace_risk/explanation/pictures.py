"""shap's own plots as matplotlib figures; with `contributions.py` the one place that imports shap."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHAP_COLOURS = ("#ff0051", "#008bfb")
"""What shap draws steps in that add, and those that take."""
TEXT_SIZE = 9
LABEL_WIDTH = 20
"""Characters of a title on one line."""
ROOM = 0.25
"""Room at the right for the last step's figure, as a share of the width of all steps."""


def waterfall(moves: Sequence[tuple[str, float]], average: float, colours: tuple[str, str], most: int = 6) -> Figure:
    """From the average total to a child's own, one step per domain, as shap draws it.

    Parameters
    ----------
    moves
        What moves the total, and how far.
    average
        The average total.
    colours
        Of a step that adds, and of one that takes.
    most
        Steps shown; the weakest beyond them are put together.

    Examples
    --------
    >>> figure = waterfall([("Going missing", 2.0), ("School", -0.5)], 1.0, ("#0072B2", "#E69F00"))
    >>> len(figure.axes) > 0
    True
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap's own import and layout use names that matplotlib is about to drop
        import shap
        from matplotlib import pyplot

        explained = shap.Explanation(
            values=np.array([value for _, value in moves]),
            base_values=average,
            feature_names=[title for title, _ in moves],
        )
        shap.plots.waterfall(explained, max_display=most, show=False)
        figure: Figure = pyplot.gcf()
        pyplot.close(figure)
    _plain(figure, colours)
    return figure


def _plain(figure: Figure, colours: tuple[str, str]) -> None:
    """Our own colours, no formulas, and nothing cut off."""
    from matplotlib.colors import to_hex
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    ours = dict(zip(SHAP_COLOURS, colours, strict=True))
    for artist in figure.findobj():
        if isinstance(artist, Patch) and to_hex(artist.get_facecolor()) in ours:
            artist.set(facecolor=ours[to_hex(artist.get_facecolor())], edgecolor="none")
        if isinstance(artist, Text) and to_hex(artist.get_color()) in ours:
            artist.set_color(ours[to_hex(artist.get_color())])
    for axes in figure.axes[1:]:
        axes.set_visible(False)
    figure.axes[0].set_xlabel("points")
    _figures_beside(figure.axes[0])
    figure.set_layout_engine("constrained")


def _figures_beside(axes: Axes) -> None:
    """Each step's figure at its right, where it fits however narrow the picture is; long titles on two lines."""
    from matplotlib import rcParams
    from matplotlib.patches import FancyArrow

    ink = rcParams["text.color"]
    steps = {round(float(step.get_xy()[0, 1])): step for step in axes.patches if isinstance(step, FancyArrow)}
    left = min(float(step.get_xy()[:, 0].min()) for step in steps.values())
    right = max(float(step.get_xy()[:, 0].max()) for step in steps.values())
    gap = 0.02 * (right - left)
    for text in axes.texts:
        row = round(text.get_position()[1])
        end = float(steps[row].get_xy()[:, 0].max())
        text.set(position=(end + gap, row), ha="left", fontsize=TEXT_SIZE, color=ink)
    titles = [textwrap.fill(label.get_text(), LABEL_WIDTH) for label in axes.get_yticklabels()]
    rows = sorted(steps)
    axes.set_yticks(rows, [titles[row] for row in rows], fontsize=TEXT_SIZE, color=ink)
    axes.set_xlim(left - gap, right + ROOM * (right - left))
    axes.tick_params(axis="x", labelsize=TEXT_SIZE)
    axes.xaxis.label.set_fontsize(TEXT_SIZE)
