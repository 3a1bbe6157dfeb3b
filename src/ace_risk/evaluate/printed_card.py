"""The points card as people read it: features, bins in words, points, and what each total has meant."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.evaluate.card_totals import total_groups
from ace_risk.evaluate.worked_examples import Line, worked_examples
from ace_risk.features.catalogue import NUMERIC_MEASURES, Catalogue, FeatureSpec
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.terms import FeatureTerm, PairTerm


def print_card(
    model: AdditiveModel,
    catalogue: Catalogue,
    totals: NDArray[np.float64],
    probability: NDArray[np.float64],
    label: NDArray[np.int8],
    smallest: int,
    outcome: str = "statutory support recorded within 12 months",
) -> dict[str, Any]:
    """The card's features, totals and worked examples as plain values.

    Parameters
    ----------
    model
        A table of scores. Where scores are no whole numbers, totals are put into about ten groups of rows.
    catalogue
        The words for each feature.
    totals, probability, label
        Of the test rows.
    smallest
        Totals with fewer rows than this are put together with the next ones, so that nobody can be made out.
    outcome
        What followed and by when, in words.

    Returns
    -------
    dict
        `features` (each with `bins`: text, points, share of training rows), `pairs` (terms of two features, as a table
        of points), `intercept`, `totals` (each with rows, the lowest total that belongs to it, and the shares observed
        and predicted), and `examples`: made-up children, see
        :func:`~ace_risk.evaluate.worked_examples.worked_examples`. A table with pairs has no examples.
    """
    terms = [(term, catalogue[term.feature]) for term in model.terms if isinstance(term, FeatureTerm)]
    features = [
        {
            "feature": term.feature,
            "title": feature_title(spec),
            "direction": spec.direction,
            "bins": [line.as_record() for line in card_lines(term, spec)],
        }
        for term, spec in terms
    ]
    pairs = [_pair(term, catalogue) for term in model.terms if isinstance(term, PairTerm)]
    frame = pd.DataFrame({"total": totals, "predicted": probability, "label": label})
    groups = total_groups(frame["total"], frame["label"], smallest, lowest_total(model))
    rows = []
    for group in groups:
        part = frame[frame["total"].between(group.first, group.last)]
        rows.append(
            {
                "total": group.words,
                "low_total": group.low_total,
                "n": len(part),
                "observed": float(part["label"].mean()),
                "predicted": float(part["predicted"].mean()),
            }
        )
    chosen = [] if pairs else worked_examples(
        [card_lines(term, spec) for term, spec in terms],
        model.intercept,
        [(group.first, group.last, float(frame["total"][frame["total"].between(group.first, group.last)].median()))
         for group in groups],
    )  # fmt: skip
    examples = [
        {
            "records": [line.as_record(title=feature_title(line.spec)) for line in example.lines],
            "total": example.total,
            "of_100": _frequency(rows[example.group], outcome),
            "observed": rows[example.group]["observed"],
            "n": rows[example.group]["n"],
        }
        for example in chosen
    ]
    return {"features": features, "pairs": pairs, "intercept": model.intercept, "totals": rows, "examples": examples}


def _frequency(row: dict[str, Any], outcome: str) -> str:
    share = row["observed"]
    few = "fewer than 1" if 0 < share < 0.005 else "more than 99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
    points = f"{row['total']} point{'' if row['total'] == '1' else 's'}"
    points = "any total" if row["total"] == "all" else f"a total of {points}" if "." in points else points
    return f"Of 100 children with {points}, {few} had {outcome}."


def lowest_total(model: AdditiveModel) -> float:
    """The lowest total that a table of scores can give."""
    scores = (np.concatenate([np.ravel(term.score_table), [np.inf]]) for term in model.terms)
    return float(model.intercept + sum(float(np.min(table)) for table in scores))


def feature_title(spec: FeatureSpec) -> str:
    """The feature in words, with its window.

    Examples
    --------
    >>> feature_title(FeatureSpec("asb", ["asb_nuisance"], "count", 365, title="Calls about noise"))
    'Calls about noise, last 365 days'
    """
    days = spec.counted_days
    if spec.measure.startswith("days_since") or days is None:
        return spec.title
    return f"{spec.title}, last {f'{days:,} days' if days == spec.window_days else _span(days)}"


def _span(days: int) -> str:
    """A number of days in words: as years from two on, where they are whole but for a leap day."""
    years = round(days / 365.25)
    return f"{years} years" if years > 1 and abs(days - years * 365.25) < 1.5 else f"{days:,} days"


def card_lines(term: FeatureTerm, spec: FeatureSpec) -> list[Line]:
    """The bins of a feature that hold any training row, in words."""
    lows: list[float | None] = [None, *term.edges]
    highs: list[float | None] = [*term.edges, None]
    lines = [
        Line(spec, bin_words(low, high, spec), points, count / max(term.rows, 1), low, high)
        for low, high, points, count in zip(lows, highs, term.scores, term.counts, strict=True)
    ]
    if term.missing_count:
        share = term.missing_count / max(term.rows, 1)
        lines.append(Line(spec, missing_words(spec), term.missing_score, share, missing=True))
    return lines


def missing_words(spec: FeatureSpec) -> str:
    """What a missing value says: there is no such record, or none that still counts.

    Examples
    --------
    >>> missing_words(FeatureSpec("asb", ["asb_nuisance"], "days_since_last", expires_days=1827))
    'none in the last 5 years'
    """
    if not spec.measure.startswith("days_since"):
        return "not known"
    return f"none in the last {_span(spec.counted_days)}" if spec.counted_days else "never"


def _pair(term: PairTerm, catalogue: Catalogue) -> dict[str, Any]:
    """A term of two features: the words of its rows and columns, and the points where they meet."""
    specs = [catalogue[name] for name in term.features]
    words = []
    for spec, edges in zip(specs, term.edges, strict=True):
        lows, highs = [None, *edges], [*edges, None]
        words.append([*(bin_words(*ends, spec) for ends in zip(lows, highs, strict=True)), missing_words(spec)])
    counts = np.asarray(term.counts)
    keep = [np.flatnonzero(counts.sum(axis=1 - side)) for side in (0, 1)]
    titles = [feature_title(spec) for spec in specs]
    return {
        "features": list(term.features),
        "titles": titles,
        "rows": [words[0][place] for place in keep[0]],
        "columns": [words[1][place] for place in keep[1]],
        "points": [[float(term.scores[row][column]) for column in keep[1]] for row in keep[0]],
    }


def bin_words(low: float | None, high: float | None, spec: FeatureSpec) -> str:
    """A bin `low <= x < high` of a feature in words; None is open.

    Counts and days are whole numbers from 0 on; a change is a whole number that may lie below 0; sums, means and
    maxima are any numbers.

    Examples
    --------
    >>> calls = FeatureSpec("asb", ["asb_nuisance"], "count", 365)
    >>> bin_words(None, 1, calls), bin_words(1, 3, calls), bin_words(3, None, calls)
    ('0', '1 to 2', '3 or more')
    >>> more = FeatureSpec("asb", ["asb_nuisance"], "change", 90)
    >>> bin_words(None, 1, more), bin_words(-2, 1, more), bin_words(1, None, more)
    ('0 or less', '−2 to 0', '1 or more')
    >>> bin_words(2, 5.5, FeatureSpec("hours", ["missing"], "sum", 365, column="hours"))
    '2 to under 5.5'
    """
    if spec.measure in NUMERIC_MEASURES:
        if low is None:
            return "any" if high is None else f"under {high:g}"
        return f"{low:g} or more" if high is None else f"{low:g} to under {high:g}"
    lowest = None if spec.measure == "change" else 0
    first, last = lowest if low is None else ceil(low), None if high is None else ceil(high) - 1
    if first is None:
        return "any" if last is None else f"{_signed(last)} or less"
    if last is None:
        return f"{_signed(first)} or more"
    return _signed(first) if first == last else f"{_signed(first)} to {_signed(last)}"


def _signed(number: int) -> str:
    return f"{number:,}".replace("-", "−")
