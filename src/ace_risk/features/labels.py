"""Labels: whether the outcome began within the horizon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.engine import collect, to_table
from ace_risk.errors import DataError, StudyError
from ace_risk.features.numbers import number_children
from ace_risk.features.time_rules import (
    DAY,
    Times,
    counts,
    fully_observed,
    microseconds,
    never_withdrawn,
    times_or_far,
    window_start,
)
from ace_risk.kinds import enforcement_problem, load_kinds

if TYPE_CHECKING:
    from ibis.expr.types import Table


@dataclass(frozen=True)
class Outcome:
    """What is looked for after the cutoff.

    Parameters
    ----------
    kinds
        Kinds of record whose start within the horizon makes the label 1. `arrest`, `charge`, `custody`,
        `stop_search`, `first_time_entry` and every kind marked enforcement are refused.
    horizon_days
        Length of the outcome window `[cutoff, cutoff + horizon)`, in 24-hour days.
    enforcement
        Further kinds that are refused, from the study's own `kinds.yaml`.
    after_kinds
        Only rows with an earlier record of one of these, known at the cutoff, have a label; empty for every row.

    Raises
    ------
    StudyError
        If a kind is refused, none is given, or the horizon is not 1 day or more.

    Examples
    --------
    >>> Outcome(["cin", "cpp"], 365).kinds
    ('cin', 'cpp')
    """

    kinds: tuple[str, ...]
    horizon_days: int
    enforcement: frozenset[str] = frozenset()
    after_kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        kinds = (self.kinds,) if isinstance(self.kinds, str) else tuple(self.kinds)
        object.__setattr__(self, "kinds", kinds)
        problems = [] if kinds else ["kinds: at least one kind is needed."]
        object.__setattr__(self, "after_kinds", tuple(self.after_kinds))
        named = (*kinds, *self.after_kinds)
        refused = load_kinds().refusal(named) or enforcement_problem(named, self.enforcement)
        if refused:
            problems.append(f"kinds: {refused}")
        whole = isinstance(self.horizon_days, int | np.integer) and not isinstance(self.horizon_days, bool)
        if not whole or not 1 <= self.horizon_days <= 36_525:
            problems.append(f"horizon_days: must be a whole number from 1 to 36,525, got {self.horizon_days!r}.")
        if problems:
            raise StudyError.from_problems("outcome", problems)


def build_labels(history: pd.DataFrame, cohort: pd.DataFrame, outcome: Outcome) -> pd.Series:
    """Whether the outcome began in `[cutoff, cutoff + horizon)`, for each cohort row.

    ::

                  cutoff                       cutoff + horizon
        ------------[------------------------------)----------->
           before: no    in it: 1, however late recorded    after: no

    Parameters
    ----------
    history
        One row per child and record: `child_id`, `occurred_at`, `recorded_at`, `kind`.
    cohort
        One row per child and cutoff: `child_id`, `cutoff`, and `observed_until` where known. A row whose window
        ends after `observed_until` (or, without that column, after the latest time in the history) is censored.
    outcome
        The kinds and the horizon.

    Returns
    -------
    Series
        Nullable Int8, same order and index as the cohort: 1, 0, or `<NA>` where censored (whatever happened) or where
        the outcome's `after_kinds` leave the row out.

    Raises
    ------
    DataError
        If a needed column is missing or times are empty or carry a zone.
    """
    missing = sorted({"child_id", "occurred_at", "recorded_at", "kind"} - set(history.columns))
    if missing:
        raise DataError(f"history: {', '.join(missing)} is missing. Add these columns.")
    cutoff = microseconds(cohort["cutoff"], "cohort.cutoff")
    until = _observed_until(history, cohort)
    starts = never_withdrawn(history[history["kind"].isin(outcome.kinds)])
    starts = starts.assign(recorded_at=starts["occurred_at"])  # an outcome counts however late it was recorded
    happened = _is_within(starts, cohort["child_id"], cutoff, cutoff + outcome.horizon_days * DAY)
    labels = pd.Series(happened, index=cohort.index, dtype="Int8", name="label")
    return labels.mask(~fully_observed(cutoff, outcome.horizon_days, until) | ~is_eligible(history, cohort, outcome))


def is_eligible(history: pd.DataFrame, cohort: pd.DataFrame, outcome: Outcome) -> NDArray[np.bool_]:
    """Whether each cohort row had, as known at its cutoff, the earlier record that the outcome asks for."""
    if not outcome.after_kinds:
        return np.ones(len(cohort), dtype=bool)
    cutoff = microseconds(cohort["cutoff"], "cohort.cutoff")
    earlier = history[history["kind"].isin(outcome.after_kinds)]
    return _is_within(earlier, cohort["child_id"], window_start(cutoff, None), cutoff)


def _is_within(history: pd.DataFrame, child: pd.Series, begin: Times, end: Times) -> NDArray[np.bool_]:
    """Whether a child has a record in `[begin, end)` that was recorded before the end, row by row."""
    number, of_record, _ = number_children(child, history["child_id"])
    rows = to_table({"child": number, "begin": begin, "end": end})
    records = to_table({
        "child": of_record,
        "occurred": microseconds(history["occurred_at"], "history.occurred_at"),
        "recorded": microseconds(history["recorded_at"], "history.recorded_at"),
        "withdrawn": times_or_far(history, "withdrawn_at"),
    })  # fmt: skip
    found = np.zeros(len(child), dtype=bool)
    found[collect(with_a_record(rows, records).order_by("row").select("row"), {})["row"]] = True
    return found


def with_a_record(rows: Table, records: Table) -> Table:
    """The rows whose child has a record that counts, as an expression: times in microseconds.

    Parameters
    ----------
    rows
        One row per cohort row: `child`, `begin` (included), `end` (excluded).
    records
        One row per record: `child`, `occurred`, `recorded`, `withdrawn`.
    """
    inside = counts(records.occurred, records.recorded, rows.begin, rows.end, records.withdrawn)
    return rows.semi_join(records, [rows.child == records.child, inside])


def _observed_until(history: pd.DataFrame, cohort: pd.DataFrame) -> Times:
    """The first instant that could not be observed, per cohort row."""
    if "observed_until" in cohort.columns:
        return microseconds(cohort["observed_until"], "cohort.observed_until")
    if history.empty:
        raise DataError("history: is empty, so the end of the data isn't known. Give cohort.observed_until.")
    latest = max(
        microseconds(history["occurred_at"], "history.occurred_at").max(),
        microseconds(history["recorded_at"], "history.recorded_at").max(),
    )
    return np.full(len(cohort), latest, dtype=np.int64)
