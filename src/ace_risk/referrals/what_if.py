"""What would change for one child if a given record were wrong: the total and the place without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ace_risk.explanation.parental import Unnamed
from ace_risk.features.build import build_features
from ace_risk.features.cohort import NOT_A_RECORD
from ace_risk.features.ties import tie_order
from ace_risk.referrals.review_words import kind_words
from ace_risk.referrals.standing import Standing

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


def without_each_record(
    pack: Pack, standing: Standing, history: pd.DataFrame, own: pd.DataFrame, at: int, unnamed: Unnamed
) -> Changes:
    """Score one child again without each of the child's records, one at a time.

    Parameters
    ----------
    pack
        The model and its catalogue.
    standing
        The day's cohort in line.
    history
        The history of the whole cohort.
    own
        The child's known rows of it; records of enforcement never count and are passed over.
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
    again = build_features(copies, pd.DataFrame({"child_id": numbers, "cutoff": cutoff}), pack.catalogue)
    scores = pack.score_features(again)["score"].to_numpy(dtype=np.float64)
    considered = _still_considered(pack, own, cutoff)
    moved = np.abs(scores - standing.score[at])
    order = sorted(numbers, key=lambda n: (considered[n], -moved[n], -own["occurred_at"][n].value, n))
    chosen = [number for number in order if moved[number] > 0 or not considered[number]][:MOST]
    rows = [
        WhatIf(
            kind_words(str(own["kind"][number]), pack.kinds, unnamed),
            own["occurred_at"][number],
            float(scores[number]),
            _rank(standing, history, own.drop(index=number), at, scores[number], pack) if considered[number] else None,
        )
        for number in chosen
    ]
    return Changes(rows, len(own))


def _still_considered(pack: Pack, own: pd.DataFrame, cutoff: pd.Timestamp) -> list[bool]:
    """For each record: whether another brings the child into the cohort."""
    seen_from = cutoff - pd.Timedelta(days=pack.study.cohort.seen_within_days)
    brings_in = ~own["kind"].isin(NOT_A_RECORD) & (own["occurred_at"] >= seen_from)
    return [bool(brings_in.sum() - brought > 0) for brought in brings_in]


def _rank(standing: Standing, history: pd.DataFrame, left: pd.DataFrame, at: int, score: float, pack: Pack) -> int:
    """The place of a child in line with another score and other records; everybody else stays as they are."""
    others = np.arange(len(standing.score)) != at
    ahead = int((standing.score[others] > score).sum())
    tied = standing.cohort[(standing.score == score) | ~others]
    me = standing.cohort["child_id"].iloc[at]
    records = history[history["child_id"].isin(set(tied["child_id"]) - {me})]
    place = tie_order(pd.concat([records, left]), tied.reset_index(drop=True), pack.kinds)
    return ahead + 1 + int(place[(tied["child_id"] == me).to_numpy()][0])
