"""Exact Shapley values of a table of scores: how far each feature moves a row from the average."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.columns import Floats, read_columns
from ace_risk.models.terms import Term

if TYPE_CHECKING:
    import shap


def contributions(model: Any, X: pd.DataFrame, background: pd.DataFrame | None = None) -> tuple[pd.DataFrame, float]:
    """How far each column moves the total score of each row from the average, exactly.

    These are the interventional Shapley values of `decision_function`: a term of one feature gives that
    feature its score less the average score; a pair g gives its first feature
    ½[(g(a, b) − E g(A, b)) + (E g(a, B) − E g(A, B))], and the second likewise.

    Parameters
    ----------
    model
        An `AdditiveModel`, or a fitted classifier whose `table_` is one.
    X
        One row per child and cutoff; an array stands for columns x0, x1, ….
    background
        The rows that averages are taken over; None: the training rows, by the counts stored in the model.

    Returns
    -------
    (DataFrame, float)
        One column per column of `X` (0 for those the model doesn't read), same index; and the average
        total score over the background. Each row sums to its total score less that average.

    Raises
    ------
    DataError
        A column that the model reads is absent, not numeric or infinite.
    StudyError
        The background has no rows, or the model stores no training counts.

    Examples
    --------
    >>> from ace_risk.models.probability import LogisticMap
    >>> from ace_risk.models.terms import FeatureTerm
    >>> model = AdditiveModel((FeatureTerm("crimes", (1,), (0, 2), 0, (75, 25), 0),), LogisticMap(1, 0))
    >>> values, base = contributions(model, pd.DataFrame({"crimes": [0, 3], "other": [1, 1]}))
    >>> base, values.to_numpy().tolist()
    (0.5, [[-0.5, 0.0], [1.5, 0.0]])
    """
    table = table_of(model)
    X = as_frame(X)
    names = list(table.feature_names_in_)
    columns = read_columns(X, names)
    known = None if background is None else read_columns(as_frame(background), names)
    if background is not None and len(background) == 0:
        raise StudyError("background: has no rows. Give some, or None for the training rows.")
    values = np.zeros((len(X), X.shape[1]), order="F")
    place = {name: X.columns.get_loc(name) for name in names}
    base = table.intercept
    for term in table.terms:
        weights = background_weights(term, known)
        shares, average = term_shares(term.score_table, weights)
        codes = term.codes(columns)
        for feature, share in zip(term.features, shares, strict=True):
            values[:, place[feature]] += share[codes]
        base += average
    return pd.DataFrame(values, index=X.index, columns=X.columns), float(base)


def explain(model: Any, X: pd.DataFrame, background: pd.DataFrame | None = None) -> shap.Explanation:
    """The contributions of `contributions` as a `shap.Explanation`, ready for shap's plots.

    A picture with a dot per child, such as `shap.plots.beeswarm`, shows children's records: of an approved data set it
    stays within the team, and goes into no pack, report or MLflow run.

    Parameters are those of `contributions`.

    Returns
    -------
    shap.Explanation
        `values` (one row per row of `X`, one column per column), `base_values` (the average total score
        over the background, once per row), `data` (the values of `X`) and `feature_names`.

    Examples
    --------
    >>> from ace_risk.models.probability import LogisticMap
    >>> from ace_risk.models.terms import FeatureTerm
    >>> model = AdditiveModel((FeatureTerm("crimes", (1,), (0, 2), 0, (75, 25), 0),), LogisticMap(1, 0))
    >>> explain(model, pd.DataFrame({"crimes": [0, 3]})).values.tolist()
    [[-0.5], [1.5]]
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap's own import uses names that matplotlib is about to drop
        import shap

    X = as_frame(X)
    values, base = contributions(model, X, background)
    return shap.Explanation(
        values=np.ascontiguousarray(values.to_numpy()),
        base_values=np.full(len(X), base),
        data=X.to_numpy(),
        feature_names=[str(name) for name in X.columns],
    )


def table_of(model: Any) -> AdditiveModel:
    """The table of scores that a model is, or holds."""
    table = getattr(model, "table_", model)
    if not isinstance(table, AdditiveModel):
        raise StudyError(f"model: need an AdditiveModel or a fitted PointsClassifier, got {type(model).__name__}.")
    return table


def as_frame(X: Any) -> pd.DataFrame:
    """`X` itself, or an array with columns x0, x1, …."""
    if isinstance(X, np.ndarray) and X.ndim == 2:
        return pd.DataFrame(X, columns=[f"x{place}" for place in range(X.shape[1])])
    if not isinstance(X, pd.DataFrame):
        raise DataError(f"features: need a DataFrame or a two-dimensional array, got {type(X).__name__}.")
    return X


def background_weights(term: Term, known: dict[str, Floats] | None) -> Floats:
    """The share of the background in each bin (or each pair of bins) of a term."""
    if known is None:
        counts = term.count_table
    else:
        counts = np.zeros(term.score_table.shape)
        np.add.at(counts, term.codes(known), 1.0)
    if counts.sum() == 0:
        raise StudyError(f"model: {term.name!r} stores no training rows. Give a background.")
    shares: Floats = counts / counts.sum()
    return shares


def term_shares(scores: Floats, weights: Floats) -> tuple[tuple[Floats, ...], float]:
    """What each feature of a term gets, by bin code; and the term's average over the background."""
    average = float((scores * weights).sum())
    if scores.ndim == 1:
        return (scores - average,), average
    over_first = weights.sum(axis=1) @ scores
    over_second = scores @ weights.sum(axis=0)
    first = 0.5 * (scores - over_first[None, :] + over_second[:, None] - average)
    second = 0.5 * (scores - over_second[:, None] + over_first[None, :] - average)
    return (first, second), average
