"""What the truth says about rows of a cohort: read after a model is trained, never before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ace_risk.plans import OutcomePlan
from ace_risk.world.events import HIGH_NEED
from ace_risk.world.plans import PLAN_KINDS

TRUTH = "truth"
ORACLE_DAYS = (365, 366)
"""The oracle expects what happens within 12 months."""


def read_answers(folder: Path, cohort: pd.DataFrame, outcome: OutcomePlan) -> pd.DataFrame | None:
    """The true need behind some rows of a synthetic cohort, and how likely the outcome truly was.

    Parameters
    ----------
    folder
        The folder of six tables, with `truth/` inside.
    cohort
        One row per child and cutoff.
    outcome
        What the study looks for. The oracle knows of statutory work within 12 months and of nothing else.

    Returns
    -------
    DataFrame
        Same order and index as the cohort: `need` (mean of the cutoff's calendar year), `in_need` (whether that is
        high; missing where the child didn't live here that year) and `oracle` (expected probability of statutory
        work within 12 months for somebody who knows true need; missing where none is stored for that day, and
        everywhere if the outcome is another one). None where the folder holds no truth.
    """
    place = folder / TRUTH
    if not (place / "truth.parquet").is_file() or not (place / "oracle.parquet").is_file():
        return None
    years = cohort["cutoff"].dt.year
    truth = pd.read_parquet(place / "truth.parquet").set_index("child_id").reindex(cohort["child_id"])
    need = np.full(len(cohort), np.nan)
    for year in np.unique(years):
        if f"need_{year}" in truth.columns:
            here = (years == year).to_numpy()
            need[here] = truth[f"need_{year}"].to_numpy(dtype=float)[here]
    oracle = pd.read_parquet(place / "oracle.parquet", columns=["child_id", "cutoff", "with_support"])
    keys = cohort[["child_id", "cutoff"]].reset_index(drop=True)
    oracle["cutoff"] = oracle["cutoff"].astype(keys["cutoff"].dtype)
    expected = keys.merge(oracle, on=["child_id", "cutoff"], how="left", validate="many_to_one")["with_support"]
    known = set(outcome.kinds) == set(PLAN_KINDS) and outcome.horizon_days in ORACLE_DAYS and not outcome.after_kinds
    in_need = np.where(np.isnan(need), np.nan, need > HIGH_NEED)
    return pd.DataFrame(
        {"need": need, "in_need": in_need, "oracle": expected.to_numpy() if known else np.nan}, index=cohort.index
    )
