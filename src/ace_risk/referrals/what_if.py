"""What would change for one child if a given record were wrong: the total and the place without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.explanation.parental import Unnamed
from ace_risk.features.build import build_features
from ace_risk.features.cohort import NOT_A_RECORD
from ace_risk.features.labels import is_eligible
from ace_risk.features.ties import tie_order
from ace_risk.referrals.review_words import kind_words
from ace_risk.referrals.standing import Standing, outcome_of

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

MOST = 10


@dataclass(frozen=True)
class WhatIf:
    """One record, and what would be without it.

    Attributes
    ----------
    what, occurred_at
        The kind of record in words, and when it happened.
    score
        Total points without it.
    rank
        Place in line without it; None where the child would no longer be considered at all.
    """

    what: str
    occurred_at: pd.Timestamp
    score: float
    rank: int | None


@dataclass(frozen=True)
class Changes:
    """The records without which most would change, and how many records there are in all."""

    rows: list[WhatIf]
    records: int


def without_each_record(pack: Pack, standing: Standing, own: pd.DataFrame, at: int, unnamed: Unnamed) -> Changes:
    """Score one child again without each of the child's records, one at a time.

    Parameters
    ----------
    pack
        The model and its catalogue.
    standing
        The day's cohort in line, with its history.
    own
        The child's known rows of that history; records of enforcement never count and are passed over.
    at
        The child's row of the cohort.
    unnamed
        Kinds that may not be named.

    Returns
    -------
    Changes
        At most ten records, those that move the total most first, then the newest; a record without which total and
        cohort stay the same isn't among them.
    """
    own = own[~own["kind"].isin(pack.kinds.enforcement)].reset_index(drop=True)
    cutoff = standing.cohort["cutoff"].iloc[at]
    numbers = range(len(own))
    copies = pd.concat([own.drop(index=number).assign(child_id=number) for number in numbers] or [own])
    rows = pd.DataFrame({"child_id": numbers, "cutoff": cutoff})
    scores = pack.score_features(build_features(copies, rows, pack.catalogue))["score"].to_numpy(dtype=np.float64)
    considered = _still_considered(pack, own, cutoff) & is_eligible(copies, rows, outcome_of(pack))
    moved = np.abs(scores - standing.score[at])
    order = sorted(numbers, key=lambda n: (considered[n], -moved[n], -own["occurred_at"][n].value, n))
    chosen = [number for number in order if moved[number] > 0 or not considered[number]][:MOST]
    told = [
        WhatIf(
            kind_words(str(own["kind"][number]), pack.kinds, unnamed),
            own["occurred_at"][number],
            float(scores[number]),
            _rank(standing, own.drop(index=number), at, scores[number], pack) if considered[number] else None,
        )
        for number in chosen
    ]
    return Changes(told, len(own))


def _still_considered(pack: Pack, own: pd.DataFrame, cutoff: pd.Timestamp) -> NDArray[np.bool_]:
    """For each record: whether another brings the child into the cohort."""
    seen_from = cutoff - pd.Timedelta(days=pack.study.cohort.seen_within_days)
    brings_in = ~own["kind"].isin(NOT_A_RECORD) & (own["occurred_at"] >= seen_from)
    still: NDArray[np.bool_] = (brings_in.sum() - brings_in > 0).to_numpy(dtype=bool)
    return still


def _rank(standing: Standing, left: pd.DataFrame, at: int, score: float, pack: Pack) -> int:
    """The place of a child in line with another score and other records; everybody else stays as they are."""
    others = np.arange(len(standing.score)) != at
    ahead = int((standing.score[others] > score).sum())
    tied = standing.cohort[(standing.score == score) | ~others]
    me = standing.cohort["child_id"].iloc[at]
    records = standing.history[standing.history["child_id"].isin(set(tied["child_id"]) - {me})]
    place = tie_order(pd.concat([records, left]), tied.reset_index(drop=True), pack.kinds)
    return ahead + 1 + int(place[(tied["child_id"] == me).to_numpy()][0])
