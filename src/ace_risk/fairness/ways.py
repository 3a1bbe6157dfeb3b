"""Ways to lessen a difference between groups: each scores the judged rows of one validation fold.

What a way needs to know (which features tell the group, weights, cut-offs) it learns from the fold's training rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from ace_risk.fairness.constrained import constrained_fit
from ace_risk.fairness.counts import Floats, read_attribute
from ace_risk.fairness.proxies import group_aucs
from ace_risk.fairness.reweighed import rank_in_group, redraw, reweighing
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.prepared import Prepared, Rows
from ace_risk.models.train import train_table
from ace_risk.plans import ModelPlan
from ace_risk.study import Study

TELLS = 0.1
"""A feature is a proxy if its area under the curve for a group lies this far from one half; else the three furthest."""
FEWEST_PROXIES = 3
LEAST_FOLLOWED = 10
"""Times that the outcome followed in a group's training rows, below which no constraint is put on it."""
MOST_ROWS = 60_000
"""Training rows that proxies and the constrained fit are learnt from, drawn at random where there are more."""

Score = Callable[["FoldRows"], Floats | None]


@dataclass(frozen=True, eq=False)
class FoldRows:
    """One validation fold: the table as it is, and the rows to learn from and to judge.

    Attributes
    ----------
    study, prepared, plan
        The study, its frames, and the size of the table.
    attribute
        The attribute whose difference is to be lessened.
    train, judged
        Positions of rows in the cohort.
    table
        The table as it is, learnt on the training rows.
    share
        The share of the judged rows that has a place.
    """

    study: Study
    prepared: Prepared
    plan: ModelPlan
    attribute: str
    train: Rows
    judged: Rows
    table: AdditiveModel
    share: float

    def features(self, rows: Rows) -> pd.DataFrame:
        """The features of some rows."""
        return self.prepared.features.iloc[rows]

    def label(self, rows: Rows) -> npt.NDArray[np.int64]:
        """Whether the outcome followed."""
        return self.prepared.labels.iloc[rows].to_numpy(dtype=np.int64)

    def group(self, rows: Rows) -> npt.NDArray[Any]:
        """The group of the attribute, in words."""
        return self.prepared.groups[self.attribute].iloc[rows].astype(str).to_numpy(dtype=object)

    def sample(self) -> Rows:
        """The training rows, or as many of them as are looked at, drawn at random."""
        if len(self.train) <= MOST_ROWS:
            return self.train
        drawn = np.random.default_rng(self.study.seed).choice(len(self.train), MOST_ROWS, replace=False)
        return self.train[np.sort(drawn)]

    def learn(self, rows: Rows, features: pd.DataFrame | None = None, plan: ModelPlan | None = None) -> AdditiveModel:
        """A table of the plan's size on some rows (some more than once)."""
        chosen = plan or self.plan
        given = self.prepared.features if features is None else features
        return train_table(
            chosen.kind, given, self.prepared.labels, rows, chosen, self.prepared.catalogue, self.study.seed
        )  # fmt: skip


def without_proxies(fold: FoldRows) -> Floats | None:
    """The table learnt without the features that tell a group of the attribute best; None where no group is large."""
    left_out = proxies_of(fold)
    if not left_out:
        return None
    kept = fold.prepared.features.drop(columns=left_out)
    return fold.learn(fold.train, kept).decision_function(fold.features(fold.judged))


def proxies_of(fold: FoldRows) -> list[str]:
    """The features that tell a group of the attribute, by the fold's training rows; none where no group is large."""
    rows = fold.sample()
    features = fold.features(rows)
    ranks = rankdata(features.fillna(np.inf).to_numpy(dtype=np.float64), axis=0)
    attribute = read_attribute(fold.attribute, fold.prepared.groups[fold.attribute].iloc[rows])
    aucs = group_aucs(ranks, attribute)
    if not len(aucs):
        return []
    furthest = np.abs(aucs - 0.5).max(axis=0)
    order = np.argsort(-np.round(furthest, 9), kind="stable")
    number = max(int((furthest >= TELLS).sum()), FEWEST_PROXIES)
    return [str(features.columns[place]) for place in order[: min(number, len(order) - 1)]]


def reweighed(fold: FoldRows) -> Floats:
    """The table learnt on training rows drawn so that group and outcome are independent."""
    weight = reweighing(fold.label(fold.train), fold.group(fold.train))
    rows = fold.train[redraw(weight, np.random.default_rng(fold.study.seed))]
    return fold.learn(rows).decision_function(fold.features(fold.judged))


def constrained(fold: FoldRows) -> Floats | None:
    """Points on the table's bins, fitted so that groups large enough to judge are found alike; None without two.

    Rows of smaller groups are left out of the fit, and scored by it.
    """
    rows = fold.sample()
    group, label = fold.group(rows), fold.label(rows)
    positives = pd.Series(label).groupby(group).sum()
    large = set(positives.index[positives >= LEAST_FOLLOWED])
    inside = np.array([name in large for name in group])
    if len(large) < 2:
        return None
    rows, group, label = rows[inside], group[inside], label[inside]
    fit = constrained_fit(fold.table, fold.features(rows), label, group, fold.study.fairness.margin, fold.share)
    return fit.score(fold.features(fold.judged))


def own_cut_offs(fold: FoldRows) -> Floats:
    """The table as it is, each row placed among its own group."""
    known = fold.table.decision_function(fold.features(fold.train))
    score = fold.table.decision_function(fold.features(fold.judged))
    return rank_in_group(
        score, fold.group(fold.judged), known, fold.group(fold.train), fold.label(fold.train)
    )  # fmt: skip


def ways_of(other: ModelPlan | None) -> dict[str, Score]:
    """Each way to score a fold's judged rows; another size only where there is one."""
    ways: dict[str, Score] = {"without_proxies": without_proxies, "reweighed": reweighed, "constrained": constrained}
    if other is not None:
        ways["another_size"] = lambda fold: fold.learn(fold.train, plan=other).decision_function(
            fold.features(fold.judged)
        )
    return ways | {"own_cut_offs": own_cut_offs}
