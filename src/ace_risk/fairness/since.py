"""What changed since the last audit: verdicts and gaps of the declared comparisons, then and now, side by side."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ace_risk.errors import StudyError
from ace_risk.fairness.counts import METRICS
from ace_risk.fairness.disclosure import SUPPRESSED
from ace_risk.fairness.document import FORMAT
from ace_risk.fairness.summary import ATTRIBUTE_TITLES, NAMED, counted
from ace_risk.fairness.verdicts import OPEN, OUTSIDE, WITHIN

FIGURES = ("gap", "gap_low", "gap_high")
WORDS = ("attribute", "group", "reference", "metric", "verdict", "role")
SETTINGS = {
    "places": "places on each list", "lists": "lists", "rows": "rows", "positives": "times the outcome followed",
    "margin": "margin",
}  # fmt: skip
"""What else must be known to read two audits side by side."""
SAME, MOVED, NEW, GONE, OTHER = "same verdict", "another verdict", "new", "no longer compared", "another reference"

Row = Mapping[str, Any]


def read_audit(path: Path) -> dict[str, Any]:
    """An earlier `audit.json`, checked: only what is compared is looked at.

    Raises
    ------
    StudyError
        If the file can't be read, is of another format, or holds anything but verdicts and figures where they belong.
    """
    way_out = "Give the audit.json of an earlier run, as train or audit wrote it."
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise StudyError(f"{path}: can't be read as an audit. {way_out}") from None
    found = content.get("format") if isinstance(content, dict) else None
    if found != FORMAT:
        told = repr(found) if isinstance(found, str) else "nothing"
        raise StudyError(
            f"{path}: its format is {told}, and only {FORMAT!r} can be compared with this run. {way_out} "
            "An audit of another format must be made again from its own pack."
        )
    problems = [f"{name}: must be a number." for name in SETTINGS if not _number(content.get(name))]
    verdicts = content.get("verdicts")
    if not isinstance(verdicts, list) or not all(isinstance(row, dict) for row in verdicts):
        problems.append("verdicts: must be a list of comparisons.")
        verdicts = []
    wrong = sum(not _is_comparison(row) for row in verdicts)
    if wrong:
        problems.append(
            f"verdicts: {wrong:,} of {len(verdicts):,} lack a verdict, a role, a gap or the name of a group."
        )
    if problems:
        raise StudyError.from_problems(f"{path}: can't be compared", [*problems, way_out])
    return dict(content)


def changes_since(previous: Mapping[str, Any], audit: Mapping[str, Any]) -> dict[str, Any]:
    """The declared comparisons of two audits, by attribute, group and metric.

    A gap that either audit hides stays hidden, and nothing is worked out from two figures: whether a change is more
    than chance would need both audits' records, since they may share children.

    Parameters
    ----------
    previous, audit
        The documents of the earlier and of the present audit (`ace-risk/audit/1`).

    Returns
    -------
    dict
        `settings` (name, then, now), `comparisons` (attribute, group, metric, change, and `then` and `now`: reference,
        verdict, gap, gap_low, gap_high; None where there was none), `tally` of changes, and `sentences`.
    """
    before, now = (_primary(document["verdicts"]) for document in (previous, audit))
    comparisons = []
    for key in dict.fromkeys([*now, *before]):
        then_row, now_row = before.get(key), now.get(key)
        name, group, metric = key
        comparisons.append(
            {
                "attribute": name,
                "group": group,
                "metric": metric,
                "change": change_of(then_row, now_row),
                "then": _figures(then_row),
                "now": _figures(now_row),
            }
        )
    words = [row["change"] for row in comparisons]
    return {
        "settings": [{"name": SETTINGS[key], "then": previous[key], "now": audit[key]} for key in SETTINGS],
        "comparisons": comparisons,
        "tally": {word: words.count(word) for word in (SAME, MOVED, OTHER, NEW, GONE)},
        "sentences": change_sentences(comparisons, previous["margin"] == audit["margin"]),
    }


def change_of(then: Row | None, now: Row | None) -> str:
    """What became of a comparison.

    Examples
    --------
    >>> row = {"reference": "Boys", "verdict": "within"}
    >>> change_of(row, {**row, "verdict": "outside"}), change_of(None, row), change_of(row, {**row, "reference": "x"})
    ('another verdict', 'new', 'another reference')
    """
    if then is None or now is None:
        return NEW if then is None else GONE
    if then["reference"] != now["reference"]:
        return OTHER
    return SAME if then["verdict"] == now["verdict"] else MOVED


def change_sentences(comparisons: Sequence[Row], same_margin: bool) -> list[str]:
    """What moved, in words, worst first; and what stands in the way of comparing."""
    told = []
    moved = [row for row in comparisons if row["change"] == MOVED]
    both = sum(row["change"] in (SAME, MOVED) for row in comparisons)
    if not both:
        told.append("No declared comparison of this audit stood in the last one.")
    elif not moved:
        told.append(f"Of {counted(both, 'comparison')} that both audits made, none has another verdict.")
    else:
        rank = {OUTSIDE: 0, OPEN: 1, WITHIN: 2}
        named = sorted(moved, key=lambda row: rank[row["now"]["verdict"]])
        parts = [
            f"{ATTRIBUTE_TITLES.get(row['attribute'], row['attribute'])}, {row['group']}: {row['then']['verdict']}, "
            f"now {row['now']['verdict']}"
            for row in named[:NAMED]
        ] + ([f"and {len(named) - NAMED:,} more"] if len(named) > NAMED else [])
        verb = "has" if len(moved) == 1 else "have"
        told.append(f"Of {counted(both, 'comparison')} that both audits made, {len(moved):,} {verb} another verdict: "
                    f"{'; '.join(parts)}.")  # fmt: skip
    if not same_margin:
        told.append("The margin is not the same in both, so their verdicts answer different questions.")
    others = sum(row["change"] == OTHER for row in comparisons)
    if others:
        told.append(f"{counted(others, 'comparison')} can't be set side by side: another group is the largest now.")
    return told


def _primary(verdicts: Sequence[Row]) -> dict[tuple[str, str, str], Row]:
    return {
        (str(row["attribute"]), str(row["group"]), str(row["metric"])): row
        for row in verdicts
        if row.get("role") == "primary"
    }


def _figures(row: Row | None) -> dict[str, Any] | None:
    return None if row is None else {name: row[name] for name in ("reference", "verdict", *FIGURES)}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_comparison(row: Row) -> bool:
    figures = [row.get(name, "") for name in FIGURES]
    return (
        all(isinstance(row.get(name), str) for name in WORDS)
        and row["verdict"] in (WITHIN, OUTSIDE, OPEN)
        and row["metric"] in METRICS
        and all(value is None or value == SUPPRESSED or _number(value) for value in figures)
    )
