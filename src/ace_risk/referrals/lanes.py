"""One child's history laid out for a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.referrals.review_words import shows_enforcement
from ace_risk.referrals.support import known_ends

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

STATUTORY = "Statutory work"


@dataclass(frozen=True)
class Lane:
    """A lane of a timeline.

    Attributes
    ----------
    title
        What it is about.
    records
        When each thing occurred, and when it was recorded.
    spells
        When each spell began and ended; an open one ends at the cutoff.
    """

    title: str
    records: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]
    spells: tuple[tuple[pd.Timestamp, pd.Timestamp], ...]


def lanes_of(own: pd.DataFrame, pack: Pack, start: pd.Timestamp, as_of: pd.Timestamp) -> list[Lane]:
    """The known records of one child, by domain, in the catalogue's order; what services enforced isn't drawn.

    Parameters
    ----------
    own
        The child's rows of a history, known at `as_of`.
    pack
        The kinds and their domains.
    start, as_of
        When the picture begins and ends.
    """
    kinds = pack.kinds
    parts = zip(own["kind"].astype(str), own["role"], strict=True)
    own = own[[not shows_enforcement(kind, role, kinds) for kind, role in parts]]
    domain = own["kind"].astype(str).map({name: kind.domain for name, kind in kinds.all.items()})
    titles = {**pack.catalogue.domains, "statutory": STATUTORY}
    ends = known_ends(own, [*kinds.services, "missing"], as_of).fillna(as_of)
    lanes = []
    for name, title in titles.items():
        rows = own[domain == name]
        spells = rows["kind"].isin(list(kinds.services))
        if len(rows):
            times = rows[["occurred_at", "recorded_at"]][~spells].itertuples(index=False, name=None)
            points = ((max(occurred, start), recorded) for occurred, recorded in times)
            begun = zip(rows["occurred_at"][spells], ends[rows.index][spells], strict=True)
            bars = ((max(began, start), min(ended, as_of)) for began, ended in begun)
            lanes.append(Lane(title, tuple(points), tuple(bars)))
    return lanes
