"""Families: children of one household are one visit; those who aren't on the list are a count."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.data.tables import Tables
from ace_risk.features.homes import homes_at


def visit_numbers(households: NDArray[np.object_]) -> list[str]:
    """An opaque number per household, in the order in which households first appear.

    Examples
    --------
    >>> visit_numbers(np.array(["H7", "H3", "H7"], dtype=object))
    ['V001', 'V002', 'V001']
    """
    numbers = pd.factorize(households)[0] + 1
    return [f"V{number:03d}" for number in numbers]


def unlisted_siblings(
    tables: Tables, as_of: pd.Timestamp, under_years: int, households: NDArray[np.object_], listed: Iterable[object]
) -> list[int]:
    """For each household, how many other children under age live there, as far as is known, and aren't listed.

    Parameters
    ----------
    tables
        The six tables.
    as_of
        The day of the list.
    under_years
        The age from which nobody counts as a child.
    households
        The household of each row of the list; the row's own child is never counted.
    listed
        The children on the list.
    """
    born = tables.children.set_index("child_id")["birth_date"]
    homes = homes_at(tables.residence, as_of)
    birth = homes["child_id"].map(born)
    homes = homes[(birth < as_of) & (birth + pd.DateOffset(years=under_years) > as_of)]
    others = homes[~homes["child_id"].isin(list(listed))]
    per_home = others.groupby("household_id").size()
    return per_home.reindex(households, fill_value=0).astype(int).tolist()
