"""Support and statutory work, month by month: who is offered what, and what support takes away.

An agency sees what was recorded until the end of the month before. It weighs recent records and the
longer past, sees some of the need when it looks, and decides with a threshold and a share of chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ace_risk.world.events import Events
from ace_risk.world.need import Need
from ace_risk.world.people import People
from ace_risk.world.rates import CODE, HOUSEHOLD_KINDS, NAMES
from ace_risk.world.recording import Records
from ace_risk.world.streams import Bools, Floats, Ints, Streams

MONTH_DAYS = 30.4375
RECENT_MEMORY = 0.85  # per month: half forgotten after four months
LONG_MEMORY = 0.95  # half forgotten after fourteen months
KINDS = (
    "cin", "s47", "cpp", "looked_after", "early_help", "parent_treatment", "youth_provision", "youth_diversion",
    "young_carer_support", "philomena_notice",
)  # fmt: skip
NONE, CIN, S47, CPP, CARE = -1, 0, 1, 2, 3

# Log-odds of statutory work starting in a month.
BASE = -6.55
RECENT_WEIGHT = 1.3
LONG_WEIGHT = 0.8
NEED_WEIGHT = 0.8
SUPPORT_EFFECT = -0.7
PROTECTION_EFFECT = -0.35
SHARED_BY_SIBLINGS = 0.6

# Days in each plan: median and spread (log standard deviation).
PLAN_DAYS = {CIN: (92.0, 1.6), S47: (14.0, 0.4), CPP: (280.0, 0.65), CARE: (520.0, 1.25)}
SUPPORT_DAYS = {
    "early_help": 170, "parent_treatment": 210, "youth_provision": 270, "youth_diversion": 110,
    "young_carer_support": 300, "philomena_notice": 700,
}  # fmt: skip


@dataclass(frozen=True)
class Spells:
    """One row per spell: child, position in `KINDS`, first day, day after the last one."""

    child: Ints
    kind: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True)
class Course:
    """What happened: the spells, which events support didn't take away, and the agencies' monthly hazard."""

    spells: Spells
    happened: Bools
    hazard: NDArray[np.float32]


def run(streams: Streams, people: People, need: Need, events: Events, records: Records, end: int) -> Course:
    """Live through the months: records add up, agencies decide, support takes events away."""
    office = Office(streams, people, need, events, records)
    months = int(np.ceil((end - need.begin) / MONTH_DAYS))
    hazard = np.zeros((months, people.children), dtype=np.float32)
    for month in range(months):
        first = int(need.begin + round(month * MONTH_DAYS))
        last = min(int(need.begin + round((month + 1) * MONTH_DAYS)), end)
        hazard[month] = office.decide(first, last)
        office.offer(first, last)
        office.live(first, last)
        office.read(first, last)
    return Course(office.spells(), office.happened, hazard)


class Office:
    """The agencies of a shard: what they know, whom they work with."""

    def __init__(self, streams: Streams, people: People, need: Need, events: Events, records: Records) -> None:
        self.streams, self.people, self.need, self.events, self.records = streams, people, need, events, records
        self.random = streams("decisions")
        self.offers = streams("offers")
        count = people.children
        self.plan = np.full(count, NONE)
        self.plan_start, self.plan_end, self.plan_row = np.zeros((3, count), dtype=np.int64)
        self.until = {name: np.full(count, -1, dtype=np.int64) for name in SUPPORT_DAYS}
        self.recent = np.zeros(count)
        self.lasting = np.zeros(count)
        self.young_concern = np.zeros(count)
        self.happened = np.ones(len(events), dtype=np.bool_)
        self.by_record = np.argsort(records.recorded, kind="stable")
        self.record_times = records.recorded[self.by_record]
        self.rows: list[tuple[Ints, Ints, Ints, Ints]] = []
        self.row_count = 0
        self.cuts: list[tuple[Ints, Ints]] = []
        self.at_home_kind = np.isin(np.arange(len(NAMES)), [CODE[name] for name in HOUSEHOLD_KINDS])
        self.behaviour_kind = np.array(
            [name.startswith("asb") or name in ("crime", "missing", "weapons", "child_substance_use") for name in NAMES]
        )

    def log_odds(self, first: int) -> Floats:
        """Log-odds, for each child, that statutory work starts in the month if none is open."""
        people = self.people
        age = (first - people.birth) / 365.25
        young = np.where(age < 1, 0.55, np.where(age < 5, 0.25, 0.0))
        supported = (self.until["early_help"] > first) | (self.until["parent_treatment"] > first)
        quarter = int(self.need.quarter(np.array([first]))[0])
        return np.asarray(
            BASE
            + RECENT_WEIGHT * np.log1p(self.recent)
            + LONG_WEIGHT * np.log1p(self.lasting)
            + NEED_WEIGHT * np.clip(self.need.child[:, quarter], -2, 4)
            + young
            + SUPPORT_EFFECT * supported
            + PROTECTION_EFFECT * people.trusted_adult
        )

    def decide(self, first: int, last: int) -> Floats:
        """Close plans that end in the month, step up or down, and start new ones; the hazard of starting."""
        people, random = self.people, self.random
        count = people.children
        day = first + np.floor(random.random(count) * (last - first)).astype(np.int64)
        shared = random.random(count) < SHARED_BY_SIBLINGS
        family_draw = random.random(people.families)[people.family]
        drawn = np.where(shared, family_draw, random.random(count))
        path = np.where(shared, random.random(people.families)[people.family], random.random(count))
        length = random.standard_normal(count)
        severe = 1 / (1 + np.exp(-(0.55 * self.recent - 3.2)))
        hazard = 1 / (1 + np.exp(-self.log_odds(first)))
        living = people.present(np.arange(count), day)
        ends = (self.plan != NONE) & (self.plan_end < last) & living
        self._step(ends, path, severe, length)
        free = (self.plan == NONE) & living
        start = free & (drawn < hazard) & (self.plan_end <= first)
        kind = np.where(path < 0.30 + 0.45 * severe, S47, CIN)
        self._open(np.flatnonzero(start), kind[start], day[start], length[start])
        worse = (self.plan == CIN) & living & ~start & (drawn < 0.25 * hazard) & (self.plan_end > last)
        self._replace(worse, S47, day, length)
        removed = (
            np.isin(self.plan, (CPP, CIN))
            & living
            & (random.random(count) < 0.012 * (self.plan == CPP) + 0.0025 * severe)
        )
        self._replace(removed & (self.plan_end > last), CARE, day, length)
        return hazard

    def _step(self, ends: Bools, path: Floats, severe: Floats, length: Floats) -> None:
        """What follows a plan that ends: an enquiry may lead to a plan, a plan to a lighter one, or nothing."""
        was = self.plan.copy()
        follow = np.full(len(was), NONE)
        follow[(was == S47) & (path < 0.72)] = CIN
        follow[(was == S47) & (path < 0.36 + 0.2 * severe)] = CPP
        follow[(was == S47) & (path < 0.06 + 0.05 * severe)] = CARE
        follow[(was == CPP) & (path < 0.6)] = CIN
        follow[(was == CPP) & (path < 0.09)] = CARE
        follow[(was == CARE) & (path < 0.3)] = CIN
        self.plan[ends] = NONE
        go = np.flatnonzero(ends & (follow != NONE))
        go = go[self.people.present(go, self.plan_end[go])]
        self._open(go, follow[go], self.plan_end[go], length[go])

    def _open(self, child: Ints, kind: Ints, day: Ints, length: Floats) -> None:
        """Start a plan; it ends by its length, the 18th birthday or the family's leaving."""
        median = np.array([PLAN_DAYS[code][0] for code in (CIN, S47, CPP, CARE)])[kind]
        spread = np.array([PLAN_DAYS[code][1] for code in (CIN, S47, CPP, CARE)])[kind]
        days = np.maximum(np.round(median * np.exp(spread * length)), 3).astype(np.int64)
        stop = np.minimum(day + days, self.people.present_to[child])
        self.plan[child], self.plan_start[child], self.plan_end[child] = kind, day, stop
        self.plan_row[child] = self.row_count + np.arange(len(child))
        self._note(child, kind, day, stop)

    def _replace(self, which: Bools, kind: int, day: Ints, length: Floats) -> None:
        """End the plans of these children on a day of the month, and start another one on the same day."""
        child = np.flatnonzero(which & (self.plan_start < day) & (day < self.plan_end))
        self.cuts.append((self.plan_row[child], day[child]))
        self._open(child, np.full(len(child), kind), day[child], length[child])

    def _note(self, child: Ints, kind: Ints, start: Ints, stop: Ints) -> None:
        """Keep spells for the end."""
        self.rows.append((child, kind, start, stop))
        self.row_count += len(child)

    def offer(self, first: int, last: int) -> None:
        """Offer support: to whole families or to the child, by what was recorded and by chance."""
        people, random = self.people, self.offers
        count = people.children
        age = (first - people.birth) / 365.25
        known = np.log1p(self.recent)
        day = first + np.floor(random.random(count) * (last - first)).astype(np.int64)
        family_draw = random.random((2, people.families))[:, people.family]
        own_draw = random.random((3, count))
        mean = np.where(people.present(np.arange(count), day), 1.0, 0.0)
        in_care = self.plan == CARE
        home = mean * ~in_care * known
        chance = {
            "early_help": (family_draw[0], 0.028 * home * (self.plan == NONE)),
            "parent_treatment": (family_draw[1], 0.011 * home),
            "youth_provision": (own_draw[0], 0.010 * mean * known * (age >= 9) + 0.0004 * mean * (age >= 9)),
            "youth_diversion": (own_draw[1], 0.05 * mean * np.log1p(self.young_concern) * (age >= 10)),
            "young_carer_support": (own_draw[2], 0.003 * home * (age >= 6)),
            "philomena_notice": (own_draw[2], 0.10 * mean * in_care * (age >= 10) * (1 + known)),
        }
        length = random.exponential(1.0, count)
        for name, (drawn, probability) in chance.items():
            who = np.flatnonzero((drawn < probability) & (self.until[name] < first))
            stop = day[who] + 14 + np.round(SUPPORT_DAYS[name] * length[who]).astype(np.int64)
            stop = np.minimum(stop, people.present_to[who])
            self.until[name][who] = stop
            self._note(who, np.full(len(who), KINDS.index(name)), day[who], stop)

    def live(self, first: int, last: int) -> None:
        """Take away the events of the month that support prevents, and those at home of children in care."""
        rows = slice(*np.searchsorted(self.events.time, (first, last)))
        kind, child, family = self.events.kind[rows], self.events.child[rows], self.events.family[rows]
        open_now = {name: until > first for name, until in self.until.items()}
        own = 0.30 * open_now["early_help"] + 0.15 * open_now["parent_treatment"]
        behaviour = own + 0.30 * open_now["youth_provision"] + 0.35 * open_now["youth_diversion"]
        size = np.maximum(self.people.family_size, 1)
        treated = np.bincount(self.people.family, open_now["parent_treatment"]) > 0
        helped = np.bincount(self.people.family, open_now["early_help"], len(size)) > 0
        at_home = 0.30 * helped + 0.40 * treated
        strength = np.where(self.at_home_kind[kind], at_home[family], own[np.maximum(child, 0)])
        strength = np.where(self.behaviour_kind[kind], behaviour[np.maximum(child, 0)], strength)
        self.happened[rows] = self.events.helped[rows] >= np.minimum(strength, 0.85)

    def read(self, first: int, last: int) -> None:
        """Add the month's records to what agencies know, and forget a little."""
        rows = self.by_record[slice(*np.searchsorted(self.record_times, (first, last)))]
        rows = rows[self.happened[rows] & self.records.detected[rows]]
        people, events, weight = self.people, self.events, self.records.weight
        home = rows[events.child[rows] < 0]
        own = rows[events.child[rows] >= 0]
        in_care = self.plan == CARE
        of_family = np.bincount(events.family[home], weight[home], people.families)[people.family] * ~in_care
        new = of_family + np.bincount(events.child[own], weight[own], people.children)
        young = own[self.behaviour_kind[events.kind[own]] & self.records.names_child[own]]
        self.recent = self.recent * RECENT_MEMORY + new
        self.lasting = self.lasting * LONG_MEMORY + new
        self.young_concern = self.young_concern * 0.7 + np.bincount(events.child[young], minlength=people.children)

    def spells(self) -> Spells:
        """Every spell, without those that never ran a day."""
        child, kind, start, stop = (np.concatenate(column).astype(np.int64) for column in zip(*self.rows, strict=True))
        for row, day in self.cuts:
            stop[row] = day
        ran = stop > start
        return Spells(child[ran], kind[ran], start[ran], stop[ran])
