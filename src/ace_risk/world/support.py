"""Support: who is offered what, for how long, and what it takes away."""

from __future__ import annotations

import numpy as np

from ace_risk.world.events import Events
from ace_risk.world.people import People
from ace_risk.world.rates import CODE, HOUSEHOLD_KINDS, NAMES
from ace_risk.world.rhythm import workday
from ace_risk.world.streams import Bools, Floats, Ints, Streams

SUPPORT_DAYS = {
    "early_help": 170, "parent_treatment": 210, "youth_provision": 270, "youth_diversion": 110,
    "young_carer_support": 300, "philomena_notice": 700,
}  # fmt: skip
"""Mean days of each kind of support, beyond the first two weeks (assumption)."""

AT_HOME = np.isin(np.arange(len(NAMES)), [CODE[name] for name in HOUSEHOLD_KINDS])
BEHAVIOUR = np.array(
    [name.startswith("asb") or name in ("crime", "missing", "weapons", "child_substance_use") for name in NAMES]
)
MOST_PREVENTED = 0.85


class Support:
    """The support that every child has, month by month, and the spells that came of it."""

    def __init__(self, streams: Streams, people: People) -> None:
        self.people = people
        self.random = streams("offers")
        self.until = {name: np.full(people.children, -1, dtype=np.int64) for name in SUPPORT_DAYS}
        self._spells: list[tuple[Ints, Ints, Ints, Ints]] = []

    def has(self, name: str, day: int) -> Bools:
        """Which children have this support on a day."""
        return self.until[name] > day

    def offer(self, concern: Floats, behaviour: Floats, in_care: Bools, planned: Bools, first: int, last: int) -> None:
        """Offer support in the month: to whole families or to the child, by what was recorded and by chance.

        Parameters
        ----------
        concern, behaviour
            What agencies know of each child: all of it, and what the child was named in; 0 or more.
        in_care, planned
            Whether the child is looked after, and has any statutory plan.
        """
        people, random = self.people, self.random
        count = people.children
        age = people.age(np.arange(count), first)
        day = first + np.floor(random.random(count) * (last - first)).astype(np.int64)
        day = workday(day, first)
        here = people.present(np.arange(count), day)
        known, home = np.log1p(concern) * here, np.log1p(concern) * (here & ~in_care)
        of_family = random.random((2, people.families))[:, people.family]
        own = random.random((4, count))
        length = random.exponential(1.0, (len(SUPPORT_DAYS), count))
        chance = {
            "early_help": (of_family[0], 0.028 * home * ~planned),
            "parent_treatment": (of_family[1], 0.011 * home),
            "youth_provision": (own[0], (0.010 * known + 0.0004 * here) * (age >= 9)),
            "youth_diversion": (own[1], 0.05 * np.log1p(behaviour) * here * (age >= 10)),
            "young_carer_support": (own[2], 0.003 * home * (age >= 6)),
            "philomena_notice": (own[3], 0.05 * (here & in_care) * (0.3 + known) * (age >= 10)),
        }
        for place, (name, (drawn, probability)) in enumerate(chance.items()):
            who = np.flatnonzero((drawn < probability) & ~self.has(name, first))
            stop = day[who] + 14 + np.round(SUPPORT_DAYS[name] * length[place, who]).astype(np.int64)
            stop = np.minimum(stop, people.present_to[who])
            self.until[name][who] = stop
            self._spells.append((who, np.full(len(who), place), day[who], stop))

    def strength(self, day: int) -> tuple[Floats, Floats, Floats]:
        """Share of events that support prevents on a day: at home per family, of a child, of a child's behaviour."""
        early_help, treatment = (self.has("early_help", day), self.has("parent_treatment", day))
        own = 0.30 * early_help + 0.15 * treatment
        behaviour = own + 0.30 * self.has("youth_provision", day) + 0.35 * self.has("youth_diversion", day)
        families = self.people.families
        helped = np.bincount(self.people.family, early_help, families) > 0
        treated = np.bincount(self.people.family, treatment, families) > 0
        return (0.30 * helped + 0.40 * treated, own, np.minimum(behaviour, MOST_PREVENTED))

    def prevented(self, events: Events, day: int) -> Floats:
        """For each event, how likely support on a day prevents it."""
        home, own, behaviour = self.strength(day)
        child = np.maximum(events.child, 0)
        of_child = np.where(BEHAVIOUR[events.kind], behaviour[child], own[child])
        return np.where(AT_HOME[events.kind], home[events.family], of_child)

    def spells(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Child, position in `SUPPORT_DAYS`, first day and day after the last of every spell."""
        child, kind, start, stop = (np.concatenate(column) for column in zip(*self._spells, strict=True))
        return child, kind, start, stop
