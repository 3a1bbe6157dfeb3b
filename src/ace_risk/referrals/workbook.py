"""The referral list as a spreadsheet: what to read first, the list, and columns for the team's decisions."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.referrals.columns import BESIDE_COLUMNS, DECISION_COLUMNS, DECISIONS, REFERRAL_COLUMNS
from ace_risk.report.natural import is_missing

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

SHEET_COLUMNS = (*REFERRAL_COLUMNS, *DECISION_COLUMNS, *BESIDE_COLUMNS)

WIDTHS = {
    "rank": 6, "child_id": 18, "hub": 16, "age_years": 10, "support_need": 13, "score": 8, "band": 16,
    "reason_1": 52, "reason_2": 52, "reason_3": 44, "reason_4": 44,
    "strengths": 36, "support_options": 52, "data_gaps": 36, "changed_since_last": 18,
    "list_made_at": 17, "list_expires_at": 17, "pack": 14, "visit": 8,
    "decision": 18, "decision_reason": 36, "decided_by": 18, "decided_on": 13,
    "other_children_at_home": 15, "support_now": 36, "counted": 13,
}  # fmt: skip
"""Width of each column, in characters."""

MEANINGS = {
    "rank": "Order on this list; 1 goes first. Equal totals: the newest record first.",
    "child_id": "The child's own number in your records.",
    "hub": "The local team for the child's known home.",
    "age_years": "Age in whole years on the day of the list.",
    "support_need": "Of 100 children with records like these, how many had the support recorded afterwards, as a "
    "percentage. It says what services did, not what a child needs.",
    "score": "Total points on the points card.",
    "band": "How firmly the place is held, from tables fitted again on families drawn anew: well inside if on the "
    "list by more than 90 of 100 of them, whatever the order of equal totals, else near the cut-off. Empty where a "
    "worker added the child.",
    "reason_1": "The strongest reason, in the child's own records.",
    "reason_2": "The next reason; empty where there is none.",
    "reason_3": "The next reason; empty where there is none.",
    "reason_4": "The next reason; empty where there is none.",
    "strengths": "What goes well, as far as it is on record.",
    "support_options": "What could be offered. The family may say no.",
    "data_gaps": "What is not known.",
    "changed_since_last": "New, or still listed; first list where there was none before; or added by a worker, "
    "and why.",
    "list_made_at": "When the list was made.",
    "list_expires_at": "From this moment on the list may not be used.",
    "pack": "Which model made the list.",
    "visit": "Family number: children with the same number live in one household. It means nothing outside this list.",
    "decision": "For you: choose from the list.",
    "decision_reason": "For you: why, in a few words.",
    "decided_by": "For you: who decided.",
    "decided_on": "For you: the date.",
    "other_children_at_home": "How many other children under age live in this household, as far as is known, and are "
    "not on this list.",
    "support_now": "Support that is open, or ended in the last 12 months, as far as is recorded.",
    "counted": "Of 100 children with such a total when the model was tested, how many had the support recorded "
    "afterwards, as a percentage. Where it differs from support_need, go by this one.",
}
"""What each column holds, as the comment on its head says."""

NOTES_ACROSS = 8
"""Columns that a note spans: what a laptop shows."""

FILL_IN_ROWS = 1_000
"""Rows below the head that take the drop-down and the date check, at least."""


def workbook_bytes(frame: pd.DataFrame, notes: Sequence[str], made_at: datetime | None) -> bytes:
    """The list as an .xlsx file; the same input gives the same bytes.

    Parameters
    ----------
    frame
        One row per child on the list, with the columns of :data:`REFERRAL_COLUMNS`, and those of
        :data:`BESIDE_COLUMNS` if known.
    notes
        What stands above the list, a row each, wrapped; the first is the title. These rows and the head stay in
        view, so give three at most.
    made_at
        When the list was made; written into the file's properties (1 January 2000 if not given).

    Returns
    -------
    bytes
        Sheet `Referral list`: text is always written as text, so no cell can be a formula.
    """
    from xlsxwriter import Workbook

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    created = (made_at or datetime(2000, 1, 1)).replace(tzinfo=None)
    book.set_properties({"title": notes[0] if notes else "Referral list", "created": created})
    sheet = book.add_worksheet("Referral list")
    head_row = len(notes)
    _write_notes(book, sheet, notes)
    _write_head(book, sheet, head_row)
    _write_rows(book, sheet, head_row + 1, frame)
    _add_decisions(sheet, head_row + 1, max(len(frame), FILL_IN_ROWS))
    last_column = len(SHEET_COLUMNS) - 1
    sheet.freeze_panes(head_row + 1, 2)
    sheet.autofilter(head_row, 0, head_row + max(len(frame), 1), last_column)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(head_row)
    book.close()
    return buffer.getvalue()


def _write_notes(book: Workbook, sheet: Worksheet, notes: Sequence[str]) -> None:
    """Each note in one wrapped cell across the first columns, as tall as its text."""
    bold = book.add_format({"bold": True, "font_size": 13, "valign": "vcenter"})
    plain = book.add_format({"font_size": 10, "font_color": "#1B2430", "text_wrap": True, "valign": "top"})
    across = sum(WIDTHS[name] for name in REFERRAL_COLUMNS[:NOTES_ACROSS])
    for row, note in enumerate(notes):
        sheet.merge_range(row, 0, row, NOTES_ACROSS - 1, "", bold if row == 0 else plain)
        sheet.write_string(row, 0, note, bold if row == 0 else plain)
        lines = len(textwrap.wrap(note, across)) or 1
        sheet.set_row(row, 20 if row == 0 else 13.5 * lines + 3)


def _write_head(book: Workbook, sheet: Worksheet, row: int) -> None:
    style = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"}
    given = book.add_format({**style, "bg_color": "#E8EEF4"})
    asked = book.add_format({**style, "bg_color": "#FFF4D6"})
    for column, name in enumerate(SHEET_COLUMNS):
        sheet.write_string(row, column, name, asked if name in DECISION_COLUMNS else given)
        sheet.write_comment(row, column, MEANINGS[name], {"x_scale": 1.6, "y_scale": 0.8, "font_size": 9})
        sheet.set_column(column, column, WIDTHS[name])


def _write_rows(book: Workbook, sheet: Worksheet, first_row: int, frame: pd.DataFrame) -> None:
    text = book.add_format({"text_wrap": True, "valign": "top"})
    share = book.add_format({"num_format": "0%", "valign": "top"})
    moment = book.add_format({"num_format": "d mmm yyyy hh:mm", "valign": "top", "align": "left"})
    blank = book.add_format({"valign": "top", "bg_color": "#FFFBEE", "text_wrap": True})
    for row, record in enumerate(frame.astype(object).to_dict("records"), start=first_row):
        for column, name in enumerate(SHEET_COLUMNS):
            if name in DECISION_COLUMNS:
                sheet.write_blank(row, column, None, blank)
            else:
                number = share if name in ("support_need", "counted") else text
                _write_cell(sheet, row, column, record.get(name), text, number, moment)


def _write_cell(
    sheet: Worksheet, row: int, column: int, value: Any, text: Format, number: Format, moment: Format
) -> None:
    if is_missing(value):
        sheet.write_blank(row, column, None, text)
    elif isinstance(value, pd.Timestamp | datetime):
        sheet.write_datetime(row, column, naive(value), moment)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, text)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, text)
    else:
        sheet.write_number(row, column, float(value), number)


def naive(moment: datetime) -> datetime:
    """A moment as UTC without a zone, since a spreadsheet's cells know no zones."""
    plain = moment.to_pydatetime() if isinstance(moment, pd.Timestamp) else moment
    return plain.astimezone(UTC).replace(tzinfo=None) if plain.tzinfo else plain


def _add_decisions(sheet: Worksheet, first_row: int, rows: int) -> None:
    first = len(REFERRAL_COLUMNS)
    decision, decided_on = first + DECISION_COLUMNS.index("decision"), first + DECISION_COLUMNS.index("decided_on")
    last_row = first_row + rows - 1
    sheet.data_validation(
        first_row, decision, last_row, decision,
        {"validate": "list", "source": list(DECISIONS), "error_title": "Decision",
         "error_message": "Choose from the list."},
    )  # fmt: skip
    sheet.data_validation(
        first_row, decided_on, last_row, decided_on,
        {"validate": "date", "criteria": ">=", "value": datetime(2000, 1, 1), "error_title": "Date",
         "error_message": "Give a date, such as 12/05/2026."},
    )  # fmt: skip
