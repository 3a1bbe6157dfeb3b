"""Resampled tables: what the scores would be had other families been in the training data.

The features and bins of a table stay; the households of its training rows are drawn anew, with replacement,
and the scores are fitted again (and rounded again, for a card of whole points). How often a child is on the
list over all the tables says how firmly the child's place is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.errors import DataError, StudyError
from ace_risk.features.catalogue import Direction
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.binning import BinnedFeature, smallest_bin
from ace_risk.models.columns import Floats, read_columns
from ace_risk.models.fitting import Fit, Patterns, refit
from ace_risk.models.labels import read_labels
from ace_risk.models.probability import LogisticMap
from ace_risk.models.rounding import Histogram, descend, fit_logistic
from ace_risk.models.terms import FeatureTerm, bin_codes

MOST_LEVELS = 255
"""The most bins, with the one for missing, that a feature may have to be fitted again."""
LARGEST_SEED = 2**32 - 1


def resample_tables(
    model: AdditiveModel,
    X: pd.DataFrame,
    y: Any,
    households: Any,
    directions: Mapping[str, Direction],
    draws: int = 50,
    seed: int = 0,
) -> tuple[AdditiveModel, ...]:
    """The table fitted again on households drawn anew, as often as asked for.

    Each draw takes as many households as there are, with replacement, with all rows of each. A table whose
    scores are all whole numbers gets whole points again, no larger than its own largest; any other table gets
    scores on the log-odds scale.

    Parameters
    ----------
    model
        The table that was fitted on these rows.
    X, y
        The training rows and their two labels, without missing ones; the second label is the outcome.
    households
        The household of each training row.
    directions
        Feature to direction; a feature that isn't named is `either`.
    draws
        Number of tables. A draw that happens to hold one label only is drawn again.
    seed
        Of the draws: the same seed gives the same tables.

    Returns
    -------
    tuple of AdditiveModel
        One table per draw, with the terms and edges of `model` and the draw's own counts. Empty where nothing can
        be fitted again this way: a table without terms, with a pair of features, or with a feature of more than
        255 bins.

    Raises
    ------
    DataError
        If the rows, labels and households differ in number, a household is missing, or a label is.
    StudyError
        If `draws` is below 1 or the seed is out of range.

    Examples
    --------
    >>> X = pd.DataFrame({"missing_count_365d": [0.0, 0.0, 1.0, 1.0] * 50})
    >>> term = FeatureTerm("missing_count_365d", (1,), (0, 3), 0, (100, 100), 0)
    >>> card = AdditiveModel((term,), LogisticMap(1, -2), directions={"missing_count_365d": "more_need"})
    >>> y = [0, 0, 0, 1] * 50
    >>> tables = resample_tables(card, X, y, [f"H{row // 2}" for row in range(200)], card.directions, draws=3)
    >>> [table.terms[0].scores for table in tables]
    [(0.0, 3.0), (0.0, 3.0), (0.0, 3.0)]
    """
    if draws < 1 or not 0 <= seed <= LARGEST_SEED:
        raise StudyError(f"resampled tables: need 1 draw or more and a seed from 0 on, got {draws} and {seed}.")
    if not can_be_fitted_again(model):
        return ()
    _, outcome = read_labels(y, len(X))
    family, count = household_numbers(households, len(X))
    columns = read_columns(X, list(model.feature_names_in_))
    terms = [term for term in model.terms if isinstance(term, FeatureTerm)]
    features = [binned_feature(term, columns[term.feature], directions.get(term.feature, "either")) for term in terms]
    patterns = Patterns.of(features, outcome)
    largest = max(float(np.abs(term.score_table).max()) for term in terms)
    whole = all(bool((term.score_table == np.round(term.score_table)).all()) for term in terms) and largest > 0
    start = refit(patterns)
    rng = np.random.default_rng(seed)
    tables: list[AdditiveModel] = []
    while len(tables) < draws:
        weights = np.bincount(rng.integers(0, count, count), minlength=count)[family].astype(np.float64)
        cases = np.bincount(patterns.group, weights=weights * outcome, minlength=len(patterns.rows)).astype(float)
        rows = np.bincount(patterns.group, weights=weights, minlength=len(patterns.rows)).astype(float)
        if 0 < cases.sum() < rows.sum():
            drawn = only_drawn(replace(patterns, rows=rows, cases=cases))
            tables.append(table_of_draw(model, drawn, start, int(largest) if whole else None, directions))
    return tuple(tables)


def can_be_fitted_again(model: AdditiveModel) -> bool:
    """Whether every term is one of a single feature with few enough bins, and there is one."""
    single = [term for term in model.terms if isinstance(term, FeatureTerm)]
    few = all(len(term.edges) + 2 <= MOST_LEVELS for term in single)
    return bool(model.terms) and len(single) == len(model.terms) and few


def household_numbers(households: Any, rows: int) -> tuple[NDArray[np.intp], int]:
    """A number from 0 on for the household of each row, in the order of their names, and how many there are."""
    numbers, names = pd.factorize(pd.Series(np.asarray(households, dtype=object)), sort=True)
    if len(numbers) != rows:
        raise DataError(f"households: {len(numbers):,} for {rows:,} training rows. Give one per row.")
    if (numbers < 0).any():
        raise DataError(f"households: {int((numbers < 0).sum()):,} are missing. Give one for every training row.")
    return numbers.astype(np.intp), len(names)


def binned_feature(term: FeatureTerm, values: Floats, direction: Direction) -> BinnedFeature:
    """The feature of a term with the term's own bins, its levels laid out as when cut points are chosen.

    Levels run from least to most need where there is a direction, missing lowest; too few missing rows share the
    level of the bin of least need, or of the most common bin where there is no direction.
    """
    codes = bin_codes(values, term.edges)
    bins = len(term.edges) + 1
    counts = np.bincount(codes, minlength=bins + 1)
    by_bin = np.arange(bins)[::-1] if direction == "less_need" else np.arange(bins)
    enough = counts[-1] >= smallest_bin(len(values)) or bins == 1
    if direction == "either":
        level_of_bin = np.append(by_bin, bins if enough else int(np.argmax(counts[:-1])))
    else:
        level_of_bin = np.append(by_bin + enough, 0)
    levels = level_of_bin[codes]
    return BinnedFeature(
        name=term.feature,
        edges=term.edges,
        counts=tuple(counts.tolist()),
        level_of_bin=tuple(level_of_bin.tolist()),
        levels=levels,
        reference=int(np.argmax(np.bincount(levels, minlength=int(level_of_bin.max()) + 1))),
        ordered=direction != "either",
    )


def only_drawn(patterns: Patterns) -> Patterns:
    """The patterns that the draw holds; the rows' own patterns are no longer needed."""
    held = patterns.rows > 0
    return replace(
        patterns, levels=patterns.levels[held], rows=patterns.rows[held], cases=patterns.cases[held],
        group=patterns.group[:0],
    )  # fmt: skip


