"""Primary comparisons: those that an answer rests on, declared beforehand, with intervals that hold together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.errors import DataError
from ace_risk.fairness.counts import METRICS, Attribute, Floats, Ints, bases
from ace_risk.fairness.intervals import LEVEL

Pairs = tuple[tuple[str, str], ...]
"""An attribute and a metric each."""

MIRRORED = {"fnr": "tpr"}
"""The share missed is the share found told backwards: one comparison, not two."""


def canonical(pairs: Iterable[Sequence[str]]) -> Pairs:
    """Each comparison once, the share missed told as the share found.

    Examples
    --------
    >>> canonical([("sex", "tpr"), ("sex", "fnr"), ("age", "ppv")])
    (('sex', 'tpr'), ('age', 'ppv'))
    """
    return tuple(dict.fromkeys((name, MIRRORED.get(metric, metric)) for name, metric in pairs))


def read_primary(primary: Any, attributes: Sequence[Attribute]) -> Pairs:
    """The declared pairs.

    Raises
    ------
    DataError
        If they aren't pairs of an attribute and a metric that are compared, or there is none.
    """
    told = f"primary: give pairs of an attribute and one of {', '.join(METRICS)}, e.g. (('sex', 'tpr'),)"
    try:
        pairs = tuple((name, metric) for name, metric in primary)
    except (TypeError, ValueError):
        raise DataError(f"{told}; got something else.") from None
    names = [attribute.name for attribute in attributes]
    wrong = [f"{name!r}, {metric!r}" for name, metric in pairs if name not in names or metric not in METRICS]
    if wrong or not pairs:
        raise DataError(f"{told}; got {'; '.join(wrong) or 'none'}. Attributes: {', '.join(names)}.")
    return canonical(pairs)


def is_primary(attribute: str, metric: str, primary: Pairs) -> bool:
    """Whether a comparison is one of these, or the mirror of one.

    Examples
    --------
    >>> is_primary("sex", "fnr", (("sex", "tpr"),)), is_primary("sex", "ppv", (("sex", "tpr"),))
    (True, False)
    """
    return (attribute, MIRRORED.get(metric, metric)) in primary


def primary_rows(verdicts: pd.DataFrame, primary: Pairs) -> pd.Series[bool]:
    """For each row of a verdict table, whether it belongs to a declared comparison, mirrors left out."""
    pairs = zip(verdicts["attribute"], verdicts["metric"], strict=True)
    return pd.Series([pair in primary for pair in pairs], index=verdicts.index, dtype=bool)


def roles(verdicts: pd.DataFrame, primary: Pairs) -> list[str]:
    """For each row of a verdict table: `primary`, `mirror` (a primary one told backwards) or `exploratory`."""
    words = []
    for attribute, metric in zip(verdicts["attribute"], verdicts["metric"], strict=True):
        mirror = "mirror" if is_primary(attribute, metric, primary) else "exploratory"
        words.append("primary" if (attribute, metric) in primary else mirror)
    return words


def simultaneous_levels(
    attributes: Sequence[Attribute], tables: Sequence[Ints], references: Sequence[int], primary: Pairs
) -> tuple[list[Floats], int]:
    """The coverage of each interval, so that those of all primary comparisons hold together in 95 of 100 audits.

    With m groups set beside a reference in all primary comparisons together, each interval has the coverage
    1 - 0.05 / m (Bonferroni: Dunn 1961, J. Am. Stat. Assoc. 56, 52-64). A group whose rate, or whose reference's, rests
    on at most one row gets no verdict and isn't counted. Every other interval has 95 %.

    Returns
    -------
    tuple
        For each attribute an array of one level per metric, and m.
    """
    told = 0
    for attribute, counts, reference in zip(attributes, tables, references, strict=True):
        enough = bases(counts) > 1
        for name, metric in primary:
            if name == attribute.name and enough[reference, METRICS.index(metric)]:
                told += int(enough[:, METRICS.index(metric)].sum()) - 1
    level = 1 - (1 - LEVEL) / max(told, 1)
    levels = [
        np.array([level if is_primary(attribute.name, metric, primary) else LEVEL for metric in METRICS])
        for attribute in attributes
    ]
    return levels, told
