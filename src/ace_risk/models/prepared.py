"""A study's frames, side by side: what a table is learnt from, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import Kinds
from ace_risk.models.folds import Fold, TemporalFolds

Rows = NDArray[np.intp]
Kept = tuple[tuple[NDArray[np.bool_], int], ...]
"""Places kept on each list for some groups: the mask of a group's rows, and how many."""


def kept_of(kept: Kept, rows: NDArray[Any]) -> Kept:
    """The kept places of some of the rows, by position or mask."""
    return tuple((members[rows], number) for members, number in kept)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A study's frames, one row per child and cutoff, and the folds over them.

    Attributes
    ----------
    kinds, catalogue
        What the records and the features are called.
    history
        One row per child and record.
    cohort, features, labels, groups
        One row per child and cutoff, in the same order; labels are nullable.
    family
        Family number by child.
    folds
        The folds in time.
    eligible
        Whether each row has the earlier record that the outcome asks for; all have where it asks for none.
    kept
        The places kept for hubs or age bands.
    """

    kinds: Kinds
    catalogue: Catalogue
    history: pd.DataFrame
    cohort: pd.DataFrame
    features: pd.DataFrame
    labels: pd.Series
    groups: pd.DataFrame
    family: pd.Series
    folds: TemporalFolds
    eligible: NDArray[np.bool_]
    kept: Kept = ()

    def known(self, rows: Rows) -> Rows:
        """Those of some rows whose outcome could be followed to its end."""
        return rows[self.labels.iloc[rows].notna().to_numpy()]

    def fold_rows(self, fold: Fold) -> tuple[Rows, Rows]:
        """Rows to train on and to judge on, whose outcome could be followed to its end."""
        train, judged = self.folds.rows(fold)
        return self.known(train), self.known(judged)
