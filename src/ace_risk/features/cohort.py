"""The cohort: which children are considered, and at which cutoffs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.errors import DataError
from ace_risk.features.homes import homes_at, leaves_area_at
from ace_risk.features.time_rules import LONG_AGO, counts, end_known, end_recorded_or_default, microseconds
from ace_risk.kinds import Kinds, load_kinds
from ace_risk.study import CohortRule

NOT_A_RECORD = frozenset({"moved_home"})
"""Kinds that don't bring a child into the cohort by themselves, besides enforcement."""


def cutoffs_between(first: pd.Timestamp, last: pd.Timestamp, every_months: int) -> list[pd.Timestamp]:
    """First days of months, `every_months` apart, from the first month that begins on or after `first`.

    Examples
    --------
    >>> [str(cutoff.date()) for cutoff in cutoffs_between(pd.Timestamp("2020-01-01"), pd.Timestamp("2020-07-01"), 3)]
    ['2020-01-01', '2020-04-01', '2020-07-01']
    """
    return list(pd.date_range(first, last, freq=f"{every_months}MS", unit="us"))


def build_cohort(
    tables: Tables,
    history: pd.DataFrame,
    rule: CohortRule,
    cutoffs: Sequence[pd.Timestamp] | None = None,
    kinds: Kinds | None = None,
) -> pd.DataFrame:
    """The children who are considered at each cutoff, by what was known then.

    A child is in the cohort if, at the cutoff, they are born and under age, have a known home in the area, have
    a record in the last `seen_within_days` (enforcement and house moves alone do not count), and have no open
    spell of `open_plan_kinds`.

    Parameters
    ----------
    tables
        The six tables.
    history
        The history made from them.
    rule
        Who is considered, and how often.
    cutoffs
        The cutoffs; by default every `rule.every_months` months from the first record to the end of the data.
    kinds
        The kinds of record; the shipped ones by default.

    Returns
    -------
    DataFrame
        One row per child and cutoff, sorted by cutoff and child: `child_id`, `cutoff`, and `observed_until`, the
        first instant from which the child can no longer be observed: the end of the data, the birthday on which
        the child leaves the age range, or the day of leaving the area, whichever comes first.

    Raises
    ------
    DataError
        If a cutoff lies after the end of the data.
    """
    kinds = kinds or load_kinds()
    if cutoffs is None:
        first = tables.incidents["occurred_at"].min().normalize().replace(day=1)
        cutoffs = cutoffs_between(first, tables.data_end, rule.every_months)
    late = [cutoff for cutoff in cutoffs if cutoff > tables.data_end]
    if late:
        raise DataError(
            f"cohort: {late[0]:%-d %B %Y} lies after the end of the data ({tables.data_end:%-d %B %Y}). "
            "Choose a date within the data, or load newer data."
        )
    records = _Records(tables, history, rule, kinds)
    parts = [_cohort_at(tables, records, rule, pd.Timestamp(cutoff).as_unit("us")) for cutoff in cutoffs]
    if not parts:
        parts = [_cohort_at(tables, records, rule, tables.data_end).iloc[:0]]
    return pd.concat(parts, ignore_index=True)


class _Records:
    """The history's times, ready to be asked who was seen and who had an open plan at a cutoff."""

    def __init__(self, tables: Tables, history: pd.DataFrame, rule: CohortRule, kinds: Kinds) -> None:
        unseen = kinds.enforcement | NOT_A_RECORD
        self.children = pd.Index(tables.children["child_id"])
        self.child = self.children.get_indexer(pd.Index(history["child_id"]))
        self.occurred = microseconds(history["occurred_at"], "history.occurred_at")
        self.recorded = microseconds(history["recorded_at"], "history.recorded_at")
        self.ended = microseconds(history["ended_at"], "history.ended_at", may_be_empty=True)
        end_recorded = microseconds(history["end_recorded_at"], "history.end_recorded_at", may_be_empty=True)
        self.end_recorded = end_recorded_or_default(self.ended, end_recorded, self.recorded)
        self.brings_in = ~history["kind"].isin(unseen).to_numpy()
        self.is_plan = history["kind"].isin(rule.open_plan_kinds).to_numpy()

    def seen(self, start: np.int64, cutoff: np.int64) -> Any:
        """Children with a record in the window."""
        counted = self.brings_in & counts(self.occurred, self.recorded, start, cutoff)
        return self.children[np.unique(self.child[counted])]

    def on_a_plan(self, cutoff: np.int64) -> Any:
        """Children with an open spell of the plan kinds."""
        started = self.is_plan & counts(self.occurred, self.recorded, np.int64(LONG_AGO), cutoff)
        still_open = started & ~end_known(self.ended, self.end_recorded, cutoff)
        return self.children[np.unique(self.child[still_open])]


def _cohort_at(tables: Tables, records: _Records, rule: CohortRule, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The cohort at one cutoff."""
    at = np.int64(cutoff.value // 1_000)
    start = (cutoff - pd.Timedelta(days=rule.seen_within_days)).value // 1_000
    homes = homes_at(tables.residence, cutoff)
    homes = homes[homes["child_id"].isin(records.seen(np.int64(start), at))]
    homes = homes[~homes["child_id"].isin(records.on_a_plan(at))].reset_index(drop=True)
    born = homes["child_id"].map(tables.children.set_index("child_id")["birth_date"])
    comes_of_age = born + pd.DateOffset(years=rule.under_age_years)
    ends = pd.DataFrame(
        {
            "data": tables.data_end,
            "age": comes_of_age,
            "area": leaves_area_at(tables.residence, homes, cutoff),
        }
    )
    observed_until = ends.min(axis=1).astype("datetime64[us]")
    cohort = pd.DataFrame({"child_id": homes["child_id"], "cutoff": cutoff, "observed_until": observed_until})
    cohort = cohort[((born < cutoff) & (comes_of_age > cutoff)).to_numpy()]
    return cohort.sort_values("child_id", kind="stable", ignore_index=True)


def censoring_reasons(cohort: pd.DataFrame, tables: Tables, rule: CohortRule, horizon_days: int) -> dict[str, int]:
    """How many cohort rows are not fully observed, by what ended observation first.

    Returns
    -------
    dict
        Counts of `data_end`, `comes_of_age` and `leaves_area`; a row that is censored counts once.
    """
    ends = cohort["cutoff"] + pd.Timedelta(days=horizon_days)
    censored = cohort[ends > cohort["observed_until"]]
    birth = censored["child_id"].map(tables.children.set_index("child_id")["birth_date"])
    of_age = birth + pd.DateOffset(years=rule.under_age_years) == censored["observed_until"]
    data_end = censored["observed_until"] == tables.data_end
    return {
        "data_end": int(data_end.sum()),
        "comes_of_age": int((of_age & ~data_end).sum()),
        "leaves_area": int((~of_age & ~data_end).sum()),
    }
