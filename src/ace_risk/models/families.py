"""Families: children who ever shared a household, directly or through others."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def family_of(residence: pd.DataFrame) -> pd.Series:
    """The family of each child: everybody linked by a shared household at any time is one family.

    Used to keep families apart when figures are checked, never as a feature.

    Parameters
    ----------
    residence
        One row per child and household spell: `child_id`, `household_id`.

    Returns
    -------
    Series
        Family number by child id. The numbers mean nothing.

    Examples
    --------
    >>> homes = pd.DataFrame({"child_id": ["a", "b", "b", "c"], "household_id": ["1", "1", "2", "3"]})
    >>> family = family_of(homes)
    >>> bool(family["a"] == family["b"]), bool(family["a"] == family["c"])
    (True, False)
    """
    child, children = pd.factorize(residence["child_id"], sort=True)
    home, homes = pd.factorize(residence["household_id"], sort=True)
    size = len(children) + len(homes)
    links = coo_array((np.ones(len(child), dtype=np.int8), (child, home + len(children))), shape=(size, size))
    _, component = connected_components(links, directed=False)
    return pd.Series(component[: len(children)], index=pd.Index(children, name="child_id"), name="family")


def family_draw(child_ids: pd.Series, family: pd.Series, seed: int) -> NDArray[np.float64]:
    """A number from 0 to below 1 for each row, the same for a whole family: its place when families are split.

    It follows from the seed and the first child id of the family, so the order of rows doesn't matter.

    Parameters
    ----------
    child_ids
        The child of each row.
    family
        From `family_of`.
    seed
        Another seed, another split.
    """
    first = family.index.to_series().astype(str).groupby(family.to_numpy()).min()
    draw: Any = first.map(lambda name: int(hashlib.sha256(f"{seed} {name}".encode()).hexdigest()[:13], 16) / 16**13)
    return child_ids.map(family.map(draw)).to_numpy(dtype=np.float64)
