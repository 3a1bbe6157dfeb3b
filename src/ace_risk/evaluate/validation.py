"""Judging on the validation folds: every size that the search tries, and the folds' own figures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
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


class ValidationFolds:
    """The validation folds, with a table learnt before each: a size is learnt once, however often it is asked for.

    Parameters
    ----------
    prepared
        The study's frames.
    places
        Places on each list.
    seed
        Seed of the resampling, and of the fit where it draws.
    """

    def __init__(self, prepared: Prepared, places: int, seed: int) -> None:
        self.prepared, self.places, self.seed = prepared, places, seed
        self.names = [fold.name for fold in prepared.folds.validation]
        self.positions = [prepared.fold_rows(fold) for fold in prepared.folds.validation]
        self.parts = [JudgedRows.of(prepared, judged) for _, judged in self.positions]
        self._scored: dict[ModelPlan, tuple[list[Floats], int]] = {}

    @cached_property
    def rows(self) -> JudgedRows:
        """The judged rows of all folds; each fold keeps its own lists."""
        return JudgedRows.together(self.parts)

    def scores(self, plan: ModelPlan) -> list[Floats]:
        """The total score of each judged row, fold by fold."""
        return self._learn(plan)[0]

    def most_features(self, plan: ModelPlan) -> int:
        """The most features that a table of this size has, over the folds."""
        return self._learn(plan)[1]

    def listed(self, plan: ModelPlan) -> Bools:
        """Who was listed, over all folds."""
        return np.concatenate(
            [part.top(score, self.places) for part, score in zip(self.parts, self.scores(plan), strict=True)]
        )

    def _learn(self, plan: ModelPlan) -> tuple[list[Floats], int]:
        """Scores and size of the tables, which are learnt where they weren't yet."""
        if plan not in self._scored:
            known = self.prepared
            tables = [
                train_table(plan.kind, known.features, known.labels, train, plan, known.catalogue, self.seed)
                for train, _ in self.positions
            ]
            scores = [
                table.decision_function(known.features.iloc[judged])
                for table, (_, judged) in zip(tables, self.positions, strict=True)
            ]
            self._scored[plan] = scores, max(len(table.feature_names_in_) for table in tables)
        return self._scored[plan]


class FoldJudge:
    """Says how the lists of a table of any size did, pooled over the validation folds.

    Parameters
    ----------
    folds
        The validation folds, one at least.
    attributes, smallest_group
        The groups whose difference in recall is told, and how often the outcome must have followed in each.
    hide_below
        The smallest count above 0 that may be worked out from a difference; a group with a smaller one is left out.

    Raises
    ------
    DataError
        If the outcome followed for none of a fold's rows, or a list has more places than rows.
    """

    def __init__(
        self, folds: ValidationFolds, attributes: tuple[str, ...], smallest_group: int, hide_below: int = 0
    ) -> None:
        self.folds, self.smallest_group, self.hide_below = folds, smallest_group, hide_below
        for name, part in zip(folds.names, folds.parts, strict=True):
            smallest_list(folds.places, len(part.label), part.lists)
            if not part.label.any():
                raise DataError(
                    f"{name}: the outcome followed for none of {len(part.label):,} rows. "
                    "Ask for more cutoffs in a fold (folds.validation_cutoffs), or load more data."
                )
        self.followed = folds.rows.label == 1
        judged = np.concatenate([judged for _, judged in folds.positions])
        self.groups = folds.prepared.groups.iloc[judged][list(attributes)]

    def __call__(self, plan: ModelPlan) -> Judged:
        """How a table of this size did; the same every time."""
        listed = self.folds.listed(plan)
        found = self.followed & listed
        gap, where = largest_gap(self.folds.rows.label, listed, self.groups, self.smallest_group, self.hide_below)
        return Judged(
            features=self.folds.most_features(plan),
            recall=float(found.sum() / self.followed.sum()),
            precision=float(found.sum() / listed.sum()),
            gap=gap,
            gap_where=where,
        )

    def difference_error(self, plan: ModelPlan, other: ModelPlan) -> float:
        """The standard error of the difference in recall between two sizes, over resampled households.

        Both are judged on the same children, so what they share cancels out.
        """
        difference = (self.folds.listed(plan) & self.followed).astype(int) - (self.folds.listed(other) & self.followed)
        drawn = resampled_ratios(difference, self.followed, self.folds.rows.households, self.folds.seed)
        return float(np.nanstd(drawn))


def fold_figures(
    folds: ValidationFolds, plan: ModelPlan, counted: Mapping[str, Floats]
) -> tuple[dict[str, dict[str, Any]], dict[str, Any] | None]:
    """The tables of each validation fold, and of all of them pooled.

    Parameters
    ----------
    folds, plan
        The validation folds, and the size that was chosen: a table of it is learnt before each fold.
    counted
        The score of `ace_count` by fold.

    Returns
    -------
    tuple
        By fold: `tables` (of `model` and `ace_count`), recall, precision, recall_ace_count; and the pooled
        figures with their intervals, None without validation folds.
    """
    if not folds.parts:
        return {}, None
    by_fold = {
        name: fold_record(Ranking(plan.kind, "", score), Ranking("ace_count", "", counted[name]), part, folds.places)
        for name, part, score in zip(folds.names, folds.parts, folds.scores(plan), strict=True)
    }
    rows, chosen = folds.rows, folds.listed(plan)
    followed = rows.label == 1
    tp = int((followed & chosen).sum())
    pooled = {
        "recall": tp / int(followed.sum()) if followed.any() else None,
        "precision": tp / int(chosen.sum()),
        **shares_with_intervals(followed, chosen, rows.households, folds.seed),
        "lists": sum(len(np.unique(part.lists)) for part in folds.parts),
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
