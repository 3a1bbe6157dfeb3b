"""The fairness page: whether the list reaches children of every group alike, as far as evidence goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.fairness.counts import RESTS_ON
from ace_risk.report.csv_text import csv_link
from ace_risk.report.fairness_chapters import chapters_part, mitigation_part
from ace_risk.report.fairness_sections import (
    calibration_part,
    crossed_part,
    enough,
    is_primary,
    primary_names,
    primary_rows,
    since_part,
    title_of,
    truth_part,
)
from ace_risk.report.natural import is_missing, share
from ace_risk.report.page import Header, render
from ace_risk.report.plots import Picture
from ace_risk.report.plots_fairness import interval_rows, scale_end
from ace_risk.report.words import HIDDEN_BECAUSE, fairness_answer

METRICS = {
    "tpr": "listed, of the times the outcome followed",
    "fpr": "listed, of the times the outcome did not follow",
    "fnr": "missed, of the times the outcome followed",
    "ppv": "the outcome followed, of the places given",
    "selection_rate": "listed, of all rows",
}
"""What each rate says, in words."""

RATES = tuple(METRICS)
GROUP_COLUMNS = (
    "attribute", "group", "n", "tp", "fp", "tn", "fn",
    *(f"{rate}{end}" for rate in RATES for end in ("", "_low", "_high")),
)  # fmt: skip
VERDICT_COLUMNS = (
    "attribute", "metric", "role", "group", "reference", "gap", "gap_low", "gap_high", "verdict", "n_needed",
    "times_needed", "remade_low", "remade_high", "ratio", "ratio_low", "ratio_high",
)  # fmt: skip


def render_fairness(audit: Mapping[str, Any], header: Header) -> str:
    """The page of `audit.json`.

    Parameters
    ----------
    audit
        `ace-risk/audit/1`; rates and counts of small groups arrive already suppressed, as None or `"c"`.
    header
        Top and foot of the page; its answer, if given, replaces the audit's.
    """
    return render(
        "fairness.html.j2",
        header,
        audit=audit,
        word=overall(primary_rows(audit["verdicts"])),
        sentences=audit["sentences"][:3],
        exploring=audit["sentences"][3:],
        tally=tally(audit["verdicts"]),
        primary_tally=tally(primary_rows(audit["verdicts"])),
        compared={
            "reach": len(primary_rows(audit["verdicts"])),
            "measures": len({v["metric"] for v in audit["verdicts"]}),
        },
        truth=truth_part(audit),
        calibration=calibration_part(audit),
        crossed=crossed_part(audit),
        chapters=chapters_part(audit),
        mitigation=mitigation_part(audit),
        since=since_part(audit),
        adultification=audit.get("adultification") or [],
        outside=outside_rows(audit),
        hidden_because=HIDDEN_BECAUSE.format(below=audit["suppress_below"]),
        headline=header.answer or fairness_answer(audit["answer"]),
        attributes=[attribute_part(audit, attribute) for attribute in attributes_of(audit["by_group"])],
        baselines=[baseline_part(name, found) for name, found in audit["baselines"].items()],
        baselines_csv=baselines_csv(audit),
        metrics=METRICS,
        groups_csv=table_csv("groups.csv", GROUP_COLUMNS, [*audit["by_group"], *(audit.get("pooled") or [])]),
        verdicts_csv=table_csv("verdicts.csv", VERDICT_COLUMNS, audit["verdicts"]),
    )


def overall(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """One word for all comparisons: outside if any is, else not enough evidence if any lacks it, else within.

    Examples
    --------
    >>> overall([{"verdict": "within"}, {"verdict": "not enough evidence"}])
    'not enough evidence'
    """
    words = {row["verdict"] for row in verdicts}
    if "outside" in words:
        return "outside"
    return "within" if words == {"within"} else "not enough evidence"


def reach_of(verdicts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The comparisons of whom the list reaches: listed, of the times that the outcome followed."""
    return [row for row in verdicts if row["metric"] == "tpr"]


