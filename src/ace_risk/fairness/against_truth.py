"""The lists against true need, which only a synthetic world knows: bias in the label shows as the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.audit import FairnessAudit, audit_fairness
from ace_risk.fairness.result import plain_records
from ace_risk.fairness.summary import NAMED, counted, per_1000
from ace_risk.plans import FairnessPlan

FIGURES = ("gap", "gap_low", "gap_high", "verdict")


def truth_section(
    plan: FairnessPlan,
    label: npt.NDArray[Any],
    listed: npt.NDArray[np.bool_],
    in_need: npt.NDArray[np.float64],
    groups: pd.DataFrame,
    households: npt.NDArray[Any],
    titles: Mapping[str, str],
    seed: int,
) -> dict[str, Any]:
    """The primary attributes' gaps by what services did, by true need, and in what services did about true need.

    Rows whose true need is unknown are left out of all three. Nothing is hidden: these children are made up.

    Parameters
    ----------
    plan
        The primary comparisons and the margin.
    label, listed, in_need
        Per row: whether the outcome followed, whether the child was listed, and whether the child was in high need
        (1 or 0; NaN where unknown).
    groups, households
        Groups and household of each row.
    titles
        What people read for each attribute.
    seed
        Seed of the resampling.

    Returns
    -------
    dict
        rows, in_need (their number), sentences, and comparisons: attribute, group, reference, and for each of
        `by_records` (listed, of the times the outcome followed), `by_need` (listed, of the times a child was in need)
        and `by_services` (the outcome followed, of the times a child was in need) the gap, its interval and the
        verdict; and `apart`, true where the gap by need lies outside the interval of the gap by records.
    """
    known = ~np.isnan(in_need)
    need, followed, chosen = in_need[known] == 1, np.asarray(label)[known] == 1, listed[known]
    pairs = tuple((name, "tpr") for name in plan.primary_attributes)
    part = groups[list(plan.primary_attributes)][known].reset_index(drop=True)

    def audit(true: npt.NDArray[np.bool_], selected: npt.NDArray[np.bool_]) -> FairnessAudit:
        return audit_fairness(
            true, selected.astype(float), part, threshold=0.5, margins=plan.margin, households=households[known],
            n_boot=plan.replicates, seed=seed, primary=pairs,
        )  # fmt: skip

    audits = {
        "by_records": audit(followed, chosen), "by_need": audit(need, chosen), "by_services": audit(need, followed),
    }  # fmt: skip
    tables = {name: plain_records(found.primary) for name, found in audits.items()}
    comparisons = []
    for rows in zip(*tables.values(), strict=True):
        record = {name: rows[0][name] for name in ("attribute", "group", "reference")}
        record |= {name: {key: row[key] for key in FIGURES} for name, row in zip(tables, rows, strict=True)}
        comparisons.append(record | {"apart": is_apart(record["by_records"], record["by_need"])})
    total = audits["by_need"].by_group
    reached = total[total["attribute"] == total["attribute"].iloc[0]]
    return {
        "rows": int(known.sum()),
        "in_need": int(need.sum()),
        "comparisons": comparisons,
        "sentences": truth_sentences(int(reached["tp"].sum()), int(need.sum()), comparisons, titles),
    }


def is_apart(records: Mapping[str, Any], need: Mapping[str, Any]) -> bool:
    """True where true need shows another gap than records do: outside the interval of the gap by records.

    Examples
    --------
    >>> is_apart({"gap": 0.0, "gap_low": -0.02, "gap_high": 0.02}, {"gap": -0.1})
    True
    """
    if None in (records["gap_low"], records["gap_high"], need["gap"]):
        return False
    return not records["gap_low"] <= need["gap"] <= records["gap_high"]


def truth_sentences(
    found: int, in_need: int, comparisons: list[dict[str, Any]], titles: Mapping[str, str]
) -> list[str]:
    """How many children in need were listed, and where records tell another story than true need does."""
    if not in_need:
        return ["No child in these records was in high need, so nothing can be said against true need."]
    apart = [row for row in comparisons if row["apart"]]
    first = f"Of 1,000 times that a child was in high need, the child was listed {per_1000(found / in_need)} times."
    if not apart:
        return [first, "No comparison tells another story by true need than it does by what services did."]
    told = "; ".join(
        f"{titles.get(row['attribute'], row['attribute'])}, {row['group']}: {_points(row['by_need']['gap'])} by true "
        f"need, {_points(row['by_records']['gap'])} by records"
        for row in sorted(apart, key=_how_far, reverse=True)[:NAMED]
    )
    return [
        first,
        f"In {len(apart):,} of {counted(len(comparisons), 'comparison')} the gap by true need lies outside the "
        f"interval of the gap by records (in 1,000): {told}. There, an audit of records alone would mislead.",
    ]


def _how_far(row: Mapping[str, Any]) -> float:
    return abs(float(row["by_need"]["gap"]) - float(row["by_records"]["gap"]))


def _points(gap: float) -> str:
    return f"{round(1000 * gap):+,}".replace("-", "−")
