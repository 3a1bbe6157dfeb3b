"""The points card as one printed page: every line, every total, and worked examples of made-up children."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ace_risk.cards.standing import OUT_OF_SCOPE
from ace_risk.report.page import Header, render

COLUMNS = 3
"""Columns of the table of totals, where there are many."""
ROWS_ENOUGH = 8
"""Totals that stand in one column before another is begun."""


def render_points_card(
    evaluation: Mapping[str, Any], header: Header, counts: Mapping[str, Sequence[str]] | None = None
) -> str:
    """The page of the points card; a card of twelve features prints on one sheet of A4.

    Parameters
    ----------
    evaluation
        `ace-risk/evaluation/1` or `/2`; read are its outcome, verdict and points_card. Examples are left out where the
        document has none.
    header
        Top and foot of the page.
    counts
        By feature, what people call the kinds of record that it counts; told where there are several.
    """
    card = evaluation["points_card"]
    return render(
        "points_card.html.j2",
        header,
        evaluation=evaluation,
        counted=kinds_counted(card["features"], counts or {}),
        not_for=OUT_OF_SCOPE,
        columns=split_totals(card["totals"]),
        examples=[{**example, "lines": counting(example["records"])} for example in card.get("examples") or []],
    )


def kinds_counted(
    features: Sequence[Mapping[str, Any]], counts: Mapping[str, Sequence[str]]
) -> list[tuple[list[str], str]]:
    """The titles of lines that count several kinds of record, and those kinds; lines of the same kinds together.

    Examples
    --------
    >>> lines = [{"feature": name, "title": name.title()} for name in ("harm", "missing", "since_harm")]
    >>> harm = ["neglect", "physical harm"]
    >>> kinds_counted(lines, {"harm": harm, "missing": ["missing episode"], "since_harm": harm})
    [(['Harm', 'Since_Harm'], 'neglect, physical harm')]
    """
    titles: dict[str, list[str]] = {}
    for line in features:
        kinds = counts.get(line["feature"], ())
        if len(kinds) > 1:
            titles.setdefault(", ".join(kinds), []).append(str(line["title"]))
    return [(lines, kinds) for kinds, lines in titles.items()]


def split_totals(totals: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The totals in at most three columns of about equal length, read downwards.

    Examples
    --------
    >>> [len(column) for column in split_totals([{"total": n} for n in range(20)])]
    [7, 7, 6]
    >>> [len(column) for column in split_totals([{"total": n} for n in range(8)])]
    [8]
    """
    columns = min(COLUMNS, -(-len(totals) // ROWS_ENOUGH))
    length = -(-len(totals) // max(columns, 1))
    return [list(totals[start : start + length]) for start in range(0, len(totals), max(length, 1))]


def counting(records: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The lines of an example that add or take points."""
    return [record for record in records if record["points"]]
