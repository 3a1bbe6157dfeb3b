"""The swap test: other groups are written into the tables, and everybody is scored again from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import Kinds
from ace_risk.models.additive import AdditiveModel

CAUTION = "This says nothing about indirect discrimination"
"""Stands beside every showing of the swap test."""

SWAPPED = {
    "sex": ("children", ("sex",)),
    "ethnicity": ("children", ("ethnicity", "ethnicity_observed")),
    "disability": ("children", ("disability",)),
    "deprivation": ("residence", ("deprivation_decile",)),
    "hub": ("residence", ("hub",)),
}
"""For each attribute, the table and the columns that hold it. Age and care follow from records of other kinds."""


def swap_chapter(
    model: AdditiveModel,
    tables: Tables,
    cohort: pd.DataFrame,
    before: npt.NDArray[np.float64],
    catalogue: Catalogue,
    kinds: Kinds,
    seed: int,
) -> dict[str, Any]:
    """Score some rows from tables in which each of these attributes was shuffled over all rows.

    All attributes are swapped at once: if nothing moves then none moves anything.

    Parameters
    ----------
    model, catalogue, kinds
        The table, its features, and the kinds of record.
    tables
        The six tables.
    cohort
        One row per child and cutoff: those to score.
    before
        Their scores from the tables as they are.
    seed
        Seed of the draws.

    Returns
    -------
    dict
        `attributes`, `rows`, `cells` (how many cells of the tables were changed), `changed` (how many rows got another
        score), `largest` (the largest change) and `caution`.
    """
    changed, cells = swap_groups(tables, np.random.default_rng(seed))
    features = build_features(build_history(changed, kinds), cohort, catalogue)
    off = np.abs(model.decision_function(features) - before)
    return {
        "attributes": list(SWAPPED),
        "rows": len(cohort),
        "cells": cells,
        "changed": int((off > 0).sum()),
        "largest": float(off.max(initial=0.0)),
        "caution": CAUTION,
    }


def swap_groups(tables: Tables, rng: np.random.Generator) -> tuple[Tables, int]:
    """The tables with each of the columns shuffled over its rows, and how many cells are now different."""
    frames = {"children": tables.children.copy(), "residence": tables.residence.copy()}
    cells = 0
    for table, columns in SWAPPED.values():
        frame = frames[table]
        order = rng.permutation(len(frame))
        for column in columns:
            before = frame[column]
            frame[column] = before.take(order).set_axis(frame.index)
            same = before.eq(frame[column]).fillna(False) | (before.isna() & frame[column].isna())
            cells += int((~same.astype(bool)).sum())
    return replace(tables, children=frames["children"], residence=frames["residence"]), cells
