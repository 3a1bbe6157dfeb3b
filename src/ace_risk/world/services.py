"""Agencies, month by month: what they know, whom they work with, whom they offer support.

An agency sees what was recorded until the end of the month before. It weighs recent records and the
longer past, sees some of the need when it looks, and decides with a threshold and a share of chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ace_risk.plans import Biases
from ace_risk.world.events import Events
from ace_risk.world.need import Need
from ace_risk.world.people import GROUPS, People
from ace_risk.world.plans import NONE, PLAN_KINDS, Plans
from ace_risk.world.recording import Records
from ace_risk.world.streams import Bools, Floats, Ints, Streams
from ace_risk.world.support import BEHAVIOUR, SUPPORT_DAYS, Support

AnyFloats = NDArray[np.floating]

KINDS = (*PLAN_KINDS, *SUPPORT_DAYS)
RECENT_MEMORY = 0.85  # kept from month to month: half forgotten after four months
LONG_MEMORY = 0.95  # half forgotten after fourteen months
BEHAVIOUR_MEMORY = 0.7

# Log-odds that statutory work starts in a month.
BASE = -5.34
RECENT_WEIGHT = 1.7
LONG_WEIGHT = 1.1
NEED_WEIGHT = 0.8
MOST_STARTS = 0.25
"""Chance that work starts in a month where nothing else is in doubt: no agency acts at once on all that it knows."""
UNDER_ONE = 0.20
SUPPORTED = -0.7
AFTER_PLAN = -0.3
"""While a plan ended less than a year ago: the family was helped, and agencies are slow to start again."""
TRUSTED_ADULT = -0.35
THRESHOLD_GAP = -1.2
"""What the knob `threshold_gap` adds at full strength: about a third of the odds."""


@dataclass(frozen=True)
class Spells:
    """One row per spell: child, position in `KINDS`, first day, day after the last one."""

    child: Ints
    kind: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class View:
    """What agencies knew and did at the first instant of a quarter; one entry per child."""

    day: int
    recent: NDArray[np.float32]
    lasting: NDArray[np.float32]
    supported: Bools
    after_plan: Bools
    prevented: NDArray[np.float32]
    planned: Bools


@dataclass(frozen=True)
class Course:
    """What happened: the spells, which events support didn't take away, and the quarterly views."""

    spells: Spells
    happened: Bools
    views: list[View]


def month_edges(begin: int, end: int) -> Ints:
    """The first days of the calendar months that reach from `begin` to `end`, and the day after the last."""
    first, last = (np.array([begin, end - 1]).astype("datetime64[D]").astype("datetime64[M]")).astype(np.int64)
    edges = np.arange(first, last + 2).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.clip(edges, begin, end)


def log_odds(
    people: People, need: AnyFloats, day: int, recent: AnyFloats, lasting: AnyFloats, eased: AnyFloats
) -> Floats:
    """Log-odds, for each child, that agencies would act if no plan is open and nobody is biased: see `start_chance`.

    `eased` is what help takes off them: see `easing`.
    """
    age = people.age(np.arange(people.children), day)
    known = RECENT_WEIGHT * np.log1p(recent) + LONG_WEIGHT * np.log1p(lasting)
    seen = NEED_WEIGHT * np.clip(need, -2, 4) + TRUSTED_ADULT * people.trusted_adult
    return np.asarray(BASE + known + seen + UNDER_ONE * (age < 1) + eased)


def start_chance(odds: Floats) -> Floats:
    """Chance that statutory work starts in a month, from the log-odds; at most `MOST_STARTS`."""
    return np.asarray(MOST_STARTS / (1 + np.exp(-odds)))


def easing(supported: Bools | AnyFloats, after_plan: Bools | AnyFloats) -> Floats:
    """What open support, and a plan that ended less than a year ago, add to the log-odds."""
    return np.asarray(SUPPORTED * supported + AFTER_PLAN * after_plan)


