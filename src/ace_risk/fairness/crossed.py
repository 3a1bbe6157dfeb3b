"""Crossed groups, such as ethnicity × sex × age: verdicts, and rounded figures of those that are large enough.

Crossed groups add up to the groups of each attribute, so exact counts of both would give small ones away. Nothing here
is exact: numbers are rounded to the nearest ten, shares to whole hundredths, and small groups are only counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ace_risk.fairness.counts import CROSS
from ace_risk.fairness.result import FairnessAudit
from ace_risk.fairness.verdicts import OPEN, OUTSIDE, WITHIN

LEAST = 30
"""Times that the outcome followed, below which a crossed group is only counted."""


def crossed_section(audit: FairnessAudit, names: Sequence[str], hide_below: int) -> dict[str, Any] | None:
    """The share listed, of the times the outcome followed, of each crossed group that is large enough.

    Parameters
    ----------
    audit
        An audit of these attributes with intersections.
    names
        The attributes that were crossed.
    hide_below
        The smallest count above 0 that may be shown.

    Returns
    -------
    dict
        attribute, reference, groups (group, times, tpr, tpr_low, tpr_high and verdict), too_small (how many are only
        counted) and tally (verdicts of all crossed groups); None where fewer than two attributes are crossed.
    """
    if len(names) < 2:
        return None
    name = CROSS.join(names)
    table = audit.by_group[audit.by_group["attribute"] == name]
    found = audit.verdicts[audit.verdicts["attribute"].eq(name) & audit.verdicts["metric"].eq("tpr")]
    verdict = dict(zip(found["group"], found["verdict"], strict=True))
    times = table["tp"] + table["fn"]
    least = max(hide_below, 1)
    large = (times >= LEAST) & table[["tp", "fn"]].ge(least).all(axis=1)
    records = [
        {
            "group": str(row["group"]),
            "times": int(round((row["tp"] + row["fn"]) / 10) * 10),
            **{end: float(np.round(row[end], 2)) for end in ("tpr", "tpr_low", "tpr_high")},
            "verdict": verdict.get(row["group"], "reference"),
        }
        for row in table[large].to_dict("records")
    ]
    words = found["verdict"].tolist()
    return {
        "attribute": name,
        "reference": str(found["reference"].iloc[0]) if len(found) else None,
        "groups": records,
        "too_small": int((~large).sum()),
        "tally": {word: words.count(word) for word in (WITHIN, OUTSIDE, OPEN)},
    }
