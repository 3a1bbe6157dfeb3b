"""The largest difference between groups, in one number: beside every size that the search tries, and in the bar."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.fairness.counts import COUNTS, METRICS, confusion_cells, count_groups, rates, read_groups
from ace_risk.fairness.disclosure import SUPPRESSED, hide
from ace_risk.fairness.result import FairnessAudit

TPR = METRICS.index("tpr")


def largest_gap(
    label: NDArray[Any], listed: NDArray[np.bool_], groups: pd.DataFrame, least: int = 30, hide_below: int = 0
) -> tuple[float | None, str]:
    """The largest difference in recall between two groups of one attribute, and where it is.

    Parameters
    ----------
    label, listed
        Per row: whether the outcome followed, and whether the row was listed.
    groups
        Group of each row, one column per attribute.
    least
        Groups for which the outcome followed fewer times are left out.
    hide_below
        Groups are left out, too, whose recall would give a count from 1 to below this away.

    Returns
    -------
    tuple
        The difference from 0 to 1 and e.g. "sex: Boys and Girls"; None and "" where no attribute has two groups
        that are large enough.

    Examples
    --------
    >>> sex = pd.DataFrame({"sex": ["Boys"] * 2 + ["Girls"] * 2})
    >>> largest_gap(np.ones(4), np.array([True, True, True, False]), sex, least=2)
    (0.5, 'sex: Girls and Boys')
    """
    cells = confusion_cells(np.asarray(label) == 1, np.asarray(listed, dtype=bool))
    found: tuple[float | None, str] = (None, "")
    for attribute in read_groups(groups, intersections=False):
        counts = count_groups(attribute, cells)
        found_missed = [COUNTS.index("tp"), COUNTS.index("fn")]
        hidden = hide(np.column_stack([counts, counts.sum(axis=1)]), hide_below)[:, found_missed].any(axis=1)
        enough = np.flatnonzero((counts[:, found_missed].sum(axis=1) >= least) & ~hidden)
        if len(enough) < 2:
            continue
        recall = rates(counts[enough])[:, TPR]
        low, high = enough[int(np.argmin(recall))], enough[int(np.argmax(recall))]
        gap = float(recall.max() - recall.min())
        if found[0] is None or gap > found[0]:
            found = gap, f"{attribute.name}: {attribute.labels[low]} and {attribute.labels[high]}"
    return found


@dataclass(frozen=True)
class RecallGaps:
    """Differences in recall from each attribute's largest group.

    Attributes
    ----------
    judged
        Those between groups that are large enough: attribute, group, reference, gap, gap_low, gap_high, and whether
        the figures may be shown (`shown`).
    too_small
        How many aren't.
    """

    judged: list[dict[str, Any]]
    too_small: int


def recall_gaps(audit: FairnessAudit, least: int, hidden: Collection[tuple[Any, ...]] = ()) -> RecallGaps:
    """The audit's differences in recall, for groups in which the outcome followed often enough.

    Parameters
    ----------
    audit
        The audit, with nothing hidden.
    least
        How often the outcome must have followed, in the group and in its reference.
    hidden
        The (attribute, group, metric) whose rates may not be shown; see `hidden_rates`.
    """
    positives = audit.by_group.set_index(["attribute", "group"])[["tp", "fn"]].sum(axis=1)
    enough = set(positives.index[positives >= least])
    rows = audit.verdicts[audit.verdicts["metric"] == "tpr"].to_dict("records")
    judged = []
    for row in rows:
        sides = [(row["attribute"], row[side]) for side in ("group", "reference")]
        if enough.issuperset(sides):
            shown = not any((*side, "tpr") in hidden for side in sides)
            judged.append({str(key): value for key, value in row.items()} | {"shown": shown})
    return RecallGaps(judged, len(rows) - len(judged))


def group_records(rows: Sequence[Mapping[str, Any]], attributes: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """How each group of some attributes fares on the lists, from the audit's own rows.

    Parameters
    ----------
    rows
        `by_group` of the audit document, small counts hidden already.
    attributes
        Which of its attributes; one that the audit doesn't have is left out.

    Returns
    -------
    dict
        By attribute: group, rows, positives, tp, listed, recall and precision with their intervals, and `hidden`,
        whether a figure was hidden; hidden figures are None.
    """
    records: dict[str, list[dict[str, Any]]] = {name: [] for name in attributes}
    for given in rows:
        if given["attribute"] not in records:
            continue
        row = {key: None if value == SUPPRESSED else value for key, value in given.items()}
        counts = {name: row[name] for name in COUNTS}
        records[given["attribute"]].append(
            {
                "group": str(row["group"]),
                "rows": row["n"],
                "positives": plus(counts["tp"], counts["fn"]),
                "tp": counts["tp"],
                "listed": plus(counts["tp"], counts["fp"]),
                **{f"recall{end}": row[f"tpr{end}"] for end in ("", "_low", "_high")},
                **{f"precision{end}": row[f"ppv{end}"] for end in ("", "_low", "_high")},
                "hidden": any(count is None for count in (*counts.values(), row["n"])),
            }
        )
    return {name: found for name, found in records.items() if found}


def plus(first: int | None, second: int | None) -> int | None:
    """A sum, or None where either is hidden.

    Examples
    --------
    >>> plus(1, 2), plus(1, None)
    (3, None)
    """
    return None if first is None or second is None else first + second
