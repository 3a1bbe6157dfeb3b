"""Groups: what the audit compares. They travel beside the features, never among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.tables import Tables
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.features.homes import homes_of
from ace_risk.kinds import Kinds, load_kinds

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
DISABILITY = {True: "Disability recorded", False: "No disability"}
FIFTHS = (
    "most deprived fifth", "second most deprived fifth", "middle fifth", "second least deprived fifth",
    "least deprived fifth",
)  # fmt: skip
"""Fifths of areas by deprivation, two tenths each; tenth 1 is the most deprived."""


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


def age_bands(age: pd.Series) -> Any:
    """The band of each age in whole years, as ordered categories; "Not recorded" for an age outside all of them.

    Examples
    --------
    >>> list(age_bands(pd.Series([0, 13, 18])))
    ['under 1', '13 to 15', 'Not recorded']
    """
    bands = np.select([(age >= low) & (age < high) for low, high in AGE_BANDS.values()], range(len(AGE_BANDS)), -1)
    return _in_words(bands, [*AGE_BANDS, NOT_RECORDED])


def build_groups(
    tables: Tables, history: pd.DataFrame, cohort: pd.DataFrame, kinds: Kinds | None = None
) -> pd.DataFrame:
    """The groups of each cohort row, as known at its cutoff.

    Sex, ethnicity and disability are as the children's table has them: it holds no dates.

    Parameters
    ----------
    tables, history, cohort
        The six tables, their history, and one row per child and cutoff.
    kinds
        The codes of ethnicity in words; the shipped ones by default.

    Returns
    -------
    DataFrame
        One row per cohort row, same order and index: `sex`, `ethnicity` (self-defined, 5 + 1; the officer's view
        is not used), `ethnicity_18` (18 + 1, in words), `age_band`, `care_status`, `disability`, `deprivation`
        (fifths of areas), `age_years`, `hub`, `deprivation_decile`, `household_id`. The first seven are ordered
        categories, in which a missing value is the group "Not recorded".
    """
    words = (kinds or load_kinds()).codes.get("ethnicity", {})
    people = _people(tables.children, words).reindex(cohort["child_id"]).set_axis(cohort.index)
    age = age_in_years(people["birth_date"], cohort["cutoff"])
    homes = homes_of(tables.residence, cohort)[["hub", "deprivation_decile", "household_id"]]
    groups = pd.DataFrame(
        {
            "sex": people["sex"].fillna(NOT_RECORDED),
            "ethnicity": people["ethnicity"].fillna(NOT_RECORDED),
            "ethnicity_18": people["ethnicity_18"].fillna(NOT_RECORDED),
            "age_band": age_bands(age),
            "care_status": _care_status(history, cohort),
            "disability": people["disability"].fillna(NOT_RECORDED),
            "deprivation": _fifth(homes["deprivation_decile"]),
            "age_years": age,
        },
        index=cohort.index,
    )
    return groups.join(homes)


def _people(children: pd.DataFrame, words: Mapping[str, str]) -> pd.DataFrame:
    """Birthday, and sex, ethnicity and disability in words, by child."""
    first_letter = children["ethnicity"].astype("str").str[0]
    people = pd.DataFrame(
        {
            "birth_date": children["birth_date"],
            "sex": pd.Categorical(children["sex"].map(SEX), ["Girls", "Boys", NOT_RECORDED]),
            "ethnicity": pd.Categorical(first_letter.map(ETHNICITY_5_1), [*ETHNICITY_5_1.values(), NOT_RECORDED]),
            "ethnicity_18": pd.Categorical(
                children["ethnicity"].astype("str").map(dict(words)),
                list(dict.fromkeys([*words.values(), NOT_RECORDED])),
            ),
            "disability": pd.Categorical(children["disability"].map(DISABILITY), [*DISABILITY.values(), NOT_RECORDED]),
        }
    )
    return people.set_index(pd.Index(children["child_id"]))


def _care_status(history: pd.DataFrame, cohort: pd.DataFrame) -> Any:
    """Whether the child was known to have been looked after at any time before the cutoff."""
    in_care = history[history["kind"] == CARE_KIND]
    cared = build_features(in_care, cohort, Catalogue([FeatureSpec("care", (CARE_KIND,), "ever")])).iloc[:, 0]
    return _in_words(1 - cared.to_numpy(dtype=np.int64), ["ever looked after", "never looked after"])


def _fifth(decile: pd.Series) -> Any:
    """The fifth of areas by deprivation, in words."""
    number = (decile.to_numpy(dtype=float, na_value=np.nan) + 1) // 2 - 1
    return _in_words(np.where(np.isnan(number), -1, number).astype(np.int64), [*FIFTHS, NOT_RECORDED])


def _in_words(number: NDArray[np.int64], words: list[str]) -> Any:
    """Words by their number, counted from 0; -1 is the last one."""
    return pd.Categorical.from_codes(np.where(number < 0, len(words) - 1, number), pd.Index(words))
