"""Would the audit notice? Populations with a known gap, drawn from again and again, and how often it says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.verdicts import OUTSIDE, WITHIN

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
KEYS = ["attribute", "group", "reference"]


@dataclass(frozen=True, eq=False)
class Population:
    """Rows whose gaps are known exactly, because they are all there is.

    Attributes
    ----------
    label, listed
        Per row: whether the outcome followed (or the child was in need), and whether the child was listed.
    groups
        Per row, a column per attribute.
    households
        Per row, the number of its household, from 0.
    """

    label: Bools
    listed: Bools
    groups: pd.DataFrame
    households: Ints

    @cached_property
    def by_household(self) -> tuple[Ints, Ints, Ints]:
        """The rows household by household, and where each household's begin there and how many they are."""
        sizes = np.bincount(self.households)
        return np.argsort(self.households, kind="stable"), np.cumsum(sizes) - sizes, sizes


def pool(recordings: Sequence[Population]) -> Population:
    """Several recordings of the same people as one population; a household of one recording is a unit of its own.

    Drawing as many of its units as one recording has households (`times = 1 / len(recordings)`) draws families and,
    for each family drawn, one of its recordings. So what is drawn varies by family and by recording, as data do, and
    the gaps of the population are those over all recordings taken together.

    Examples
    --------
    >>> one = Population(np.array([True]), np.array([False]), pd.DataFrame({"sex": ["Girl"]}), np.array([0]))
    >>> pool([one, one, one]).households.tolist()
    [0, 1, 2]
    """
    starts = np.cumsum([0, *(part.households.max(initial=-1) + 1 for part in recordings)])
    return Population(
        np.concatenate([part.label for part in recordings]),
        np.concatenate([part.listed for part in recordings]),
        pd.concat([part.groups for part in recordings], ignore_index=True).astype("category"),
        np.concatenate([part.households + start for part, start in zip(recordings, starts[:-1], strict=True)]),
    )


def plant_gap(population: Population, attribute: str, group: Any, gap: float, seed: int) -> Population:
    """The same rows, with the group's share listed, of the times the outcome followed, set `gap` below all others'.

    Only rows of the group for which the outcome followed change, as few as are needed, drawn at random.

    Examples
    --------
    >>> sex = pd.DataFrame({"sex": ["Girl", "Boy"] * 100})
    >>> everybody = Population(np.ones(200, dtype=bool), np.ones(200, dtype=bool), sex, np.arange(200))
    >>> planted = plant_gap(everybody, "sex", "Girl", 0.2, seed=1)
    >>> float(planted.listed[::2].mean()), float(planted.listed[1::2].mean())
    (0.8, 1.0)
    """
    inside = (population.groups[attribute] == group).to_numpy()
    theirs = np.flatnonzero(inside & population.label)
    others = ~inside & population.label
    wanted = round((population.listed[others].mean() - gap) * len(theirs))
    shuffled = np.random.default_rng(seed).permutation(theirs)
    in_order = shuffled[np.argsort(~population.listed[shuffled], kind="stable")]
    listed = population.listed.copy()
    listed[in_order[:wanted]], listed[in_order[wanted:]] = True, False
    return replace(population, listed=listed)


def draw_households(population: Population, times: float, rng: np.random.Generator) -> Population:
    """Households drawn with replacement, `times` as many as there are; each draw is a household of its own.

    `times` below 1 draws fewer, above 1 more.
    """
    order, starts, sizes = population.by_household
    drawn = rng.integers(len(sizes), size=max(1, round(times * len(sizes))))
    home = np.repeat(np.arange(len(drawn)), sizes[drawn])
    within = np.arange(len(home)) - np.repeat(np.cumsum(sizes[drawn]) - sizes[drawn], sizes[drawn])
    rows = order[np.repeat(starts[drawn], sizes[drawn]) + within]
    return Population(
        population.label[rows], population.listed[rows], population.groups.iloc[rows].reset_index(drop=True), home
    )


def primary_comparisons(
    population: Population, primary: tuple[tuple[str, str], ...], margin: float, n_boot: int, seed: int
) -> pd.DataFrame:
    """The primary comparisons of one audit of all rows, as a study would make them, with `positives` of the group.

    Examples
    --------
    >>> sex = pd.DataFrame({"sex": ["Girl", "Boy"] * 100})
    >>> everybody = Population(np.ones(200, dtype=bool), np.arange(200) % 2 == 0, sex, np.arange(200))
    >>> primary_comparisons(everybody, (("sex", "tpr"),), 0.05, 10, 1)[["verdict", "positives"]].to_dict("records")
    [{'verdict': 'outside', 'positives': 100}]
    """
    found = audit_fairness(
        population.label, population.listed.astype(float), population.groups, threshold=0.5, margins=margin,
        households=population.households, n_boot=n_boot, seed=seed, primary=primary,
    )  # fmt: skip
    positives = found.by_group.assign(positives=found.by_group["tp"] + found.by_group["fn"])
    return found.primary.merge(positives[["attribute", "group", "positives"]], on=["attribute", "group"])


def verdict_shares(
    population: Population,
    primary: tuple[tuple[str, str], ...],
    *,
    margin: float,
    replicates: int,
    times: float = 1.0,
    n_boot: int = 1000,
    seed: int = 0,
) -> tuple[pd.DataFrame, float]:
    """How often audits of draws from a population say `outside` and `within`, beside the population's own gap.

    Parameters
    ----------
    population
        Where the draws come from.
    primary, margin, n_boot
        As in :func:`ace_risk.fairness.audit.audit_fairness`.
    replicates, times, seed
        Number of draws, their size beside the population's, and the seed of all of them.

    Returns
    -------
    tuple
        One row per primary comparison with attribute, group, reference, gap (the population's), positives (of the
        group, on average), audits (in which it was made), outside and within (shares of those); and the share of
        audits that say `outside` of any comparison whose gap lies within the margin.
    """
    known = primary_comparisons(population, primary, margin, 1, 0).set_index(KEYS)["gap"]
    rng = np.random.default_rng(seed)
    made, alarms = [], 0
    for number in range(replicates):
        found = primary_comparisons(draw_households(population, times, rng), primary, margin, n_boot, number)
        found["truly"] = known.reindex(pd.MultiIndex.from_frame(found[KEYS])).to_numpy()
        alarms += bool((found["verdict"].eq(OUTSIDE) & (found["truly"].abs() <= margin)).any())
        made.append(found[found["truly"].notna()])
    every = pd.concat(made)
    every["outside"], every["within"] = every["verdict"].eq(OUTSIDE), every["verdict"].eq(WITHIN)
    table = every.groupby(KEYS, sort=False).agg(
        gap=("truly", "first"),
        positives=("positives", "mean"),
        audits=("outside", "size"),
        outside=("outside", "mean"),
        within=("within", "mean"),
    )
    return table.reset_index(), alarms / replicates
