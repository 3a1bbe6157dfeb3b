"""Where each child lived, as known at a cutoff.

A spell counts once it has begun and been recorded. An end at which the next spell begins becomes known when that
one is recorded; any other, when it comes (`data/stays.py`)::

    household A  |-----------------------|
    household B                          |------------
    B recorded                                R
    known home   |-------- A -----------------|-- B --

What is known changes only when a spell becomes known, so each spell is the last known one in a range of
cutoffs, and homes are found by joining cutoffs to ranges, whatever their number. Times are whole microseconds,
as in `time_rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.data.engine import collect, to_table
from ace_risk.data.stays import in_order
from ace_risk.features.time_rules import DAY, FAR, LONG_AGO, counts, end_known, instant, known_from, microseconds

if TYPE_CHECKING:
    from ibis.expr.types import Table

NEVER = instant(pd.Timestamp("9999-12-31"))
"""An end on this day or later means none."""
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
        One row per child with a known open home, sorted by child: `child_id`, `household_id`, `hub`,
        `deprivation_decile`.
    """
    spells = known_spells(to_table(spell_columns(residence)))
    homes = spells.filter(is_home(spells, instant(cutoff))).order_by("child_id").select(HOME_COLUMNS)
    return collect(homes, _types(residence, HOME_COLUMNS))


def homes_of(residence: pd.DataFrame, cohort: pd.DataFrame) -> pd.DataFrame:
    """The known home of the child of each cohort row, at its cutoff.

    Returns
    -------
    DataFrame
        One row per cohort row, same order and index: `household_id`, `hub`, `deprivation_decile`; empty where no
        open home was known.
    """
    columns = HOME_COLUMNS[1:]
    cutoff = microseconds(cohort["cutoff"], "cohort.cutoff")
    rows = to_table({"child_id": cohort["child_id"], "cutoff": cutoff})
    spells = known_spells(to_table(spell_columns(residence))).drop("row")
    homes = rows.join(spells, "child_id").filter(lambda both: is_home(both, both.cutoff)).select("row", *columns)
    beside = rows.left_join(homes, "row").order_by("row").select(columns)
    return collect(beside, _types(residence, columns)).set_axis(cohort.index)


def _types(frame: pd.DataFrame, columns: list[str]) -> dict[str, Any]:
    """The pandas types of some columns, by name."""
    return {name: frame[name].dtype for name in columns}


def spell_columns(residence: pd.DataFrame) -> dict[str, Any]:
    """The columns of residence that the expressions read, with times in microseconds."""
    return {
        **{name: residence[name] for name in HOME_COLUMNS},
        "started": microseconds(residence["start_date"], "residence.start_date"),
        "recorded": microseconds(residence["recorded_at"], "residence.recorded_at"),
        "ended": microseconds(residence["end_date"], "residence.end_date", may_be_empty=True),
    }


def known_spells(spells: Table) -> Table:
    """Each spell with `end_recorded`, when its end became known, and `replaced`, when a later spell did.

    A spell comes after another if it began later, or was recorded later where both began together.
    """
    spells = in_order(spells, DAY)
    spells = spells.mutate(known=known_from(spells.started, spells.recorded))
    later = {"group_by": "child_id", "order_by": "place", "rows": (1, None)}
    by_itself = (spells.ended == FAR).ifelse(FAR, spells.ended - 1)
    return spells.mutate(
        end_recorded=spells.end_recorded.coalesce(by_itself),
        replaced=spells.known.min().over(**later).coalesce(FAR),
    )


def is_home(spell: Table, cutoff: Any) -> Any:
    """True where a spell is the last one known at the cutoff, and open as far as is known."""
    known = counts(spell.started, spell.recorded, LONG_AGO, cutoff) & (spell.replaced >= cutoff)
    return known & ~end_known(spell.ended, spell.end_recorded, cutoff)


def stretches(spells: Table) -> Table:
    """Unbroken residence in the area: one row per child and stretch, with `left_before` and `leaves`.

    `leaves` is `FAR` while the stretch goes on; `left_before` is when the stretch before ended, `LONG_AGO` for a
    child's first one. So the stretch that ends next after an instant is the one with the instant between the two.
    """
    order = {"group_by": "child_id", "order_by": ["started", "row"]}
    spells = spells.mutate(so_far=spells.ended.max().over(rows=(None, 0), **order))
    before = spells.so_far.lag().over(**order).coalesce(LONG_AGO)
    spells = spells.mutate(anew=(spells.started - DAY > before).cast("int64"))
    spells = spells.mutate(number=spells.anew.sum().over(rows=(None, 0), **order))
    stays = spells.group_by("child_id", "number").agg(leaves=spells.so_far.max())
    before = stays.leaves.lag().over(group_by="child_id", order_by="number")
    return stays.mutate(left_before=before.coalesce(LONG_AGO)).drop("number")


def leaves_after(stay: Table, instant: Any) -> Any:
    """True where a stretch is the next one to end after the instant."""
    return (stay.leaves > instant) & (stay.left_before <= instant)
