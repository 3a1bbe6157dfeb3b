"""The score against true need: only a synthetic world can say who was in need and whom nobody saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.list_size import ratio
from ace_risk.evaluate.ranking import auc


def truth_record(
    rankings: Sequence[Ranking], rows: JudgedRows, answers: pd.DataFrame, places: int
) -> dict[str, Any] | None:
    """Each ranking against the recorded outcome and against true need, and the oracle beside them.

    Parameters
    ----------
    rankings
        The deployed table first.
    rows
        The judged rows.
    answers
        One row per judged row: `in_need` (1, 0 or missing) and `oracle` (expected probability, or missing). Rows with
        either missing are left out.
    places
        Places on each list.

    Returns
    -------
    dict
        rows, need_share, models (name, title, auc_label, auc_need, precision_need, recall_need) and sentences; None
        where too few rows are left to fill the lists.
    """
    known = answers[["in_need", "oracle"]].notna().all(axis=1).to_numpy()
    sizes = pd.Series(rows.lists[known]).value_counts()
    if len(sizes) < len(np.unique(rows.lists)) or sizes.min() < places:
        return None
    kept = rows.take(known)
    in_need = answers["in_need"].to_numpy(dtype=float)[known] == 1
    oracle = Ranking("oracle", "The oracle, which knows true need", answers["oracle"].to_numpy(dtype=float))
    records = []
    for ranking in (*rankings, oracle):
        score = ranking.score[known]
        listed = kept.top(score, places)
        found = int((listed & in_need).sum())
        records.append(
            {
                "name": ranking.name,
                "title": ranking.title,
                "auc_label": auc(kept.label, score),
                "auc_need": auc(in_need, score),
                "precision_need": found / int(listed.sum()),
                "recall_need": ratio(found, int(in_need.sum())),
            }
        )
    return {
        "rows": int(known.sum()),
        "need_share": float(in_need.mean()),
        "models": records,
        "sentences": truth_sentences(records, float(in_need.mean())),
    }


def truth_sentences(records: Sequence[dict[str, Any]], need_share: float) -> list[str]:
    """What the gap between the model, the oracle and true need means."""
    model, oracle = records[0], records[-1]
    return [
        f"In this made-up world true need is known: {need_share * 100:.0f} of every 100 rows are of a child in high "
        f"need. Of every 100 places, {model['precision_need'] * 100:.0f} went to one of them.",
        f"Somebody who knew true need, and all that services read, would order the children with an area under the "
        f"ROC curve of {oracle['auc_label']:.2f}; the model reaches {model['auc_label']:.2f}. The gap between the two "
        "is what records don't say: need that nobody saw, records that came late or never, and support that hid need. "
        "What the oracle lacks to 1 is chance.",
        f"Against true need itself, rather than what services did, the model reaches {model['auc_need']:.2f}.",
    ]
