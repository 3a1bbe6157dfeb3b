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


def render_points_card(evaluation: Mapping[str, Any], header: Header) -> str:
    """The page of the points card; a card of twelve features prints on one sheet of A4.

    Parameters
    ----------
    evaluation
        `ace-risk/evaluation/1` or `/2`; read are its outcome, verdict and points_card. Examples are left out where the
        document has none.
    header
        Top and foot of the page.
    """
    card = evaluation["points_card"]
    return render(
        "points_card.html.j2",
        header,
        evaluation=evaluation,
        not_for=OUT_OF_SCOPE,
        columns=split_totals(card["totals"]),
        examples=[{**example, "lines": counting(example["records"])} for example in card.get("examples") or []],
    )


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
