"""Groups: what the audit compares. They travel beside the features, never among them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.features.homes import homes_at

ETHNICITY_5_1 = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Other"}
"""The 5 + 1 groups by the first letter of the 18 + 1 code; everything else is not recorded."""
NOT_RECORDED = "Not recorded"
AGE_BANDS = {
    "under 1": (0, 1), "1 to 4": (1, 5), "5 to 9": (5, 10), "10 to 12": (10, 13), "13 to 15": (13, 16),
    "16 to 17": (16, 18),
}  # fmt: skip
"""Age bands in whole years: the first age is included, the second isn't."""
SEX = {"F": "Girls", "M": "Boys", "U": NOT_RECORDED}
CARE_KIND = "looked_after"


def age_in_years(birth: pd.Series, at: pd.Series) -> pd.Series:
    """Whole years of age: the birthday itself counts, and 29 February comes of age on 1 March.

    Examples
    --------
    >>> age_in_years(pd.Series(pd.to_datetime(["2010-05-12"])), pd.Series(pd.to_datetime(["2020-05-11"]))).tolist()
    [9]
    """
    before_birthday = (at.dt.month < birth.dt.month) | ((at.dt.month == birth.dt.month) & (at.dt.day < birth.dt.day))
    years: pd.Series = at.dt.year - birth.dt.year - before_birthday.astype("int64")
    return years


def build_groups(tables: Tables, history: pd.DataFrame, cohort: pd.DataFrame) -> pd.DataFrame:
    """The groups of each cohort row, as known at its cutoff.

    Returns
    -------
    DataFrame
        One row per cohort row, same order and index: `sex`, `ethnicity` (self-defined, 5 + 1; the officer's view
        is not used), `age_band`, `care_status`, `hub`, `deprivation_decile`, `household_id`, `age_years`.
        Sex, ethnicity, age band and care status are ordered categories.
    """
    people = tables.children.set_index("child_id").reindex(cohort["child_id"])
    birth = pd.Series(people["birth_date"].to_numpy(), index=cohort.index)
    age = age_in_years(birth, cohort["cutoff"])
    first_letter = people["ethnicity"].astype("str").str[0].map(ETHNICITY_5_1).fillna(NOT_RECORDED)
    bands = np.select([(age >= low) & (age < high) for low, high in AGE_BANDS.values()], list(AGE_BANDS), NOT_RECORDED)
    groups = pd.DataFrame(
        {
            "sex": pd.Categorical(people["sex"].map(SEX).fillna(NOT_RECORDED), ["Girls", "Boys", NOT_RECORDED]),
            "ethnicity": pd.Categorical(first_letter, [*ETHNICITY_5_1.values(), NOT_RECORDED]),
            "age_band": pd.Categorical(bands, [*AGE_BANDS, NOT_RECORDED]),
            "care_status": _care_status(history, cohort),
            "age_years": age.to_numpy(),
        },
        index=cohort.index,
    )
    return groups.join(_homes(tables, cohort))


def _care_status(history: pd.DataFrame, cohort: pd.DataFrame) -> Any:
    """Whether the child was known to have been looked after at any time before the cutoff."""
    cared = build_features(history, cohort, Catalogue([FeatureSpec("care", (CARE_KIND,), "ever")]))
    words = np.where(cared.iloc[:, 0] == 1, "ever looked after", "never looked after")
    return pd.Categorical(words, ["ever looked after", "never looked after"])


def _homes(tables: Tables, cohort: pd.DataFrame) -> pd.DataFrame:
    """Household, hub and deprivation of the known home, per cohort row."""
    parts = [homes_at(tables.residence, cutoff).assign(cutoff=cutoff) for cutoff in cohort["cutoff"].unique()]
    columns = ["hub", "deprivation_decile", "household_id"]
    if not parts:
        return pd.DataFrame(columns=columns, index=cohort.index)
    homes = pd.concat(parts, ignore_index=True)
    merged = cohort[["child_id", "cutoff"]].merge(homes, on=["child_id", "cutoff"], how="left")
    return merged[columns].set_index(cohort.index)
