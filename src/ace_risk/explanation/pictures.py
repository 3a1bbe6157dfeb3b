"""shap's own plots as matplotlib figures; with `contributions.py` the one place that imports shap."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def waterfall(moves: Sequence[tuple[str, float]], average: float, most: int = 6) -> Figure:
    """From the average total to a child's own, one step per domain, as shap draws it.

    Parameters
    ----------
    moves
        What moves the total, and how far.
    average
        The average total.
    most
        Steps shown; the weakest beyond them are put together.

    Examples
    --------
    >>> figure = waterfall([("Going missing", 2.0), ("School", -0.5)], 1.0)
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
        figure = pyplot.gcf()
        pyplot.close(figure)
    return figure
