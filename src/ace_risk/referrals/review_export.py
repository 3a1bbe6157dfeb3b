"""Write a daily review as a page and as CSV; only their owner may read either."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ace_risk.data.files import write_file
from ace_risk.report.csv_text import csv_text
from ace_risk.report.natural import is_missing
from ace_risk.report.page import Header
from ace_risk.report.review_page import render_review
from ace_risk.report.words import SAFE_CONTACT

REVIEW_CSV = (
    "visit", "child_id", "hub", "age_years", "recorded", "known", "place", "flags", "next_steps", "welfare_only",
    "review_made_at", "review_expires_at", "pack",
)  # fmt: skip
"""The columns of `review.csv`: one row per child; several texts in a cell are parted by semicolons or spaces."""


def write_review(folder: Path, frame: pd.DataFrame, header: Header) -> None:
    """Write `review.html` and `review.csv` into a folder that exists, with mode 0600.

    Parameters
    ----------
    folder
        Where to write.
    frame
        One row per child, with the columns of a review.
    header
        Top and foot of the page, and what the CSV says of time and pack.
    """
    records = frame.astype(object).to_dict("records")
    rows = [
        {str(key): None if is_missing(value) else value for key, value in record.items()} for record in records
    ]  # fmt: skip
    for row in rows:
        row |= {"review_made_at": header.made_at, "review_expires_at": header.expires_at, "pack": header.pack_id}
    write_file(folder / "review.html", render_review(rows, header), private=True)
    cells = ([_cell(row, column) for column in REVIEW_CSV] for row in rows)
    write_file(folder / "review.csv", csv_text(REVIEW_CSV, cells), private=True)


def _cell(row: dict[str, object], column: str) -> object:
    value = row[column]
    if column == "next_steps" and row["safe_contact"]:
        value = (SAFE_CONTACT, *_texts(value))
    if column == "welfare_only":
        return "yes" if value else "no"
    return (" " if column == "recorded" else "; ").join(_texts(value)) if isinstance(value, tuple) else value


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()
