"""Statutory work with children: one plan at a time, stepped up, stepped down, ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ace_risk.world.people import People
from ace_risk.world.rhythm import workday
from ace_risk.world.streams import Bools, Floats, Ints, Streams

NONE, CIN, S47, CPP, CARE = -1, 0, 1, 2, 3
PLAN_KINDS = ("cin", "s47", "cpp", "looked_after")

# Days in each plan: median and spread (log standard deviation). Published: almost half of the episodes of
# need last up to three months, just under one in ten over two years.
PLAN_MEDIAN_DAYS = np.array([86.0, 14.0, 280.0, 900.0])
PLAN_SPREAD = np.array([1.6, 0.4, 0.65, 1.25])
PLAN_LEAST_DAYS = np.array([10, 3, 28, 7])
LONGER_AGAIN, MOST_EARLIER = 1.3, 4
"""How much longer work lasts with each earlier spell of work with the child, and up to how many count: agencies
that come back stay, so that much need makes long work and not many short spells."""
SHARED_BY_SIBLINGS = 0.75

LAST_WEEKS = 28
"""Days before the 18th birthday in which no work is started or followed up: adults' services take over."""

# What a start is, and what follows an enquiry or a plan. `severe` is the share of concern that is grave, 0 to 1.
STARTS_AS_ENQUIRY, STARTS_AS_ENQUIRY_SEVERE = 0.24, 0.45
ENQUIRY_TO_CARE, ENQUIRY_TO_CARE_SEVERE = 0.06, 0.05
ENQUIRY_TO_PLAN, ENQUIRY_TO_PLAN_SEVERE, ENQUIRY_TO_PLAN_AGAIN = 0.27, 0.20, 0.08
YOUNG_TO_PLAN = 0.12
ENQUIRY_TO_NEED = 0.75
PLAN_TO_CARE, PLAN_TO_NEED = 0.11, 0.60
CARE_TO_NEED = 0.30
MONTHLY_REMOVAL_FROM_PLAN, MONTHLY_REMOVAL_FROM_NEED = 0.012, 0.0025
NEED_TO_ENQUIRY = 0.7
"""For the first spell of work with a child; the more often agencies have looked, the less often they ask again."""


@dataclass(frozen=True)
class Draws:
    """One month's numbers for every child; siblings often share theirs, because agencies look at families."""

    day: Ints
    decision: Floats
    path: Floats
    length: Floats
    removal: Floats

    @classmethod
    def of_month(cls, random: np.random.Generator, people: People, first: int, last: int) -> Draws:
        """Draw the numbers of the month from `first` up to `last`."""
        count = people.children
        shared = (random.random(people.families) < SHARED_BY_SIBLINGS)[people.family]
        of_family = random.random((3, people.families))[:, people.family]
        decision, path, part = np.where(shared, of_family, random.random((3, count)))
        day = first + np.floor(part * (last - first)).astype(np.int64)
        return cls(workday(day, first), decision, path, random.standard_normal(count), random.random(count))


