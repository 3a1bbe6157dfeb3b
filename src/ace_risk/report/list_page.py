"""The referral list as a page: a row per child, reasons first, the number last and small."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from ace_risk.report.natural import is_missing, out_of_100
from ace_risk.report.page import Header, read_script, render
from ace_risk.report.words import FOLLOWED, SAFE_CONTACT

FIRST_LIST = "first list"
"""What `changed_since_last` says where there was no list before."""
FAR_APART = 0.05
"""From this difference on, a row says to go by what was counted rather than by what the model expects."""
MOST_OPTIONS = 4
"""Offers that a row of the list shows."""


def render_list(listing: Mapping[str, Any], header: Header) -> str:
    """The page of a referral list.

    Parameters
    ----------
    listing
        `rows` and `next_in_line`: a mapping per child with the columns of a referral list, and if known
        `new`, `safe_contact` (check safe contact first) and `other_children_at_home`, `support_now`;
        `places`; `hubs`; and if known `outcome`, what the number is about, in words such as "statutory support
        recorded within 12 months", `left` (a mapping per child who has left the list: `child_id`, `why`) and
        `resampled_lists` (how many lists the bands rest on).
    header
        Top and foot of the page; its answer, if given, replaces the page's first sentence.
    """
    outcome = str(listing.get("outcome") or FOLLOWED)
    rows = [child_row(row, outcome) for row in listing["rows"]]
    families = Counter(row["visit"] for row in rows if row["visit"])
    for row in rows:
        row["together"] = families.get(row["visit"], 0)
    return render(
        "list.html.j2",
        header,
        script=read_script("list.js"),
        rows=rows,
        next_in_line=[child_row(row, outcome) for row in listing["next_in_line"]],
        hubs=listing["hubs"],
        headline=header.answer or headline(rows, listing["places"]),
        families=len(families),
        shared=sum(1 for size in families.values() if size > 1),
        new=None if all(row["first_list"] for row in rows) else sum(1 for row in rows if row["new"]),
        left=listing.get("left"),
        resampled_lists=listing.get("resampled_lists") or 0,
        added=sum(1 for row in rows if row["changed"].startswith("Added")),
        near=sum(1 for row in rows if row["band"] == "near the cut-off"),
    )


def headline(rows: Sequence[Mapping[str, Any]], places: int) -> str:
    """What the page opens with.

    Examples
    --------
    >>> headline([{}], 2)
    '1 child who may benefit from an offer of early support; 1 place is free.'
    """
    who = "1 child" if len(rows) == 1 else f"{len(rows):,} children"
    free = places - len(rows)
    rest = f"; {free:,} place{' is' if free == 1 else 's are'} free" if free > 0 else ""
    return f"{who} who may benefit from an offer of early support{rest}."


def child_row(row: Mapping[str, Any], outcome: str = FOLLOWED) -> dict[str, Any]:
    """One child as the page shows them; what isn't listed here never reaches the page."""
    changed = str(row.get("changed_since_last") or "")
    is_new = bool(row.get("new")) or changed.lower().startswith("new")
    first, more = shown_options(parts(row.get("support_options")))
    reasons = [str(row[f"reason_{place}"]) for place in range(1, 5) if row.get(f"reason_{place}")]
    return {
        "rank": row["rank"],
        "child_id": str(row["child_id"]),
        "hub": str(row.get("hub") or ""),
        "age": age(row.get("age_years")),
        "age_years": row.get("age_years"),
        "visit": str(row.get("visit") or ""),
        "reasons": reasons,
        "strengths": parts(row.get("strengths")),
        "options": first,
        "more_options": more,
        "gaps": parts(row.get("data_gaps")),
        "number": number_sentence(row.get("support_need"), outcome, row.get("counted")),
        "score": row.get("score"),
        "band": str(row.get("band") or ""),
        "new": is_new,
        "first_list": changed == FIRST_LIST,
        "changed": "" if changed == FIRST_LIST else changed[:1].upper() + changed[1:],
        "safe_contact": bool(row.get("safe_contact")),
        "together": 0,
        "others_at_home": int(row.get("other_children_at_home") or 0),
        "support_now": str(row.get("support_now") or ""),
    }


def shown_options(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """The options that a row shows, and those that fold away; they come in the order of the reasons that they answer.

    Examples
    --------
    >>> shown_options([SAFE_CONTACT, "one", "two", "three", "four", "five"])
    (['Check safe contact first', 'one', 'two', 'three', 'four'], ['five'])
    """
    most = MOST_OPTIONS + (SAFE_CONTACT in options[:1])
    return list(options[:most]), list(options[most:])


def number_sentence(support_need: Any, outcome: str = FOLLOWED, counted: Any = None) -> str:
    """What the number says: what the model expects, and what was counted when it was tested; empty without a number.

    Examples
    --------
    >>> number_sentence(0.41, "a plan agreed", counted=0.33)[41:]
    'the model expects 41 to have a plan agreed; when it was tested, 33 had: go by that one.'
    """
    if is_missing(support_need):
        return ""
    told = f"Of 100 children with records like these, the model expects {out_of_100(support_need)} to have {outcome}"
    if is_missing(counted):
        return f"{told}."
    differs = abs(float(counted) - float(support_need)) >= FAR_APART
    return f"{told}; when it was tested, {out_of_100(counted)} had{': go by that one' if differs else ''}."


def age(years: Any) -> str:
    """An age in words.

    Examples
    --------
    >>> age(0), age(1), age(7.0), age(None)
    ('under 1 year', '1 year', '7 years', 'age not known')
    """
    if years is None:
        return "age not known"
    whole = int(years)
    return "under 1 year" if whole < 1 else f"{whole} year{'' if whole == 1 else 's'}"


def parts(value: Any) -> list[str]:
    """The sentences of a cell: a list as it is, a text cut at semicolons, line ends and ends of sentences.

    Examples
    --------
    >>> parts("Health visitor; family hub"), parts("Likes football. Sees an aunt."), parts(None)
    (['Health visitor', 'family hub'], ['Likes football.', 'Sees an aunt.'], [])
    """
    if value is None:
        return []
    ends = r";\s+|\n|(?<=[a-z0-9)]\.)\s+(?=[A-Z])"
    items = re.split(ends, value) if isinstance(value, str) else [str(item) for item in value]
    return [item.strip() for item in items if item.strip()]
