"""Parts of a table from what was fitted: the base rate alone, and the term of one feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import BinnedFeature
from ace_risk.models.columns import Floats
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm


def constant_table(outcome: Floats) -> AdditiveModel:
    """A table without terms, that gives every row the base rate."""
    base = float(outcome.mean())
    return AdditiveModel((), LogisticMap(1.0, float(np.log(base / (1.0 - base)))))


def level_term(feature: BinnedFeature, by_level: NDArray[np.intp] | Floats) -> FeatureTerm:
    """The term of a feature from a score per level."""
    return merged_term(feature.name, feature.edges, by_level[list(feature.level_of_bin)], feature.counts)


def merged_term(
    feature: str, edges: Sequence[float], scores: NDArray[np.intp] | Floats, counts: Sequence[int]
) -> FeatureTerm:
    """A term of the table; neighbouring bins with the same score become one.

    Parameters
    ----------
    feature, edges
        Column name and cut points.
    scores, counts
        Score, and training rows, per bin; missing last.

    Examples
    --------
    >>> term = merged_term("count", (1.0, 2.0), np.array([0, 3, 3, 0]), (80, 15, 5, 0))
    >>> term.edges, term.scores, term.counts
    ((1.0,), (0.0, 3.0), (80, 20))
    """
    bins = scores[:-1]
    starts = np.flatnonzero(np.concatenate([[True], np.diff(bins) != 0]))
    return FeatureTerm(
        feature=feature,
        edges=tuple(edges[start - 1] for start in starts[1:]),
        scores=tuple(bins[starts]),
        missing_score=scores[-1],
        counts=tuple(np.add.reduceat(counts[:-1], starts)),
        missing_count=counts[-1],
    )