class Agencies:
    """What the agencies of a shard know and do."""

    def __init__(
        self, streams: Streams, people: People, need: Need, events: Events, records: Records, biases: Biases
    ) -> None:
        self.people, self.need, self.events, self.records = people, need, events, records
        self.plans, self.support = Plans(streams.recorder, people), Support(streams.recorder, people)
        self.recent, self.lasting, self.behaviour = np.zeros((3, people.children))
        self.happened = np.ones(len(events), dtype=np.bool_)
        self.helped = streams.uniform("helped", events.index)
        self.by_record = np.argsort(records.recorded, kind="stable")
        self.record_times = records.recorded[self.by_record]
        gap = people.group == GROUPS.index(biases.threshold_group)
        self.threshold = THRESHOLD_GAP * biases.threshold_gap * gap

    def supported(self, day: int) -> Bools:
        """Which children's families have help that makes statutory work less likely."""
        return self.support.has("early_help", day) | self.support.has("parent_treatment", day)

    def decide(self, first: int, last: int) -> None:
        """Statutory work and offers of support in the month."""
        quarter = int(self.need.quarter(np.array([first]))[0])
        need = self.need.child[:, quarter]
        eased = easing(self.supported(first), self.plans.ended_within(365, first))
        odds = log_odds(self.people, need, first, self.recent, self.lasting, eased)
        hazard = start_chance(odds + self.threshold)
        severe = 1 / (1 + np.exp(3.2 - 0.55 * self.recent))
        self.plans.decide(hazard, severe, first, last)
        planned = self.plans.open != NONE
        self.support.offer(self.recent, self.behaviour, self.plans.in_care, planned, first, last)

    def live(self, first: int, last: int) -> None:
        """Take away the events of the month that support prevents."""
        rows = slice(*np.searchsorted(self.events.time, (first, last)))
        self.happened[rows] = self.helped[rows] >= self.support.prevented(self.events.take(rows), first)

    def read(self, first: int, last: int) -> None:
        """Add the month's records to what agencies know, and forget a little."""
        rows = self.by_record[slice(*np.searchsorted(self.record_times, (first, last)))]
        rows = rows[self.happened[rows] & self.records.detected[rows]]
        people, events, weight = self.people, self.events, self.records.weight
        home, own = rows[events.child[rows] < 0], rows[events.child[rows] >= 0]
        of_family = np.bincount(events.family[home], weight[home], people.families)[people.family]
        new = of_family * ~self.plans.in_care + np.bincount(events.child[own], weight[own], people.children)
        named = own[BEHAVIOUR[events.kind[own]] & self.records.names_child[own]]
        self.recent = self.recent * RECENT_MEMORY + new
        self.lasting = self.lasting * LONG_MEMORY + new
        self.behaviour = self.behaviour * BEHAVIOUR_MEMORY + np.bincount(events.child[named], minlength=people.children)

    def view(self, day: int) -> View:
        """What they know and do now."""
        home, own, _ = self.support.strength(day)
        prevented = np.maximum(home[self.people.family], own).astype(np.float32)
        return View(
            day=day,
            recent=self.recent.astype(np.float32),
            lasting=self.lasting.astype(np.float32),
            supported=self.supported(day),
            after_plan=self.plans.ended_within(365, day),
            prevented=prevented,
            planned=self.plans.open != NONE,
        )

    def spells(self) -> Spells:
        """Every spell that ran for at least a day."""
        plans, support = self.plans.spells(), self.support.spells()
        kind = np.concatenate([plans[1], support[1] + len(PLAN_KINDS)])
        child, start, end = (np.concatenate([plans[place], support[place]]) for place in (0, 2, 3))
        ran = end > start
        return Spells(child[ran], kind[ran], start[ran], end[ran])


def run(
    streams: Streams, people: People, need: Need, events: Events, records: Records, biases: Biases, end: int
) -> Course:
    """Live through the months: agencies decide and help, events happen or don't, records add up."""
    agencies = Agencies(streams, people, need, events, records, biases)
    views = []
    for first, last in pairwise(month_edges(need.begin, end).tolist()):
        if is_quarter(first):
            views.append(agencies.view(first))
        agencies.decide(first, last)
        agencies.live(first, last)
        agencies.read(first, last)
    return Course(agencies.spells(), agencies.happened, views)


def is_quarter(day: int) -> bool:
    """Whether a day is the first of January, April, July or October."""
    when = np.datetime64(day, "D")
    month = when.astype("datetime64[M]")
    return bool(month.astype("datetime64[D]") == when and month.astype(np.int64) % 3 == 0)
