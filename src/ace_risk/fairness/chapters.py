"""The audit's further chapters: who is missed, how early, for which reasons, by which proxies, and the swap test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.evaluate.assessment import Assessment
from ace_risk.fairness.domains import domain_table, missed_chapter, reasons_chapter
from ace_risk.fairness.lead import lead_chapter
from ace_risk.fairness.proxies import proxies_chapter
from ace_risk.fairness.shares import ShownGroups
from ace_risk.fairness.swapped import swap_chapter
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.prepared import Prepared
from ace_risk.study import Study


def audit_chapters(
    study: Study, tables: Tables, prepared: Prepared, model: AdditiveModel, found: Assessment
) -> dict[str, Any]:
    """Everything that the audit tells beyond rates and gaps, on the same rows and lists.

    Parameters
    ----------
    study, tables, prepared, model
        The study, its tables and frames, and the table of points.
    found
        The assessment of that table: the judged rows, its lists, and the audit with small counts hidden.

    Returns
    -------
    dict
        `missed`, `reasons`, `lead_time`, and, of the last list date, `proxies` and `swap`. All are exploratory,
        over the attributes of the primary comparisons.
    """
    names, seed = list(study.fairness.primary_attributes), study.seed
    rows, judged, listed = found.rows, found.judged, found.listed
    shown = ShownGroups.of(
        prepared.groups.iloc[judged][names].reset_index(drop=True),
        pd.DataFrame(found.audit["by_group"]),
        rows.households,
        study.fairness.suppress_below,
    )
    cohort, features = prepared.cohort.iloc[judged], prepared.features.iloc[judged]
    catalogue = prepared.catalogue
    titles = dict(catalogue.domains)
    last = (cohort["cutoff"] == cohort["cutoff"].max()).to_numpy()
    families = cohort["child_id"].map(prepared.family).to_numpy(dtype=np.int64)
    return {
        "missed": missed_chapter(domain_table(features, catalogue), titles, rows.label, listed, shown),
        "reasons": reasons_chapter(model, features[listed], catalogue, titles, shown.take(listed)),
        "lead_time": lead_chapter(
            rows.children, cohort["cutoff"].to_numpy(), found.days, listed, shown, study.fairness.replicates, seed
        ),
        "proxies": proxies_chapter(
            features[last],
            tuple(model.feature_names_in_),
            {spec.name: spec.title for spec in catalogue},
            families[last],
            shown.take(last),
            seed,
        ),
        "swap": swap_chapter(
            model, tables, cohort[last], found.rankings[0].score[last], catalogue, prepared.kinds, seed
        ),
    }
