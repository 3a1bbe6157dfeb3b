"""CSV text that a spreadsheet opens safely: RFC 4180, and no cell that it would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from ace_risk.report.natural import is_missing

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def neutral(value: Any) -> Any:
    """A cell that no spreadsheet reads as a formula: text that could start one gets an apostrophe in front.

    Numbers stay numbers, dates become ISO text, and a missing value becomes an empty cell.

    Examples
    --------
    >>> neutral("=1+1"), neutral(-3), neutral(None), neutral("Barrow")
    ("'=1+1", -3, '', 'Barrow')
    """
    if is_missing(value):
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, str):
        return value
    starts = value.startswith(FORMULA_STARTS) or value.lstrip().startswith(FORMULA_STARTS)
    return f"'{value}" if starts else value


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""A table as CSV text with a head row; lines end in CR LF, and cells are quoted where they need it.

    Examples
    --------
    >>> csv_text(["hub", "n"], [["Barrow, south", 3]])
    'hub,n\r\n"Barrow, south",3\r\n'
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([neutral(column) for column in columns])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def csv_link(name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], text: str = "Download as CSV") -> Markup:
    """A link that holds a table as CSV within the page, so that it works without script or network.

    Examples
    --------
    >>> csv_link("n.csv", ["n"], [[3]])
    Markup('<a class="csv" download="n.csv" href="data:text/csv;charset=utf-8,n%0D%0A3%0D%0A">Download as CSV</a>')
    """
    href = "data:text/csv;charset=utf-8," + quote(csv_text(columns, rows))
    return Markup('<a class="csv" download="{}" href="{}">{}</a>').format(escape(name), href, text)
