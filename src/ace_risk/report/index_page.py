"""The page to start from: three plain sentences for each reader, then where to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ace_risk.errors import StudyError
from ace_risk.report.page import Header, render


def render_index(links: Sequence[Mapping[str, str]], sentences: Mapping[str, Sequence[str]], header: Header) -> str:
    """The start page.

    Parameters
    ----------
    links
        For each page: `href` (a path relative to this page), `title`, and `what` (one line).
    sentences
        For each reader, their three sentences, in the order in which they are shown.
    header
        Top and foot of the page.

    Raises
    ------
    StudyError
        If a link leaves the folder.
    """
    outside = [link["href"] for link in links if ":" in link["href"] or link["href"].startswith(("/", "\\", ".."))]
    if outside:
        raise StudyError(f"index: {len(outside)} links leave the folder. Give paths relative to the page.")
    return render("index.html.j2", header, links=links, sentences=sentences)
