"""Features: one number per cohort row and feature, from what was known at the cutoff."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.engine import processors
from ace_risk.errors import DataError, StudyError
from ace_risk.features.catalogue import NUMERIC_MEASURES, Catalogue, FeatureSpec
from ace_risk.features.kernel import NOTHING
from ace_risk.features.numbers import narrow
from ace_risk.features.timeline import make_timeline

NEEDED = ("child_id", "occurred_at", "recorded_at", "kind")
"""Columns that every history must have."""


def build_features(
    history: pd.DataFrame, cohort: pd.DataFrame, catalogue: Catalogue, threads: int | None = None
) -> pd.DataFrame:
    """Measure every feature of the catalogue on each cohort row, as known at its cutoff.

    Parameters
    ----------
    history
        One row per child and record: `child_id` (any hashable), `occurred_at`, `recorded_at`, `kind`; and,
        where the catalogue asks for them, `ended_at`, `end_recorded_at`, `role`, `grade` and numeric columns.
        Any order. An end without a record of its own counts as recorded when it happened, or with the start
        if that was recorded later. `withdrawn_at`, if there, is when a later record showed the row to be wrong.
    cohort
        One row per child and cutoff: `child_id`, `cutoff`.
    catalogue
        What to measure.
    threads
        How many may be used; by default one for each processor that may be. The values don't depend on it.

    Returns
    -------
    DataFrame
        One row per cohort row, same order and same index; one column per feature. `days_since_*`, `mean` and
        `max` are NaN where nothing is known; counts are 0, in the narrowest unsigned integer type.

    Raises
    ------
    DataError
        If a needed column is missing or holds no numbers, times are empty or carry a zone, or a cohort row has no
        child.
    StudyError
        If there is to be no thread.

    Notes
    -----
    A record counts if it occurred in `[cutoff - window, cutoff)` and was recorded before the cutoff, and if no
    record before the cutoff withdrew it. A number on a spell, such as hours missing, counts once the spell's end
    was known.

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
    if cohort.empty:
        return pd.DataFrame({spec.name: pd.Series(dtype=np.uint8) for spec in catalogue}, index=cohort.index)
    threads = processors() if threads is None else threads
    if threads < 1:
        raise StudyError(f"threads: must be 1 or more, got {threads}.")
    timeline = make_timeline(history, cohort, catalogue.specs, threads)
    measured = timeline.measure(catalogue.specs, threads)
    columns: dict[str, NDArray[Any]] = {}
    real_lines = iter(range(len(catalogue)))
    for at, spec in enumerate(catalogue):
        if spec.measure in NUMERIC_MEASURES:
            line = next(real_lines)
            columns[spec.name] = np.concatenate([real[line] for _, real in measured])
        else:
            columns[spec.name] = _column(spec, np.concatenate([whole[at] for whole, _ in measured]))
    return pd.DataFrame(columns, index=cohort.index, copy=False)


def _check_columns(history: pd.DataFrame, cohort: pd.DataFrame, catalogue: Catalogue) -> None:
    """Refuse frames that lack a column that is needed, naming all of them."""
    needed = set(NEEDED) | {spec.column for spec in catalogue if spec.column}
    needed |= {"role" for spec in catalogue if spec.roles} | {"grade" for spec in catalogue if spec.grades}
    lines = [f"history: {name} is missing" for name in sorted(needed - set(history.columns))]
    lines += [f"cohort: {name} is missing" for name in ("child_id", "cutoff") if name not in cohort.columns]
    if lines:
        raise DataError("; ".join(lines) + ". Add these columns.")


def _column(spec: FeatureSpec, whole: NDArray[Any]) -> NDArray[Any]:
    """A feature's column in its type: days with NaN for never, or narrow whole numbers."""
    if spec.measure in ("days_since_last", "days_since_first"):
        return np.where(whole == NOTHING, np.nan, whole).astype(np.float32)
    return narrow(whole)
