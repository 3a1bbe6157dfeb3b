"""Ways to lessen a difference between groups, compared and not chosen: what each costs, and whom.

Everything is learnt and judged on the validation folds: the test period isn't opened. What an option needs to know
(which features tell the group, weights, cut-offs) it learns from the training rows of each fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ace_risk.errors import DataError
from ace_risk.evaluate.judged import JudgedRows
from ace_risk.fairness.costs import Costs
from ace_risk.fairness.counts import Floats
from ace_risk.fairness.ways import FoldRows, proxies_of, ways_of
from ace_risk.models.prepared import Prepared
from ace_risk.models.train import train_table
from ace_risk.plans import ModelPlan
from ace_risk.study import Study

FORMAT = "ace-risk/mitigation/1"
CAUTION = "likely direct discrimination for race or sex; take legal advice"
"""Stands beside every showing of cut-offs of their own for groups."""

AS_IS = "as_is"
TITLES = {
    AS_IS: "As it is",
    "without_proxies": "Without the features that tell the group",
    "reweighed": "Training rows reweighed",
    "constrained": "The same bins, fitted under a constraint",
    "another_size": "Another size of the search",
    "own_cut_offs": "A cut-off of its own for each group",
}


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
        `places`, `lists`, `folds`, `caution`, `left_out` (titles of the features that tell the group), `not_compared`
        (titles of options that too few rows allow), and `options`: name, title, `found_per_100_places`, its `change`
        with low and high (95 %), `gap` of the pair with low, high and verdict, and `by_group` (group, positives, found,
        share, found_per_100_places, change, low, high). Small counts and what rests on them are "c".

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
    listed = {AS_IS: costs.before}
    for number, (name, way) in enumerate(ways.items()):
        report(0.15 + 0.8 * number / len(ways), TITLES[name].lower())
        scores = [score for score in map(way, folds) if score is not None]
        if len(scores) == len(folds):
            listed[name] = together(scores)
    shown = costs.shown_in_all(list(listed.values()), pair)
    told = [{"name": name, "title": TITLES[name], **costs.option(way, pair, shown)} for name, way in listed.items()]
    return {
        "format": FORMAT,
        **{name: str(pair[name]) for name in ("attribute", "group", "reference")},
        "places": places,
        "lists": lists,
        "folds": [fold.name for fold in prepared.folds.validation],
        "caution": CAUTION,
        "left_out": sorted({prepared.catalogue[name].title for fold in folds for name in proxies_of(fold)}),
        "not_compared": [TITLES[name] for name in ways if name not in listed],
        "options": told,
    }


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
