"""The cohort: which children are considered, and at which cutoffs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ace_risk.data.engine import collect, least, to_table
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError
from ace_risk.features.homes import is_home, known_spells, leaves_after, spell_columns, stretches
from ace_risk.features.time_rules import (
    LONG_AGO,
    counts,
    end_known,
    end_recorded_or_default,
    instant,
    microseconds,
    times_or_far,
    window_start,
)
from ace_risk.kinds import Kinds, load_kinds
from ace_risk.plans import CohortRule

if TYPE_CHECKING:
    from ibis.expr.types import Table

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
    a record in the last `seen_within_days` (enforcement and house moves alone do not count), have no open
    spell of `open_plan_kinds`, and no record of a kind that ends observation, such as a death.

    Parameters
    ----------
    tables
        The six tables.
    history
        The history made from them.
    rule
        Who is considered, and how often.
    cutoffs
        The cutoffs; by default every `rule.every_months` months from the start of the data (`Tables.data_start`)
        to their end.
    kinds
        The kinds of record; the shipped ones by default.

    Returns
    -------
    DataFrame
        One row per child and cutoff, sorted by cutoff and child: `child_id`, `cutoff`, and `observed_until`, the
        first instant from which the child can no longer be observed: the end of the data, the birthday on which
        the child leaves the age range, the day of leaving the area, or the first day of a kind that ends
        observation, whichever comes first. It looks past the cutoff and is never a feature.

    Raises
    ------
    DataError
        If a cutoff lies after the end of the data, is empty or carries a zone, or none is given and there is no
        incident to begin with.
    """
    kinds = kinds or load_kinds()
    if cutoffs is None:
        if tables.incidents.empty:
            raise DataError("incidents: has no row, so nobody knows when records begin. Give the cutoffs.")
        first = tables.data_start.normalize().replace(day=1)
        cutoffs = cutoffs_between(first, tables.data_end, rule.every_months)
    microseconds(pd.Series(cutoffs, dtype=None if len(cutoffs) else "datetime64[us]"), "cutoffs")
    late = [cutoff for cutoff in cutoffs if cutoff > tables.data_end]
    if late:
        raise DataError(
            f"cohort: {late[0]:%-d %B %Y} lies after the end of the data ({tables.data_end:%-d %B %Y}). "
            "Choose a date within the data, load newer data, or, if nothing more was recorded up to that date, say so "
            "by data_end in datapackage.json."
        )
    considered = considered_children(
        children=to_table(_child_columns(tables.children, rule)),
        spells=to_table(spell_columns(tables.residence)),
        records=to_table(record_columns(history, ~history["kind"].isin(kinds.enforcement | NOT_A_RECORD))),
        plans=to_table(record_columns(history, history["kind"].isin(rule.open_plan_kinds))),
        endings=to_table(record_columns(history, history["kind"].isin(kinds.ends_observation))),
        cutoffs=to_table(_cutoff_columns(cutoffs, rule)),
        data_end=instant(tables.data_end),
    )
    times = dict.fromkeys(["cutoff", "observed_until"], "datetime64[us]")
    return collect(considered, {"child_id": tables.residence["child_id"].dtype} | times)


def considered_children(
    children: Table, spells: Table, records: Table, plans: Table, endings: Table, cutoffs: Table, data_end: int
) -> Table:
    """The cohort of :func:`build_cohort` as one expression over all cutoffs, times in microseconds.

    Parameters
    ----------
    children
        One row per child: `child_id`, `born`, `comes_of_age`.
    spells
        One row per child and home, as :func:`ace_risk.features.homes.known_spells` reads them.
    records, plans, endings
        One row per record that brings a child in, per spell that keeps one out, and per record that ends
        observation: `child_id`, `occurred`, `recorded`, `ended`, `end_recorded`, `withdrawn`.
    cutoffs
        One row per cutoff: `cutoff`, `seen_from`, `row`.
    data_end
        The end of the data.
    """
    spells = spells.semi_join(records, "child_id")
    homes = known_spells(spells).drop("row").join(children.drop("row"), "child_id")
    of_age = (homes.born < cutoffs.cutoff) & (homes.comes_of_age > cutoffs.cutoff)
    rows = homes.join(cutoffs, [is_home(homes, cutoffs.cutoff), of_age])
    rows = rows.select("child_id", "cutoff", "seen_from", "comes_of_age", "row")
    seen = counts(records.occurred, records.recorded, rows.seen_from, rows.cutoff, records.withdrawn)
    rows = rows.semi_join(records, [rows.child_id == records.child_id, seen])
    open_plan = counts(plans.occurred, plans.recorded, LONG_AGO, rows.cutoff, plans.withdrawn) & ~end_known(
        plans.ended, plans.end_recorded, rows.cutoff
    )
    rows = rows.anti_join(plans, [rows.child_id == plans.child_id, open_plan])
    ended = counts(endings.occurred, endings.recorded, LONG_AGO, rows.cutoff, endings.withdrawn)
    rows = rows.anti_join(endings, [rows.child_id == endings.child_id, ended])
    stays = stretches(spells)
    rows = rows.left_join(stays, [rows.child_id == stays.child_id, leaves_after(stays, rows.cutoff)])
    rows = rows.drop("child_id_right")
    rows = rows.left_join(endings.group_by("child_id").agg(over=endings.occurred.min()), "child_id")
    ends = least(data_end, rows.comes_of_age, rows.leaves, rows.over)
    return rows.order_by("row", "child_id").select("child_id", "cutoff", observed_until=ends)


