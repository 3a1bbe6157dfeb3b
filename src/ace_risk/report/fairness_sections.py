"""Parts of the fairness page beyond groups and gaps: what is primary, true need, adultification, crossed groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from ace_risk.fairness.summary import ATTRIBUTE_TITLES
from ace_risk.report.csv_text import csv_link

TRUTH_VIEWS = ("by_records", "by_need", "by_services")
CROSSED_COLUMNS = ("group", "times", "tpr", "tpr_low", "tpr_high", "verdict")


def title_of(attribute: str) -> str:
    """What people read for an attribute.

    Examples
    --------
    >>> title_of("age_band"), title_of("first_language")
    ('Age', 'First language')
    """
    return ATTRIBUTE_TITLES.get(attribute, attribute.replace("_", " ").capitalize())


def is_primary(row: Mapping[str, Any]) -> bool:
    """Whether a comparison was declared beforehand; where none was, every comparison of whom the list reaches.

    Examples
    --------
    >>> is_primary({"metric": "tpr"}), is_primary({"metric": "tpr", "role": "exploratory"})
    (True, False)
    """
    return bool(row["role"] == "primary" if "role" in row else row["metric"] == "tpr")


def primary_rows(verdicts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The comparisons that the answer rests on."""
    return [row for row in verdicts if is_primary(row)]


def primary_names(audit: Mapping[str, Any]) -> list[str]:
    """The attributes of the primary comparisons; all of them where none was declared."""
    return list(dict.fromkeys(str(row["attribute"]) for row in primary_rows(audit["verdicts"])))


def enough(verdict: Mapping[str, Any]) -> str:
    """What would be enough to settle a comparison, in words; empty where that isn't known.

    Examples
    --------
    >>> enough({"times_needed": 7.6}), enough({"times_needed": 1.4}), enough({"times_needed": 1.0})
    ('8 such years or forces together', '1.4 times as many records', '')
    """
    times = verdict.get("times_needed")
    if not isinstance(times, float) or times < 1.05:  # enough to call nought within: this gap lies near the margin
        return ""
    return f"{times:.1f} times as many records" if times <= 2 else f"{ceil(times):,} such years or forces together"


def truth_part(audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """The section on true need, with its table as CSV; None on real data."""
    truth = audit.get("truth")
    if not truth:
        return None
    figures = [f"{view}_{figure}" for view in TRUTH_VIEWS for figure in ("gap", "gap_low", "gap_high", "verdict")]
    rows = [
        [row["attribute"], row["group"], row["reference"]]
        + [row[view][figure] for view in TRUTH_VIEWS for figure in ("gap", "gap_low", "gap_high", "verdict")]
        for row in truth["comparisons"]
    ]
    return {
        **truth,
        "comparisons": [{**row, "title": title_of(row["attribute"])} for row in truth["comparisons"]],
        "csv": csv_link("true-need.csv", ("attribute", "group", "reference", *figures), rows),
    }


def crossed_part(audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """The section on crossed groups, with its table as CSV; None where nothing was crossed."""
    crossed = audit.get("crossed")
    if not crossed:
        return None
    rows = [[row[name] for name in CROSSED_COLUMNS] for row in crossed["groups"]]
    names = [title_of(name) for name in crossed["attribute"].split(" × ")]
    return {**crossed, "title": " × ".join(names), "csv": csv_link("crossed.csv", CROSSED_COLUMNS, rows)}


def calibration_part(audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """The section on calibration within groups, with its table as CSV; None where scores stand for no share."""
    records = audit.get("calibration")
    if not records:
        return None
    columns = ("attribute", "group", "expected", "followed", "difference", "low", "high")
    told = [{**row, "title": title_of(row["attribute"])} for row in records if row["followed"] is not None]
    hidden = [f"{title_of(row['attribute'])}, {row['group']}" for row in records if row["followed"] is None]
    rows = [[row[name] for name in columns] for row in records]
    off = [row for row in told if row["low"] is not None and (row["low"] > 0 or row["high"] < 0)]
    off.sort(key=lambda row: -abs(row["difference"]))
    return {"rows": told, "off": off, "hidden": hidden, "csv": csv_link("calibration.csv", columns, rows)}


def since_part(audit: Mapping[str, Any]) -> dict[str, Any] | None:
    """The section on what changed since an earlier audit, with its table as CSV; None where there was none."""
    since = audit.get("since")
    if not since:
        return None
    sides = [
        (side, name) for side in ("then", "now") for name in ("reference", "verdict", "gap", "gap_low", "gap_high")
    ]
    names = ("attribute", "group", "metric", "change")
    rows = [
        [row[name] for name in names] + [(row[side] or {}).get(name) for side, name in sides]
        for row in since["comparisons"]
    ]
    return {
        **since,
        "comparisons": [{**row, "title": title_of(row["attribute"])} for row in since["comparisons"]],
        "csv": csv_link("since-last-audit.csv", (*names, *(f"{name}_{side}" for side, name in sides)), rows),
    }
