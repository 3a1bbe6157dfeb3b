"""Judging on the validation folds: every size that the search tries, and the folds' own figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.errors import DataError
from ace_risk.evaluate.figures import at_places, shares_with_intervals, table_of
from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.list_size import smallest_list
from ace_risk.evaluate.resampling import resampled_ratios
from ace_risk.fairness.gaps import largest_gap
from ace_risk.models.prepared import Prepared
from ace_risk.models.search import Judged
from ace_risk.models.train import train_table
from ace_risk.plans import ModelPlan

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class FoldJudge:
    """Fits a table of any size on each validation fold and says how its lists did, pooled over the folds.

    Parameters
    ----------
    prepared
        The study's frames.
    places
        Places on each list.
    attributes, smallest_group
        The groups whose difference in recall is told, and how often the outcome must have followed in each.
    seed
        Seed of the resampling, and of the fit where it draws.

    Raises
    ------
    DataError
        If the outcome followed for none of a fold's rows, or a list has more places than rows.
    """

    def __init__(
        self, prepared: Prepared, places: int, attributes: tuple[str, ...], smallest_group: int, seed: int
    ) -> None:
        self.prepared, self.places, self.smallest_group, self.seed = prepared, places, smallest_group, seed
        self.folds = [prepared.fold_rows(fold) for fold in prepared.folds.validation]
        self.parts = [JudgedRows.of(prepared, judged) for _, judged in self.folds]
        for fold, part in zip(prepared.folds.validation, self.parts, strict=True):
            smallest_list(places, len(part.label), part.lists)
            if not part.label.any():
                raise DataError(
                    f"{fold.name}: the outcome followed for none of {len(part.label):,} rows. "
                    "Ask for more cutoffs in a fold (folds.validation_cutoffs), or load more data."
                )
        self.rows = JudgedRows.together(self.parts)
        self.groups = prepared.groups.iloc[np.concatenate([judged for _, judged in self.folds])][list(attributes)]
        self.kept: dict[ModelPlan, tuple[Bools, int]] = {}

    def __call__(self, plan: ModelPlan) -> Judged:
        """How a table of this size did; the same every time."""
        listed, features = self.lists_of(plan)
        followed = self.rows.label == 1
        found = followed & listed
        gap, where = largest_gap(self.rows.label, listed, self.groups, self.smallest_group)
        return Judged(
            features=features,
            recall=float(found.sum() / followed.sum()),
            precision=float(found.sum() / listed.sum()),
            gap=gap,
            gap_where=where,
        )

    def lists_of(self, plan: ModelPlan) -> tuple[Bools, int]:
        """Who was listed by tables of this size, and the most features that they have."""
        if plan not in self.kept:
            tables, listed = [], []
            for part, (train, judged) in zip(self.parts, self.folds, strict=True):
                table = train_table(
                    plan.kind,
                    self.prepared.features,
                    self.prepared.labels,
                    train,
                    plan,
                    self.prepared.catalogue,
                    self.seed,
                )
                tables.append(table)
                listed.append(part.top(table.decision_function(self.prepared.features.iloc[judged]), self.places))
            self.kept[plan] = np.concatenate(listed), max(len(table.feature_names_in_) for table in tables)
        return self.kept[plan]

    def difference_error(self, plan: ModelPlan, other: ModelPlan) -> float:
        """The standard error of the difference in recall between two sizes, over resampled households.

        Both are judged on the same children, so what they share cancels out.
        """
        followed = self.rows.label == 1
        difference = (self.lists_of(plan)[0] & followed).astype(int) - (self.lists_of(other)[0] & followed)
        drawn = resampled_ratios(difference, followed, self.rows.households, self.seed)
        return float(np.nanstd(drawn))


def fold_figures(
    prepared: Prepared, plan: ModelPlan, counted: Mapping[str, Floats], places: int, seed: int
) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    """The tables of each validation fold, and of all of them pooled.

    Parameters
    ----------
    prepared, plan
        The study's frames, and the size that was chosen: it is learnt again before each fold.
    counted
        The score of `ace_count` by fold.
    places, seed
        Places on each list, and the seed of the resampling.

    Returns
    -------
    tuple
        By fold: `tables` (of `model` and `ace_count`), recall, precision, recall_ace_count; and the pooled
        figures with their intervals, None without validation folds.
    """
    by_fold: dict[str, dict[str, Any]] = {}
    parts, listed = [], []
    for fold in prepared.folds.validation:
        train, judged = prepared.fold_rows(fold)
        rows = JudgedRows.of(prepared, judged)
        table = train_table(plan.kind, prepared.features, prepared.labels, train, plan, prepared.catalogue, seed)
        card = Ranking(plan.kind, "", table.decision_function(prepared.features.iloc[judged]))
        by_fold[fold.name] = fold_record(card, Ranking("ace_count", "", counted[fold.name]), rows, places)
        parts.append(rows)
        listed.append(rows.top(card.score, places))
    if not parts:
        return by_fold, None
    rows, chosen = JudgedRows.together(parts), np.concatenate(listed)
    followed = rows.label == 1
    tp = int((followed & chosen).sum())
    pooled = {
        "recall": tp / int(followed.sum()) if followed.any() else None,
        "precision": tp / int(chosen.sum()),
        **shares_with_intervals(followed, chosen, rows.households, seed),
        "lists": sum(len(np.unique(part.lists)) for part in parts),
    }
    return by_fold, pooled


def fold_record(model: Ranking, other: Ranking, rows: JudgedRows, places: int) -> dict[str, Any]:
    """The tables of the model and of `ace_count` in one fold, and what follows from them."""
    ours, others = at_places(model, rows, places), at_places(other, rows, places)
    return {
        "tables": {"model": table_of(ours), "ace_count": table_of(others)},
        "recall": ours.recall,
        "precision": ours.precision,
        "recall_ace_count": others.recall,
    }
