"""Folds in time: training ends before validation and test begin, with a gap.

::

    history        training cutoffs      gap = horizon + lag        evaluation cutoffs
    |------------|--|--|--|--|--|.............................|--|--|--|--|
                 first         last                             first    last

A row may be used for training only if its outcome window, and the recording lag after it, had passed before
the first cutoff that is evaluated. So what a model learns from had happened by that day, and had been recorded
too, save for records that came later than the lag allows for. The same family may stand on both sides, as it
would in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError
from ace_risk.features.time_rules import fully_observed, microseconds


@dataclass(frozen=True)
class Fold:
    """Cutoffs to train on and cutoffs to evaluate on.

    Attributes
    ----------
    name, role
        E.g. `validation 1`; `validation` (choices are made on it) or `test` (opened last).
    train, evaluate
        Cutoffs, in order.
    """

    name: str
    role: str
    train: tuple[pd.Timestamp, ...]
    evaluate: tuple[pd.Timestamp, ...]


@dataclass(frozen=True)
class TemporalFolds:
    """The folds of a study: validation folds in order, and the test fold last.

    Attributes
    ----------
    folds
        Every fold.
    cutoffs
        The cutoff of each cohort row.
    horizon_days, recording_lag_days
        What makes the gap.
    """

    folds: tuple[Fold, ...]
    cutoffs: pd.Series
    horizon_days: int
    recording_lag_days: int

    def __iter__(self) -> Iterator[Fold]:
        return iter(self.folds)

    def __len__(self) -> int:
        return len(self.folds)

    @property
    def test(self) -> Fold:
        """The final test fold."""
        return self.folds[-1]

    @property
    def validation(self) -> tuple[Fold, ...]:
        """The folds on which choices are made."""
        return self.folds[:-1]

    def rows(self, fold: Fold) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Positions of the cohort rows to train on and to evaluate on."""
        return (
            np.flatnonzero(self.cutoffs.isin(fold.train).to_numpy()),
            np.flatnonzero(self.cutoffs.isin(fold.evaluate).to_numpy()),
        )

    def summary(self) -> pd.DataFrame:
        """One row per fold: its dates and numbers of rows.

        Returns
        -------
        DataFrame
            `name`, `role`, `train_from`, `train_to`, `gap_to` (when the last training row was known),
            `evaluate_from`, `evaluate_to`, `train_rows`, `evaluate_rows`.
        """
        gap = pd.Timedelta(days=self.horizon_days + self.recording_lag_days)
        rows = []
        for fold in self.folds:
            train, evaluate = self.rows(fold)
            rows.append(
                {
                    "name": fold.name,
                    "role": fold.role,
                    "train_from": fold.train[0],
                    "train_to": fold.train[-1],
                    "gap_to": fold.train[-1] + gap,
                    "evaluate_from": fold.evaluate[0],
                    "evaluate_to": fold.evaluate[-1],
                    "train_rows": len(train),
                    "evaluate_rows": len(evaluate),
                }
            )
        return pd.DataFrame(rows)


def temporal_folds(
    cohort: pd.DataFrame,
    horizon_days: int = 365,
    recording_lag_days: int = 30,
    history_years: float = 2,
    data_start: pd.Timestamp | None = None,
    validation_folds: int = 2,
    validation_cutoffs: int = 2,
    test_cutoffs: int = 4,
) -> TemporalFolds:
    """Cut a cohort into expanding folds in time.

    Parameters
    ----------
    cohort
        One row per child and cutoff: `child_id`, `cutoff`, and `observed_until` where known (without it, every
        cutoff is taken as observed).
    horizon_days, recording_lag_days
        Training rows end at least this long before the first cutoff that is evaluated. A cutoff is evaluated only
        if at least one of its rows has its whole window, and the lag, observed.
    history_years, data_start
        Cutoffs in the first years of the data are left out; the data start at `data_start`, by default the first
        cutoff.
    validation_folds, validation_cutoffs, test_cutoffs
        Number of validation folds, cutoffs in each, and cutoffs in the test fold.

    Returns
    -------
    TemporalFolds
        Validation folds in time order, then the test fold.

    Raises
    ------
    DataError
        If the data are too short, saying how many cutoffs there are and how many are needed.
    """
    gap_days = horizon_days + recording_lag_days
    usable = _usable_cutoffs(cohort, gap_days, history_years, data_start)
    gap = pd.Timedelta(days=gap_days)

    def known_before(first: pd.Timestamp) -> tuple[pd.Timestamp, ...]:
        return tuple(cutoff for cutoff in usable if cutoff + gap <= first)

    test = usable[-test_cutoffs:]
    folds: list[Fold] = []
    if test:
        trainable = known_before(test[0])
        folds = [Fold("test", "test", trainable, tuple(test))]
        for number in range(validation_folds):
            stop = len(trainable) - number * validation_cutoffs
            evaluate = trainable[max(stop - validation_cutoffs, 0) : max(stop, 0)]
            train = known_before(evaluate[0]) if evaluate else ()
            folds.insert(0, Fold(f"validation {validation_folds - number}", "validation", train, evaluate))
    short = len(test) < test_cutoffs or any(not fold.train for fold in folds)
    if short or any(len(fold.evaluate) < validation_cutoffs for fold in folds if fold.role == "validation"):
        raise DataError(
            f"folds: the data are too short. {len(usable)} cutoffs remain after {history_years:g} years of history "
            f"and with {gap_days} days observed after them; {test_cutoffs} are needed for the test, "
            f"{validation_folds} times {validation_cutoffs} for validation, and at least one {gap_days} days before "
            "each. Load a longer period (about eight years), or ask for fewer cutoffs or folds in the study."
        )
    return TemporalFolds(tuple(folds), cohort["cutoff"], horizon_days, recording_lag_days)


def _usable_cutoffs(
    cohort: pd.DataFrame, gap_days: int, history_years: float, data_start: pd.Timestamp | None
) -> list[pd.Timestamp]:
    """Cutoffs after the years of history, of which at least one row is observed to the end of the gap."""
    if cohort.empty:
        return []
    start = cohort["cutoff"].min() if data_start is None else data_start
    keep = cohort["cutoff"] >= start + pd.Timedelta(days=round(history_years * 365.25))
    if "observed_until" in cohort.columns:
        cutoff = microseconds(cohort["cutoff"], "cohort.cutoff")
        until = microseconds(cohort["observed_until"], "cohort.observed_until")
        keep &= cohort["cutoff"].isin(cohort.loc[fully_observed(cutoff, gap_days, until), "cutoff"])
    return sorted(cohort.loc[keep, "cutoff"].unique())
