"""Labels: whether the outcome began within the horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ace_risk.errors import DataError, StudyError
from ace_risk.features.kernel import Events, summarise
from ace_risk.features.time_rules import DAY, FAR, LONG_AGO, Times, fully_observed, microseconds
from ace_risk.kinds import enforcement_problem, load_kinds


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

    def __post_init__(self) -> None:
        kinds = (self.kinds,) if isinstance(self.kinds, str) else tuple(self.kinds)
        object.__setattr__(self, "kinds", kinds)
        problems = [] if kinds else ["kinds: at least one kind is needed."]
        refused = enforcement_problem(kinds, load_kinds().enforcement | self.enforcement)
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
        Nullable Int8, same order and index as the cohort: 1, 0, or `<NA>` where censored, whatever happened.

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
    number, children = pd.factorize(cohort["child_id"])
    begins = _sorted_starts(history[history["kind"].isin(outcome.kinds)], pd.Index(children))
    end = cutoff + outcome.horizon_days * DAY
    happened = summarise(begins, number, cutoff=end, start=cutoff, n_kinds=1).number > 0
    labels = pd.Series(happened.astype(np.int8), index=cohort.index, name="label").astype("Int8")
    return labels.mask(~fully_observed(cutoff, outcome.horizon_days, until))


def _sorted_starts(records: pd.DataFrame, children: pd.Index) -> Events:
    """The starts of the outcome, sorted by child and time; when they were recorded doesn't matter."""
    child = children.get_indexer(pd.Index(records["child_id"]))
    occurred = microseconds(records["occurred_at"], "history.occurred_at")
    order = np.lexsort((occurred, child))
    order = order[child[order] >= 0]
    empty = np.full(len(order), FAR, dtype=np.int64)
    return Events(
        first=np.searchsorted(child[order], np.arange(len(children) + 1)),
        occurred=occurred[order],
        recorded=np.full(len(order), LONG_AGO, dtype=np.int64),
        ended=empty,
        end_recorded=empty,
        kind=np.zeros(len(order), dtype=np.int64),
        value=np.full(len(order), np.nan),
    )


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
