"""The list before this one: who was on it, who is still, and why others have left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
from ace_risk.explanation.sentences import day
from ace_risk.features.homes import homes_at
from ace_risk.plans import CohortRule
from ace_risk.referrals.child_file import read_child_file, written_id
from ace_risk.referrals.columns import LEFT_COLUMNS
from ace_risk.referrals.spells import open_spells
from ace_risk.referrals.standing import Standing

NOT_HANDED_OUT = "Not on the list that the team works from."
"""What a review says of a child who isn't on that list."""
FIRST, NEW, STILL = "first list", "new", "still listed"


def read_previous(path: Path, option: str = "--previous") -> pd.DataFrame:
    """The rows of an earlier `referrals.csv`, as text.

    Parameters
    ----------
    path
        The file.
    option
        The option that named it, for messages.

    Raises
    ------
    StudyError
        If the file can't be read, isn't a referral list, or has no row of rank 1: then it is a part of one, or holds
        those who were next in line.
    """
    give = "the referrals.csv of an earlier list"
    frame = read_child_file(path, option, ("rank",), "a referral list", give)
    if len(frame) and "1" not in set(frame["rank"].str.strip()):
        raise StudyError(
            f"{option}: {path} has no row of rank 1, so it isn't the list itself but a part of it, or those who were "
            f"next in line. Give {give}."
        )
    return frame


def changes(children: Iterable[object], previous: pd.DataFrame | None) -> list[str]:
    """For each child: on the last list as well, new, or on the first list there is."""
    if previous is None:
        return [FIRST for _ in children]
    before = set(previous["child_id"].map(written_id))
    return [STILL if written_id(child) in before else NEW for child in children]


def places_handed_out(handed_out: pd.DataFrame | None, at: pd.Timestamp) -> dict[str, str] | None:
    """What a review says of each child on the list that the team works from, by id as a list writes it.

    Parameters
    ----------
    handed_out
        The rows of that list, as text; None where none was given.
    at
        The time of the review; a list that had expired then is said to have lapsed.

    Examples
    --------
    >>> rows = pd.DataFrame({"child_id": ["a"], "rank": ["7"], "list_expires_at": ["2026-01-29T00:00:00"]})
    >>> places_handed_out(rows, pd.Timestamp("2026-01-05"))
    {'a': 'Number 7 on the list that the team works from, which ends on 29 January 2026.'}
    """
    if handed_out is None:
        return None
    written = handed_out.get("list_expires_at", pd.Series("", handed_out.index))
    ends = pd.to_datetime(written, errors="coerce", format="ISO8601", utc=True).dt.tz_localize(None)
    until = [
        "" if pd.isna(end) else f", which {'lapsed' if end <= at else 'ends'} on {day(end)}" for end in ends
    ]  # fmt: skip
    rows = zip(handed_out["child_id"].map(written_id), handed_out["rank"], until, strict=True)
    return {child: f"Number {rank} on the list that the team works from{when}." for child, rank, when in rows}


def left_since(
    previous: pd.DataFrame,
    listed: Iterable[object],
    tables: Tables,
    found: Standing,
    rule: CohortRule,
) -> pd.DataFrame:
    """The children of the previous list who are not on this one, and why.

    Parameters
    ----------
    previous
        The last list's rows.
    listed
        The children on this list, and those who are to be passed over in silence.
    tables
        The six tables.
    found
        The children who could be on this list, or on another hub's.
    rule
        Who can be considered at all.

    Returns
    -------
    DataFrame
        One row per child, in the order of the previous list: :data:`LEFT_COLUMNS`.
    """
    now = {written_id(child) for child in listed}
    gone = [text for text in dict.fromkeys(previous["child_id"].map(written_id)) if text not in now]
    people = tables.children.assign(text=tables.children["child_id"].map(written_id)).set_index("text")
    as_of = found.cohort["cutoff"].iloc[0]
    line, others = (set(ids.map(written_id)) for ids in (found.cohort["child_id"], found.elsewhere))
    of_age = people["birth_date"] + pd.DateOffset(years=rule.under_age_years) <= as_of
    at_home = set(homes_at(tables.residence, as_of)["child_id"].map(written_id))
    with_plan = set(open_spells(found.history, rule.open_plan_kinds, as_of)["child_id"].map(written_id))
    months = round(rule.seen_within_days / 30.4375)

    def why(text: str) -> str:
        if text not in people.index:
            return "no longer in the data"
        if text in line:
            return "now below the cut-off"
        if text in others:
            return "now lives in another hub"
        if of_age[text]:
            return f"turned {rule.under_age_years}"
        if text in with_plan:
            return "now has an open plan"
        return f"no record in the last {months} months" if text in at_home else "moved away"

    return pd.DataFrame([(text, why(text)) for text in gone], columns=list(LEFT_COLUMNS))
