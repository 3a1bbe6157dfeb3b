"""shap's own plots as matplotlib figures; with `contributions.py` the one place that imports shap."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHAP_COLOURS = ("#ff0051", "#008bfb")
"""What shap draws steps in that add, and those that take."""
TEXT_SIZE = 9
LABEL_WIDTH = 30
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
    with _shap() as shap:
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


def swarm(
    values: NDArray[np.float64],
    data: NDArray[np.float64],
    titles: Sequence[str],
    colours: tuple[str, str],
    axes: Axes,
) -> None:
    """How far each feature moves the total, a dot per row, as shap draws it; the first feature stands on top.

    A dot of a child's own values shows that child's records, so such a picture stays within the team. The pictures on
    pages that others read are drawn from the table's own counts (:mod:`ace_risk.report.plots_overall`).

    Parameters
    ----------
    values, data
        A row per dot and a column per feature: how far it moves the total, and the feature's value (NaN is grey).
    titles
        What each feature is called.
    colours
        Of the lowest value and of the highest.
    axes
        Where to draw.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> swarm(np.array([[2.0], [0.0]]), np.array([[1.0], [np.nan]]), ["Going missing"], ("#0072B2", "#E69F00"), axes)
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['Going missing']
    """
    from matplotlib.colors import LinearSegmentedColormap

    scale = LinearSegmentedColormap.from_list("values", colours)
    with _shap() as shap:
        explained = shap.Explanation(values=values, data=data, feature_names=list(titles))
        shap.plots.beeswarm(
            explained, max_display=None, order=np.arange(len(titles)), color=scale, color_bar=False, ax=axes,
            plot_size=None, show=False,
        )  # fmt: skip
    _label(axes, [label.get_text() for label in axes.get_yticklabels()], list(axes.get_yticks()))
    axes.set_xlabel("points more or less than on average", fontsize=TEXT_SIZE)


def bars(sizes: NDArray[np.float64], titles: Sequence[str], colour: str, axes: Axes) -> None:
    """How far each feature moves the total on average, up or down, as shap draws it; the strongest first.

    Parameters
    ----------
    sizes
        The mean size of what each feature adds or takes.
    titles
        What each feature is called.
    colour
        Of the bars.
    axes
        Where to draw.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> bars(np.array([0.5, 1.25]), ["School", "Going missing"], "#0072B2", axes)
    >>> [text.get_text() for text in axes.texts]
    ['1.25', '0.5']
    """
    with _shap() as shap:
        explained = shap.Explanation(values=sizes, feature_names=list(titles))
        shap.plots.bar(explained, max_display=len(titles), ax=axes, show=False)
    for bar in axes.patches:
        bar.set(facecolor=colour, edgecolor="none")
    for text in axes.texts:
        text.set(text=text.get_text().removeprefix("+"), color=_ink(), fontsize=TEXT_SIZE)
    count = len(titles)
    _label(axes, [label.get_text() for label in axes.get_yticklabels()[:count]], list(axes.get_yticks()[:count]))
    axes.set_xlabel("points, up or down, on average", fontsize=TEXT_SIZE)


@contextmanager
def _shap() -> Iterator[Any]:
    """The package shap, while its warnings are silent and its random draws are always the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap's own import and layout use names that matplotlib is about to drop
        import shap

        state = np.random.get_state()  # noqa: NPY002 (shap draws from numpy's global generator)
        np.random.seed(0)  # noqa: NPY002
        try:
            yield shap
        finally:
            np.random.set_state(state)  # noqa: NPY002


def _ink() -> str:
    from matplotlib import rcParams

    return str(rcParams["text.color"])


def _label(axes: Axes, titles: Sequence[str], places: Sequence[float]) -> None:
    """Titles of the rows, long ones on two lines, and figures beneath, all in one size and colour."""
    wrapped = [textwrap.fill(title, LABEL_WIDTH) for title in titles]
    axes.set_yticks(places, wrapped, fontsize=TEXT_SIZE, color=_ink())
    axes.tick_params("y", length=0)
    axes.tick_params("x", labelsize=TEXT_SIZE)


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
    from matplotlib.patches import FancyArrow

    steps = {round(float(step.get_xy()[0, 1])): step for step in axes.patches if isinstance(step, FancyArrow)}
    left = min(float(step.get_xy()[:, 0].min()) for step in steps.values())
    right = max(float(step.get_xy()[:, 0].max()) for step in steps.values())
    gap = 0.02 * (right - left)
    for text in axes.texts:
        row = round(text.get_position()[1])
        end = float(steps[row].get_xy()[:, 0].max())
        text.set(position=(end + gap, row), ha="left", fontsize=TEXT_SIZE, color=_ink())
    rows = sorted(steps)
    titles = [label.get_text() for label in axes.get_yticklabels()]
    _label(axes, [titles[row] for row in rows], rows)
    axes.set_xlim(left - gap, right + ROOM * (right - left))
    axes.xaxis.label.set_fontsize(TEXT_SIZE)
