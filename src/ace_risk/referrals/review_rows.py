"""The rows of a daily review: one per child."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.sentences import day, joined, times
from ace_risk.plans import CohortRule
from ace_risk.referrals.review_words import (
    KNOWN_DAYS,
    MISSING_STEP,
    PLAN_STEP,
    WELFARE_STEP,
    known_sentence,
    next_steps,
    recorded_lines,
    support_sentence,
    welfare_rows,
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
    recorded
        The records of the window.
    records
        All records of the review's children that were known at its time.
    standing
        The day's cohort in line.
    unnamed
        Kinds that may not be named.
    """

    pack: Pack
    since: pd.Timestamp
    as_of: pd.Timestamp
    recorded: pd.DataFrame
    records: pd.DataFrame
    standing: Standing
    unnamed: Unnamed


def child_rows(known: Known, people: pd.DataFrame) -> pd.DataFrame:
    """A row per child, with the columns of a review, `household_id`, `birth_date` and `records`, the number of records.

    Parameters
    ----------
    known
        What is known.
    people
        One row per child: `child_id`, `birth_date`, `age_years`, `household_id`, `hub`.
    """
    new = dict(iter(known.recorded.groupby("child_id", sort=False)))
    all_records = dict(iter(known.records.groupby("child_id", sort=False)))
    places = place_by_child(known.standing, known.pack.study.referrals.places)
    rows = [
        _row(known, person, new[person["child_id"]], all_records[person["child_id"]], places)
        for person in people.to_dict("records")
    ]
    return pd.DataFrame(rows)


def _row(
    known: Known, person: dict[str, Any], new: pd.DataFrame, records: pd.DataFrame, places: dict[object, str]
) -> dict[str, Any]:
    """One child."""
    pack, kinds, unnamed = known.pack, known.pack.kinds, known.unnamed
    welfare = welfare_rows(new, kinds)
    only = bool(welfare.all())
    spells = open_spells(records, [*kinds.services, "missing"], known.as_of)
    open_services = spells[spells["kind"] != "missing"]
    plans = [kind for kind in kinds.services if kinds.services[kind].statutory and kind in set(spells["kind"])]
    missing_since = spells["occurred_at"][spells["kind"] == "missing"]
    missing = len(missing_since) > 0
    first = [*([MISSING_STEP] if missing else []), *([PLAN_STEP] if plans else [])]
    first += [WELFARE_STEP] if welfare.any() else []
    strength = {name for name, kind in kinds.incidents.items() if kind.domain == "strengths"}
    answered = sorted(set(new["kind"][~welfare].astype(str)) - strength, key=list(kinds.all).index)
    concerns = _concerns(records[records["recorded_at"] < known.since], kinds.enforcement | strength, known)
    services = records[records["kind"].isin(list(kinds.services))]
    told = [known_sentence(concerns, kinds, unnamed), support_sentence(open_services, services, kinds, unnamed)]
    child = person["child_id"]
    place = "" if only else places.get(child) or not_considered(pack.study.cohort, pack, records, person, known.as_of)
    return {
        **person,
        "recorded": tuple(recorded_lines(new, kinds, unnamed)),
        "known": " ".join(filter(None, told)),
        "place": place,
        "flags": tuple(_flags(known, person, records, missing_since, plans, set(spells["kind"]))),
        "next_steps": tuple(next_steps(answered, person["age_years"], pack.catalogue, unnamed, first)),
        "safe_contact": bool(records["kind"].isin(pack.catalogue.safe_contact_kinds).any()),
        "still_missing": missing,
        "welfare_only": only,
        "records": 0 if only else len(new) - int(welfare.sum()),
    }


def _concerns(records: pd.DataFrame, left_out: frozenset[str] | set[str], known: Known) -> pd.DataFrame:
    """The records of the last two years that are told: incidents and missing episodes, without those left out."""
    told = {*known.pack.kinds.incidents, "missing"} - left_out
    near = records["occurred_at"] >= known.as_of - pd.Timedelta(days=KNOWN_DAYS)
    rows = records[near & records["kind"].isin(told)]
    return rows[~welfare_rows(rows, known.pack.kinds)]


def _flags(
    known: Known, person: dict[str, Any], records: pd.DataFrame, missing: pd.Series, plans: list[str], spells: set[str]
) -> list[str]:
    """What must be seen at once."""
    episodes = records["occurred_at"][records["kind"] == "missing"]
    lately = int((episodes >= known.as_of - pd.Timedelta(days=REPEAT_DAYS)).sum())
    flags = [f"Still missing since {day(missing.max())}, as far as is recorded"] if len(missing) else []
    if lately >= REPEAT_MISSING:
        flags.append(f"Repeat missing: {times(lately)} in the last 12 months")
    if PHILOMENA in spells:
        flags.append("Philomena form held")
    if known.as_of - person["birth_date"] < pd.Timedelta(days=FIRST_DAYS - PREGNANCY_DAYS):
        flags.append("In the first 1,000 days")
    if plans:
        flags.append(f"Open: {joined([known.pack.kinds.services[kind].title for kind in plans])}")
    return flags


def place_by_child(standing: Standing, places: int) -> dict[object, str]:
    """Where each child of the cohort would stand on a list made now, in words."""
    listed = zip(standing.cohort["child_id"], standing.rank, standing.listed, strict=True)
    off = f"Considered, but not within the {places:,} places of a list made now."
    on = "Would be number {rank:,} on a list made now, of {places:,} places."
    return {child: on.format(rank=rank, places=places) if on_list else off for child, rank, on_list in listed}


def not_considered(
    rule: CohortRule, pack: Pack, records: pd.DataFrame, person: dict[str, Any], as_of: pd.Timestamp
) -> str:
    """Why a child isn't in the day's cohort.

    Parameters
    ----------
    rule
        Who is considered.
    records
        The child's records known at `as_of`.
    person
        The child's row, with `household_id`.
    """
    plans = sorted(set(open_spells(records, rule.open_plan_kinds, as_of)["kind"].astype(str)))
    if records["kind"].isin(pack.kinds.ends_observation).any():
        why = "a death is recorded"
    elif plans:
        why = f"statutory work is open, {joined([pack.kinds.all[kind].title for kind in plans])}"
    elif pd.isna(person["household_id"]):
        why = "no home in the area is known"
    else:
        why = f"no record that counts in the last {round(rule.seen_within_days / 30.4375)} months"
    return f"Not considered for a list: {why}."
