"""Homes: hubs, deprivation, moves of families, and foster and care homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from ace_risk.plans import World
from ace_risk.world.people import People
from ace_risk.world.streams import Floats, Ints, Streams, choose, numbers

# Share of children, and how much more deprived than the area's average (standard deviations).
# Shares follow the 2021 Census; the leaning is an assumption after the published deprivation maps.
KNOWN_HUBS = {
    "Allerdale": (0.19, 0.15),
    "Barrow": (0.14, 0.30),
    "Carlisle": (0.23, 0.15),
    "Copeland": (0.13, 0.20),
    "Eden": (0.11, -0.55),
    "South Lakeland": (0.20, -0.60),
}
PLAIN_HUB = (0.17, 0.0)
PROFILE_LEANING = {"cumbria": 0.0, "urban": 0.35}
YEARLY_MOVES = 0.075
MOVES_WITH_ADVERSITY = 0.35
CHANGES_HUB = 0.12
MOVES_AFTER_SEPARATION = 0.45
FAMILIES_PER_FOSTER_HOME = 60
FAMILIES_PER_CARE_HOME = 1_200


@dataclass(frozen=True)
class Homes:
    """The homes of a shard: first those of families, by family and day of moving in, then foster and care homes.

    `number`, `hub` and `decile` have a row for every home; `family` and `since` for those of families only.
    """

    family: Ints
    since: Ints
    number: NDArray[np.uint64]
    hub: Ints
    decile: Ints
    foster: int
    care: int

    def at(self, family: Ints, day: Ints | Floats) -> Ints:
        """The row of the home in which each family lives on each day (the first one before that)."""
        key = self.family * _DAYS + self.since
        row = np.searchsorted(key, family * _DAYS + np.floor(day).astype(np.int64), side="right") - 1
        return np.maximum(row, np.searchsorted(self.family, family))


_DAYS = 100_000


def hub_shares(world: World) -> tuple[Floats, Floats]:
    """Share of families and leaning to deprivation of each hub; hubs without a known share get a plain one."""
    known = np.array([KNOWN_HUBS.get(name, PLAIN_HUB) for name in world.hubs])
    return known[:, 0] / known[:, 0].sum(), known[:, 1] + PROFILE_LEANING[world.profile]


def make_homes(world: World, shard: int, people: People, begin: int, end: int) -> Homes:
    """The homes of every family, from the first one on; a move may change hub and deprivation."""
    streams = Streams(world.seed, shard)
    random = streams("moves")
    last = np.minimum(people.leaves, end)
    origin = np.maximum(people.enters, begin - 7_000)
    settled = np.maximum(origin, begin)
    years = np.maximum(last - settled, 0) / 365.25
    moves = random.poisson(YEARLY_MOVES * years * np.exp(MOVES_WITH_ADVERSITY * people.adversity))
    family = np.repeat(np.arange(people.families), moves)
    low = settled[family]
    since = (low + 1 + random.random(len(family)) * np.maximum(last[family] - low - 1, 0)).astype(np.int64)
    parts = (people.separates > settled) & (people.separates < last - 30)
    parts &= random.random(people.families) < MOVES_AFTER_SEPARATION
    soon = (people.separates + 1 + random.integers(0, 28, people.families))[parts]
    family = np.concatenate([np.arange(people.families), family, np.flatnonzero(parts)])
    since = np.concatenate([origin, since, soon])
    order = np.lexsort((since, family))
    family, since = family[order], since[order]
    new = np.ones(len(family), dtype=np.bool_)
    new[1:] = (family[1:] != family[:-1]) | (since[1:] > since[:-1])
    family, since = family[new], since[new]
    hub, decile = _addresses(world, streams, people, family)
    foster = people.families // FAMILIES_PER_FOSTER_HOME + 2
    care = people.families // FAMILIES_PER_CARE_HOME + 1
    random = streams("care_homes")
    hub = np.append(hub, choose(random.random(foster + care), hub_shares(world)[0]))
    decile = np.append(decile, random.integers(2, 11, foster + care))
    return Homes(family, since, numbers(streams, "household", np.arange(len(hub))), hub, decile, foster, care)


def _addresses(world: World, streams: Streams, people: People, family: Ints) -> tuple[Ints, Ints]:
    """Hub and deprivation decile of each home: the first drawn, the others a step from the one before."""
    random = streams("addresses")
    shares, leaning = hub_shares(world)
    first = np.ones(len(family), dtype=np.bool_)
    first[1:] = family[1:] != family[:-1]
    fresh = choose(random.random(len(family)), shares)
    stays = random.random(len(family)) >= CHANGES_HUB
    noise = random.standard_normal(len(family))
    start = np.flatnonzero(first)
    rank = np.arange(len(family)) - np.repeat(start, np.diff(np.append(start, len(family))))
    hub = fresh.copy()
    lasting = np.zeros(len(family))
    for step in range(int(rank.max(initial=0)) + 1):
        at = np.flatnonzero(rank == step)
        if step == 0:
            lasting[at] = noise[at]
        else:
            hub[at] = np.where(stays[at], hub[at - 1], fresh[at])
            lasting[at] = 0.9 * lasting[at - 1] + np.sqrt(1 - 0.81) * noise[at]
    tilt = 0.5 * people.adversity[family] + np.sqrt(0.75) * lasting + leaning[hub]
    return hub, 10 - np.searchsorted(ndtri(np.arange(1, 10) / 10), tilt).astype(np.int64)
