"""Families and their children: births, sex, ethnicity, resilience, a trusted adult, and who lives here when."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.plans import World
from ace_risk.world.streams import Bools, Floats, Ints, Streams, choose, numbers

BURN_IN_DAYS = 730
"""Days that the world lives before its records begin, so that they don't begin in an empty place."""

SIZES = np.array([0.44, 0.38, 0.13, 0.04, 0.01])
"""Shares of families that will have one to five children (assumption)."""

YEARLY_LEAVING = 0.012
ARRIVING_SHARE = 0.11
YEARLY_SEPARATIONS = 0.0122
SAME_ETHNICITY = 0.96
"""Share of children who have the ethnicity that their siblings mostly have (assumption)."""
DISABLED = 0.07
CANDIDATES_PER_YEAR = 0.055
"""Families drawn per year of births and child wanted at the end: about one and a half times those needed."""
YEARS_OF_BIRTHS = 28
"""Years before the world begins from which first births are drawn: 18, and time for younger siblings."""

ETHNICITY_CODES = (
    "W1", "W2", "W3", "W9", "M1", "M2", "M3", "M9", "A1", "A2", "A3", "A4", "A9", "B1", "B2", "B9", "O2", "O9",
)  # fmt: skip

# Shares of children by self-defined code, in that order. Cumbria: after the 2021 Census, few children of
# other than White groups; urban: a diverse force (assumption).
ETHNICITY_SHARES = {
    "cumbria": (
        0.944, 0.002, 0.003, 0.020, 0.004, 0.002, 0.006, 0.004, 0.003, 0.001, 0.002, 0.002, 0.002, 0.0005, 0.002,
        0.0005, 0.001, 0.001,
    ),
    "urban": (
        0.42, 0.006, 0.003, 0.061, 0.034, 0.014, 0.024, 0.023, 0.05, 0.10, 0.04, 0.01, 0.03, 0.03, 0.085, 0.02,
        0.02, 0.03,
    ),
}  # fmt: skip

SEXES = ["F", "M", "U"]
GROUPS = ("White", "Mixed", "Asian", "Black", "Other")
_GROUP_OF_CODE = np.array(["WMABO".index(code[0]) for code in ETHNICITY_CODES])


@dataclass(frozen=True)
class People:
    """The families and children of one shard; children of a family stand together.

    Days are counted from 1 January 1970. A child is present from `present_from` up to, not including,
    `present_to`: from birth or arrival until the 18th birthday or the day that the family leaves.
    """

    family_number: NDArray[np.uint64]
    adversity: Floats
    enters: Ints
    leaves: Ints
    separates: Ints
    child_number: NDArray[np.uint64]
    family: Ints
    birth: Ints
    birth18: Ints
    sex: Ints
    ethnicity: Ints
    disability: Bools
    trait: Floats
    resilience: Floats
    trusted_adult: Bools
    present_from: Ints
    present_to: Ints

    @property
    def families(self) -> int:
        """How many families."""
        return len(self.family_number)

    @property
    def children(self) -> int:
        """How many children ever present."""
        return len(self.child_number)

    @property
    def group(self) -> Ints:
        """Each child's ethnic group as it is, recorded or not: position in `GROUPS`."""
        group: Ints = _GROUP_OF_CODE[self.ethnicity]
        return group

    @property
    def first_child(self) -> Ints:
        """For each family, the position of its first child."""
        return np.searchsorted(self.family, np.arange(self.families)).astype(np.int64)

    @property
    def family_size(self) -> Ints:
        """For each family, how many children ever present."""
        return np.bincount(self.family, minlength=self.families)

    def age(self, child: Ints, day: Floats | Ints | int) -> Floats:
        """Age in years, with a fraction."""
        return np.asarray((day - self.birth[child]) / 365.2425)

    def present(self, child: Ints, day: Floats | Ints) -> Bools:
        """Whether each child lives in the area, under 18, on each day."""
        return np.asarray((self.present_from[child] <= day) & (day < self.present_to[child]))


def day_number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - date(1970, 1, 1)).days


def eighteenth_birthday(birth: Ints) -> Ints:
    """The day of the 18th birthday; 29 February is followed by 1 March.

    Examples
    --------
    >>> born = np.array([day_number(date(2008, 2, 29))])
    >>> int(eighteenth_birthday(born)[0]) == day_number(date(2026, 3, 1))
    True
    """
    day = birth.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    return np.asarray(((month + 216).astype("datetime64[D]") + (day - month)).astype(np.int64))


def make_people(world: World, shard: int, quota: int) -> People:
    """The families of a shard, of whose children exactly `quota` live here at the end."""
    streams = Streams(world.seed, shard)
    end = day_number(world.end)
    begin = day_number(world.start) - BURN_IN_DAYS
    years = YEARS_OF_BIRTHS + (end - begin) / 365.25
    count = int(quota * CANDIDATES_PER_YEAR * years) + 200
    families = _families(streams, count, begin, end)
    children = _children(world, streams, families, begin, end)
    people = _join(families, children, begin, end)
    return _cut(people, quota, (day_number(world.start), end), streams)


