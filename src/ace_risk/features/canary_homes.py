"""How the canary disturbs homes: what may be learnt about them at or after a cutoff, and must move nothing at it.

::

    known at the cutoff    |-------- A ---------...
    a move is forgotten    |-------- A ---------...           B, recorded later, is gone, and A goes on
    a move was earlier     |-- A --|---- B -----...           A's end is not known yet
    a home was two         |-- A --|- new -|- B ...           the new one is recorded at the cutoff
    there was one before   |new|---- A ---------...           and so is this one
    a child comes back     |-- A --|     |- new ...           after an end that was A's own
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DAY = pd.Timedelta(days=1)
_MOST = 300
"""Homes of each sort that are made up."""


def later_moves(residence: pd.DataFrame, cutoff: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """The same homes as known at the cutoff, with other homes and ends recorded from then on.

    Parameters
    ----------
    residence
        The table of the data contract.
    cutoff
        The instant at which nothing may move.
    rng
        Draws what is disturbed.

    Returns
    -------
    DataFrame
        The same columns; other rows, and other ends and starts, in any order.
    """
    spells = _earlier_moves(_without_later(_in_order(residence), cutoff, rng), cutoff, rng)
    return pd.concat([*_split(spells, cutoff, rng), *_added(spells, cutoff, rng)], ignore_index=True)


def _in_order(residence: pd.DataFrame) -> pd.DataFrame:
    return residence.sort_values(["child_id", "start_date", "recorded_at"], kind="stable", ignore_index=True)


def _is_followed(spells: pd.DataFrame) -> pd.Series:
    """Whether the child has a next home."""
    return spells["child_id"].eq(spells["child_id"].shift(-1))


def _at_once(spells: pd.DataFrame) -> pd.Series:
    """Whether the child's next home begins at the end of this one, so that its record gave the end."""
    return _is_followed(spells) & (spells["start_date"].shift(-1) - DAY <= spells["end_date"])


def _without_later(spells: pd.DataFrame, cutoff: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Half of the later moves gone with the end that they gave the home before; last ends still to come gone too."""
    gone = (spells["recorded_at"] >= cutoff) & (rng.random(len(spells)) < 0.5)
    end = spells["end_date"]
    left = end.shift().where(_at_once(spells).shift(fill_value=False), spells["start_date"])
    next_left = left.mask(gone).groupby(spells["child_id"]).bfill()
    next_left = next_left.shift(-1).where(_is_followed(spells))
    end = end.mask(gone.shift(-1, fill_value=False) & _at_once(spells), next_left)
    return spells.assign(end_date=end.mask(~_is_followed(spells) & (end > cutoff)))[~gone].reset_index(drop=True)


def _earlier_moves(spells: pd.DataFrame, cutoff: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Half of the moves that are recorded later put at an earlier day."""
    later = _at_once(spells) & (spells["recorded_at"].shift(-1) >= cutoff) & (rng.random(len(spells)) < 0.5)
    moved = _between(spells["start_date"], spells["start_date"].shift(-1), rng)
    start = spells["start_date"].mask(later.shift(fill_value=False), moved.shift())
    return spells.assign(start_date=start, end_date=spells["end_date"].mask(later, moved))


def _split(spells: pd.DataFrame, cutoff: pd.Timestamp, rng: np.random.Generator) -> list[pd.DataFrame]:
    """All homes, some of them ended early by a new one, and the new ones; an end of its own that has come stays."""
    fits = (spells["recorded_at"] < cutoff) & (spells["start_date"] < cutoff)
    fits &= _at_once(spells) | ~(spells["end_date"] <= cutoff)
    chosen = _sample(spells[fits], rng)
    moved = _between(chosen["start_date"], chosen["end_date"].where(chosen["end_date"] < cutoff, cutoff), rng)
    new = chosen.assign(start_date=moved, recorded_at=cutoff, household_id=_others(spells, len(chosen), rng))
    ended = spells.assign(end_date=moved.reindex(spells.index).fillna(spells["end_date"]))
    return [ended, new]


def _added(spells: pd.DataFrame, cutoff: pd.Timestamp, rng: np.random.Generator) -> list[pd.DataFrame]:
    """Homes before the first of some children, and after the last of some who had left."""
    first = _sample(spells[~spells["child_id"].duplicated()], rng)
    before = first.assign(start_date=first["start_date"] - 60 * DAY, end_date=first["start_date"])
    last = _sample(spells[~_is_followed(spells) & (spells["end_date"] < cutoff)], rng)
    back = last.assign(start_date=last["end_date"] + 9 * DAY, end_date=None)
    recorded = back["start_date"].where(back["start_date"] > cutoff, cutoff)
    added = [before.assign(recorded_at=cutoff), back.assign(recorded_at=recorded)]
    return [new.assign(household_id=_others(spells, len(new), rng)).astype(spells.dtypes.to_dict()) for new in added]


def _between(start: pd.Series, end: pd.Series, rng: np.random.Generator) -> pd.Series:
    """A day from the start on, before the end."""
    return (start + (end - start) * rng.random(len(start))).dt.floor("D").clip(lower=start)


def _sample(spells: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return spells.sample(min(len(spells), _MOST), random_state=rng)


def _others(spells: pd.DataFrame, size: int, rng: np.random.Generator) -> NDArray[Any]:
    """Households drawn from those there are."""
    return spells["household_id"].to_numpy()[rng.integers(0, len(spells), size)] if size else np.array([])
