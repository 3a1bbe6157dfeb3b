"""What a team's daily commands read and write; every function returns the lines that the command prints."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ace_risk.data.approval import check_approval
from ace_risk.data.files import output_folder, write_file
from ace_risk.data.load import load_tables
from ace_risk.data.marker import write_expiry
from ace_risk.errors import StudyError
from ace_risk.referrals.child_file import read_objections
from ace_risk.referrals.child_record import make_child_record
from ace_risk.referrals.review import make_review
from ace_risk.referrals.review_export import write_review
from ace_risk.report.child_page import render_child
from ace_risk.report.headers import child_header, review_header, review_notes
from ace_risk.tracking.pack import load_pack
from ace_risk.tracking.sign_off import sign_off_statement

TIMES = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


def review(
    run: Path, data: Path, as_of: str, out: Path, *, hours: int = 24, objections: Path | None = None,
    quarantine: bool = False,
) -> list[str]:  # fmt: skip
    """Write a daily review."""
    moment = read_time(as_of)
    pack = load_pack(run)
    left_out = read_objections(objections) if objections else ()
    tables = load_tables(data, kinds=pack.kinds, quarantine=quarantine)
    permission = check_approval(data, tables, outcome=pack.study.outcome.name)
    signed = sign_off_statement(pack, permission.synthetic)
    with output_folder(out, "a daily review", inputs=[run, data]) as folder:
        found = make_review(
            pack,
            tables,
            as_of=moment,
            hours=hours,
            names_parental_conditions=permission.names_parental_conditions,
            objections=left_out,
        )
        write_expiry(folder, found.expires_at)
        write_review(folder, found.frame, review_header(pack, found, f"{permission.statement} {signed}"))
    families = found.frame["visit"].nunique()
    return [*review_notes(pack, found), f"{len(found.frame)} children in {families} families. Written: {out}"]


def child(
    run: Path, child_id: str, data: Path, as_of: str, out: Path, *, objections: Path | None = None,
    quarantine: bool = False,
) -> list[str]:  # fmt: skip
    """Write the page of one child."""
    moment = read_time(as_of)
    pack = load_pack(run)
    left_out = read_objections(objections) if objections else ()
    tables = load_tables(data, kinds=pack.kinds, quarantine=quarantine)
    permission = check_approval(data, tables, outcome=pack.study.outcome.name)
    signed = sign_off_statement(pack, permission.synthetic)
    with output_folder(out, "a child's page", inputs=[run, data]) as folder:
        record = make_child_record(
            pack,
            tables,
            child_id,
            as_of=moment,
            names_parental_conditions=permission.names_parental_conditions,
            objections=left_out,
        )
        write_expiry(folder, record.expires_at)
        header = child_header(pack, record, f"{permission.statement} {signed}")
        page = render_child(record, header, pack.study.outcome.full_title)
        write_file(folder / "child.html", page, private=True)
    return [f"Written: {out}"]


def read_time(text: str) -> pd.Timestamp:
    """A day or a time given on the command line.

    Examples
    --------
    >>> read_time("2025-10-01"), read_time("2025-10-01T08:30")
    (Timestamp('2025-10-01 00:00:00'), Timestamp('2025-10-01 08:30:00'))
    """
    for form in TIMES:
        try:
            return pd.Timestamp(pd.to_datetime(text, format=form)).as_unit("us")
        except ValueError:
            continue
    raise StudyError(
        f"--as-of: {text!r} is not a time. Write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM, e.g. 2025-10-01T08:00."
    )
