"""The audit as one document of plain values: what `audit.json` holds and the fairness report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.fairness.audit import FairnessAudit, audit_fairness
from ace_risk.fairness.disclosure import suppress_gaps, suppress_small
from ace_risk.fairness.result import plain_records
from ace_risk.fairness.summary import audit_sentences, other_measures, questions_for_board
from ace_risk.plans import FairnessPlan

FORMAT = "ace-risk/audit/1"
PRIMARY = ("tpr",)
"""The comparison that the answer rests on: of the children for whom support followed, how many were listed."""
ATTRIBUTE_TITLES = {
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "age_band": "Age",
    "care_status": "Care",
}


def build_audit(
    plan: FairnessPlan,
    label: NDArray[np.int8],
    listed: Mapping[str, NDArray[np.bool_]],
    titles: Mapping[str, str],
    groups: pd.DataFrame,
    households: NDArray[Any],
    places: int,
    lists: int,
    seed: int,
) -> dict[str, Any]:
    """Audit the model's lists and those of what it is compared with.

    Parameters
    ----------
    plan
        Attributes, margin, replicates, and the smallest count that is shown.
    label
        1 where the outcome followed, per test row.
    listed
        For each ranking, whether the row was listed; the model first.
    titles
        What people call each ranking.
    groups, households
        Groups and household of each row.
    places, lists
        Places on each list, and number of lists pooled.
    seed
        Seed of the resampling.
    """
    audits = {
        name: audit_fairness(
            label, chosen.astype(float), groups[list(plan.attributes)], threshold=0.5, margins=plan.margin,
            households=households, n_boot=plan.replicates, seed=seed,
        )
        for name, chosen in listed.items()
    }  # fmt: skip
    names = list(audits)
    model = audits[names[0]]
    settings = model.to_dict()["settings"]
    return {
        "format": FORMAT,
        "places": places,
        "lists": lists,
        "margin": plan.margin,
        "replicates": plan.replicates,
        "suppress_below": plan.suppress_below,
        "rows": settings["rows"],
        "positives": settings["positives"],
        "selected": settings["selected"],
        "households": True,
        "interval_method": settings["interval"],
        "answer": model.answer(PRIMARY),
        "sentences": audit_sentences(model, places, lists, ATTRIBUTE_TITLES) + other_measures(model, ATTRIBUTE_TITLES),
        "questions": questions_for_board(),
        **_records(model, plan.suppress_below),
        "baselines": {
            name: {"title": titles[name], **_records(audits[name], plan.suppress_below)} for name in names[1:]
        },
    }


def _records(audit: FairnessAudit, below: int) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The two tables as records, with small counts suppressed."""
    by_group = suppress_small(audit.by_group, below)
    return {
        "by_group": plain_records(by_group),
        "verdicts": plain_records(suppress_gaps(audit.verdicts, by_group)),
    }