def _families(streams: Streams, count: int, begin: int, end: int) -> dict[str, Any]:
    """Candidate families: adversity, first birth, arrival, leaving and separation."""
    random = streams("families")
    span = end - begin
    before = YEARS_OF_BIRTHS * 365.25
    first_birth = begin - before + random.random(count) * (span + before)
    arrives = random.random(count) < ARRIVING_SHARE
    enters = np.where(arrives, begin + random.random(count) * span, begin - 12_000).astype(np.int64)
    stay = random.exponential(365.25 / YEARLY_LEAVING, count)
    leaves = np.where(stay < span * 2, np.maximum(enters, begin) + stay, end + 12_000).astype(np.int64)
    adversity = random.standard_normal(count)
    hazard = YEARLY_SEPARATIONS * np.exp(0.45 * adversity)
    separates = (first_birth + random.exponential(365.25 / hazard)).astype(np.int64)
    size = choose(random.random(count), SIZES) + 1
    return {
        "adversity": adversity,
        "first_birth": first_birth,
        "enters": enters,
        "leaves": leaves,
        "separates": separates,
        "size": size,
    }


def _children(world: World, streams: Streams, families: dict[str, Any], begin: int, end: int) -> dict[str, Any]:
    """Every child of the candidate families, in order of birth within the family."""
    random = streams("children")
    size = families["size"]
    family = np.repeat(np.arange(len(size)), size)
    rank = np.arange(len(family)) - np.repeat(np.cumsum(size) - size, size)
    gap = np.where(rank == 0, 0.0, 450 + random.gamma(2.0, 350.0, len(family)))
    running = np.cumsum(gap)
    birth = (families["first_birth"][family] + running - running[np.cumsum(size) - size][family]).astype(np.int64)
    shares = np.array(ETHNICITY_SHARES[world.profile])
    shares = shares / shares.sum()
    own = choose(random.random(len(family)), shares)
    shared = choose(streams("family_ethnicity").random(len(size)), shares)[family]
    ethnicity = np.where(random.random(len(family)) < SAME_ETHNICITY, shared, own)
    need = families["adversity"][family]
    return {
        "family": family,
        "birth": birth,
        "birth18": eighteenth_birthday(birth),
        "sex": choose(random.random(len(family)), np.array([0.487, 0.511, 0.002])),
        "ethnicity": ethnicity,
        "disability": random.random(len(family)) < DISABLED * np.exp(0.25 * need),
        "trait": random.standard_normal(len(family)),
        "resilience": random.standard_normal(len(family)) - 0.2 * need,
        "trusted_adult": random.random(len(family)) < 1 / (1 + np.exp(-(0.9 - 0.5 * need))),
    }


def _join(families: dict[str, Any], children: dict[str, Any], begin: int, end: int) -> People:
    """Families and children as one thing, without numbers yet."""
    family = children["family"]
    present_from = np.maximum(children["birth"], families["enters"][family])
    present_to = np.minimum(children["birth18"], families["leaves"][family])
    none = np.empty(0, dtype=np.uint64)
    return People(
        family_number=none,
        adversity=families["adversity"],
        enters=families["enters"],
        leaves=families["leaves"],
        separates=families["separates"],
        child_number=none,
        present_from=present_from,
        present_to=present_to,
        **children,
    )


def _cut(people: People, quota: int, period: tuple[int, int], streams: Streams) -> People:
    """Keep families, in order, until exactly `quota` of their children live here on the last day."""
    start, end = period
    here = people.present(np.arange(len(people.family)), np.full(len(people.family), end - 1))
    living = np.bincount(people.family, weights=here, minlength=len(people.adversity)).astype(np.int64)
    running = np.cumsum(living)
    whole = int(np.searchsorted(running, quota, side="right"))
    kept = np.zeros(len(living), dtype=np.bool_)
    kept[:whole] = True
    lacking = quota - (int(running[whole - 1]) if whole else 0)
    single = np.flatnonzero((living == 1) & ~kept)[:lacking]
    kept[single] = True
    seen = np.maximum(people.present_from, start) < np.minimum(people.present_to, end)
    seen &= kept[people.family]
    kept &= np.bincount(people.family[seen], minlength=len(living)) > 0
    return _renumber(people, kept, seen, streams)


def _renumber(people: People, kept: Bools, seen: Bools, streams: Streams) -> People:
    """The kept families and seen children, with their numbers."""
    position = np.cumsum(kept) - 1
    by_family = {"adversity", "enters", "leaves", "separates"}
    values: dict[str, Any] = {}
    for item in fields(People):
        value = getattr(people, item.name)
        if item.name in by_family:
            values[item.name] = value[kept]
        elif len(value):
            values[item.name] = value[seen]
    values["family"] = position[people.family[seen]]
    return replace(
        people,
        **values,
        family_number=numbers(streams, "family", np.arange(int(kept.sum()))),
        child_number=numbers(streams, "child", np.arange(int(seen.sum()))),
    )
