"""Where each child lived, as known at a cutoff.

A spell counts once it has begun and been recorded. Its end becomes known when the child's next spell is
recorded; the last spell's end, when it comes::

    household A  |-----------------------|
    household B                          |------------
    B recorded                                R
    known home   |-------- A -----------------|-- B --
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ace_risk.features.time_rules import FAR, LONG_AGO, counts, end_known, microseconds

NEVER = pd.Timestamp("9999-12-31").as_unit("us")
HOME_COLUMNS = ["child_id", "household_id", "hub", "deprivation_decile"]


def homes_at(residence: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The known home of each child who lives in the area at a cutoff.

    Parameters
    ----------
    residence
        The table of the data contract: one row per child and household spell.
    cutoff
        The instant at which things are known.

    Returns
    -------
    DataFrame
        One row per child with a known open home: `child_id`, `household_id`, `hub`, `deprivation_decile`.
    """
    at = np.int64(cutoff.value // 1_000)
    spells = residence.sort_values(["child_id", "start_date", "recorded_at"], kind="stable")
    started = microseconds(spells["start_date"], "residence.start_date")
    recorded = microseconds(spells["recorded_at"], "residence.recorded_at")
    ended = microseconds(spells["end_date"], "residence.end_date", may_be_empty=True)
    child = spells["child_id"].to_numpy()
    followed = np.append(child[1:] == child[:-1], False)
    next_recorded = np.append(recorded[1:], FAR)
    end_recorded = np.where(followed, next_recorded, np.where(ended == FAR, FAR, ended - 1))
    known = counts(started, recorded, LONG_AGO, at)
    last_known = spells[known].assign(open=~end_known(ended, end_recorded, at)[known])
    last_known = last_known.drop_duplicates("child_id", keep="last")
    homes: pd.DataFrame = last_known.loc[last_known["open"], HOME_COLUMNS]
    return homes.reset_index(drop=True)


def leaves_area_at(residence: pd.DataFrame, homes: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Series:
    """When each child's unbroken residence in the area ends after a cutoff; empty while it goes on.

    A gap of more than one day between spells breaks residence. This looks past the cutoff: it says how long
    an outcome could have been seen, and is never a feature.

    Returns
    -------
    Series
        One value per row of `homes`, in the same order; NaT where the child stays.
    """
    spells = residence[residence["child_id"].isin(homes["child_id"])]
    spells = spells.sort_values(["child_id", "start_date"], kind="stable")
    end = spells["end_date"].fillna(NEVER)
    running_end = end.groupby(spells["child_id"], sort=False).cummax()
    same_child = spells["child_id"].eq(spells["child_id"].shift())
    gap = same_child & (spells["start_date"] > running_end.shift() + pd.Timedelta(days=1))
    stretch = (gap | ~same_child).cumsum()
    ends = running_end.groupby(stretch).max()
    begins = spells["start_date"].groupby(stretch).min()
    stretches = pd.DataFrame({"child_id": spells["child_id"].groupby(stretch).first(), "begins": begins, "ends": ends})
    later = stretches[stretches["ends"] > cutoff].sort_values(["child_id", "begins"], kind="stable")
    first_end = later.drop_duplicates("child_id").set_index("child_id")["ends"]
    leaves = first_end.reindex(homes["child_id"]).reset_index(drop=True)
    return leaves.where(leaves < NEVER)
