"""What an audit is given, checked: every wrong argument is named at once, never a child's value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.errors import DataError, listing
from ace_risk.fairness.counts import METRICS, Attribute, Floats, Ints, read_groups
from ace_risk.fairness.primary import Pairs, read_primary


@dataclass(frozen=True, eq=False)
class AuditInput:
    """The rows of an audit, in the order given, and its margins.

    Attributes
    ----------
    label, score
        One per row: did the outcome follow, and a finite number.
    attributes
        Which group each row is in, attribute by attribute.
    households
        One per row: the number of its household; None where none were given.
    tie_key
        One per row: a whole number in the order of the given key; None where none was given.
    lists
        One per row: the number of its list, 0 where there is one list only.
    margins
        For each metric, in the order of `METRICS`.
    primary
        The declared comparisons; none where none were.
    """

    label: npt.NDArray[np.bool_]
    score: Floats
    attributes: list[Attribute]
    households: Ints | None
    tie_key: Ints | None
    lists: Ints
    margins: dict[str, float]
    primary: Pairs


def read_input(
    y_true: Any,
    score: Any,
    groups: Any,
    *,
    list_size: int | None,
    threshold: float | None,
    margins: float | Mapping[str, float],
    households: Any,
    tie_key: Any,
    intersections: bool,
    n_boot: int,
    seed: int,
    lists: Any,
    primary: Any,
) -> AuditInput:
    """The arguments of :func:`ace_risk.fairness.audit.audit_fairness` as arrays.

    Raises
    ------
    DataError
        Naming every argument that is wrong.
    """
    problems: list[str] = []
    label = _labels(_column(y_true, "y_true", problems), problems)
    number = _scores(_column(score, "score", problems), problems)
    frame = _frame(groups, problems)
    homes = (
        None if households is None else _numbered(_column(households, "households", problems), "households", problems)
    )
    many = None if lists is None else _numbered(_column(lists, "lists", problems), "lists", problems)
    ties = None if tie_key is None else _ties(_column(tie_key, "tie_key", problems), problems)
    lengths: dict[str, Any] = {
        "y_true": label, "score": number, "groups": frame, "households": homes, "tie_key": ties, "lists": many,
    }  # fmt: skip
    rows = {name: len(values) for name, values in lengths.items() if values is not None}
    if len(set(rows.values())) > 1:
        told = ", ".join(f"{name} {length:,}" for name, length in rows.items())
        problems.append(f"rows: the lengths differ ({told}). Give one value per row in each.")
    elif rows["y_true"] == 0:
        problems.append("rows: there are none. Give at least one.")
    problems += _selection_problems(list_size, threshold, _smallest(rows["score"], many), many is not None)
    problems += [
        f"{name}: must be a whole number, {least} or more, got {value!r}."
        for name, value, least in (("n_boot", n_boot, 1), ("seed", seed, 0))
        if not _whole(value) or value < least
    ]
    per_metric = _margins(margins, problems)
    attributes: list[Attribute] = []
    pairs: Pairs = ()
    try:
        attributes = read_groups(frame, intersections)
        pairs = () if primary is None else read_primary(primary, attributes)
    except DataError as error:
        problems.append(str(error))
    if problems:
        raise DataError(listing("audit_fairness", problems))
    one_list = np.zeros(len(label), dtype=np.int64)
    return AuditInput(label, number, attributes, homes, ties, one_list if many is None else many, per_metric, pairs)


def _column(values: Any, name: str, problems: list[str]) -> pd.Series[Any]:
    """One value per row, without its index."""
    try:
        column = pd.Series(values)
    except (TypeError, ValueError):
        problems.append(f"{name}: must be one value per row. Give a list, an array or a Series.")
        column = pd.Series([], dtype=float)
    return column.reset_index(drop=True)


def _frame(groups: Any, problems: list[str]) -> pd.DataFrame:
    if isinstance(groups, pd.DataFrame):
        if groups.shape[1] == 0:
            problems.append("groups: there is no column. Give one column per attribute.")
        return groups.reset_index(drop=True)
    if isinstance(groups, Mapping):
        return pd.DataFrame({name: _column(values, f"groups.{name}", problems) for name, values in groups.items()})
    column = _column(groups, "groups", problems)
    return column.to_frame("group" if column.name is None else column.name)


def _labels(column: pd.Series[Any], problems: list[str]) -> npt.NDArray[np.bool_]:
    missing = int(column.isna().sum())
    if missing:
        problems.append(
            f"y_true: {missing:,} row{'s' * (missing > 1)} without a label. Drop rows of unknown outcome first."
        )
    wrong = int((~column.isin([0, 1]) & column.notna()).sum())
    if wrong:
        problems.append(f"y_true: {wrong:,} row{'s' * (wrong > 1)} neither 0 nor 1. Give 1 where the outcome followed.")
    return column.isin([1]).to_numpy(dtype=bool)


def _scores(column: pd.Series[Any], problems: list[str]) -> Floats:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_complex_dtype(column):
        if len(column):
            problems.append("score: must be numbers. Give one finite number per row.")
        return np.zeros(len(column))
    score = column.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = int((~np.isfinite(score)).sum())
    if wrong:
        problems.append(f"score: {wrong:,} row{'s' * (wrong > 1)} NaN or infinite. Give one finite number per row.")
    return score


def _numbered(column: pd.Series[Any], name: str, problems: list[str]) -> Ints:
    """Households or lists numbered from 0; a row without one is one of its own."""
    try:
        codes, uniques = pd.factorize(column)
    except TypeError:
        problems.append(f"{name}: a cell holds a list or another thing that can't be an id. Use words or numbers.")
        return np.zeros(len(column), dtype=np.int64)
    alone = codes < 0
    codes[alone] = len(uniques) + np.arange(alone.sum())
    return codes.astype(np.int64)


def _ties(column: pd.Series[Any], problems: list[str]) -> Ints:
    missing = int(column.isna().sum())
    if missing:
        problems.append(f"tie_key: {missing:,} row{'s' * (missing > 1)} without one. Give one to every row, or none.")
    try:
        codes, _ = pd.factorize(column, sort=True)
    except TypeError:
        problems.append("tie_key: the values can't be put in order. Use words, numbers or dates, of one kind.")
        codes = np.zeros(len(column), dtype=np.int64)
    return codes.astype(np.int64)


def _smallest(rows: int, lists: Ints | None) -> int:
    """Rows of the smallest list."""
    return rows if lists is None or not len(lists) else int(np.bincount(lists).min())


def _selection_problems(list_size: int | None, threshold: float | None, rows: int, several: bool) -> list[str]:
    if (list_size is None) == (threshold is None):
        both = "neither" if list_size is None else "both"
        return [f"list_size, threshold: got {both}. Give exactly one of the two."]
    if threshold is not None:
        if not _number(threshold):
            return [f"threshold: must be a finite number, got {threshold!r}."]
        return ["lists: they are made by list_size, not by threshold. Leave one out."] if several else []
    if list_size is None or not _whole(list_size) or not 1 <= list_size <= max(rows, 1):
        of = "rows of the smallest list" if several else "rows"
        return [f"list_size: must be a whole number from 1 to the number of {of} ({rows:,}), got {list_size!r}."]
    return []


def _margins(margins: float | Mapping[str, float], problems: list[str]) -> dict[str, float]:
    given = dict(margins) if isinstance(margins, Mapping) else dict.fromkeys(METRICS, margins)
    for what, names in (
        ("no margin for", [metric for metric in METRICS if metric not in given]),
        ("unknown metric", [str(metric) for metric in given if metric not in METRICS]),
    ):
        if names:
            problems.append(f"margins: {what} {', '.join(names)}. Give one for each of {', '.join(METRICS)}.")
    wrong = sorted({repr(value) for value in given.values() if not _number(value) or value <= 0})
    if wrong:
        problems.append(f"margins: must be above 0, got {', '.join(wrong)}. 0.05 is five in a hundred.")
        return {}
    return {metric: float(given[metric]) for metric in METRICS if metric in given}


def _number(value: Any) -> bool:
    """A finite number, and not a boolean."""
    return (
        isinstance(value, (int, float, np.integer, np.floating))
        and not isinstance(value, bool)
        and math.isfinite(value)
    )


def _whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
