"""The points card as people read it: features, bins in words, points, and what each total has meant."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.terms import FeatureTerm


def print_card(
    model: AdditiveModel,
    catalogue: Catalogue,
    totals: NDArray[np.float64],
    probability: NDArray[np.float64],
    label: NDArray[np.int8],
    smallest: int,
) -> dict[str, Any]:
    """The card's features and totals as plain values.

    Parameters
    ----------
    model
        A card of points with one feature per term.
    catalogue
        The words for each feature.
    totals, probability, label
        Of the test rows.
    smallest
        Totals with fewer rows than this are put together with the next ones, so that nobody can be made out.

    Returns
    -------
    dict
        `features` (each with `bins`: text, points, share of training rows), `intercept`, and `totals` (each with
        rows, and the shares observed and predicted).
    """
    features = [
        {
            "feature": term.feature,
            "title": feature_title(catalogue[term.feature]),
            "direction": catalogue[term.feature].direction,
            "bins": _bins(term, catalogue[term.feature]),
        }
        for term in model.terms
        if isinstance(term, FeatureTerm)
    ]
    frame = pd.DataFrame({"total": totals, "predicted": probability, "label": label}).sort_values("total")
    rows = [
        {
            "total": words,
            "n": len(part),
            "observed": float(part["label"].mean()),
            "predicted": float(part["predicted"].mean()),
        }
        for words, part in frame.groupby(total_words(frame["total"], smallest), sort=False)
    ]
    return {"features": features, "intercept": model.intercept, "totals": rows}


def total_words(totals: pd.Series, smallest: int) -> pd.Series:
    """Each row's total in words; totals with too few rows are joined with the next lower ones (the lowest with higher).

    Examples
    --------
    >>> total_words(pd.Series([0.0, 0.0, 1.0, 1.0, 2.0]), 2).tolist()
    ['0', '0', '1 or more', '1 or more', '1 or more']
    """
    sizes = totals.value_counts().sort_index(ascending=False)
    groups: list[list[float]] = []
    waiting: list[float] = []
    for total in sizes.index:
        waiting.append(float(total))
        if sizes.loc[waiting].sum() >= smallest:
            groups.append(waiting)
            waiting = []
    if waiting:
        groups[-1:] = [[*(groups[-1] if groups else []), *waiting]]
    words: dict[float, str] = {}
    for position, group in enumerate(groups):
        low, high = f"{min(group):g}", f"{max(group):g}"
        ends = (position == 0, position == len(groups) - 1)
        text = (
            low
            if len(group) == 1
            else f"{low} or more"
            if ends[0]
            else f"{high} or less"
            if ends[1]
            else f"{low} to {high}"
        )
        words |= dict.fromkeys(group, "all" if all(ends) else text)
    return totals.map(words)


def feature_title(spec: FeatureSpec) -> str:
    """The feature in words, with its window.

    Examples
    --------
    >>> feature_title(FeatureSpec("asb", ["asb_nuisance"], "count", 365, title="Calls about noise"))
    'Calls about noise, last 365 days'
    """
    if spec.measure.startswith("days_since") or (spec.window_days is None and spec.expires_days is None):
        return spec.title
    if spec.window_days is None or (spec.expires_days or spec.window_days) < spec.window_days:
        return f"{spec.title}, last {round((spec.expires_days or 0) / 365.25)} years"
    return f"{spec.title}, last {spec.window_days:,} days"


def _bins(term: FeatureTerm, spec: FeatureSpec) -> list[dict[str, Any]]:
    """The bins that hold any training row, in words."""
    edges = term.edges
    lows: list[float | None] = [None, *edges]
    highs: list[float | None] = [*edges, None]
    whole = spec.measure not in ("mean", "sum", "max")
    bins = [
        {"text": bin_words(low, high, whole), "points": points, "share": count / max(term.rows, 1)}
        for low, high, points, count in zip(lows, highs, term.scores, term.counts, strict=True)
    ]
    if term.missing_count:
        text = "never" if spec.measure.startswith("days_since") else "not known"
        bins.append({"text": text, "points": term.missing_score, "share": term.missing_count / max(term.rows, 1)})
    return bins


def bin_words(low: float | None, high: float | None, whole: bool) -> str:
    """A bin `low <= x < high` in words; None is open.

    Examples
    --------
    >>> bin_words(None, 1, True), bin_words(1, 3, True), bin_words(3, None, True), bin_words(2, 5.5, False)
    ('0', '1 to 2', '3 or more', '2 to under 5.5')
    """
    if whole:
        first = 0 if low is None else int(np.ceil(low))
        if high is None:
            return f"{first:,} or more"
        last = int(np.ceil(high)) - 1
        return f"{first:,}" if first == last else f"{first:,} to {last:,}"
    if low is None:
        return "any" if high is None else f"under {high:g}"
    return f"{low:g} or more" if high is None else f"{low:g} to under {high:g}"
