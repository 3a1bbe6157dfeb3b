"""The history sorted once by child and time, and the plan of which features count which events."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError
from ace_risk.features.kernel import EVER, MEASURES, measure_rows
from ace_risk.features.numbers import narrow, number_children
from ace_risk.features.sorting import sort_events
from ace_risk.features.spec import NUMERIC_MEASURES, FeatureSpec
from ace_risk.features.threads import in_ranges
from ace_risk.features.time_rules import DAY, FAR, Times, end_recorded_or_default, microseconds, times_or_far

CONDITIONS = ("kind", "role", "grade")
"""The columns that a feature may choose records by; together they make an event's class."""

AT_ONCE = 10_000
"""Cohort rows in a range: few enough that what is measured on them stays in the processor's cache."""
_OF_SPELLS = ("days_in_spell", "open", *NUMERIC_MEASURES)

Measured = tuple[NDArray[Any], NDArray[np.float64]]
"""Whole and real numbers of a range of cohort rows; see :func:`kernel.measure_rows`."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Events of the cohort's children, sorted by child and time.

    Attributes
    ----------
    first, events
        Where each child's events begin (one longer than the number of children), and the events with times in
        microseconds (empty ends are `FAR`); see `sorting.sort_events`.
    values
        Numeric columns of the history, one row for each name in `value_names`.
    levels
        For each of the conditions that are used, its values. An event's class is one number for its kind, role and
        grade, which counts through them in this order.
    child, cutoff
        Per cohort row: the child's number, and the cutoff.
    """

    first: NDArray[np.int64]
    events: NDArray[np.int64]
    values: NDArray[np.float64]
    value_names: tuple[str, ...]
    levels: dict[str, tuple[Any, ...]]
    child: NDArray[np.int64]
    cutoff: Times

    def measure(self, specs: tuple[FeatureSpec, ...], threads: int) -> list[Measured]:
        """Measure features on every cohort row: what :func:`kernel.measure_rows` gives, for one range after another."""
        plan_first, plan_feature, plan_kind = self._plan(specs)
        measure = np.array([MEASURES.index(spec.measure) for spec in specs])
        window = np.array([EVER if spec.counted_days is None else spec.counted_days * DAY for spec in specs])
        reach = np.where(np.isin(measure, [MEASURES.index("days_in_spell"), MEASURES.index("open")]), EVER, window)
        reach = np.where(measure == MEASURES.index("change"), 2 * np.minimum(window, EVER // 2), reach)
        most_kinds = max(len(spec.kinds) for spec in specs)
        value_row = np.array([self._value_row(spec) for spec in specs])

        def measure_range(begin: int, end: int) -> Measured:
            whole, real = measure_rows(
                self.first, self.events, self.values, plan_first, plan_feature, plan_kind, most_kinds,
                measure, window, value_row, int(reach.max()), self.child[begin:end], self.cutoff[begin:end],
            )  # fmt: skip
            return narrow(whole), real

        return in_ranges(measure_range, len(self.child), AT_ONCE, threads)

    def _value_row(self, spec: FeatureSpec) -> int:
        return self.value_names.index(spec.column) if spec.column else 0

    def _plan(self, specs: tuple[FeatureSpec, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """For each class of event, the features that count it and the kind's place in the feature."""
        sizes = [len(values) for values in self.levels.values()]
        entries = []
        for feature, spec in enumerate(specs):
            allowed = {"kind": spec.kinds, "role": spec.roles, "grade": spec.grades}
            positions = [
                [at for at, value in enumerate(values) if not allowed[name] or value in allowed[name]]
                for name, values in self.levels.items()
            ]
            for combination in product(*positions):
                number = int(np.ravel_multi_index(combination, sizes))
                entries.append((number, feature, spec.kinds.index(self.levels["kind"][combination[0]])))
        table = np.array(sorted(entries), dtype=np.int64).reshape(-1, 3)
        first = np.searchsorted(table[:, 0], np.arange(int(np.prod(sizes)) + 1))
        return first.astype(np.int64), table[:, 1].copy(), table[:, 2].copy()


def make_timeline(
    history: pd.DataFrame, cohort: pd.DataFrame, specs: tuple[FeatureSpec, ...], threads: int
) -> Timeline:
    """Sort the events that the features may count, of the children in the cohort.

    Parameters
    ----------
    history
        One row per child and record, in any order.
    cohort
        One row per child and cutoff.
    specs
        The features that will be measured.
    threads
        How many may be used.

    Raises
    ------
    DataError
        If times are empty, carry a zone or aren't times, a column that is summed doesn't hold numbers, or a row of
        the cohort has no child.
    """
    child, number, n_children = number_children(cohort["child_id"], history["child_id"])
    event_class, levels = _classes(history, specs)
    occurred = microseconds(history["occurred_at"], "history.occurred_at")
    recorded = microseconds(history["recorded_at"], "history.recorded_at")
    withdrawn = times_or_far(history, "withdrawn_at")
    columns: tuple[NDArray[np.int64], ...] = (number, occurred, recorded, event_class)
    with_ends = any(spec.measure in _OF_SPELLS for spec in specs)
    if with_ends or (withdrawn != FAR).any():
        columns += (withdrawn,)
    if with_ends:
        ended = times_or_far(history, "ended_at")
        end_recorded = end_recorded_or_default(ended, times_or_far(history, "end_recorded_at"), recorded)
        columns += (ended, end_recorded, np.arange(len(history)))
    first, events = sort_events(columns, n_children, threads)
    names = tuple(dict.fromkeys(spec.column for spec in specs if spec.column))
    values = [_numbers(history, name) for name in names]
    return Timeline(
        first=first,
        events=events,
        values=np.array(values, dtype=np.float64).reshape(len(names), len(history)),
        value_names=names,
        levels=levels,
        child=child,
        cutoff=microseconds(cohort["cutoff"], "cohort.cutoff"),
    )


def _classes(
    history: pd.DataFrame, specs: tuple[FeatureSpec, ...]
) -> tuple[NDArray[np.int64], dict[str, tuple[Any, ...]]]:
    """The class of each record by its kind, role and grade; -1 where no feature counts its kind."""
    chosen = {"kind": True, "role": any(spec.roles for spec in specs), "grade": any(spec.grades for spec in specs)}
    counted = {kind for spec in specs for kind in spec.kinds}
    codes, levels = [], {}
    for name in CONDITIONS:
        if not chosen[name]:
            continue
        code, values = _codes(history[name])
        levels[name] = (*values, None) if name != "kind" else tuple(values)
        codes.append(np.where(code < 0, len(values), code) if name != "kind" else code)
    used = np.array([kind in counted for kind in levels["kind"]] + [False])
    kept = used[codes[0]]
    sizes = [len(values) for values in levels.values()]
    number = np.ravel_multi_index([np.where(kept, code, 0) for code in codes], sizes) if len(history) else codes[0]
    return np.where(kept, number, -1).astype(np.int64), levels


def _codes(column: pd.Series) -> tuple[NDArray[np.int64], list[Any]]:
    """A column as numbers and the values that they stand for; -1 where empty."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), list(column.cat.categories)
    code, values = pd.factorize(column)
    return code.astype(np.int64), list(values)


def _numbers(history: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """A column of numbers, NaN where empty; a column without any value may have any type."""
    column = history[name]
    if not pd.api.types.is_numeric_dtype(column) and column.notna().any():
        raise DataError(f"history.{name}: must hold numbers, got {column.dtype}. Convert the column.")
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
