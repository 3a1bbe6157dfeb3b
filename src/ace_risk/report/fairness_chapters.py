"""The further chapters of the fairness page: who is missed, how early, which reasons, which proxies, the swap test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ace_risk.report.csv_text import csv_link
from ace_risk.report.fairness_sections import title_of

FIGURES = ("rows", "part", "share", "low", "high")
MISSED_COLUMNS = ("domain", "side", "attribute", "group", *FIGURES)
REASON_COLUMNS = ("attribute", "group", "kind", *FIGURES)
LEAD_COLUMNS = ("attribute", "group", "children", "median_days", "low", "high")
PROXY_COLUMNS = ("attribute", "group", "all_auc", "all_low", "all_high", "used_auc", "used_low", "used_high")


def chapters_part(audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """Everything that the page shows of the chapters; None where the audit has none."""
    chapters = audit.get("chapters")
    if not chapters:
        return None
    return {
        "missed": missed_part(chapters["missed"]),
        "lead_time": lead_part(chapters["lead_time"]),
        "reasons": reasons_part(chapters["reasons"]),
        "proxies": proxies_part(chapters["proxies"]),
        "swap": swap_part(chapters["swap"]),
    }


def missed_part(missed: Mapping[str, Any]) -> dict[str, Any]:
    """What the records showed of those missed and of those found, over all and by group."""
    rows = [
        [domain["title"], side, "all", "all", *(domain[side][name] for name in FIGURES)]
        for domain in missed["domains"]
        for side in ("missed", "found")
    ] + [
        [domain["title"], "missed", *(record[name] for name in ("attribute", "group", *FIGURES))]
        for domain in missed["domains"]
        for record in domain["by_group"]
    ]
    cells = [{**record, "kind": domain["title"]} for domain in missed["domains"] for record in domain["by_group"]]
    return {
        "rows": missed["rows"],
        "domains": missed["domains"],
        "tables": crossed_tables(cells),
        "csv": csv_link("missed-by-domain.csv", MISSED_COLUMNS, rows),
    }


def reasons_part(reasons: Mapping[str, Any]) -> dict[str, Any]:
    """Where the strongest reasons lie, over all and by group."""
    overall = [["all", "all", *(record[name] for name in ("kind", *FIGURES))] for record in reasons["overall"]]
    rows = [[record[name] for name in REASON_COLUMNS] for record in reasons["by_group"]]
    return {
        "rows": reasons["rows"],
        "overall": reasons["overall"],
        "tables": crossed_tables(reasons["by_group"]),
        "csv": csv_link("reasons-by-group.csv", REASON_COLUMNS, overall + rows),
    }


def crossed_tables(cells: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Records of attribute, group and kind as one table per attribute: a row per kind, a column per group."""
    tables: dict[str, dict[str, dict[str, Mapping[str, Any]]]] = {}
    for cell in cells:
        tables.setdefault(cell["attribute"], {}).setdefault(cell["kind"], {})[cell["group"]] = cell
    return [
        {"title": title_of(name), "groups": list(next(iter(kinds.values()))), "kinds": kinds}
        for name, kinds in tables.items()
    ]


def lead_part(lead: Mapping[str, Any]) -> dict[str, Any]:
    """Lead times by group, with the shortest and the longest median."""
    told = [{**row, "title": title_of(row["attribute"])} for row in lead["by_group"]]
    known = sorted((row for row in told if isinstance(row["median_days"], float | int)), key=lambda r: r["median_days"])
    rows = [[row[name] for name in LEAD_COLUMNS] for row in [lead["overall"], *lead["by_group"]]]
    return {
        "overall": lead["overall"],
        "by_group": told,
        "ends": (known[0], known[-1]) if known else None,
        "csv": csv_link("lead-time-by-group.csv", LEAD_COLUMNS, rows),
    }


def proxies_part(proxies: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """How well the features tell each group, best first within an attribute, and the features that tell most."""
    rows = [
        [found["attribute"], *(group.get(name) for name in PROXY_COLUMNS[1:])]
        for found in proxies
        for group in found["groups"]
    ]
    return {
        "attributes": [
            {
                **found,
                "title": title_of(found["attribute"]),
                "best": max(found["groups"], key=lambda group: float(group["all_auc"])),
            }
            for found in proxies
        ],
        "csv": csv_link("proxies.csv", PROXY_COLUMNS, rows),
    }


def swap_part(swap: Mapping[str, Any]) -> dict[str, Any]:
    """The swap test, with its attributes in words."""
    return {**swap, "titles": [title_of(name).lower() for name in swap["attributes"]]}


OPTION_COLUMNS = (
    "option", "group", "positives", "found", "found_per_100_places", "change", "low", "high",
    "gap", "gap_low", "gap_high", "verdict",
)  # fmt: skip


def mitigation_part(audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """What ways to lessen a difference would cost; None where that wasn't asked for."""
    made = audit.get("mitigation")
    if not made:
        return None
    rows = []
    for option in made["options"]:
        whole = [option["found_per_100_places"], option["change"], option["low"], option["high"]]
        gap = [option["gap"][name] for name in ("gap", "low", "high", "verdict")]
        rows.append([option["title"], "all", None, None, *whole, *gap])
        rows += [
            [option["title"], record["group"], *(record[name] for name in OPTION_COLUMNS[2:8])]
            for record in option["by_group"]
        ]
    return {
        **made,
        "title": title_of(made["attribute"]),
        "groups": [record["group"] for record in made["options"][0]["by_group"]],
        "csv": csv_link("mitigation.csv", OPTION_COLUMNS, ([*row, *[None] * 4][: len(OPTION_COLUMNS)] for row in rows)),
    }
