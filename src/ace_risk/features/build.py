"""Features: one number per cohort row and feature, from what was known at the cutoff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError
from ace_risk.features.catalogue import NUMERIC_MEASURES, Catalogue, FeatureSpec
from ace_risk.features.kernel import Events, Summary, spell_time, summarise
from ace_risk.features.time_rules import DAY, FAR, Times, end_recorded_or_default, microseconds, window_start

NEEDED = ("child_id", "occurred_at", "recorded_at", "kind")
"""Columns that every history must have."""


def build_features(history: pd.DataFrame, cohort: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Measure every feature of the catalogue on each cohort row, as known at its cutoff.

    Parameters
    ----------
    history
        One row per child and record: `child_id` (any hashable), `occurred_at`, `recorded_at`, `kind`; and,
        where the catalogue asks for them, `ended_at`, `end_recorded_at`, `role`, `grade` and numeric columns.
        Any order. An end without a record of its own counts as recorded when it happened, or with the start
        if that was recorded later.
    cohort
        One row per child and cutoff: `child_id`, `cutoff`.
    catalogue
        What to measure.

    Returns
    -------
    DataFrame
        One row per cohort row, same order and same index; one column per feature. `days_since_*`, `mean` and
        `max` are NaN where nothing is known; counts are 0, in the narrowest unsigned integer type.

    Raises
    ------
    DataError
        If a needed column is missing or times are empty or carry a zone.

    Notes
    -----
    A record counts if it occurred in `[cutoff - window, cutoff)` and was recorded before the cutoff. A number
    on a spell, such as hours missing, counts once the spell's end was known.

    Examples
    --------
    >>> history = pd.DataFrame({
    ...     "child_id": ["a", "a"], "kind": ["missing", "missing"],
    ...     "occurred_at": pd.to_datetime(["2024-01-10", "2024-03-01"]),
    ...     "recorded_at": pd.to_datetime(["2024-01-10", "2024-03-05"])})
    >>> cohort = pd.DataFrame({"child_id": ["a"], "cutoff": pd.to_datetime(["2024-03-03"])})
    >>> build_features(history, cohort, Catalogue([FeatureSpec("missing", ["missing"], "count", 90)]))
       missing_count_90d
    0                  1
    """
    _check_columns(history, cohort, catalogue)
    timeline = _Timeline(history, cohort)
    columns = {spec.name: timeline.measure(spec) for spec in catalogue}
    return pd.DataFrame(columns, index=cohort.index)


def _check_columns(history: pd.DataFrame, cohort: pd.DataFrame, catalogue: Catalogue) -> None:
    """Refuse frames that lack a column that is needed, naming all of them."""
    needed = set(NEEDED) | {spec.column for spec in catalogue if spec.column}
    needed |= {"role" for spec in catalogue if spec.roles} | {"grade" for spec in catalogue if spec.grades}
    lines = [f"history: {name} is missing" for name in sorted(needed - set(history.columns))]
    lines += [f"cohort: {name} is missing" for name in ("child_id", "cutoff") if name not in cohort.columns]
    if lines:
        raise DataError("; ".join(lines) + ". Add these columns.")


@dataclass(frozen=True)
class _Selection:
    """Which records: the parts of a feature that choose rows of the history."""

    kinds: tuple[str, ...]
    roles: tuple[str, ...]
    grades: tuple[str, ...]
    column: str


