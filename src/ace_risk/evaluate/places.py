"""Who takes the places: by score and the tie rule, with places kept for hubs and age bands where a study says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.prepared import Kept
from ace_risk.plans import AgeBand

WELL_INSIDE = "well inside"
NEAR = "near the cut-off"
FIRM_SHARE = 0.9
"""A listed child who is on more than this share of the resampled lists is well inside."""


@dataclass(frozen=True, eq=False)
class Places:
    """The places of one list, and the children in line for them.

    Attributes
    ----------
    places
        Places in all.
    ties
        One number per child: of equal scores the smaller goes first.
    kept
        Places kept for the first children of some groups: the mask of a group's children, and how many places.
    """

    places: int
    ties: NDArray[np.int64]
    kept: Kept = ()

    def order(self, score: NDArray[np.float64]) -> NDArray[np.intp]:
        """The children in line, the highest score first; of equal scores, the smaller tie number first."""
        return np.lexsort((self.ties, -score))

    def listed(self, score: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Who takes a place: first the first of each group with kept places, then whoever is next in line.

        A kept place that its group can't fill goes to whoever is next in line.
        """
        on_list: NDArray[np.bool_] = np.logical_or.reduce(self._holders(score))
        return on_list

    def listed_without_ties(self, score: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Who takes a place that another order of equal scores wouldn't give to somebody who is left out.

        Examples
        --------
        >>> line = Places(2, ties=np.arange(4))
        >>> score = np.array([9.0, 5.0, 5.0, 1.0])
        >>> line.listed(score).tolist(), line.listed_without_ties(score).tolist()
        ([True, True, False, False], [True, False, False, False])
        """
        holders = self._holders(score)
        left_out = ~np.logical_or.reduce(holders)
        firm = np.zeros(len(score), dtype=bool)
        overlap = np.sum([members for members, _ in self.kept], axis=0) > 1 if self.kept else left_out[:0]
        for held, members in zip(holders, [*(members for members, _ in self.kept), left_out], strict=True):
            # Whoever goes first among equals of the group may else take a place that anyone may have.
            equal = np.isin(score, score[members & ~held]) & np.isin(score, score[left_out])
            firm |= held & ~equal
        if overlap.any() and any(
            np.isin(score[held], score[members & ~held]).any()
            for held, (members, _) in zip(holders, self.kept, strict=False)
        ):
            # Another order of equals could let one child stand for two groups, or two for them: fewer open places.
            firm &= ~holders[-1]
        return firm

    def _holders(self, score: NDArray[np.float64]) -> list[NDArray[np.bool_]]:
        """The children who take each group's kept places, and last those who take the places that anyone may have."""
        order = self.order(score)
        holders = [_only(order[members[order]][:number], len(score)) for members, number in self.kept]
        on_list = np.logical_or.reduce([np.zeros(len(score), dtype=bool), *holders])
        rest = order[~on_list[order]]
        return [*holders, _only(rest[: max(0, self.places - int(on_list.sum()))], len(score))]


def _only(children: NDArray[np.intp], size: int) -> NDArray[np.bool_]:
    """The mask of some children."""
    mask = np.zeros(size, dtype=bool)
    mask[children] = True
    return mask


def check_places(places: int, children: int) -> None:
    """Refuse a list without places, or with more places than there are children.

    Raises
    ------
    StudyError
        If there are no children, or the places don't lie between 1 and their number.
    """
    if children == 0:
        raise StudyError("list: no child could be listed on this day. Choose another day, or another hub.")
    if not 1 <= places <= children:
        raise StudyError(
            f"--places: {places:,} places for {children:,} children who could be listed. Give from 1 to {children:,}."
        )


def kept_places(
    groups: pd.DataFrame, places: int, by_hub: Mapping[str, int], by_age_band: Mapping[AgeBand, int]
) -> Kept:
    """The children of each hub and age band that has places kept, and how many.

    Raises
    ------
    StudyError
        If a hub has no children, or more places are kept than there are.
    """
    problems = []
    hubs = set(groups["hub"].astype(object))
    unknown = sorted(set(by_hub) - hubs)
    if unknown:
        known = ", ".join(sorted(map(str, hubs)))
        problems.append(f"referrals.places_by_hub: no child lives in {', '.join(unknown)}. Use: {known}.")
    total = sum(by_hub.values()) + sum(by_age_band.values())
    if total > places:
        problems.append(f"places: {total} are kept for hubs and age bands, and the list has {places}. Give {total}.")
    if problems:
        raise StudyError.from_problems("list", problems)
    return kept_masks(groups, by_hub, by_age_band)


def kept_masks(groups: pd.DataFrame, by_hub: Mapping[str, int], by_age_band: Mapping[AgeBand, int]) -> Kept:
    """Of some rows, those of each hub and age band that has places kept, and how many; a group may have no rows."""
    wanted: list[tuple[str, str, int]] = [("hub", name, number) for name, number in by_hub.items()]
    wanted += [("age_band", name, number) for name, number in by_age_band.items()]
    return tuple(((groups[column] == name).to_numpy(dtype=bool), number) for column, name, number in wanted)


def bands(line: Places, tables: Sequence[AdditiveModel], features: pd.DataFrame, listed: NDArray[np.intp]) -> list[str]:
    """How firmly each listed child holds the place: on how many of the lists that the resampled tables would make.

    A list that holds the child only because of the rule for equal totals doesn't count as holding it.

    Parameters
    ----------
    line
        Places and children.
    tables
        The resampled tables; without any, every band is empty.
    features
        One row per child.
    listed
        Positions of the children on the list.

    Returns
    -------
    list of str
        One per listed child: `well inside` if on more than 90 of 100 of those lists, else `near the cut-off`.
    """
    if not tables:
        return [""] * len(listed)
    times = np.zeros(len(features), dtype=np.int64)
    for table in tables:
        times += line.listed_without_ties(table.decision_function(features))
    return [WELL_INSIDE if times[child] > FIRM_SHARE * len(tables) else NEAR for child in listed]
