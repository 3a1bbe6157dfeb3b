"""An explainable boosting machine, fitted under the directions and rewritten as a table of scores."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.features.catalogue import Direction
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import smallest_bin
from ace_risk.models.columns import Floats
from ace_risk.models.labels import read_training
from ace_risk.models.probability import LogisticMap
from ace_risk.models.settings import MONOTONE, check_settings
from ace_risk.models.tables import constant_table, merged_term
from ace_risk.models.terms import FeatureTerm, PairTerm, bin_codes

FEWEST = 20
"""Rows that either label must have."""


def fit_boosted_table(
    X: pd.DataFrame, y: Any, *, directions: Mapping[str, Direction] | None, seed: int = 0, max_pairs: int = 3
) -> AdditiveModel:
    """Fit boosted step functions of single features, and of a few pairs, as a table of log-odds.

    All features may enter, so the table is too long for a page; it shows what a sum of features can do.

    Parameters
    ----------
    X
        One row per child and cutoff, one numeric column per feature; NaN is missing.
    y
        Two labels, one per row, none missing; the second in sorted order is the outcome.
    directions
        Feature to `more_need` (scores may not fall as the value grows), `less_need` (may not rise) or
        `either` (the default). With a direction, missing is fitted as a value of still less need than the
        least that was seen, so it never scores more than any value. Names that aren't columns are ignored.
    seed
        Of the draw of rows on which boosting is stopped.
    max_pairs
        The most pairs; both features of a pair have direction `either`.

    Returns
    -------
    AdditiveModel
        Total scores are log-odds. A column whose values don't differ has no term. With fewer than 20 rows of
        either label there are no terms at all: every row gets the base rate.

    Raises
    ------
    StudyError
        A setting is out of range, or a direction is unknown.
    DataError
        There are no rows or columns, a column is infinite or not numeric, labels are missing, or there
        aren't two of them.

    Notes
    -----
    The method is that of Lou et al., "Accurate Intelligible Models with Pairwise Interactions" (KDD 2013),
    fitted by interpret's `ExplainableBoostingClassifier`: the mean of two machines, each fitted on 85 % of
    the rows and stopped once the other 15 % no longer gain.

    Examples
    --------
    >>> X = pd.DataFrame({"missing_count_365d": [0, 0, 0, 1, 1, 2] * 50})
    >>> table = fit_boosted_table(X, [0, 0, 1, 0, 1, 1] * 50, directions={"missing_count_365d": "more_need"})
    >>> table.terms[0].edges, table.check_directions()
    ((0.5, 1.5), [])
    """
    known = check_settings("boosted table", directions, least=0, seed=seed, max_pairs=max_pairs)
    columns, outcome = read_training(X, y)
    columns = {name: columns[name] for name in sorted(columns) if len(np.unique(columns[name])) > 1}
    if not columns or min(outcome.sum(), (1 - outcome).sum()) < FEWEST:
        return constant_table(outcome)
    of = {name: known.get(name, "either") for name in columns}
    machine = boost(columns, outcome, of, seed, max_pairs)
    names = list(columns)
    terms: list[FeatureTerm | PairTerm] = []
    for places, scores in zip(machine.term_features_, machine.term_scores_, strict=True):
        if not scores.any():
            continue
        if len(places) == 1:
            name = names[places[0]]
            terms.append(single_term(name, columns[name], machine.bins_[places[0]][0], scores, of[name]))
        else:
            edges = [machine.bins_[place][min(len(machine.bins_[place]), 2) - 1] for place in places]
            terms.append(pair_term({names[place]: columns[names[place]] for place in places}, edges, scores))
    used = {name: of[name] for term in terms for name in term.features}
    return AdditiveModel(tuple(terms), LogisticMap(1.0, 0.0), float(machine.intercept_[0]), used)


def boost(
    columns: Mapping[str, Floats], outcome: Floats, directions: Mapping[str, Direction], seed: int, max_pairs: int
) -> Any:
    """The fitted machine, one column per feature in the order given, missing filled by `least_need`."""
    from interpret.glassbox import ExplainableBoostingClassifier

    free = sum(direction == "either" for direction in directions.values())
    machine = ExplainableBoostingClassifier(
        feature_types=["continuous"] * len(columns),
        monotone_constraints=[MONOTONE[directions[name]] for name in columns],
        interactions=max_pairs if free > 1 else 0,
        max_bins=64,
        max_interaction_bins=8,
        outer_bags=2,
        validation_size=0.15,
        early_stopping_rounds=20,
        max_rounds=500,
        learning_rate=0.05,
        missing="gain",  # a few missing rows then share a leaf; each alone could get any score
        min_samples_leaf=max(smallest_bin(len(outcome)), 10),
        smoothing_rounds=0,
        interaction_smoothing_rounds=0,
        n_jobs=1,
        random_state=seed,
    )
    filled = [
        np.where(np.isnan(values), least_need(values, directions[name]), values) for name, values in columns.items()
    ]
    order = np.lexsort([*filled, outcome])  # so that the draw of rows doesn't depend on the order they came in
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected")  # about pictures that aren't drawn here
        return machine.fit(np.column_stack(filled)[order], outcome[order].astype(np.int64))


def least_need(values: Floats, direction: Direction) -> float:
    """What stands for missing: a value beyond the one of least need; NaN, so a bin of its own, for `either`.

    Examples
    --------
    >>> [least_need(np.array([3.0, np.nan, 9.0]), way) for way in ("more_need", "less_need", "either")]
    [2.0, 10.0, nan]
    """
    if direction == "either":
        return float("nan")
    return float(np.nanmin(values) - 1 if direction == "more_need" else np.nanmax(values) + 1)


def single_term(feature: str, values: Floats, edges: Floats, scores: Floats, direction: Direction) -> FeatureTerm:
    """The term of one feature; the machine's scores start with the missing bin and end with one never used."""
    counts = np.bincount(bin_codes(values, tuple(edges)), minlength=len(edges) + 2)
    bins, missing = scores[1:-1], scores[0]
    if direction == "more_need":
        bins = np.maximum.accumulate(bins)  # differs by rounding errors alone
        missing = bins[0]
    elif direction == "less_need":
        bins = np.minimum.accumulate(bins)
        missing = bins[-1]
    return merged_term(feature, edges.tolist(), np.array([*bins, missing]), counts.tolist())


def pair_term(columns: Mapping[str, Floats], edges: list[Floats], scores: Floats) -> PairTerm:
    """The term of two features, missing moved from the first place to the last on both sides."""
    first, second = (bin_codes(values, tuple(cuts)) for values, cuts in zip(columns.values(), edges, strict=True))
    shape = (len(edges[0]) + 2, len(edges[1]) + 2)
    counts = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1]).reshape(shape)
    one, other = columns
    return PairTerm(
        features=(one, other),
        edges=(tuple(edges[0].tolist()), tuple(edges[1].tolist())),
        scores=tuple(tuple(row) for row in np.roll(scores[:-1, :-1], -1, axis=(0, 1)).tolist()),
        counts=tuple(tuple(row) for row in counts.tolist()),
    )