class _Timeline:
    """The history sorted once by child and time, with the cohort's children numbered."""

    def __init__(self, history: pd.DataFrame, cohort: pd.DataFrame) -> None:
        self.child, children = pd.factorize(cohort["child_id"])
        self.cutoff = microseconds(cohort["cutoff"], "cohort.cutoff")
        number = pd.Index(children).get_indexer(pd.Index(history["child_id"]))
        self.n_children = len(children)
        kept = np.flatnonzero(number >= 0)
        occurred = microseconds(history["occurred_at"], "history.occurred_at")[kept]
        order = np.lexsort((occurred, number[kept]))
        self.history = history.iloc[kept[order]]
        self.number = number[kept][order]
        self.occurred = occurred[order]
        self.recorded = microseconds(self.history["recorded_at"], "history.recorded_at")
        self.ended = self._times("ended_at")
        self.end_recorded = end_recorded_or_default(self.ended, self._times("end_recorded_at"), self.recorded)
        self._events: dict[_Selection, Events] = {}
        self._summaries: dict[tuple[_Selection, int | None], Summary] = {}

    def _times(self, name: str) -> Times:
        """An optional column of times; all empty where the history doesn't have it."""
        if name not in self.history.columns:
            return np.full(len(self.history), FAR, dtype=np.int64)
        return microseconds(self.history[name], f"history.{name}", may_be_empty=True)

    def _selected(self, selection: _Selection) -> Events:
        """The events of a selection, made once."""
        if selection not in self._events:
            kinds = list(dict.fromkeys(selection.kinds))
            kind = pd.Index(kinds).get_indexer(pd.Index(self.history["kind"]))
            chosen = kind >= 0
            for name, allowed in (("role", selection.roles), ("grade", selection.grades)):
                if allowed:
                    chosen &= self.history[name].isin(allowed).to_numpy()
            at = np.flatnonzero(chosen)
            value = np.full(len(at), np.nan)
            if selection.column:
                value = self.history[selection.column].to_numpy(dtype=np.float64, na_value=np.nan)[at]
            first = np.searchsorted(self.number[at], np.arange(self.n_children + 1))
            self._events[selection] = Events(
                first, self.occurred[at], self.recorded[at], self.ended[at], self.end_recorded[at],
                kind[at].astype(np.int64), value,
            )  # fmt: skip
        return self._events[selection]

    def measure(self, spec: FeatureSpec) -> NDArray[np.generic]:
        """One column: the feature on each cohort row."""
        selection = _Selection(spec.kinds, spec.roles, spec.grades, spec.column)
        events = self._selected(selection)
        start = window_start(self.cutoff, spec.counted_days)
        if spec.measure in ("days_in_spell", "open"):
            covered, is_open = spell_time(events, self.child, self.cutoff, start)
            return narrow(covered // DAY if spec.measure == "days_in_spell" else np.minimum(is_open, 1))
        key = (selection, spec.counted_days)
        if key not in self._summaries:
            self._summaries[key] = summarise(events, self.child, self.cutoff, start, len(set(spec.kinds)))
        return _column(spec, self._summaries[key], self.cutoff)


def _column(spec: FeatureSpec, summary: Summary, cutoff: Times) -> NDArray[np.generic]:
    """A measure, from the summary of the window."""
    if spec.measure in NUMERIC_MEASURES:
        if spec.measure == "sum":
            return summary.total
        known = summary.values > 0
        mean = summary.total / np.where(known, summary.values, 1)
        return np.where(known, mean if spec.measure == "mean" else summary.largest, np.nan)
    if spec.measure in ("days_since_last", "days_since_first"):
        since = summary.latest if spec.measure == "days_since_last" else summary.earliest
        happened = summary.number > 0
        days = (cutoff - np.where(happened, since, 0)) // DAY
        return np.where(happened, days, np.nan).astype(np.float32)
    values = {
        "count": summary.number,
        "ever": np.minimum(summary.number, 1),
        "distinct_days": summary.distinct_days,
        "distinct_kinds": summary.distinct_kinds,
    }
    return narrow(values[spec.measure])


def narrow(values: NDArray[np.int64]) -> NDArray[np.generic]:
    """Whole numbers of 0 or more in the narrowest unsigned type that holds them.

    Examples
    --------
    >>> narrow(np.array([0, 255])).dtype, narrow(np.array([256])).dtype
    (dtype('uint8'), dtype('uint16'))
    """
    largest = int(values.max(initial=0))
    return values.astype(np.min_scalar_type(largest))
