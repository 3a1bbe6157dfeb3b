"""The history sorted once by child and time, and the plan of which features count which events."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.features.catalogue import FeatureSpec
from ace_risk.features.kernel import EVER, MEASURES, measure_rows, sort_events
from ace_risk.features.time_rules import DAY, FAR, Times, end_recorded_or_default, microseconds

CONDITIONS = ("kind", "role", "grade")
"""The columns that a feature may choose records by; together they make an event's class."""


@dataclass(frozen=True, eq=False)
class Timeline:
    """Events of the cohort's children, sorted by child and time.

    Attributes
    ----------
    first, events
        Where each child's events begin (one longer than the number of children), and the events: times in
        microseconds (empty ends are `FAR`), class and position in the history; see `kernel.sort_events`.
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

    def measure(self, specs: tuple[FeatureSpec, ...]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Measure some features on every cohort row: whole and real numbers, each features × rows."""
        plan_first, plan_feature, plan_kind = self._plan(specs)
        measure = np.array([MEASURES.index(spec.measure) for spec in specs])
        window = np.array([EVER if spec.counted_days is None else spec.counted_days * DAY for spec in specs])
        reach = np.where(np.isin(measure, [MEASURES.index("days_in_spell"), MEASURES.index("open")]), EVER, window)
        reach = np.where(measure == MEASURES.index("change"), 2 * np.minimum(window, EVER // 2), reach)
        most_kinds = max(len(spec.kinds) for spec in specs)
        whole, real = measure_rows(
            self.first, self.events, self.values, plan_first, plan_feature, plan_kind, most_kinds, measure, window,
            np.array([self._value_row(spec) for spec in specs]), int(reach.max()),
            self.child, self.cutoff,
        )  # fmt: skip
        return whole, real

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


def make_timeline(history: pd.DataFrame, cohort: pd.DataFrame, specs: tuple[FeatureSpec, ...]) -> Timeline:
    """Sort the events that the features may count, of the children in the cohort.

    Parameters
    ----------
    history
        One row per child and record, in any order.
    cohort
        One row per child and cutoff.
    specs
        The features that will be measured.

    Raises
    ------
    DataError
        If times are empty, carry a zone or aren't times.
    """
    child, children = pd.factorize(cohort["child_id"])
    number = pd.Index(children).get_indexer(pd.Index(history["child_id"])).astype(np.int64, copy=False)
    event_class, levels = _classes(history, specs)
    recorded = microseconds(history["recorded_at"], "history.recorded_at")
    ended = _optional_times(history, "ended_at")
    end_recorded = end_recorded_or_default(ended, _optional_times(history, "end_recorded_at"), recorded)
    first, events = sort_events(
        number,
        microseconds(history["occurred_at"], "history.occurred_at"),
        recorded,
        ended,
        end_recorded,
        event_class,
        len(children),
    )
    names = tuple(dict.fromkeys(spec.column for spec in specs if spec.column))
    values = [history[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in names]
    return Timeline(
        first=first,
        events=events,
        values=np.array(values, dtype=np.float64).reshape(len(names), len(history)),
        value_names=names,
        levels=levels,
        child=child.astype(np.int64, copy=False),
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


def _optional_times(history: pd.DataFrame, name: str) -> Times:
    """A column of times that a history may lack; all empty then."""
    if name not in history.columns:
        return np.full(len(history), FAR, dtype=np.int64)
    return microseconds(history[name], f"history.{name}", may_be_empty=True)
