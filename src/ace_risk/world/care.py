"""Children looked after: care spells, placements, and where every child lived when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ace_risk.world.people import People
from ace_risk.world.places import Homes
from ace_risk.world.services import KINDS, Spells
from ace_risk.world.streams import Bools, Floats, Ints, Streams

MONTH = 30
MONTHLY_PLACEMENT_MOVE = 0.085
IN_CARE_HOME, TEEN_IN_CARE_HOME = 0.04, 0.33
_DAYS = 100_000


@dataclass(frozen=True)
class Care:
    """Spells of being looked after, by child and first day; they don't overlap."""

    child: Ints
    start: Ints
    end: Ints

    def during(self, child: Ints, day: Floats | Ints) -> Bools:
        """Whether each child is looked after on each day."""
        if not len(self.child):
            return np.zeros(len(child), dtype=np.bool_)
        key = child * _DAYS + np.floor(day).astype(np.int64)
        row = np.searchsorted(self.child * _DAYS + self.start, key, side="right") - 1
        row = np.maximum(row, 0)
        return np.asarray((self.child[row] == child) & (self.start[row] <= day) & (day < self.end[row]))


@dataclass(frozen=True)
class Placements:
    """One row per stay in a foster or care home: child, row of `Homes`, first day, and day of leaving."""

    child: Ints
    home: Ints
    start: Ints
    end: Ints
    in_care_home: Bools

    def month_slots(self, which: Bools) -> tuple[Ints, Ints]:
        """Row and first day of every 30 days, or what is left of them, of the stays asked for."""
        return slots(self.start, self.end, which)


@dataclass(frozen=True)
class Residence:
    """One row per child and spell in a home: row of `Homes`, first day, and day of leaving."""

    child: Ints
    home: Ints
    start: Ints
    end: Ints


def slots(start: Ints, end: Ints, which: Bools) -> tuple[Ints, Ints]:
    """Row and first day of every 30 days of spells.

    Examples
    --------
    >>> row, day = slots(np.array([0, 100]), np.array([61, 110]), np.array([True, True]))
    >>> list(zip(row.tolist(), day.tolist()))
    [(0, 0), (0, 30), (0, 60), (1, 100)]
    """
    rows = np.flatnonzero(which)
    count = -(-(end[rows] - start[rows]) // MONTH)
    row = np.repeat(rows, count)
    slot = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return row, start[row] + MONTH * slot


def care_spells(spells: Spells, start: int, end: int) -> Care:
    """The looked-after spells that run on or after `start` and begin before `end`."""
    rows = (spells.kind == KINDS.index("looked_after")) & (spells.end > start) & (spells.start < end)
    child, begin, stop = spells.child[rows], np.maximum(spells.start[rows], start), spells.end[rows]
    order = np.lexsort((begin, child))
    return Care(child[order], begin[order], stop[order])


def place_children(streams: Streams, people: People, homes: Homes, care: Care, end: int) -> Placements:
    """Where children looked after lived; siblings start in the same foster home."""
    row, day = slots(care.start, care.end, np.ones(len(care.child), dtype=np.bool_))
    moves = (day > care.start[row]) & (streams.uniform("placement_move", care.child[row], day) < MONTHLY_PLACEMENT_MOVE)
    day = day + np.floor(MONTH * streams.uniform("placement_day", care.child[row], day)).astype(np.int64) * moves
    kept = ((day == care.start[row]) | moves) & (day < care.end[row]) & (day < end)
    row, day = row[kept], day[kept]
    child = care.child[row]
    teen = people.age(child, day) >= 12
    in_home = streams.uniform("care_home", child, day) < np.where(teen, TEEN_IN_CARE_HOME, IN_CARE_HOME)
    first = day == care.start[row]
    pick = np.where(first, streams.uniform("foster", people.family[child]), streams.uniform("placement", child, day))
    count = np.where(in_home, homes.care, homes.foster)
    home = len(homes.family) + np.where(in_home, homes.foster, 0) + np.floor(pick * count).astype(np.int64)
    until = care.end[row]
    follows = row[1:] == row[:-1]
    until[:-1][follows] = day[1:][follows]
    return Placements(child, home, day, until, in_home)


def live_somewhere(people: People, homes: Homes, care: Care, placements: Placements, start: int, end: int) -> Residence:
    """Where every child lived from `start` to `end`: with the family, or in a placement while looked after."""
    child, home, day = _family_homes(people, homes, start, end)
    outside = ~care.during(child, day)
    back = (care.end < people.present_to[care.child]) & (care.end < end) & ~care.during(care.child, care.end)
    again, on = care.child[back], care.end[back]
    who = np.concatenate([child[outside], placements.child, again])
    where = np.concatenate([home[outside], placements.home, homes.at(people.family[again], on)])
    since = np.concatenate([day[outside], placements.start, on])
    order = np.lexsort((since, who))
    who, where, since = who[order], where[order], since[order]
    new = np.ones(len(who), dtype=np.bool_)
    new[1:] = (who[1:] != who[:-1]) | (where[1:] != where[:-1])
    who, where, since = who[new], where[new], since[new]
    until = people.present_to[who]
    follows = who[1:] == who[:-1]
    until[:-1][follows] = since[1:][follows]
    return Residence(who, where, since, until)


def _family_homes(people: People, homes: Homes, start: int, end: int) -> tuple[Ints, Ints, Ints]:
    """Child, home and first day of each stay with the family."""
    families = np.arange(people.families)
    first = np.searchsorted(homes.family, families)
    count = np.diff(np.append(first, len(homes.family)))
    child = np.repeat(np.arange(people.children), count[people.family])
    step = np.arange(len(child)) - np.repeat(
        np.cumsum(count[people.family]) - count[people.family], count[people.family]
    )
    home = first[people.family[child]] + step
    leaves = np.append(homes.since[1:], 0)
    last = np.append(homes.family[1:] != homes.family[:-1], True)
    until = np.minimum(np.where(last, people.present_to.max() + 1, leaves)[home], people.present_to[child])
    since = np.maximum(np.maximum(homes.since[home], people.present_from[child]), start)
    kept = (since < until) & (since < end)
    return child[kept], home[kept], since[kept]
