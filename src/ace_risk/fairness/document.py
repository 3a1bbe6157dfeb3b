"""The audit as one document of plain values: what `audit.json` holds and the fairness report shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.fairness.adultification import adultification_records
from ace_risk.fairness.against_truth import truth_section
from ace_risk.fairness.audit import FairnessAudit, audit_fairness
from ace_risk.fairness.calibrated import calibration_records
from ace_risk.fairness.crossed import crossed_section
from ace_risk.fairness.disclosure import hidden_groups, hidden_rates, nesting, suppress_gaps, suppress_small
from ace_risk.fairness.pooled import merge_pools, pooled_records, pools_of
from ace_risk.fairness.primary import roles
from ace_risk.fairness.result import plain_records
from ace_risk.fairness.shares import home_share
from ace_risk.fairness.side_by_side import suppress_beside
from ace_risk.fairness.summary import ATTRIBUTE_TITLES, audit_sentences, other_measures, questions_for_board
from ace_risk.fairness.verdicts import OPEN
from ace_risk.plans import FairnessPlan

FORMAT = "ace-risk/audit/1"


@dataclass(frozen=True, eq=False)
class Ranked:
    """How the model's lists were made, so that they can be made anew.

    Attributes
    ----------
    score, lists, tie_key
        Per test row: the score (higher comes first), the list that the row competes on, and what settles equal
        scores (smaller first).
    probability
        Per test row: the share that the score stands for; None where it stands for none.
    anew
        False where places are kept for groups: then the score alone doesn't say who is listed, and there is no interval
        of lists made anew.
    """

    score: NDArray[np.float64]
    lists: NDArray[Any]
    tie_key: NDArray[np.int64]
    probability: NDArray[np.float64] | None = None
    anew: bool = True


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
    ranked: Ranked | None = None,
    answers: pd.DataFrame | None = None,
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
    ranked
        How the model's lists were made; without it there is no interval of lists made anew.
    answers
        Per test row `need` and `in_need`, missing where unknown; None on real data.
    """

    def audit(chosen: NDArray[np.bool_], frame: pd.DataFrame, **more: Any) -> FairnessAudit:
        way = more if "list_size" in more else {"threshold": 0.5, **more}
        score = ranked.score if ranked is not None and "list_size" in more else chosen.astype(float)
        return audit_fairness(
            label, score, frame, margins=plan.margin, households=households, n_boot=plan.replicates,
            seed=seed, **way,
        )  # fmt: skip

    names = list(listed)
    anew = (
        {}
        if ranked is None or not ranked.anew
        else {"list_size": places, "lists": ranked.lists, "tie_key": ranked.tie_key}
    )
    audits = {
        name: audit(chosen, groups[list(plan.attributes)], primary=plan.primary, **(anew if name == names[0] else {}))
        for name, chosen in listed.items()
    }
    model, chosen = audits[names[0]], listed[names[0]]
    settings = model.settings
    nested = nesting(groups, "ethnicity_18", "ethnicity")
    shown = suppress_small(model.by_group, plan.suppress_below, nested)
    hidden, pools = hidden_rates(shown), pools_of(shown)
    merged = merge_pools(groups, pools)
    followed = np.asarray(label) == 1
    homes = np.unique(households.astype(str), return_inverse=True)[1]
    interval = home_share(chosen[followed], homes[followed])[1:]
    need = None if answers is None else answers["need"].to_numpy(dtype=float)
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
        "interval_reranked": settings["interval_reranked"],
        "primary": settings["primary"],
        "primary_comparisons": settings["primary_comparisons"],
        "primary_level": settings["primary_level"],
        "answer": model.answer(),
        "sentences": audit_sentences(model, places, lists, ATTRIBUTE_TITLES, hidden, interval)
        + other_measures(model, ATTRIBUTE_TITLES, hidden),
        "questions": questions_for_board(),
        **_records(model, shown),
        "pooled": pooled_records(lambda frame: audit(chosen, frame), groups, pools, plan.suppress_below),
        "baselines": {
            name: {
                "title": titles[name],
                **_records(audits[name], suppress_beside(audits[name].by_group, plan.suppress_below, shown, nested)),
            }
            for name in names[1:]
        },
        "crossed": crossed_section(
            audit(chosen, groups[list(plan.crossed)], intersections=True), plan.crossed, plan.suppress_below
        )
        if len(plan.crossed) > 1
        else None,
        "adultification": adultification_records(
            groups, label, chosen, households, plan.margin, plan.suppress_below, need
        ),
        "calibration": None
        if ranked is None or ranked.probability is None
        else calibration_records(
            ranked.probability,
            label,
            merged,
            plan.primary_attributes,
            households,
            hidden_groups(shown),
            plan.suppress_below,
        ),
        "truth": None
        if answers is None
        else truth_section(
            plan, label, chosen, answers["in_need"].to_numpy(dtype=float), groups, households, ATTRIBUTE_TITLES, seed
        ),
    }


def _records(audit: FairnessAudit, shown: pd.DataFrame) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Groups and comparisons as records, with small counts suppressed; each comparison with its role and its ratio."""
    ratio = ["ratio", "ratio_low", "ratio_high"]
    open_ = audit.verdicts["verdict"].eq(OPEN)
    times = audit.enough["times"].where(open_).round(1).rename("times_needed")
    table = audit.verdicts.join(audit.ratios[ratio]).join(times)
    figures = ["gap", "gap_low", "gap_high", "n_needed", "times_needed", *ratio]
    if audit.reranked is not None:
        remade = audit.reranked[["gap_low", "gap_high"]].rename(columns=lambda name: name.replace("gap", "remade"))
        table, figures = table.join(remade), [*figures, *remade.columns]
    table["role"] = roles(audit.verdicts, tuple((name, metric) for name, metric in audit.settings["primary"]))
    return {"by_group": plain_records(shown), "verdicts": plain_records(suppress_gaps(table, shown, figures))}
