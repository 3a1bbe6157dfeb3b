"""What a team's daily commands read and write; every function returns the lines that the command prints."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from ace_risk.data.approval import Permission, load_approved
from ace_risk.data.files import output_folder, write_file
from ace_risk.data.marker import write_expiry
from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
from ace_risk.referrals.child_file import as_in_data, read_additions, read_objections, written_id
from ace_risk.referrals.child_record import make_child_record
from ace_risk.referrals.export import write_list
from ace_risk.referrals.listing import make_list
from ace_risk.referrals.previous import read_previous
from ace_risk.referrals.review import make_review
from ace_risk.referrals.review_export import write_review
from ace_risk.report.child_page import render_child
from ace_risk.report.team_headers import (
    child_header,
    list_header,
    list_warnings,
    objection_note,
    review_header,
    review_notes,
    who_is_listed,
)
from ace_risk.tracking.pack import Pack, load_pack
from ace_risk.tracking.sign_off import signed_permission

DAYS = ("%Y-%m-%d",)
SET_CLOCK = "The time of making was set by hand (SOURCE_DATE_EPOCH): whether it had lapsed by then can't be told."
"""Stands on what is made of real data while that is set."""
TIMES = (*DAYS, "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


@dataclass(frozen=True, eq=False)
class Opened:
    """What every command of a team starts from.

    Attributes
    ----------
    pack, tables
        The model and the six tables.
    objections
        Ids of children who are left out.
    permission
        What the data may be used for with this pack, and who signed it off.
    """

    pack: Pack
    tables: Tables
    objections: frozenset[str]
    permission: Permission


def open_for_team(run: Path, data: Path, objections: Path | None, quarantine: bool) -> Opened:
    """Load the pack and the tables, and check that they may be used by a team.

    Raises
    ------
    RefusedError
        If the data need an approval, or the pack a sign-off.
    """
    pack = load_pack(run)
    left_out = read_objections(objections) if objections else frozenset[str]()
    study = pack.study
    tables, given = load_approved(
        data, pack.kinds, outcome=study.outcome.name, kept_days=study.referrals.expires_days, quarantine=quarantine
    )
    left_out = as_in_data(left_out, tables.children["child_id"])
    permission = signed_permission(pack, given)
    if not permission.synthetic and os.environ.get("SOURCE_DATE_EPOCH"):
        permission = replace(permission, statement=f"{permission.statement} {SET_CLOCK}")
    return Opened(pack, tables, left_out, permission)


def refer(
    run: Path,
    data: Path,
    as_of: str,
    out: Path,
    *,
    places: int | None = None,
    hub: str | None = None,
    previous: Path | None = None,
    objections: Path | None = None,
    additions: Path | None = None,
    quarantine: bool = False,
) -> list[str]:
    """Write a referral list."""
    day = read_time(as_of, DAYS)
    last = read_previous(previous) if previous else None
    added = read_additions(additions) if additions else None
    opened = open_for_team(run, data, objections, quarantine)
    pack = opened.pack
    with output_folder(out, "a referral list", inputs=[run, data]) as folder:
        referrals = make_list(
            pack,
            opened.tables,
            as_of=day,
            places=pack.study.referrals.places_of(hub) if places is None else places,
            hub=hub,
            previous=last,
            names_parental_conditions=opened.permission.names_parental_conditions,
            approved_until=opened.permission.expires_on,
            objections=opened.objections,
            additions=added,
        )
        write_expiry(folder, referrals.expires_at)
        write_list(
            folder,
            referrals.frame,
            list_header(pack, referrals, opened.permission.statement, hub),
            places=referrals.places,
            next_in_line=referrals.next_in_line,
            left=referrals.left,
            resampled_lists=referrals.resampled_lists,
            outcome=pack.study.outcome.full_title,
        )
    told = [*list_warnings(pack, referrals), *who_is_listed(pack, referrals, hub)]
    return [*told, f"{len(referrals.frame)} children of {referrals.considered:,} considered. Written: {out}"]


def review(
    run: Path,
    data: Path,
    as_of: str,
    out: Path,
    *,
    hours: int = 24,
    hub: str | None = None,
    handed_out: Path | None = None,
    objections: Path | None = None,
    quarantine: bool = False,
) -> list[str]:
    """Write a daily review."""
    moment = read_time(as_of, TIMES)
    team_list = read_previous(handed_out, "--list") if handed_out else None
    opened = open_for_team(run, data, objections, quarantine)
    with output_folder(out, "a daily review", inputs=[run, data]) as folder:
        found = make_review(
            opened.pack,
            opened.tables,
            as_of=moment,
            hours=hours,
            hub=hub,
            handed_out=team_list,
            names_parental_conditions=opened.permission.names_parental_conditions,
            approved_until=opened.permission.expires_on,
            objections=opened.objections,
        )
        write_expiry(folder, found.expires_at)
        write_review(folder, found.frame, review_header(opened.pack, found, opened.permission.statement))
    families = found.frame["visit"].nunique()
    return [*review_notes(opened.pack, found), f"{len(found.frame)} children in {families} families. Written: {out}"]


def child(
    run: Path,
    child_id: str,
    data: Path,
    as_of: str,
    out: Path,
    *,
    objections: Path | None = None,
    quarantine: bool = False,
) -> list[str]:
    """Write the page of one child."""
    moment = read_time(as_of, TIMES)
    opened = open_for_team(run, data, objections, quarantine)
    with output_folder(out, "a child's page", inputs=[run, data]) as folder:
        record = make_child_record(
            opened.pack,
            opened.tables,
            child_id,
            as_of=moment,
            names_parental_conditions=opened.permission.names_parental_conditions,
            approved_until=opened.permission.expires_on,
            objections=opened.objections,
        )
        write_expiry(folder, record.expires_at)
        header = child_header(opened.pack, record, opened.permission.statement)
        page = render_child(record, header, opened.pack.study.outcome.full_title)
        write_file(folder / "child.html", page, private=True)
    unknown = len(opened.objections - set(opened.tables.children["child_id"].map(written_id)))
    return [*objection_note(0, unknown), f"Written: {out}"]


def read_time(text: str, forms: tuple[str, ...]) -> pd.Timestamp:
    """A day, or a day or a time, given on the command line.

    Examples
    --------
    >>> read_time("2025-10-01", DAYS), read_time("2025-10-01T08:30", TIMES)
    (Timestamp('2025-10-01 00:00:00'), Timestamp('2025-10-01 08:30:00'))
    """
    for form in forms:
        try:
            return pd.Timestamp(pd.to_datetime(text, format=form)).as_unit("us")
        except ValueError:
            continue
    if forms == DAYS:
        raise StudyError(f"--as-of: {text!r} is not a day. Write it as YYYY-MM-DD, e.g. 2025-10-01.")
    raise StudyError(
        f"--as-of: {text!r} is not a time. Write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM, e.g. 2025-10-01T08:00."
    )
