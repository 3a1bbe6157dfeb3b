"""Write a referral list as CSV, spreadsheet, page, and a text of what to read before use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ace_risk.data.files import write_file
from ace_risk.referrals.columns import LEFT_COLUMNS, REFERRAL_COLUMNS
from ace_risk.referrals.workbook import workbook_bytes
from ace_risk.report.csv_text import csv_text
from ace_risk.report.list_page import render_list
from ace_risk.report.natural import clock, is_missing
from ace_risk.report.page import Header
from ace_risk.report.words import FOLLOWED, LIST_SAFETY, REFER_NOW, TIE_RULE, number_means


def write_list(
    folder: str | Path,
    frame: pd.DataFrame,
    header: Header,
    *,
    places: int | None = None,
    next_in_line: pd.DataFrame | None = None,
    left: pd.DataFrame | None = None,
    outcome: str = "",
    resampled_lists: int = 0,
) -> list[Path]:
    """Write `referrals.csv`, `.xlsx`, `.html`, `.txt` and `next-in-line.csv`, which only their owner may read.

    Parameters
    ----------
    folder
        Where to write; files of these names are replaced.
    frame
        One row per child on the list, in order of rank, with the columns of :data:`REFERRAL_COLUMNS`. The
        columns `safe_contact` (bool: check safe contact first), `new` (bool: wasn't on the last list) and
        those of :data:`BESIDE_COLUMNS` may stand beside them; the first two show on the page only, the others on the
        sheet too.
    header
        Top and foot of the page, and the notes of the sheet and the text. `safety` empty means
        :data:`ace_risk.report.words.LIST_SAFETY`.
    places
        Places on the list; the number of rows by default.
    next_in_line
        The children next in line, with the same columns; they show on the page, and in a CSV file of their own.
    left
        The children who have left the list, and why; they show on the page, and in `left-the-list.csv`. None where
        there was no list before, and the file isn't written.
    outcome
        What the number is about, such as "statutory support recorded within 12 months" (the default).
    resampled_lists
        How many resampled lists the bands rest on.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    missing = [column for column in REFERRAL_COLUMNS if column not in frame.columns]
    if missing:
        raise ValueError(f"referral list: missing columns {', '.join(missing)}. Give every column of REFERRAL_COLUMNS.")
    below = frame.iloc[:0] if next_in_line is None else next_in_line
    about, before_use = list_notes(header), safety_notes(header)
    contents = {
        "referrals.csv": _list_csv(frame),
        "referrals.xlsx": workbook_bytes(frame, [about[0], " ".join(about[1:]), " ".join(before_use)], header.made_at),
        "referrals.html": render_list(list_data(frame, below, places, outcome, left, resampled_lists), header).encode(),
        "referrals.txt": notes_text([*about, *before_use]).encode(),
        "next-in-line.csv": _list_csv(below),
    }
    if left is not None:
        contents["left-the-list.csv"] = csv_text(LEFT_COLUMNS, left.itertuples(index=False, name=None)).encode()
    paths = []
    for name, content in contents.items():
        path = Path(folder) / name
        write_file(path, content, private=True)
        paths.append(path)
    return paths


def list_data(
    frame: pd.DataFrame,
    next_in_line: pd.DataFrame,
    places: int | None = None,
    outcome: str = "",
    left: pd.DataFrame | None = None,
    resampled_lists: int = 0,
) -> dict[str, Any]:
    """What :func:`ace_risk.report.list_page.render_list` reads, from the frames of a list."""
    hubs = sorted({str(hub) for hub in frame["hub"].dropna()} | {str(hub) for hub in next_in_line["hub"].dropna()})
    return {
        "rows": _records(frame),
        "next_in_line": _records(next_in_line),
        "places": len(frame) if places is None else places,
        "hubs": hubs,
        "outcome": outcome,
        "left": None if left is None else _records(left),
        "resampled_lists": resampled_lists,
    }


def _list_csv(frame: pd.DataFrame) -> bytes:
    rows = frame[list(REFERRAL_COLUMNS)].astype(object).itertuples(index=False, name=None)
    return csv_text(REFERRAL_COLUMNS, rows).encode()


def list_notes(header: Header) -> list[str]:
    """What the list is, a sentence or two per line: title, data, purpose, when it was made and when it expires."""
    notes = [header.title]
    if header.statement:
        notes.append(header.statement)
    if header.purpose:
        notes.append(f"Purpose: {header.purpose}")
    if header.made_at or header.expires_at:
        made = f"Made on {clock(header.made_at)}." if header.made_at else ""
        ends = f"Not to be used from {clock(header.expires_at)}." if header.expires_at else ""
        notes.append(f"{made} {ends}".strip())
    return notes


def safety_notes(header: Header) -> list[str]:
    """What the team must read before use, and what the number is, a sentence or two per line."""
    return [*(header.safety or (REFER_NOW, *LIST_SAFETY)), number_means(header.outcome or FOLLOWED), TIE_RULE]


def notes_text(notes: Sequence[str]) -> str:
    """The notes as plain text, beside the CSV."""
    title, *rest = notes
    return "\n".join([title, "=" * len(title), "", "Read before use", "", *(f"- {note}" for note in rest), ""])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    records = frame.astype(object).to_dict("records")
    return [{str(key): None if is_missing(value) else value for key, value in record.items()} for record in records]