class Plans:
    """The open plan of every child, and the spells that came of them."""

    def __init__(self, streams: Streams, people: People) -> None:
        self.people = people
        self.random = streams("plans")
        self.open = np.full(people.children, NONE)
        self.start, self.end, self._row, self._again = np.zeros((4, people.children), dtype=np.int64)
        self._spells: list[tuple[Ints, Ints, Ints, Ints]] = []
        self._count = 0
        self._cuts: list[tuple[Ints, Ints]] = []

    @property
    def in_care(self) -> Bools:
        """Which children are looked after."""
        return np.asarray(self.open == CARE)

    def ended_within(self, days: int, day: int) -> Bools:
        """Which children's last plan ended less than so many days before a day."""
        return np.asarray((self.end > day - days) & (self.end <= day) & (self.open == NONE))

    def decide(self, hazard: Floats, severe: Floats, first: int, last: int) -> None:
        """Live through a month: plans end and are followed up, others start, some children are taken into care.

        Parameters
        ----------
        hazard
            Chance that statutory work starts in the month if none is open.
        severe
            Share of the concern that is grave, from 0 to 1.
        """
        draws = Draws.of_month(self.random, self.people, first, last)
        living = self.people.present(np.arange(self.people.children), draws.day)
        free_before = self.open == NONE
        self._follow((self.open != NONE) & (self.end < last) & living, draws, severe)
        in_time = draws.day < self.people.birth18 - LAST_WEEKS
        start = free_before & living & in_time & (draws.decision < hazard) & (self.end <= first)
        enquiry = draws.path < STARTS_AS_ENQUIRY + STARTS_AS_ENQUIRY_SEVERE * severe
        who = np.flatnonzero(start)
        self._begin(who, np.where(enquiry[who], S47, CIN), draws.day[who], draws.length[who])
        settled = ~start & living & in_time & (self.end > last)
        enquire = NEED_TO_ENQUIRY * hazard / np.maximum(self._again, 1)
        worse = settled & (self.open == CIN) & (draws.decision < enquire)
        self._replace(worse, S47, draws)
        chance = MONTHLY_REMOVAL_FROM_PLAN * (self.open == CPP) + MONTHLY_REMOVAL_FROM_NEED * severe
        removed = settled & np.isin(self.open, (CPP, CIN)) & (draws.removal < chance)
        self._replace(removed, CARE, draws)

    def _follow(self, ends: Bools, draws: Draws, severe: Floats) -> None:
        """What follows a plan that ends: an enquiry may lead to a plan, a plan to a lighter one, or nothing."""
        was, path = self.open.copy(), draws.path
        young = self.people.age(np.arange(len(was)), draws.day) < 5
        then = np.full(len(was), NONE)
        then[(was == S47) & (path < ENQUIRY_TO_NEED)] = CIN
        earlier = np.clip(self._again - 1, 0, MOST_EARLIER)
        plan = ENQUIRY_TO_PLAN + ENQUIRY_TO_PLAN_SEVERE * severe + ENQUIRY_TO_PLAN_AGAIN * earlier
        then[(was == S47) & (path < plan + YOUNG_TO_PLAN * young)] = CPP
        then[(was == S47) & (path < ENQUIRY_TO_CARE + ENQUIRY_TO_CARE_SEVERE * severe)] = CARE
        then[(was == CPP) & (path < PLAN_TO_NEED)] = CIN
        then[(was == CPP) & (path < PLAN_TO_CARE)] = CARE
        then[(was == CARE) & (path < CARE_TO_NEED)] = CIN
        self.open[ends] = NONE
        who = np.flatnonzero(ends & (then != NONE))
        who = who[self.people.present(who, self.end[who]) & (self.end[who] < self.people.birth18[who] - LAST_WEEKS)]
        self._begin(who, then[who], self.end[who], draws.length[who])

    def _begin(self, child: Ints, kind: NDArray[np.integer], day: Ints, length: Floats) -> None:
        """Start a plan; it ends by its length, the 18th birthday or the family's leaving."""
        longer = LONGER_AGAIN ** np.minimum(self._again[child], MOST_EARLIER)
        median = PLAN_MEDIAN_DAYS[kind] * np.where(kind == CIN, longer, 1.0)
        days = np.maximum(np.round(median * np.exp(PLAN_SPREAD[kind] * length)), PLAN_LEAST_DAYS[kind]).astype(np.int64)
        self._again[child] += 1
        leaves = self.people.present_to[child]
        stop = np.minimum(workday(np.minimum(day + days, leaves), day + 1), leaves)
        self.open[child], self.start[child], self.end[child] = kind, day, stop
        self._row[child] = self._count + np.arange(len(child))
        self._spells.append((child, kind.astype(np.int64), day, stop))
        self._count += len(child)

    def _replace(self, which: Bools, kind: int, draws: Draws) -> None:
        """End the plans of these children on a day of the month, and start another one on the same day."""
        child = np.flatnonzero(which & (self.start < draws.day) & (draws.day < self.end))
        self._cuts.append((self._row[child], draws.day[child]))
        self._begin(child, np.full(len(child), kind), draws.day[child], draws.length[child])

    def spells(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Child, kind, first day and day after the last of every plan."""
        child, kind, start, stop = (np.concatenate(column) for column in zip(*self._spells, strict=True))
        for row, day in self._cuts:
            stop[row] = day
        return child, kind, start, stop
