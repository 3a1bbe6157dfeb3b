"""What a daily review says of one child: what was recorded, what was known before, and what could be done next."""

from __future__ import annotations

from collections.abc import Sequence

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


def welfare_rows(rows: pd.DataFrame, kinds: Kinds) -> pd.Series:
    """Which records show only what services did with the child: they lead to welfare follow-up and to nothing else."""
    welfare: pd.Series = rows["kind"].isin(kinds.enforcement) | rows["role"].isin(WELFARE_ROLES)
    return welfare


def recorded_lines(rows: pd.DataFrame, kinds: Kinds, unnamed: Unnamed) -> list[str]:
    """A line for each kind of record in the window: how often, when, how graded, and the child's part in it.

    Parameters
    ----------
    rows
        The child's records of the window, from a history.
    kinds
        What people call each kind, and each role.
    unnamed
        Kinds that may not be named.
    """
    welfare = welfare_rows(rows, kinds)
    others = rows[~welfare]
    words = others["kind"].astype(str).map(lambda kind: kind_words(kind, kinds, unnamed))
    lines = []
    for name, own in others.groupby(words, sort=True):
        hidden = set(own["kind"]) <= unnamed.kinds
        detail = "" if hidden else "; ".join([*_grades(own), *_roles(own, kinds)])
        told = f"{str(name)[:1].upper()}{str(name)[1:]}: {times(len(own))}, {_when(own)}"
        lines.append(f"{told} ({detail})." if detail else f"{told}.")
    police = rows[welfare]
    for name, own in police.groupby(police.apply(_police_words, axis=1) if len(police) else [], sort=True):
        lines.append(f"{name} {times(len(own))}, {_when(own)}.")
    return lines


def kind_words(kind: str, kinds: Kinds, unnamed: Unnamed) -> str:
    """What a kind of record is called; concerns at home where it may not be named."""
    return CONCERNS if kind in unnamed.kinds else kinds.all[kind].title


def known_sentence(rows: pd.DataFrame, kinds: Kinds, unnamed: Unnamed) -> str:
    """What was known of the child before: the most frequent kinds of record, and the day of the last of them all.

    Parameters
    ----------
    rows
        Records known before the window, of the last :data:`KNOWN_DAYS`, without those of welfare, strengths and
        services.
    """
    if rows.empty:
        return "Nothing else is on record for the last 24 months."
    numbers = rows["kind"].astype(str).map(lambda kind: kind_words(kind, kinds, unnamed)).value_counts()
    ranked = sorted(numbers.items(), key=lambda pair: (-pair[1], str(pair[0])))
    told = [f"{name} {times(int(number))}" for name, number in ranked[:MOST_KINDS]]
    if len(ranked) > MOST_KINDS:
        rest = sum(int(number) for _, number in ranked[MOST_KINDS:])
        told.append(f"other records {times(rest)}")
    return f"In the last 24 months before that: {joined(told)}, {_when(rows)}."


def support_sentence(open_now: pd.DataFrame, begun: pd.DataFrame, kinds: Kinds, unnamed: Unnamed) -> str:
    """Which support and statutory work is open, and which there was before; empty where there was none.

    Parameters
    ----------
    open_now, begun
        Known spells of services that are open, and all known ones.
    """
    shown = [kind for kind in kinds.services if kind not in unnamed.kinds]
    going = sorted(kinds.services[kind].title for kind in set(open_now["kind"]) & set(shown))
    past = sorted(kinds.services[kind].title for kind in (set(begun["kind"]) - set(open_now["kind"])) & set(shown))
    parts = [f"Open now: {joined(going)}."] if going else []
    return " ".join([*parts, *([f"Earlier: {joined(past)}."] if past else [])])


def next_steps(
    kinds_recorded: Sequence[str], age_years: int, catalogue: Catalogue, unnamed: Unnamed, first: Sequence[str]
) -> list[str]:
    """What could be done next: `first`, then what answers the kinds of record and suits the child's age."""
    names: list[str] = []
    for kind in kinds_recorded:
        names += catalogue.kind_support.get(kind, ())
        names += [
            name for spec in catalogue if kind in spec.kinds and spec.domain != STRENGTHS for name in spec.support
        ]
    texts = [
        FAMILY_OFFER if name in unnamed.offers else catalogue.support_options[name].text
        for name in names
        if catalogue.support_options[name].suits(age_years)
    ]
    return list(dict.fromkeys([*first, *texts]))[:MOST_STEPS]


def _police_words(row: pd.Series) -> str:
    """What services did, in words that say nothing about the child."""
    if row["role"] == "searched" or row["kind"] in SEARCHED:
        return "Police searched the child"
    if row["role"] == "detained" or row["kind"] in HELD:
        return "Police held the child"
    return "Police records named the child"


def _when(rows: pd.DataFrame) -> str:
    return when_words(Evidence(len(rows), rows["occurred_at"].min(), rows["occurred_at"].max()))


def _grades(rows: pd.DataFrame) -> list[str]:
    grades = sorted({str(grade).replace("_", " ") for grade in rows["grade"].dropna()})
    return [f"graded {joined(grades)}"] if grades else []


def _roles(rows: pd.DataFrame, kinds: Kinds) -> list[str]:
    words = kinds.codes.get("role", {}) | {"from_care": "from care", "from_home": "from home"}
    roles = sorted({str(role) for role in rows["role"].dropna()} - {"subject"})
    return [text[:1].lower() + text[1:] for text in (words.get(role, "") for role in roles) if text]
