"""One page: a self-contained HTML file that sends no request, reads without JavaScript, and prints.

Every page has the same frame (`templates/base.html.j2`): what it is, the answer, made from what and when,
expiry, purpose and safety, then the page's own sections, and how every figure can be recomputed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ace_risk.report import natural
from ace_risk.report.words import ROW_MEANS, TIE_RULE, number_means

FOLDER = Path(__file__).resolve().parent

VERDICTS = {
    "within": ("good", "●"),
    "outside": ("stop", "▲"),
    "not enough evidence": ("open", "◇"),
    "meets": ("good", "●"),
    "does not meet": ("stop", "▲"),
}
"""Each verdict's class (which sets its colour) and shape; the word itself is always shown too."""


@dataclass(frozen=True)
class Header:
    """What stands at the top and the foot of a page, a sheet or a text file.

    Attributes
    ----------
    title
        The page's only h1.
    what
        One line: what this is.
    answer
        The verdict band's words; empty means that the page words it from its own data.
    made_from
        Which data and which model.
    made_at, expires_at
        When it was made, and the moment from which it may no longer be used.
    statement
        Whether the data are synthetic or approved, and by whom.
    purpose
        What it is for.
    outcome
        What the number on the page is about, in words; empty where there is no number.
    safety
        What must be read before use, a sentence each.
    pack_id, version
        Which pack and which release of ace-risk made it.
    recompute
        How every figure can be computed again.
    """

    title: str
    what: str
    answer: str | Markup = ""
    made_from: str = ""
    made_at: datetime | None = None
    expires_at: datetime | None = None
    statement: str = ""
    purpose: str = ""
    outcome: str = ""
    safety: Sequence[str] = ()
    pack_id: str = ""
    version: str = ""
    recompute: str = ""


def render(template_name: str, header: Header, *, script: str = "", **data: Any) -> str:
    """One self-contained HTML page.

    Parameters
    ----------
    template_name
        A file in `report/templates`.
    header
        Top and foot of the page.
    script
        The page's one inline script; the content security policy allows exactly this text by its hash.
    **data
        What the template names; a name that is missing is an error.

    Returns
    -------
    str
        HTML; the same input gives the same bytes.

    Examples
    --------
    >>> page = render("plain.html.j2", Header("Hello", "A page that says hello."), paragraphs=["1 < 2"])
    >>> "<h1>Hello</h1>" in page, "1 &lt; 2" in page
    (True, True)
    """
    template = environment().get_template(template_name)
    return template.render(
        header=header,
        policy=content_policy(script),
        script=Markup(script),  # noqa: S704 (our own file, read from this package)
        style=Markup(_read("style.css")),  # noqa: S704 (the same)
        page_line=css_text(page_line(header)),
        number_means=number_means(header.outcome) if header.outcome else "",
        row_means=ROW_MEANS,
        tie_rule=TIE_RULE,
        **data,
    )


def page_line(header: Header) -> str:
    """The line at the foot of every printed page: until when, what for, and which pack.

    Examples
    --------
    >>> page_line(Header("List", "W", expires_at=datetime(2026, 1, 29), pack_id="3f9a"))
    'Not to be used from 29 January 2026, 00:00 · offer of support only · pack 3f9a'
    """
    until = f"Not to be used from {natural.clock(header.expires_at)}" if header.expires_at else header.title
    only = "offer of support only" if header.expires_at else "a person decides; the model decides nothing"
    return " · ".join([until, only, *([f"pack {header.pack_id}"] if header.pack_id else [])])


def css_text(text: str) -> Markup:
    r"""A text as a CSS string in which nothing but plain letters, digits and spaces stands as it is.

    Examples
    --------
    >>> print(css_text('a "b" </style>'))
    "a \22 b\22  \3c \2f style\3e "
    """
    body = "".join(sign if sign == " " or (sign.isascii() and sign.isalnum()) else f"\\{ord(sign):x} " for sign in text)
    return Markup(f'"{body}"')  # noqa: S704 (every sign that CSS or HTML could read is a number)


def content_policy(script: str = "") -> str:
    """The content security policy of a page: nothing is fetched, and only this script may run.

    Examples
    --------
    >>> content_policy()
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    """
    rules = ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        rules.append(f"script-src 'sha256-{digest}'")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])


def read_script(name: str) -> str:
    """The text of a script that lies beside this module."""
    return _read(name)


@cache
def environment() -> Environment:
    """The templates, with everything escaped, undefined names refused, and numbers in plain words."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = ("count", "share", "of_100", "interval", "number", "points", "added", "signed", "day", "clock")
    made.filters.update({name: getattr(natural, name) for name in names})
    made.globals["verdicts"] = VERDICTS
    return made


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
