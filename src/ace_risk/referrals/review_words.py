"""What a daily review says of one child: what was recorded, what was known before, and what could be done next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

import pandas as pd

from ace_risk.explanation.evidence import Evidence
from ace_risk.explanation.parental import FAMILY_OFFER, Unnamed
from ace_risk.explanation.reasons import STRENGTHS
from ace_risk.explanation.sentences import joined, times, when_words
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import Kinds

KNOWN_DAYS = 730
"""How far back the known history is told."""
MOST_KINDS = 4
MOST_STEPS = 6
WELFARE_ROLES = ("searched", "detained")
SEARCHED = frozenset({"stop_search"})
HELD = frozenset({"arrest", "custody"})
CONCERNS = "concerns at home"
WELFARE_STEP = (
    "Welfare follow-up: ask how the child is and whether an adult was there for them; offer liaison and diversion"
)
MISSING_STEP = "Follow the missing procedure now: no end of the episode is on record"
PLAN_STEP = "Speak with the child's social worker first, and agree who makes contact"


class Entry(NamedTuple):
    """One record of a child: its words, its times, and whether it is a spell that is open as far as is known."""

    kind: str
    role: str
    grade: str
    occurred_at: pd.Timestamp
    recorded_at: pd.Timestamp
    is_open: bool


def is_welfare(entry: Entry, kinds: Kinds) -> bool:
    """Whether a record shows only what services did with the child: it leads to welfare follow-up, nothing else."""
    return shows_enforcement(entry.kind, entry.role, kinds)


def shows_enforcement(kind: str, role: object, kinds: Kinds) -> bool:
    """Whether a record of this kind, in which the child had this role, shows what services did with the child."""
    return kind in kinds.enforcement or role in WELFARE_ROLES


def recorded_lines(entries: Iterable[Entry], kinds: Kinds, unnamed: Unnamed) -> list[str]:
    """A line for each kind of record in the window: how often, when, how graded, and the child's part in it.

    Parameters
    ----------
    entries
        The child's records of the window.
    kinds
        What people call each kind, and each role.
    unnamed
        Kinds that may not be named.
    """

    def name(entry: Entry) -> tuple[bool, str]:
        welfare = is_welfare(entry, kinds)
        return welfare, _police_words(entry) if welfare else kind_words(entry.kind, kinds, unnamed)

    lines = []
    for (welfare, words), group in groupby(sorted(entries, key=name), key=name):
        own = list(group)
        told = f"{words[:1].upper()}{words[1:]}: {times(len(own))}, {_when(own)}"
        hidden = welfare or words == CONCERNS
        detail = "" if hidden else "; ".join([*_grades(own), *_roles(own, kinds)])
        lines.append(f"{told} ({detail})." if detail else f"{told}.")
    return lines


def kind_words(kind: str, kinds: Kinds, unnamed: Unnamed) -> str:
    """What a kind of record is called; concerns at home where it may not be named."""
    return CONCERNS if kind in unnamed.kinds else kinds.all[kind].title


def known_sentence(entries: Sequence[Entry], kinds: Kinds, unnamed: Unnamed) -> str:
    """What was known of the child before: the most frequent kinds of record, and the first and the last day of all.

    Parameters
    ----------
    entries
        Records known before the window, of the last :data:`KNOWN_DAYS`, without those of welfare, strengths and
        services.
    """
    if not entries:
        return "Nothing else is on record for the last 24 months."
    names = [kind_words(entry.kind, kinds, unnamed) for entry in entries]
    ranked = sorted(set(names), key=lambda name: (-names.count(name), name))
    told = [f"{name} {times(names.count(name))}" for name in ranked[:MOST_KINDS]]
    if len(ranked) > MOST_KINDS:
        told.append(f"other records {times(sum(names.count(name) for name in ranked[MOST_KINDS:]))}")
    return f"In the last 24 months: {joined(told)}, {_when(entries)}."


def support_sentence(spells: Iterable[Entry], kinds: Kinds, unnamed: Unnamed) -> str:
    """Which support and statutory work is open, and which there was before; empty where there was none."""
    shown = [entry for entry in spells if entry.kind in kinds.services and entry.kind not in unnamed.kinds]
    going = {entry.kind for entry in shown if entry.is_open}
    past = {entry.kind for entry in shown} - going
    parts = [("Open now", going), ("Earlier", past)]
    return " ".join(
        f"{when}: {joined(sorted(kinds.services[kind].title for kind in own))}." for when, own in parts if own
    )


def next_steps(
    recorded: Collection[str], age_years: int, catalogue: Catalogue, unnamed: Unnamed, first: Sequence[str]
) -> list[str]:
    """What could be done next: `first`, then what answers the kinds of record and suits the child's age."""
    names: list[str] = []
    for kind in recorded:
        names += catalogue.kind_support.get(kind, ())
        answering = [spec for spec in catalogue if kind in spec.kinds and spec.domain != STRENGTHS]
        names += [name for spec in answering for name in spec.support]
    texts = [
        FAMILY_OFFER if name in unnamed.offers else catalogue.support_options[name].text
        for name in names
        if catalogue.support_options[name].suits(age_years)
    ]
    return list(dict.fromkeys([*first, *texts]))[:MOST_STEPS]


def _police_words(entry: Entry) -> str:
    """What services did, in words that say nothing about the child."""
    if entry.role == "searched" or entry.kind in SEARCHED:
        return "Police searched the child"
    if entry.role == "detained" or entry.kind in HELD:
        return "Police held the child"
    return "Police records named the child"


def _when(entries: Sequence[Entry]) -> str:
    occurred = [entry.occurred_at for entry in entries]
    return when_words(Evidence(len(occurred), min(occurred), max(occurred)))


def _grades(entries: Iterable[Entry]) -> list[str]:
    grades = sorted({entry.grade.replace("_", " ") for entry in entries if entry.grade})
    return [f"graded {joined(grades)}"] if grades else []


def _roles(entries: Iterable[Entry], kinds: Kinds) -> list[str]:
    words = kinds.codes.get("role", {}) | {"from_care": "from care", "from_home": "from home"}
    roles = sorted({entry.role for entry in entries} - {"", "subject"})
    return [text[:1].lower() + text[1:] for text in (words.get(role, "") for role in roles) if text]
