"""Ways to lessen a difference between groups, compared and not chosen: what each costs, and whom.

Everything is learnt and judged on the validation folds: the test period isn't opened. What an option needs to know
(which features tell the group, weights, cut-offs) it learns from the training rows of each fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata

from ace_risk.errors import DataError
from ace_risk.evaluate.judged import JudgedRows
from ace_risk.fairness.constrained import constrained_fit
from ace_risk.fairness.costs import Costs
from ace_risk.fairness.counts import Floats, read_attribute
from ace_risk.fairness.proxies import group_aucs
from ace_risk.fairness.reweighed import rank_in_group, redraw, reweighing
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.prepared import Prepared, Rows
from ace_risk.models.train import train_table
from ace_risk.plans import ModelPlan
from ace_risk.study import Study

FORMAT = "ace-risk/mitigation/1"
CAUTION = "likely direct discrimination for race or sex; take legal advice"
"""Stands beside every showing of cut-offs of their own for groups."""
TELLS = 0.1
"""A feature is a proxy if its area under the curve for a group lies this far from one half; else the three furthest."""
FEWEST_PROXIES = 3
MOST_ROWS = 20_000
"""Training rows of the constrained fit, drawn at random where there are more."""

AS_IS = "as_is"
TITLES = {
    AS_IS: "As it is",
    "without_proxies": "Without the features that tell the group",
    "reweighed": "Training rows reweighed",
    "constrained": "The same bins, fitted under a constraint",
    "another_size": "Another size of the search",
    "own_cut_offs": "A cut-off of its own for each group",
}

Score = Callable[["FoldRows"], Floats]


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

    def learn(self, rows: Rows, features: pd.DataFrame | None = None, plan: ModelPlan | None = None) -> AdditiveModel:
        """A table of the plan's size on some rows (some more than once)."""
        chosen = plan or self.plan
        given = self.prepared.features if features is None else features
        return train_table(
            chosen.kind, given, self.prepared.labels, rows, chosen, self.prepared.catalogue, self.study.seed
        )  # fmt: skip


def without_proxies(fold: FoldRows) -> Floats:
    """The table learnt without the features that tell a group of the attribute best, by the fold's training rows."""
    left_out = proxies_of(fold)
    kept = fold.prepared.features.drop(columns=left_out)
    return fold.learn(fold.train, kept).decision_function(fold.features(fold.judged))


def proxies_of(fold: FoldRows) -> list[str]:
    """The features that tell a group of the attribute, by the last training date."""
    dates = fold.prepared.cohort["cutoff"].iloc[fold.train]
    rows = fold.train[(dates == dates.max()).to_numpy()]
    features = fold.features(rows)
    ranks = rankdata(features.fillna(np.inf).to_numpy(dtype=np.float64), axis=0)
    attribute = read_attribute(fold.attribute, fold.prepared.groups[fold.attribute].iloc[rows])
    furthest = np.abs(group_aucs(ranks, attribute) - 0.5).max(axis=0, initial=0.0)
    order = np.argsort(-np.round(furthest, 9), kind="stable")
    number = max(int((furthest >= TELLS).sum()), FEWEST_PROXIES)
    return [str(features.columns[place]) for place in order[: min(number, len(order) - 1)]]


def reweighed(fold: FoldRows) -> Floats:
    """The table learnt on training rows drawn so that group and outcome are independent."""
    weight = reweighing(fold.label(fold.train), fold.group(fold.train))
    rows = fold.train[redraw(weight, np.random.default_rng(fold.study.seed))]
    return fold.learn(rows).decision_function(fold.features(fold.judged))


def constrained(fold: FoldRows) -> Floats:
    """Points on the table's bins, fitted so that groups large enough to judge are found alike."""
    rng = np.random.default_rng(fold.study.seed)
    rows = fold.train
    if len(rows) > MOST_ROWS:
        rows = rows[np.sort(rng.choice(len(rows), MOST_ROWS, replace=False))]
    group, label = fold.group(rows), fold.label(rows)
    positives = pd.Series(label).groupby(group).sum()
    large = set(positives.index[positives >= fold.study.bar.smallest_group])
    inside = np.array([name in large for name in group])
    if len(large) < 2:
        return fold.table.decision_function(fold.features(fold.judged))
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


