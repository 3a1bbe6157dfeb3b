"""The rows of a table of points: a term of one feature, and a term of a pair of features.

A term cuts the axis of a feature at `edges`. Bin i holds ``edges[i - 1] <= x < edges[i]``: an edge belongs
to the bin above it. The bin after the last holds missing values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.errors import StudyError
from ace_risk.models.columns import Floats

Codes = NDArray[np.intp]


def bin_codes(values: Floats, edges: tuple[float, ...]) -> Codes:
    """The bin of each value: 0 below the first edge, up to ``len(edges)``; missing is ``len(edges) + 1``.

    Examples
    --------
    >>> bin_codes(np.array([0.0, 1.0, 2.5, np.nan]), (1.0, 2.0)).tolist()
    [0, 1, 2, 3]
    """
    codes = np.searchsorted(np.asarray(edges, dtype=np.float64), values, side="right")
    codes[np.isnan(values)] = len(edges) + 1
    return codes


@dataclass(frozen=True)
class FeatureTerm:
    """The scores of one feature.

    Attributes
    ----------
    feature
        Column name.
    edges
        Cut points, strictly increasing; none for a feature that only tells missing from present.
    scores
        One per bin, so one more than there are edges.
    missing_score
        The score where the feature is missing.
    counts, missing_count
        Training rows in each bin, and with the feature missing.

    Examples
    --------
    >>> term = FeatureTerm("missing_count_365d", (1, 3), (0, 2, 4), 0, (90, 8, 2), 0)
    >>> term.lookup({"missing_count_365d": np.array([0.0, 1.0, 3.0])}).tolist()
    [0.0, 2.0, 4.0]
    """

    feature: str
    edges: tuple[float, ...]
    scores: tuple[float, ...]
    missing_score: float
    counts: tuple[int, ...]
    missing_count: int

    def __post_init__(self) -> None:
        problems = name_problems(self.feature)
        edges = as_edges(self.edges, "edges", problems)
        scores = as_floats(self.scores, "scores", problems)
        counts = as_counts(self.counts, "counts", problems)
        missing_score = as_floats([self.missing_score], "missing_score", problems)
        missing_count = as_counts([self.missing_count], "missing_count", problems)
        for what, found in (("scores", scores), ("counts", counts)):
            if len(found) != len(edges) + 1:
                problems.append(f"{what}: {len(edges)} edges make {len(edges) + 1} bins, got {len(found)} {what}")
        if problems:
            raise StudyError.from_problems(f"term {self.feature!r}", problems)
        set_fields(self, edges=edges, scores=scores, counts=counts)
        set_fields(self, missing_score=missing_score[0], missing_count=missing_count[0])

    @property
    def features(self) -> tuple[str, ...]:
        """The columns that the term reads."""
        return (self.feature,)

    @property
    def name(self) -> str:
        """The name of the term's column in `scores_by_term`."""
        return self.feature

    @property
    def rows(self) -> int:
        """Training rows."""
        return sum(self.counts) + self.missing_count

    @property
    def score_table(self) -> Floats:
        """Scores by bin code, missing last."""
        return np.array([*self.scores, self.missing_score])

    @property
    def count_table(self) -> Floats:
        """Training rows by bin code, missing last."""
        return np.array([*self.counts, self.missing_count], dtype=np.float64)

    def codes(self, columns: Mapping[str, Floats]) -> tuple[Codes, ...]:
        """The bin code of each row."""
        return (bin_codes(columns[self.feature], self.edges),)

    def lookup(self, columns: Mapping[str, Floats]) -> Floats:
        """The score of each row."""
        scores: Floats = self.score_table[self.codes(columns)]
        return scores

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers for JSON."""
        return {
            "feature": self.feature,
            "edges": list(self.edges),
            "scores": list(self.scores),
            "missing_score": self.missing_score,
            "counts": list(self.counts),
            "missing_count": self.missing_count,
        }


@dataclass(frozen=True)
class PairTerm:
    """The scores of two features together; the last row and the last column are for missing.

    Attributes
    ----------
    features
        Two column names.
    edges
        The cut points of each.
    scores, counts
        Score, and training rows, by bin of the first feature (rows) and of the second (columns).

    Examples
    --------
    >>> pair = PairTerm(("a", "b"), ((1,), ()), ((0, 1), (2, 3), (4, 5)), ((5, 0), (5, 0), (0, 0)))
    >>> pair.lookup({"a": np.array([1.0, np.nan]), "b": np.array([7.0, np.nan])}).tolist()
    [2.0, 5.0]
    """

    features: tuple[str, str]
    edges: tuple[tuple[float, ...], tuple[float, ...]]
    scores: tuple[tuple[float, ...], ...]
    counts: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        problems: list[str] = []
        features = as_tuple(self.features, "features", problems)
        sides = as_tuple(self.edges, "edges", problems)
        rows = as_tuple(self.scores, "scores", problems)
        count_rows = as_tuple(self.counts, "counts", problems)
        if len(features) != 2 or len(sides) != 2:
            problems.append(f"a pair has two features and two lists of edges, got {len(features)} and {len(sides)}")
        for feature in features:
            problems += name_problems(feature)
        if len(features) == 2 and features[0] == features[1]:
            problems.append("a pair needs two different features")
        edges = tuple(as_edges(side, f"edges of feature {i}", problems) for i, side in enumerate(sides, start=1))
        scores = tuple(as_floats(row, "scores", problems) for row in rows)
        counts = tuple(as_counts(row, "counts", problems) for row in count_rows)
        if len(edges) == 2:
            shape = (len(edges[0]) + 2, len(edges[1]) + 2)
            for what, table in (("scores", scores), ("counts", counts)):
                if len(table) != shape[0] or any(len(row) != shape[1] for row in table):
                    problems.append(f"{what}: must be {shape[0]} rows of {shape[1]} (the last of each is for missing)")
        if problems:
            raise StudyError.from_problems("a term of two features", problems)
        set_fields(self, features=features, edges=edges, scores=scores, counts=counts)

    @property
    def name(self) -> str:
        """The name of the term's column in `scores_by_term`."""
        return " & ".join(self.features)

    @property
    def rows(self) -> int:
        """Training rows."""
        return sum(map(sum, self.counts))

    @property
    def score_table(self) -> Floats:
        """Scores by the two bin codes, missing last on both sides."""
        return np.array(self.scores)

    @property
    def count_table(self) -> Floats:
        """Training rows by the two bin codes, missing last on both sides."""
        return np.array(self.counts, dtype=np.float64)

    def codes(self, columns: Mapping[str, Floats]) -> tuple[Codes, ...]:
        """The bin codes of each row, first feature and second."""
        return tuple(
            bin_codes(columns[feature], edges) for feature, edges in zip(self.features, self.edges, strict=True)
        )

    def lookup(self, columns: Mapping[str, Floats]) -> Floats:
        """The score of each row."""
        scores: Floats = self.score_table[self.codes(columns)]
        return scores

    def to_dict(self) -> dict[str, Any]:
        """Plain lists and numbers for JSON."""
        return {
            "features": list(self.features),
            "edges": [list(side) for side in self.edges],
            "scores": [list(row) for row in self.scores],
            "counts": [list(row) for row in self.counts],
        }


