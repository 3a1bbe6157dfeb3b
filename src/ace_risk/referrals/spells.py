"""Spells that are open at an instant, as far as is known then."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from ace_risk.features.cohort import record_columns
from ace_risk.features.time_rules import LONG_AGO, counts, end_known, instant


def open_spells(history: pd.DataFrame, kinds: Collection[str], at: pd.Timestamp) -> pd.DataFrame:
    """The rows of a history that are spells of some kinds, known and open at an instant.

    Parameters
    ----------
    history
        One row per child and record.
    kinds
        Kinds of spell.
    at
        When: a spell counts if it had begun and been recorded before, and its end isn't known yet.

    Examples
    --------
    >>> times = {name: pd.to_datetime(["2024-01-01"]) for name in ("occurred_at", "recorded_at")}
    >>> ends = {name: pd.to_datetime([None]) for name in ("ended_at", "end_recorded_at")}
    >>> history = pd.DataFrame({"child_id": ["a"], "kind": ["cin"], **times, **ends})
    >>> [len(open_spells(history, ["cin"], pd.Timestamp(day))) for day in ("2024-01-01", "2024-01-02")]
    [0, 1]
    """
    chosen = history["kind"].isin(list(kinds))
    times, when = record_columns(history, chosen), instant(at)
    known = counts(times["occurred"], times["recorded"], LONG_AGO, when, times["withdrawn"])
    found: pd.DataFrame = history[chosen][known & ~end_known(times["ended"], times["end_recorded"], when)]
    return found