def compare_mitigation(
    study: Study,
    prepared: Prepared,
    plan: ModelPlan,
    trials: Sequence[Mapping[str, Any]],
    report: Callable[[float, str], None] = lambda share, step: None,
) -> dict[str, Any]:
    """What each option would cost, and whom, on the validation folds.

    Parameters
    ----------
    study, prepared, plan
        The study, its frames, and the size of the table that was chosen.
    trials
        The sizes that the search tried (`search.trials` of the evaluation); none where nothing was searched.
    report
        Called with the share done and what is being done.

    Returns
    -------
    dict
        `format`, `attribute`, `group` and `reference` (the declared pair of large groups that differs most as it is),
        `places`, `lists`, `folds`, `caution`, and `options`: name, title, `found_per_100_places`, its `change` with low
        and high (95 %), `gap` of the pair with low, high and verdict, and `by_group` (group, positives, found, share,
        found_per_100_places, change, low, high). Small counts and what rests on them are "c".

    Raises
    ------
    DataError
        If there is no validation fold, or no two groups of a declared attribute are large enough.
    """
    if not prepared.folds.validation:
        raise DataError("mitigation: the study has no validation fold. Ask for one (folds.validation_folds).")
    report(0.05, "as it is")
    fits = [prepared.fold_rows(fold) for fold in prepared.folds.validation]
    parts = [JudgedRows.of(prepared, judged) for _, judged in fits]
    places, lists = study.referrals.places, sum(len(np.unique(part.lists)) for part in parts)
    tables = [
        train_table(plan.kind, prepared.features, prepared.labels, train, plan, prepared.catalogue, study.seed)
        for train, _ in fits
    ]

    def together(scores: Sequence[Floats]) -> npt.NDArray[np.bool_]:
        return np.concatenate([part.top(score, places) for part, score in zip(parts, scores, strict=True)])

    as_it_is = [
        table.decision_function(prepared.features.iloc[judged]) for table, (_, judged) in zip(tables, fits, strict=True)
    ]
    groups = prepared.groups.iloc[np.concatenate([judged for _, judged in fits])].reset_index(drop=True)
    costs = Costs(study, JudgedRows.together(parts), groups, together(as_it_is))
    pair = costs.widest()
    shares = [places * len(np.unique(part.lists)) / len(part.label) for part in parts]
    folds = [
        FoldRows(study, prepared, plan, str(pair["attribute"]), train, judged, table, share)
        for table, (train, judged), share in zip(tables, fits, shares, strict=True)
    ]
    ways = ways_of(smallest_gap(plan, trials, study.search.keep_at_least))
    told = [{"name": AS_IS, "title": TITLES[AS_IS], **costs.option(costs.before, pair)}]
    for number, (name, way) in enumerate(ways.items()):
        report(0.15 + 0.8 * number / len(ways), TITLES[name].lower())
        told.append(
            {"name": name, "title": TITLES[name], **costs.option(together([way(fold) for fold in folds]), pair)}
        )
    return {
        "format": FORMAT,
        **{name: str(pair[name]) for name in ("attribute", "group", "reference")},
        "places": places,
        "lists": lists,
        "folds": [fold.name for fold in prepared.folds.validation],
        "caution": CAUTION,
        "options": told,
    }


def ways_of(other: ModelPlan | None) -> dict[str, Score]:
    """Each way to score a fold's judged rows; another size only where there is one."""
    ways: dict[str, Score] = {"without_proxies": without_proxies, "reweighed": reweighed, "constrained": constrained}
    if other is not None:
        ways["another_size"] = lambda fold: fold.learn(fold.train, plan=other).decision_function(
            fold.features(fold.judged)
        )
    return ways | {"own_cut_offs": own_cut_offs}


def smallest_gap(plan: ModelPlan, trials: Sequence[Mapping[str, Any]], keep_at_least: float) -> ModelPlan | None:
    """The size of the search with the smallest gap between groups, among those that keep enough of the best recall.

    None where that is the chosen one, or no trial tells a gap. Among equals the one of fewer features, then the first.

    Parameters
    ----------
    plan
        The model plan of the chosen size.
    trials
        `search.trials` of the evaluation.
    keep_at_least
        The share of the best recall that must be kept.

    Examples
    --------
    >>> size = {"max_points": 5, "max_cuts": 5}
    >>> best = {**size, "max_features": 9, "recall": 0.30, "gap": 0.2, "features": 9}
    >>> even = {**size, "max_features": 4, "recall": 0.29, "gap": 0.1, "features": 4}
    >>> smallest_gap(ModelPlan(max_features=9), [best, even], 0.9).max_features
    4
    """
    best = max((trial["recall"] for trial in trials), default=0.0)
    enough = [trial for trial in trials if trial["gap"] is not None and trial["recall"] >= keep_at_least * best]
    if not enough:
        return None
    trial = min(enough, key=lambda trial: (trial["gap"], trial["features"]))
    other = plan.model_copy(update={name: trial[name] for name in ("max_features", "max_points", "max_cuts")})
    return None if other == plan else other