Term = FeatureTerm | PairTerm


def set_fields(frozen: object, **values: object) -> None:
    """Store checked values in a frozen dataclass while it is being made."""
    for name, value in values.items():
        object.__setattr__(frozen, name, value)


def name_problems(name: object) -> list[str]:
    """What is wrong with a feature's name, if anything."""
    if isinstance(name, str) and name and "\x00" not in name:
        return []
    return ["a feature's name must be text that isn't empty and holds no NUL"]


def as_tuple(values: Any, what: str, problems: list[str]) -> tuple[Any, ...]:
    """The values of a list, tuple or array."""
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        problems.append(f"{what}: must be a list, got {type(values).__name__}")
        return ()
    return tuple(values)


def as_floats(values: Any, what: str, problems: list[str]) -> tuple[float, ...]:
    """Finite numbers as Python floats (minus zero becomes zero)."""
    found = as_tuple(values, what, problems)
    if not all(isinstance(value, Real) and not isinstance(value, bool) and is_finite(value) for value in found):
        problems.append(f"{what}: every one must be a finite number")
        return tuple(0.0 for _ in found)
    return tuple(float(value) + 0.0 for value in found)


def is_finite(value: Real) -> bool:
    """True unless infinite, NaN, or a whole number too large for a float."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


def as_edges(values: Any, what: str, problems: list[str]) -> tuple[float, ...]:
    """Finite numbers in strictly increasing order."""
    edges = as_floats(values, what, problems)
    if any(low >= high for low, high in pairwise(edges)) and not any(text.startswith(what) for text in problems):
        problems.append(f"{what}: must increase strictly")
    return edges


def as_counts(values: Any, what: str, problems: list[str]) -> tuple[int, ...]:
    """Whole numbers from 0 up to 2**53, the largest that a float holds exactly."""
    found = as_tuple(values, what, problems)
    if not all(
        isinstance(value, Integral) and not isinstance(value, bool) and 0 <= int(value) <= 2**53 for value in found
    ):
        problems.append(f"{what}: every one must be a whole number of rows, 0 or more")
        return tuple(0 for _ in found)
    return tuple(int(value) for value in found)
