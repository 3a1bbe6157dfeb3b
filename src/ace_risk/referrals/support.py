"""Support and statutory work in words: all of one child's, and what is offered to each child of a list now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.sentences import day
from ace_risk.kinds import Kinds
from ace_risk.referrals.spells import open_spells

LATELY_DAYS = 365
"""Support that ended so many days ago, or fewer, is still told on a list."""
NO_SUPPORT = "None open, and none ended in the last 12 months, as far as is recorded."


def known_ends(own: pd.DataFrame, spells: Sequence[str], as_of: pd.Timestamp) -> pd.Series:
    """The end of each record as far as is known at an instant; empty where a spell is open."""
    still = own.index.isin(open_spells(own, spells, as_of).index)
    return own["ended_at"].mask(pd.Series(still, index=own.index))


def support_so_far(
    own: pd.DataFrame, kinds: Kinds, as_of: pd.Timestamp, unnamed: Unnamed, start: pd.Timestamp
) -> list[str]:
    """Each known spell of support or statutory work, in a sentence; the newest first.

    Parameters
    ----------
    own
        The child's rows of a history, known at `as_of`.
    kinds
        What people call each kind.
    as_of
        The cutoff.
    unnamed
        Kinds that may not be named; they are left out.
    start
        The first day of the data: a spell that carries it may have begun before.
    """
    shown = set(kinds.services) - unnamed.kinds - kinds.ends_observation
    spells = own[own["kind"].isin(shown)].sort_values(["occurred_at", "kind"], ascending=[False, True], kind="stable")
    ends = known_ends(spells, sorted(shown), as_of)
    told = []
    for kind, began, end in zip(spells["kind"], spells["occurred_at"], ends, strict=True):
        since = began_words(began, start)
        until = f"since {since}, open as far as is recorded" if pd.isna(end) else f"{since} to {day(end)}"
        told.append(f"{_title(kinds, kind)}: {until}.")
    return told


def support_now(
    history: pd.DataFrame,
    children: Iterable[object],
    kinds: Kinds,
    as_of: pd.Timestamp,
    unnamed: Unnamed,
    start: pd.Timestamp,
) -> list[str]:
    """For each child, the support that is open or ended lately, as far as is known; statutory work isn't support.

    Parameters
    ----------
    history
        One row per child and record; of others than these children too.
    children
        Whose support is told, in this order.
    kinds, as_of, unnamed, start
        As for :func:`support_so_far`.

    Returns
    -------
    list of str
        A sentence or more per child, open support first, then what ended last; :data:`NO_SUPPORT` where there is none.
    """
    wanted = list(children)
    support = [name for name, kind in kinds.services.items() if not (kind.statutory or kind.ends_observation)]
    support = sorted(set(support) - unnamed.kinds)
    spells = history[history["kind"].isin(support) & history["child_id"].isin(wanted)]
    spells = spells[(spells["occurred_at"] < as_of) & (spells["recorded_at"] < as_of)]
    spells = spells.assign(end=known_ends(spells, support, as_of))
    spells = spells[spells["end"].isna() | (spells["end"] >= as_of - pd.Timedelta(days=LATELY_DAYS))]
    spells = spells.sort_values(["end", "occurred_at", "kind"], ascending=[False, False, True], na_position="first")
    told: dict[object, list[str]] = {}
    for child, kind, began, end in spells[["child_id", "kind", "occurred_at", "end"]].itertuples(index=False):
        words = f"open since {began_words(began, start)}" if pd.isna(end) else f"ended on {day(end)}"
        told.setdefault(child, []).append(f"{_title(kinds, kind)}: {words}.")
    return [" ".join(dict.fromkeys(told.get(child, [NO_SUPPORT]))) for child in wanted]


def began_words(began: pd.Timestamp, start: pd.Timestamp) -> str:
    """When a spell began; one that carries the first day of the data may have begun earlier.

    Examples
    --------
    >>> first = pd.Timestamp("2018-01-01")
    >>> began_words(pd.Timestamp("2018-01-01"), first), began_words(pd.Timestamp("2018-03-04"), first)
    ('1 January 2018 or before', '4 March 2018')
    """
    return f"{day(began)} or before" if began.normalize() <= start else day(began)


def _title(kinds: Kinds, kind: str) -> str:
    title = kinds.services[kind].title
    return f"{title[:1].upper()}{title[1:]}"
