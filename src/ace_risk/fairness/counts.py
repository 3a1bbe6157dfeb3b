"""The one primitive of the audit: confusion counts per group, and the rates that follow from them."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.errors import DataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COUNTS = ("tp", "fp", "tn", "fn")
"""The four counts, in the order in which every array of this package holds them."""

METRICS = ("selection_rate", "tpr", "fpr", "fnr", "ppv")
"""The five rates, in the order in which every array of this package holds them."""

NOT_RECORDED = "Not recorded"
"""The group of the rows whose cell is missing."""

CROSS = " × "
"""What joins the names of crossed attributes and groups."""

RESTS_ON = {
    "selection_rate": (("tp", "fp"), COUNTS),
    "tpr": (("tp",), ("tp", "fn")),
    "fpr": (("fp",), ("fp", "tn")),
    "fnr": (("fn",), ("tp", "fn")),
    "ppv": (("tp",), ("tp", "fp")),
}
"""For each rate, the counts above its line and the counts below."""

_ABOVE, _BELOW = (
    np.array([[float(count in RESTS_ON[metric][part]) for metric in METRICS] for count in COUNTS]) for part in (0, 1)
)


@dataclass(frozen=True, eq=False)
class Attribute:
    """Which group each row is in, for one attribute.

    Attributes
    ----------
    name
        The column's name.
    labels
        The groups that occur, in the order in which they are shown.
    codes
        One per row: the place of its group in `labels`.
    """

    name: str
    labels: list[Hashable]
    codes: Ints


def confusion_cells(label: npt.NDArray[np.bool_], selected: npt.NDArray[np.bool_]) -> Ints:
    """Where each row stands in the confusion table: the place of its count in `COUNTS`.

    Examples
    --------
    >>> confusion_cells(np.array([True, False, False, True]), np.array([True, True, False, False])).tolist()
    [0, 1, 2, 3]
    """
    return np.where(selected, np.where(label, 0, 1), np.where(label, 3, 2)).astype(np.int64)


def count_groups(attribute: Attribute, cells: Ints) -> Ints:
    """Confusion counts: one row per group, one column per name in `COUNTS`.

    Examples
    --------
    >>> sex = Attribute("sex", ["Boy", "Girl"], np.array([0, 1, 1]))
    >>> count_groups(sex, np.array([0, 2, 2])).tolist()
    [[1, 0, 0, 0], [0, 0, 2, 0]]
    """
    width = len(COUNTS)
    flat = np.bincount(attribute.codes * width + cells, minlength=len(attribute.labels) * width)
    return flat.reshape(-1, width).astype(np.int64)


def bases(counts: npt.NDArray[Any]) -> Floats:
    """How many rows each rate rests on: the last axis goes from `COUNTS` to `METRICS`.

    Examples
    --------
    >>> bases(np.array([3, 2, 5, 1])).tolist()
    [11.0, 4.0, 7.0, 4.0, 5.0]
    """
    below: Floats = counts @ _BELOW
    return below


def rates(counts: npt.NDArray[Any]) -> Floats:
    """The five rates, 0 to 1: the last axis goes from `COUNTS` to `METRICS`; NaN where there is nothing to divide by.

    Examples
    --------
    >>> rates(np.array([3, 1, 3, 1])).tolist()
    [0.5, 0.75, 0.25, 0.25, 0.75]
    >>> rates(np.array([0, 0, 6, 0])).tolist()
    [0.0, nan, 0.0, nan, nan]
    """
    below = bases(counts)
    rate: Floats = np.divide(counts @ _ABOVE, below, out=np.full(below.shape, np.nan), where=below > 0)
    return rate


def comparison_rows(attribute: Attribute, reference: int, figures: dict[str, npt.NDArray[Any]]) -> pd.DataFrame:
    """Figures of each group beside the reference as rows, metric by metric; the reference itself has none.

    `figures` are arrays of groups other than the reference × METRICS, by the name of their column.
    """
    others = [label for place, label in enumerate(attribute.labels) if place != reference]
    size = len(others) * len(METRICS)
    return pd.DataFrame(
        {
            "attribute": [attribute.name] * size,
            "metric": np.repeat(METRICS, len(others)).tolist(),
            "group": pd.Series(others * len(METRICS), dtype=object),
            "reference": pd.Series([attribute.labels[reference]] * size, dtype=object),
            **{name: figure.T.ravel().tolist() for name, figure in figures.items()},
        }
    )


def read_groups(frame: pd.DataFrame, intersections: bool) -> list[Attribute]:
    """One attribute per column, and one of all of them crossed if asked for.

    Missing cells form the group "Not recorded". Groups stand in the order of a Categorical's categories, else in
    natural order ("5 to 9" before "10 to 12", numbers before words), "Not recorded" last.

    Raises
    ------
    DataError
        If a cell can't be hashed, a name stands twice, or two crossed groups would have the same name.

    Examples
    --------
    >>> [age] = read_groups(pd.DataFrame({"age_band": ["10 to 12", None, "5 to 9"]}), intersections=False)
    >>> age.labels, age.codes.tolist()
    (['5 to 9', '10 to 12', 'Not recorded'], [1, 2, 0])
    """
    attributes = [read_attribute(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]
    if intersections and len(attributes) > 1:
        attributes.append(crossed(attributes))
    names = [attribute.name for attribute in attributes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"groups: the attribute {', '.join(twice)} stands twice. Give each column its own name.")
    return attributes


def read_attribute(name: str, column: pd.Series[Any]) -> Attribute:
    """The groups of one column, in order, missing cells as "Not recorded"."""
    try:
        codes, uniques = pd.factorize(column)
    except TypeError:
        raise DataError(
            f"groups.{name}: a cell holds a list or the like, which can't be a group. Use words, numbers or booleans."
        ) from None
    labels: list[Hashable] = list(uniques.tolist())
    if (codes < 0).any():
        if NOT_RECORDED not in labels:
            labels.append(NOT_RECORDED)
        codes = np.where(codes < 0, labels.index(NOT_RECORDED), codes)
    keys = [natural_key(label) for label in labels]
    if isinstance(column.dtype, pd.CategoricalDtype):
        places = {label: place for place, label in enumerate(column.cat.categories.tolist())}
        keys = [(0, places.get(label, len(places))) for label in labels]
    order = sorted(range(len(labels)), key=keys.__getitem__)
    return Attribute(name, [labels[place] for place in order], np.argsort(order)[codes].astype(np.int64))


def natural_key(label: Hashable) -> tuple[Any, ...]:
    """What to sort a group by: numbers, then words with their numbers counted, then the rest; "Not recorded" last."""
    if label == NOT_RECORDED:
        return (3,)
    if isinstance(label, (bool, int, float)):
        return (0, label)
    text = str(label)
    parts = re.split(r"([0-9]+)", text.casefold())
    words = tuple((0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts if part)
    return (1, words, text) if isinstance(label, str) else (2, type(label).__name__, words, text)


def crossed(attributes: list[Attribute]) -> Attribute:
    """All attributes crossed: the groups that occur, in the order of the first, then the second, and so on."""
    flat = np.zeros(len(attributes[0].codes), dtype=np.int64)
    for attribute in attributes:
        # Renumbered at each step, so that many attributes of many groups can't overflow.
        _, flat = np.unique(flat * len(attribute.labels) + attribute.codes, return_inverse=True)
    _, first = np.unique(flat, return_index=True)
    labels = [
        CROSS.join(str(attribute.labels[attribute.codes[row]]) for attribute in attributes) for row in first.tolist()
    ]
    name = CROSS.join(attribute.name for attribute in attributes)
    if len(set(labels)) < len(labels):
        raise DataError(
            f"groups: two groups of {name} would have the same name. Rename the groups that differ only in their type."
        )
    return Attribute(name, list(labels), flat.astype(np.int64))