def tally(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many comparisons got each verdict."""
    words = [row["verdict"] for row in verdicts]
    return {word: words.count(word) for word in ("within", "outside", "not enough evidence")}


def attributes_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The attributes that were audited, in the audit's order."""
    return list(dict.fromkeys(str(row["attribute"]) for row in rows))


def attribute_part(audit: Mapping[str, Any], attribute: str) -> dict[str, Any]:
    """Everything that the page shows for one attribute."""
    groups = [row for row in audit["by_group"] if row["attribute"] == attribute]
    hidden = hidden_rates(groups)
    verdicts = [
        {**row, "hidden": is_hidden(row, hidden), "enough": enough(row)}
        for row in audit["verdicts"]
        if row["attribute"] == attribute
    ]
    on_tpr = {row["group"]: row for row in verdicts if row["metric"] == "tpr"}
    reference = next((str(row["reference"]) for row in verdicts), None)
    title, primary = title_of(attribute), attribute in primary_names(audit)
    pooled = [row for row in audit.get("pooled") or [] if row["attribute"] == attribute]
    members = {name for row in pooled for name in row["members"]}
    drawn = [
        *(row for row in groups if str(row["group"]) not in members and (primary or _number(row["tpr"]) is not None)),
        *pooled,
    ]
    return {
        "name": attribute,
        "title": title,
        "primary": primary,
        "pooled": pooled,
        "not_drawn": len(groups) - len(members) - len(drawn) + len(pooled),
        "remade": any("remade_low" in row for row in verdicts),
        "reference": reference,
        "groups": [row for row in groups if primary or not is_blank(row)],
        "blank": [str(row["group"]) for row in groups if not primary and is_blank(row)],
        "hidden": hidden,
        "on_tpr": on_tpr,
        "others": by_metric([row for row in verdicts if row["metric"] != "tpr"]),
        "word": overall(reach_of(verdicts)),
        "picture": tpr_picture(drawn, title, reference, audit["margin"], _common_end(audit)),
        "csv": table_csv(f"{attribute}.csv", GROUP_COLUMNS, [*groups, *pooled]),
        "others_csv": table_csv(
            f"{attribute}-comparisons.csv",
            VERDICT_COLUMNS,
            [row for row in audit["verdicts"] if row["attribute"] == attribute],
        ),
    }


def hidden_rates(groups: Sequence[Mapping[str, Any]]) -> set[tuple[str, str]]:
    """The (group, rate) pairs of one attribute whose figures are hidden; a rate is if a count it rests on is.

    Examples
    --------
    >>> counts = {"tp": "c", "fp": 3, "tn": 90, "fn": "c"}
    >>> sorted(hidden_rates([{"group": "Girls", **counts, "fpr": 0.03}]))
    [('Girls', 'fnr'), ('Girls', 'ppv'), ('Girls', 'selection_rate'), ('Girls', 'tpr')]
    """
    return {
        (str(row["group"]), rate)
        for row in groups
        for rate in RATES
        if isinstance(row.get(rate), str) or any(isinstance(row[name], str) for name in RESTS_ON[rate][1])
    }


def is_blank(row: Mapping[str, Any]) -> bool:
    """Whether every rate of a group is hidden, so that its row would say nothing."""
    hidden = hidden_rates([row])
    return len(hidden) == len(RATES)


def is_hidden(verdict: Mapping[str, Any], hidden: set[tuple[str, str]]) -> bool:
    """Whether the figures of a comparison are hidden: its gap, or the rate of either group."""
    metric = str(verdict["metric"])
    return isinstance(verdict["gap"], str) or bool(
        {(str(verdict["group"]), metric), (str(verdict["reference"]), metric)} & hidden
    )


def outside_rows(audit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every comparison outside the margin, in words; a missed share is told by the listed share that mirrors it."""
    outside = [row for row in audit["verdicts"] if row["verdict"] == "outside"]
    reached = {(row["attribute"], row["group"]) for row in outside if row["metric"] == "tpr"}
    rates = {(row["attribute"], row["group"]): row for row in audit["by_group"]}
    told = []
    for row in outside:
        attribute, group, metric = row["attribute"], row["group"], row["metric"]
        if metric == "fnr" and (attribute, group) in reached:
            continue
        pair = [rates[attribute, name] for name in (group, row["reference"])]
        figures = f"{share(pair[0][metric])} beside {share(pair[1][metric])} ({row['reference']})"
        told.append(
            {
                "who": f"{title_of(attribute)}, {group}",
                "primary": is_primary(row),
                "measure": METRICS.get(metric, metric),
                "figures": "figures hidden" if is_hidden(row, hidden_rates(pair)) else figures,
            }
        )
    return told


def by_metric(verdicts: Sequence[Mapping[str, Any]]) -> tuple[list[str], dict[str, dict[str, Mapping[str, Any]]]]:
    """The metrics, and per group its comparison on each of them."""
    metrics = list(dict.fromkeys(str(row["metric"]) for row in verdicts))
    groups: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in verdicts:
        groups.setdefault(str(row["group"]), {})[str(row["metric"])] = row
    return metrics, groups


def tpr_picture(
    groups: Sequence[Mapping[str, Any]], title: str, reference: str | None, margin: float, x_max: float
) -> Picture:
    """Listed, of the times that the outcome followed: a row per group, with the margin around the reference."""
    rows = pd.DataFrame(
        {
            "label": [row["group"] for row in groups],
            "value": [_number(row["tpr"]) for row in groups],
            "low": [_number(row["tpr_low"]) for row in groups],
            "high": [_number(row["tpr_high"]) for row in groups],
            "n": pd.Series([_followed(row) for row in groups], dtype=object),
        }
    )
    return interval_rows(
        rows,
        margin,
        reference,
        xlabel="listed, of the times that\nthe outcome followed",
        title=f"{title}: listed, of the times that the outcome followed",
        n_title="times",
        x_max=x_max,
    )


def baseline_part(name: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """How a simple rule does on the same audit."""
    return {
        "name": name,
        "title": found["title"],
        "tally": tally(found["verdicts"]),
        "primary_tally": tally(primary_rows(found["verdicts"])),
        "word": overall(primary_rows(found["verdicts"])),
    }


def baselines_csv(audit: Mapping[str, Any]) -> Any:
    """Every comparison of the simple rules as CSV, beside which those of the model stand in verdicts.csv."""
    rows = [
        [found["title"], *(row.get(column) for column in VERDICT_COLUMNS)]
        for found in audit["baselines"].values()
        for row in found["verdicts"]
    ]
    return csv_link("simple-rules.csv", ("rule", *VERDICT_COLUMNS), rows)


def table_csv(name: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Any:
    """A link that holds these columns of these rows as CSV."""
    return csv_link(name, columns, ([row.get(column) for column in columns] for row in rows))


def _common_end(audit: Mapping[str, Any]) -> float:
    rows = [row for row in audit["by_group"] if _number(row["tpr"]) is not None]
    frame = pd.DataFrame(
        {"value": [row["tpr"] for row in rows], "high": [_number(row["tpr_high"]) for row in rows]}, dtype=float
    )
    return scale_end(frame, audit["margin"])


def _followed(row: Mapping[str, Any]) -> Any:
    """How many times the outcome followed; `hidden` if a count is suppressed."""
    parts = [_number(row["tp"]), _number(row["fn"])]
    return "hidden" if None in parts else int(sum(part for part in parts if part is not None))


def _number(value: Any) -> float | None:
    return None if is_missing(value) or isinstance(value, str) else float(value)
