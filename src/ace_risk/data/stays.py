"""A child's homes one after the other, and when each record of a move said something about the home before.

The contract gives no time at which the end of a home was recorded. It is read like this: an end at which the next
home begins (at most a day later) was learnt with that home's record, so until then the child was taken to be still
there; any other end is on the child's own row and known when it comes::

    home A       |----------|                      A's end is learnt at R
    home B                  |-------|              B's end is known when it comes
    B recorded                  R
    known home   |------ A -----|-B-|  none

These are expressions of `data/engine.py`, on times of any one type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ibis.expr.types import Table


def in_order(homes: Table, day: Any) -> Table:
    """Each home with its place among the child's, and what its neighbours say about ends.

    Parameters
    ----------
    homes
        One row per child and home: `child_id`, `started`, `ended`, `recorded`, `row`. A home comes after another if it
        began later, or was recorded later where both began together.
    day
        One day, in the type in which times are subtracted.

    Returns
    -------
    Table
        The same rows and columns, and `place` (1 for a child's first home); `next_recorded`, when the next home was
        (empty for the last); `end_recorded`, when the end was learnt by the next home's record (empty where it
        wasn't); and `left_before`, from when the child had left the home before, as this home's record says.

    Examples
    --------
    >>> from ace_risk.data.engine import collect, to_table
    >>> homes = to_table({"child_id": ["a", "a"], "started": [0, 5], "ended": [5, 9], "recorded": [0, 7]})
    >>> collect(in_order(homes, day=1).order_by("place"), {})["left_before"].tolist()
    [0, 5]
    """
    order = {"group_by": "child_id", "order_by": ["started", "recorded", "row"]}
    homes = homes.mutate(
        place=homes.row.count().over(rows=(None, 0), **order),
        next_recorded=homes.recorded.lead().over(**order),
        next_started=homes.started.lead().over(**order),
        end_before=homes.ended.lag().over(**order),
    )
    at_once = (homes.next_started - day <= homes.ended).fill_null(False)
    after_one = (homes.started - day <= homes.end_before).fill_null(False)
    return homes.mutate(
        end_recorded=at_once.ifelse(homes.next_recorded, None),
        left_before=after_one.ifelse(homes.end_before, homes.started),
    ).drop("next_started", "end_before")


def moves_of(homes: Table) -> Table:
    """Every move to another household, and while it was known: a home and the one before it, as then recorded.

    A home that was recorded late comes to stand before or between others. A move is known once both its homes are, and
    until a home between them is::

        home A       |----|                    from R, the move from A to C is known,
        home B            |----|               from S, those from A to B and from B to C in its place
        home C                 |----------
        recorded     A              C R    B S

    Parameters
    ----------
    homes
        What :func:`in_order` gives, with `household_id`.

    Returns
    -------
    Table
        One row per pair of homes: `child_id`, `household_id`, `started` and `row` of the later home, `spell` (the row
        of the earlier), `recorded_at`, and `withdrawn_at`, empty if it is known for good.
    """
    later, earlier = homes.filter(homes.place > 1), homes.filter(homes.next_recorded.notnull())
    between = later.filter(later.next_recorded.notnull()).view()
    between = between.select(whose="child_id", middle="place", middle_recorded="recorded")
    earlier = earlier.select(
        "child_id", "next_recorded", spell="row", place_from="place", left="household_id", recorded_from="recorded"
    )
    later = later.select("child_id", "household_id", "started", "recorded", "row", "place").view()
    known = later_of(earlier.recorded_from, later.recorded)
    next_one = earlier.place_from + 1 == later.place
    seen = next_one | ((earlier.place_from < later.place) & (earlier.next_recorded > known))
    pairs = earlier.join(
        later, [earlier.child_id == later.child_id, earlier.left != later.household_id, seen], rname="{name}_to"
    ).drop("child_id_to")
    pairs = pairs.mutate(recorded_at=later_of(pairs.recorded_from, pairs.recorded))
    inside = (between.middle > pairs.place_from) & (between.middle < pairs.place)
    ends = pairs.join(between, [pairs.child_id == between.whose, inside])
    return while_known(pairs, ends.group_by("row", "spell").agg(withdrawn_at=ends.middle_recorded.min()))


def with_withdrawal(laid: Table, homes: Table) -> Table:
    """Household incidents on children, each until a record says that the child had left before it happened.

    Parameters
    ----------
    laid
        One row per incident and home: `child_id`, `place`, `ended` of the home, `occurred_at`, `recorded_at`, `row` of
        the incident and `spell`, that of the home.
    homes
        What :func:`in_order` gives.

    Returns
    -------
    Table
        The rows that are known at some time, with `withdrawn_at`, empty if the child really lived there.
    """
    gone = laid.filter(laid.occurred_at >= laid.ended)
    later = homes.filter(homes.place > 1).view()
    later = later.select(whose="child_id", next_place="place", said="recorded", since="left_before")
    told = (later.next_place > gone.place) & (later.since <= gone.occurred_at)
    ends = gone.join(later, [gone.child_id == later.whose, told])
    return while_known(laid, ends.group_by("row", "spell").agg(withdrawn_at=ends.said.min()))


def while_known(records: Table, ends: Table) -> Table:
    """The records that are known at some time, with the `withdrawn_at` of those that have an end."""
    records = records.left_join(ends, ["row", "spell"], rname="{name}_of_end").drop("row_of_end", "spell_of_end")
    return records.filter(records.withdrawn_at.isnull() | (records.recorded_at < records.withdrawn_at))


def later_of(one: Any, other: Any) -> Any:
    """The later of two times in each row, neither of them empty."""
    return (one > other).ifelse(one, other)
