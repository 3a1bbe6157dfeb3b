"""One child's history laid out for a picture, and support so far in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.sentences import day
from ace_risk.kinds import Kinds
from ace_risk.referrals.review_words import shows_enforcement
from ace_risk.referrals.spells import open_spells

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


def known_ends(own: pd.DataFrame, spells: list[str], as_of: pd.Timestamp) -> pd.Series:
    """The end of each record as far as is known at an instant; empty where a spell is open."""
    still = own.index.isin(open_spells(own, spells, as_of).index)
    return own["ended_at"].mask(pd.Series(still, index=own.index))


def support_so_far(own: pd.DataFrame, kinds: Kinds, as_of: pd.Timestamp, unnamed: Unnamed) -> list[str]:
    """Each known spell of support or statutory work, in a sentence; the newest first."""
    shown = set(kinds.services) - unnamed.kinds - kinds.ends_observation
    spells = own[own["kind"].isin(shown)].sort_values(["occurred_at", "kind"], ascending=[False, True], kind="stable")
    ends = known_ends(spells, list(shown), as_of)
    told = []
    for kind, began, end in zip(spells["kind"], spells["occurred_at"], ends, strict=True):
        title = kinds.services[kind].title
        until = f"since {day(began)}, open as far as is recorded" if pd.isna(end) else f"{day(began)} to {day(end)}"
        told.append(f"{title[:1].upper()}{title[1:]}: {until}.")
    return told