def table_of_draw(
    model: AdditiveModel, drawn: Patterns, start: Fit, max_points: int | None, directions: Mapping[str, Direction]
) -> AdditiveModel:
    """The table of one draw: fitted from the scores of all rows on, and rounded where points are whole."""
    fit = refit(drawn, start)
    scores = fit.scores if max_points is None else whole_points(fit, max_points)
    totals = np.zeros(len(drawn.rows))
    for place, own in enumerate(scores):
        totals += own[drawn.levels[:, place]]
    terms = tuple(term_of_draw(feature, scores[place], drawn, place) for place, feature in enumerate(drawn.features))
    used = {feature.name: directions.get(feature.name, "either") for feature in drawn.features}
    return AdditiveModel(terms, curve_of_draw(totals, drawn, model.probability), 0.0, used)


def whole_points(fit: Fit, max_points: int) -> tuple[Floats, ...]:
    """Whole points near a fit: scaled so that the largest uses the range, rounded, and improved point by point."""
    largest = max(float(np.abs(scores).max()) for scores in fit.scores)
    factor = max_points / largest if largest > 0 else 0.0
    points = [np.rint(scores * factor).astype(np.intp) for scores in fit.scores]
    return tuple(own.astype(np.float64) for own in descend(fit.patterns, points, max_points).points)


def term_of_draw(feature: BinnedFeature, scores: Floats, drawn: Patterns, place: int) -> FeatureTerm:
    """A term with every bin of the table, also where neighbours now score the same; with the draw's counts.

    Bins that share a level are counted in the first of them.
    """
    by_level = np.bincount(drawn.levels[:, place], weights=drawn.rows, minlength=feature.size).astype(np.int64)
    counts = [0] * len(feature.level_of_bin)
    for level in range(feature.size):
        counts[feature.level_of_bin.index(level)] = int(by_level[level])
    by_bin = scores[list(feature.level_of_bin)]
    return FeatureTerm(feature.name, feature.edges, tuple(by_bin[:-1]), by_bin[-1], tuple(counts[:-1]), counts[-1])


def curve_of_draw(totals: Floats, drawn: Patterns, otherwise: LogisticMap) -> LogisticMap:
    """The logistic curve through the draw's totals; the table's own where it would not rise."""
    values, place = np.unique(totals, return_inverse=True)
    rows = np.bincount(place, weights=drawn.rows).astype(float)
    cases = np.bincount(place, weights=drawn.cases).astype(float)
    slope, intercept, _ = fit_logistic(Histogram(values, rows[None], cases[None]))
    return LogisticMap(float(slope[0]), float(intercept[0])) if slope[0] > 0 else otherwise
