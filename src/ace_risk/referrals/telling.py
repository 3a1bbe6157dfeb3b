"""What a list tells of each child: reasons, strengths, support options and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.explanation.contributions import contributions
from ace_risk.explanation.evidence import records_by_child
from ace_risk.explanation.parental import Unnamed
from ace_risk.explanation.reasons import MOST_REASONS, explain_child
from ace_risk.referrals.gaps import find_gaps
from ace_risk.referrals.own_tables import tables_of
from ace_risk.referrals.support import support_now
from ace_risk.report.words import SAFE_CONTACT

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

NO_REASON = "No record adds to the total: the place goes by the order among equal totals."
NO_STRENGTHS = "None on record yet: ask the child and the family."


def tell(
    pack: Pack,
    tables: Tables,
    history: pd.DataFrame,
    cohort: pd.DataFrame,
    features: pd.DataFrame,
    ages: pd.Series,
    unnamed: Unnamed,
) -> pd.DataFrame:
    """Reasons, strengths, support options, gaps and support now, one row per cohort row, counted from 0.

    Parameters
    ----------
    pack
        The model and its catalogue.
    tables, history
        The six tables, and the history made from them.
    cohort, features, ages
        One row per child of one cutoff, in the same order; ages in whole years.
    unnamed
        Kinds that may not be named.
    """
    added, _ = contributions(pack.model, features)
    records = records_by_child(history, cohort["child_id"])
    start = tables.data_start.floor("D")
    tables = tables_of(tables, cohort["child_id"])  # gaps are looked for child by child
    born = tables.children.set_index("child_id")["birth_date"]
    titles = {name: kind.title for name, kind in pack.kinds.all.items()}
    children, as_of = cohort["child_id"], cohort["cutoff"].iloc[0]
    support = support_now(history, children, pack.kinds, as_of, unnamed, start)
    rows = []
    for position, (child, cutoff) in enumerate(zip(cohort["child_id"], cohort["cutoff"], strict=True)):
        age = int(ages.iloc[position])
        reasons = explain_child(
            records[child],
            cutoff,
            features.iloc[position],
            added.iloc[position],
            pack.catalogue,
            max(start, born[child]),
            titles,
            age,
            unnamed,
        )
        sentences = [*(reasons.sentences or (NO_REASON,)), *[""] * MOST_REASONS][:MOST_REASONS]
        offers = [SAFE_CONTACT, *reasons.support] if reasons.safe_contact else reasons.support
        rows.append(
            {
                **{f"reason_{number}": text for number, text in enumerate(sentences, start=1)},
                "strengths": " ".join(reasons.strengths) or NO_STRENGTHS,
                "support_options": "; ".join(offers),
                "data_gaps": " ".join(find_gaps(tables, records[child], child, age, cutoff)),
                "safe_contact": reasons.safe_contact,
                "support_now": support[position],
            }
        )
    return pd.DataFrame(rows)
