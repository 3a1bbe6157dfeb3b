"""The rows of a daily review: one per child."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.reasons import STRENGTHS
from ace_risk.explanation.sentences import day, joined, times
from ace_risk.referrals.child_file import written_id
from ace_risk.referrals.previous import NOT_HANDED_OUT
from ace_risk.referrals.review_words import (
    KNOWN_DAYS,
    MISSING_STEP,
    PLAN_STEP,
    WELFARE_STEP,
    Entry,
    is_welfare,
    known_sentence,
    next_steps,
    recorded_lines,
    support_sentence,
)
from ace_risk.referrals.spells import open_spells
from ace_risk.referrals.standing import Standing

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

REVIEW_COLUMNS = (
    "visit", "child_id", "hub", "age_years", "recorded", "known", "place", "flags", "next_steps", "safe_contact",
    "still_missing", "welfare_only",
)  # fmt: skip
"""One row per child. `recorded`, `flags` and `next_steps` hold a tuple of texts, the last three are true or false;
`visit` is an opaque family number."""
REPEAT_MISSING, REPEAT_DAYS = 2, 365
"""So many missing episodes in so many days are told as repeat missing."""
FIRST_DAYS = 1_000
PREGNANCY_DAYS = 270
"""The first 1,000 days count from conception, about so many days before birth: until about the second birthday."""
PHILOMENA = "philomena_notice"


@dataclass(frozen=True, eq=False)
class Known:
    """Everything that the rows of one review are made from.

    Attributes
    ----------
    pack
        The model, the study and the words.
    since, as_of
        The window.
    records
        The history of the review's children.
    standing
        The day's cohort in line.
    handed_out
        What is said of each child on the list that the team works from, by id as a list writes it; None without one.
    unnamed
        Kinds that may not be named.
    """

    pack: Pack
    since: pd.Timestamp
    as_of: pd.Timestamp
    records: pd.DataFrame
    standing: Standing
    handed_out: dict[str, str] | None
    unnamed: Unnamed

    @property
    def told(self) -> frozenset[str]:
        """Kinds of record that a review is about: incidents and missing episodes."""
        return frozenset({*self.pack.kinds.incidents, "missing"})

    @property
    def concerns(self) -> frozenset[str]:
        """Those of them that are neither strengths nor enforcement."""
        kinds = self.pack.kinds
        strengths = {name for name, kind in kinds.incidents.items() if kind.domain == STRENGTHS}
        return self.told - strengths - kinds.enforcement


def child_rows(known: Known, people: pd.DataFrame) -> pd.DataFrame:
    """A row per child, with the columns of a review, `household_id`, `birth_date` and `records`, the number of records.

    Parameters
    ----------
    known
        What is known.
    people
        One row per child: `child_id`, `birth_date`, `age_years`, `household_id`, `hub`.
    """
    entries = entries_by_child(known.records, [*known.pack.kinds.services, "missing"], known.as_of)
    persons = [{str(name): value for name, value in row.items()} for row in people.to_dict("records")]
    places = place_by_child(known.standing)
    return pd.DataFrame([_row(known, person, entries[person["child_id"]], places) for person in persons])


def entries_by_child(records: pd.DataFrame, spells: Collection[str], at: pd.Timestamp) -> dict[object, list[Entry]]:
    """The records of each child that are known at an instant, in the order of the history.

    Parameters
    ----------
    records
        Rows of a history.
    spells
        The kinds of record that have an end; all others are never open.
    at
        When.
    """
    records = records[(records["occurred_at"] < at) & (records["recorded_at"] < at)]
    is_open = records.index.isin(open_spells(records, spells, at).index)
    words = [records[name].astype(object).where(records[name].notna(), "") for name in ("kind", "role", "grade")]
    found: dict[object, list[Entry]] = {}
    rows = zip(records["child_id"], *words, records["occurred_at"], records["recorded_at"], is_open, strict=True)
    for child, *values in rows:
        found.setdefault(child, []).append(Entry(*values))
    return found


def _row(known: Known, person: dict[str, Any], entries: list[Entry], places: dict[object, str]) -> dict[str, Any]:
    """One child."""
    pack, kinds, unnamed = known.pack, known.pack.kinds, known.unnamed
    new = [entry for entry in entries if entry.recorded_at >= known.since and entry.kind in known.told]
    others = [entry for entry in new if not is_welfare(entry, kinds)]
    spells = {entry.kind for entry in entries if entry.is_open}
    plans = [name for name, kind in kinds.services.items() if kind.statutory and name in spells]
    missing = "missing" in spells
    first = [*([MISSING_STEP] if missing else []), *([PLAN_STEP] if plans else [])]
    first += [WELFARE_STEP] if len(others) < len(new) else []
    answered = sorted({entry.kind for entry in others} & known.concerns, key=list(kinds.all).index)
    back = known.as_of - pd.Timedelta(days=KNOWN_DAYS)
    before = [entry for entry in entries if entry.recorded_at < known.since and entry.occurred_at >= back]
    before = [entry for entry in before if entry.kind in known.concerns and not is_welfare(entry, kinds)]
    told = [known_sentence(before, kinds, unnamed), support_sentence(entries, kinds, unnamed)]
    place = places.get(person["child_id"]) or not_considered(pack, entries, person)
    if known.handed_out is not None:
        place = f"{known.handed_out.get(written_id(person['child_id']), NOT_HANDED_OUT)} {place}"
    return {
        **person,
        "recorded": tuple(recorded_lines(new, kinds, unnamed)),
        "known": " ".join(filter(None, told)),
        "place": place if others else "",
        "flags": tuple(_flags(known, person, entries, plans, spells)),
        "next_steps": tuple(next_steps(answered, person["age_years"], pack.catalogue, unnamed, first)),
        "safe_contact": any(entry.kind in pack.catalogue.safe_contact_kinds for entry in entries),
        "still_missing": missing,
        "welfare_only": not others,
        "records": len(others),
    }


def _flags(known: Known, person: dict[str, Any], entries: list[Entry], plans: list[str], spells: set[str]) -> list[str]:
    """What must be seen at once."""
    episodes = [entry for entry in entries if entry.kind == "missing"]
    lately = sum(entry.occurred_at >= known.as_of - pd.Timedelta(days=REPEAT_DAYS) for entry in episodes)
    still = [entry.occurred_at for entry in episodes if entry.is_open]
    flags = [f"Still missing since {day(max(still))}, as far as is recorded"] if still else []
    if lately >= REPEAT_MISSING:
        flags.append(f"Repeat missing: {times(lately)} in the last 12 months")
    if PHILOMENA in spells:
        flags.append("Philomena form held")
    if known.as_of - person["birth_date"] < pd.Timedelta(days=FIRST_DAYS - PREGNANCY_DAYS):
        flags.append("In the first 1,000 days")
    if plans:
        flags.append(f"Open: {joined([known.pack.kinds.services[kind].title for kind in plans])}")
    return flags


def place_by_child(standing: Standing) -> dict[object, str]:
    """Where each child of the cohort would stand on a list made now, in words."""
    places = standing.line.places
    listed = zip(standing.cohort["child_id"], standing.rank, standing.listed, strict=True)
    off = f"Considered, but not within the {places:,} places of a list made now."
    on = "Would be number {rank:,} on a list made now, of {places:,} places."
    return {child: on.format(rank=rank, places=places) if on_list else off for child, rank, on_list in listed}


def not_considered(pack: Pack, entries: list[Entry], person: dict[str, Any]) -> str:
    """Why a child isn't in the day's cohort.

    Parameters
    ----------
    pack
        Its study says who is considered.
    entries
        The child's records known at the time.
    person
        The child's row, with `household_id`.
    """
    rule, kinds, kinds_before = pack.study.cohort, pack.kinds, list(pack.study.outcome.after_kinds)
    plans = sorted({entry.kind for entry in entries if entry.is_open and entry.kind in rule.open_plan_kinds})
    if any(entry.kind in kinds.ends_observation for entry in entries):
        why = "a death is recorded"
    elif plans:
        why = f"statutory work is open, {joined([kinds.all[kind].title for kind in plans])}"
    elif pd.isna(person["household_id"]):
        why = "no home in the area is known"
    elif kinds_before and not any(entry.kind in kinds_before for entry in entries):
        why = f"no earlier {joined([kinds.all[kind].title for kind in kinds_before])}, which this list is about"
    else:
        why = f"no record that counts in the last {round(rule.seen_within_days / 30.4375)} months"
    return f"Not considered for a list: {why}."
