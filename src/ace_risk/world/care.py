"""Children looked after: placements, where every child lived when, and going missing from care."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ace_risk.world.events import Events, join, repeats
from ace_risk.world.need import Need
from ace_risk.world.people import People
from ace_risk.world.places import Homes
from ace_risk.world.rates import CODE, MISSING_IN_CARE_YEARLY, MISSING_OFFSPRING_IN_CARE, RATES
from ace_risk.world.rhythm import place_in_time
from ace_risk.world.services import CARE, Spells
from ace_risk.world.streams import Bools, Floats, Ints, Streams

PLACEMENT_DAYS = 330.0
IN_CARE_HOME = 0.12
TEEN_IN_CARE_HOME = 0.33
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
class Residence:
    """One row per child and spell in a home: row of `Homes`, first day, and day of leaving."""

    child: Ints
    home: Ints
    start: Ints
    end: Ints


def care_spells(spells: Spells, start: int, end: int) -> Care:
    """The looked-after spells that run on or after `start` and begin before `end`."""
    rows = (spells.kind == CARE) & (spells.end > start) & (spells.start < end)
    child, begin, stop = spells.child[rows], np.maximum(spells.start[rows], start), spells.end[rows]
    order = np.lexsort((begin, child))
    return Care(child[order], begin[order], stop[order])


def live_somewhere(streams: Streams, people: People, homes: Homes, care: Care, start: int, end: int) -> Residence:
    """Where every child lived from `start` to `end`: with the family, or in a placement while looked after."""
    child, home, day = _family_homes(people, homes, start, end)
    outside = ~care.during(child, day)
    placed, place, placed_on = _placements(streams, people, homes, care, end)
    back = (care.end < people.present_to[care.child]) & (care.end < end)
    again, on = care.child[back], care.end[back]
    apart = ~care.during(again, on)
    again, on = again[apart], on[apart]
    who = np.concatenate([child[outside], placed, again])
    where = np.concatenate([home[outside], place, homes.at(people.family[again], on)])
    since = np.concatenate([day[outside], placed_on, on])
    order = np.lexsort((since, who))
    who, where, since = who[order], where[order], since[order]
    until = people.present_to[who]
    follows = who[1:] == who[:-1]
    until[:-1][follows] = since[1:][follows]
    lasts = until > since
    return Residence(who[lasts], where[lasts], since[lasts], until[lasts])


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


def _placements(streams: Streams, people: People, homes: Homes, care: Care, end: int) -> tuple[Ints, Ints, Ints]:
    """Child, home and first day of each placement; siblings start in the same foster home."""
    random = streams("placements")
    days = care.end - care.start
    moves = random.poisson(np.minimum(days, 3_000) / PLACEMENT_DAYS)
    row = np.repeat(np.arange(len(care.child)), moves)
    later = care.start[row] + 1 + np.floor(random.random(len(row)) * np.maximum(days[row] - 1, 0)).astype(np.int64)
    row = np.concatenate([np.arange(len(care.child)), row])
    day = np.concatenate([care.start, later])
    child = care.child[row]
    teen = (day - people.birth[child]) / 365.25 >= 12
    in_home = random.random(len(row)) < np.where(teen, TEEN_IN_CARE_HOME, IN_CARE_HOME / 3)
    first = np.arange(len(row)) < len(care.child)
    pick = np.where(first, people.family[child] * 7919, random.integers(0, 2**31, len(row)))
    own = len(homes.family)
    place = own + np.where(in_home, homes.foster + pick % homes.care, pick % homes.foster)
    order = np.lexsort((day, child))
    child, place, day = child[order], place[order], day[order]
    new = np.ones(len(child), dtype=np.bool_)
    new[1:] = (child[1:] != child[:-1]) | ((day[1:] > day[:-1]) & (place[1:] != place[:-1]))
    new |= np.isin(child * _DAYS + day, care.child * _DAYS + care.start)
    new &= day < end
    child, place, day = child[new], place[new], day[new]
    single = np.ones(len(child), dtype=np.bool_)
    single[1:] = (child[1:] != child[:-1]) | (day[1:] > day[:-1])
    return child[single], place[single], day[single]


def missing_in_care(streams: Streams, people: People, need: Need, care: Care) -> Events:
    """Episodes of going missing that being in care adds, with the ones that they bring on."""
    random = streams("missing_in_care")
    rate = RATES["missing"]
    days = care.end - care.start
    age = (care.start + days / 2 - people.birth[care.child]) / 365.25
    level = need.child[care.child, need.quarter(care.start)]
    by_age = rate.by_age()[np.clip(age * 4, 0, 72).astype(np.int64)]
    expected = MISSING_IN_CARE_YEARLY * days / 365.25 * by_age * np.exp(0.5 * level)
    row = np.repeat(np.arange(len(days)), np.minimum(random.poisson(expected), 40))
    child = care.child[row]
    day = care.start[row] + np.floor(random.random(len(row)) * days[row])
    night = place_in_time(random, 0, 1, len(row), "evening") % 1
    count = len(row)
    first = Events(
        kind=np.full(count, CODE["missing"], dtype=np.int64),
        time=day + night,
        family=people.family[child],
        child=child,
        severity=(level[row] > 1.2).astype(np.int64),
        helped=random.random(count),
    )
    more = repeats(random, people, first, MISSING_OFFSPRING_IN_CARE)
    return join([first, more])