def _child_columns(children: pd.DataFrame, rule: CohortRule) -> dict[str, Any]:
    """Each child's birthday, and the one on which the child leaves the age range."""
    comes_of_age = children["birth_date"] + pd.DateOffset(years=rule.under_age_years)
    return {
        "child_id": children["child_id"],
        "born": microseconds(children["birth_date"], "children.birth_date", may_be_empty=True),
        "comes_of_age": microseconds(comes_of_age, "children.birth_date", may_be_empty=True),
    }


def record_columns(history: pd.DataFrame, chosen: pd.Series) -> dict[str, Any]:
    """Some records of the history: whose they are, and their times in microseconds.

    Returns
    -------
    dict
        `child_id`, `occurred`, `recorded`, `ended`, `end_recorded` (that of the record where it isn't known) and
        `withdrawn`, an entry per chosen record, in the order of the history.
    """
    history = history[chosen]
    occurred = microseconds(history["occurred_at"], "history.occurred_at")
    recorded = microseconds(history["recorded_at"], "history.recorded_at")
    ended = microseconds(history["ended_at"], "history.ended_at", may_be_empty=True)
    end_recorded = microseconds(history["end_recorded_at"], "history.end_recorded_at", may_be_empty=True)
    end_recorded = end_recorded_or_default(ended, end_recorded, recorded)
    return {
        "child_id": history["child_id"], "occurred": occurred, "recorded": recorded, "ended": ended,
        "end_recorded": end_recorded, "withdrawn": times_or_far(history, "withdrawn_at"),
    }  # fmt: skip


def _cutoff_columns(cutoffs: Sequence[pd.Timestamp], rule: CohortRule) -> dict[str, Any]:
    """The cutoffs in their order, and the first instant of the window in which a child must have been seen."""
    cutoff = np.array([instant(at) for at in cutoffs], dtype=np.int64)
    return {"cutoff": cutoff, "seen_from": window_start(cutoff, rule.seen_within_days)}


def censoring_reasons(
    cohort: pd.DataFrame, tables: Tables, rule: CohortRule, horizon_days: int, kinds: Kinds | None = None
) -> dict[str, int]:
    """How many cohort rows are not fully observed, by what ended observation first.

    Returns
    -------
    dict
        Counts of `data_end`, `dies`, `comes_of_age` and `leaves_area`. A row that is censored counts once; where two
        fall on one instant, under the first of these.
    """
    kinds = kinds or load_kinds()
    ends = cohort["cutoff"] + pd.Timedelta(days=horizon_days)
    censored = cohort[ends > cohort["observed_until"]]
    child, until = censored["child_id"], censored["observed_until"]
    birth = child.map(tables.children.set_index("child_id")["birth_date"])
    endings = tables.services[tables.services["kind"].isin(kinds.ends_observation)]
    first_ending = endings.groupby("child_id")["start_date"].min()
    reasons = {
        "data_end": until == tables.data_end,
        "dies": first_ending.reindex(child.to_numpy()).set_axis(until.index) == until,
        "comes_of_age": birth + pd.DateOffset(years=rule.under_age_years) == until,
    }
    counted, open_yet = {}, pd.Series(True, index=censored.index)
    for reason, holds in reasons.items():
        counted[reason] = int((open_yet & holds).sum())
        open_yet &= ~holds
    return counted | {"leaves_area": int(open_yet.sum())}


def without_few_deaths(reasons: dict[str, int], fewest: int) -> dict[str, int]:
    """The same counts for a page that others read: deaths that are few stand with those who left the area.

    Examples
    --------
    >>> without_few_deaths({"data_end": 90, "dies": 3, "comes_of_age": 40, "leaves_area": 50}, fewest=10)
    {'data_end': 90, 'comes_of_age': 40, 'leaves_area_or_dies': 53}
    """
    if not 0 < reasons["dies"] < fewest:
        return reasons
    others = {reason: rows for reason, rows in reasons.items() if reason not in ("dies", "leaves_area")}
    return others | {"leaves_area_or_dies": reasons["dies"] + reasons["leaves_area"]}
