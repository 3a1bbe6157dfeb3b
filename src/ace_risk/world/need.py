"""True need: one latent family adversity that drives the trio as spells, and what it does to each child."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ace_risk.world.people import SEXES, People
from ace_risk.world.streams import Floats, Ints, Streams

TRIO = ("domestic_abuse", "parental_substance_use", "parental_mental_health")

# Shares of family quarters in which each of the trio is moderate or worse, and severe, as upper normal cuts.
MODERATE_CUT = np.array([1.14, 1.44, 1.02])
SEVERE_CUT = np.array([1.57, 1.86, 1.545])
SHARED = 0.59
"""Share of the variance of each of the trio's latents that the family's adversity explains."""

STEP_DAYS = 91
QUARTER_MEMORY = 0.93
LASTING = 0.3
"""Share of the variance of adversity that never changes; half of the rest is forgotten in two to three years."""
YOUNG_FAMILY = 0.25
"""How much more adverse families with a child under five are (standard deviations of adversity)."""


# What a child's need is made of: the home now and lately, and what the child brings (assumptions).
HOME_NOW, HOME_LATELY, LATELY_MEMORY = 0.22, 0.28, 0.8
TRAIT, RESILIENCE, TRUSTED_ADULT, DISABILITY, BOY = 0.75, -0.35, -0.45, 0.25, 0.15
MOOD, MOOD_MEMORY = 0.35, 0.75
AVERAGE = -0.5


@dataclass(frozen=True)
class Need:
    """Need over time, by quarter of 91 days from `begin`.

    Attributes
    ----------
    trio
        0 none, 1 moderate, 2 severe: domestic abuse, substance use, mental ill-health × family × quarter.
    child
        Each child's need × quarter; about 0 on average with a standard deviation near 1.
    """

    begin: int
    trio: NDArray[np.int8]
    child: NDArray[np.float32]

    @property
    def quarters(self) -> int:
        """How many quarters."""
        return int(self.trio.shape[2])

    def quarter(self, day: Floats | Ints) -> Ints:
        """The quarter in which each day falls."""
        return np.clip((day - self.begin) // STEP_DAYS, 0, self.quarters - 1).astype(np.int64)


def quarter_count(begin: int, end: int) -> int:
    """How many quarters of 91 days it takes to reach the end."""
    return -(-(end - begin) // STEP_DAYS)


def make_need(streams: Streams, people: People, begin: int, end: int) -> Need:
    """The trio of every family and the need of every child, quarter by quarter."""
    quarters = quarter_count(begin, end)
    trio = _trio(streams, people, begin, quarters)
    return Need(begin, trio, _child_need(streams, people, trio))


def _trio(streams: Streams, people: People, begin: int, quarters: int) -> NDArray[np.int8]:
    """Severity of each of the trio, from latents that share the family's adversity and change slowly."""
    random = streams("trio")
    count = people.families
    lasting = random.standard_normal((3, count))
    passing = random.standard_normal((4, count))
    trio = np.zeros((3, count, quarters), dtype=np.int8)
    youngest = _youngest_birth(people)
    fresh = np.sqrt(1 - QUARTER_MEMORY**2)
    for quarter in range(quarters):
        day = begin + quarter * STEP_DAYS
        young = YOUNG_FAMILY * ((day - youngest) < 5 * 365.25)
        shared = np.sqrt(LASTING) * people.adversity + np.sqrt(1 - LASTING) * passing[3] + young
        own = np.sqrt(LASTING) * lasting + np.sqrt(1 - LASTING) * passing[:3]
        latent = np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * own
        trio[:, :, quarter] = (latent > MODERATE_CUT[:, None]).astype(np.int8) + (latent > SEVERE_CUT[:, None])
        passing = QUARTER_MEMORY * passing + fresh * random.standard_normal((4, count))
    return trio


def _youngest_birth(people: People) -> Floats:
    """Birth of each family's last child."""
    last = people.first_child + people.family_size - 1
    birth: Floats = people.birth[last].astype(np.float64)
    return birth


def _child_need(streams: Streams, people: People, trio: NDArray[np.int8]) -> NDArray[np.float32]:
    """What the home has done and does to each child, and what the child brings to it."""
    burden = trio.sum(axis=0).astype(np.float32)
    own = TRAIT * people.trait + RESILIENCE * people.resilience + TRUSTED_ADULT * (people.trusted_adult - 0.7)
    own = own + DISABILITY * people.disability + BOY * (people.sex == SEXES.index("M"))
    need: NDArray[np.float32] = np.empty((people.children, trio.shape[2]), dtype=np.float32)
    lasting = burden[:, 0].copy()
    random = streams("child_need")
    mood = random.standard_normal(people.children)
    for quarter in range(trio.shape[2]):
        lasting += (1 - LATELY_MEMORY) * (burden[:, quarter] - lasting)
        home = HOME_NOW * burden[:, quarter] + HOME_LATELY * lasting
        need[:, quarter] = home[people.family] + own + MOOD * mood + AVERAGE
        mood = MOOD_MEMORY * mood + np.sqrt(1 - MOOD_MEMORY**2) * random.standard_normal(people.children)
    return need
