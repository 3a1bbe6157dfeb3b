"""The evaluation of a study: every way of ranking side by side, at the size of a list.

Each ranking is reduced to one confusion table per list size, pooled over the lists of the test period, and
every published rate is derived from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.evaluate.bar import gain_interval, judge, overall
from ace_risk.evaluate.calibration import calibration_fit, reliability
from ace_risk.evaluate.intervals import wilson_interval
from ace_risk.evaluate.list_size import evaluate_at_list_size, select_top
from ace_risk.evaluate.ranking import auc, average_precision, brier, recall_curve
from ace_risk.plans import Bar

_CURVE_SHARES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True, eq=False)
class TestRows:
    """The rows of the test period whose outcome is known, without anything that the model reads.

    Attributes
    ----------
    label
        1 where the outcome followed, else 0.
    lists
        The list (cutoff) that each row belongs to.
    tie_key
        The order among equal scores, smaller first.
    households
        The household of each row.
    """

    __test__ = False

    label: NDArray[np.int8]
    lists: NDArray[Any]
    tie_key: NDArray[np.int64]
    households: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Ranking:
    """One way of ranking the test rows.

    Attributes
    ----------
    name, title
        Identifier, and the words that people read.
    score
        Larger goes first.
    probability
        The share that the score stands for; None where it claims none.
    """

    name: str
    title: str
    score: NDArray[np.float64]
    probability: NDArray[np.float64] | None = None


def rank_records(rankings: Sequence[Ranking], rows: TestRows, places: int) -> list[dict[str, Any]]:
    """The figures of each ranking at the places there are, one record per ranking.

    Recall is of children already known to services; its denominator is every test row with the outcome.
    """
    records = []
    for ranking in rankings:
        at_size = evaluate_at_list_size(rows.label, ranking.score, places, lists=rows.lists, tie_key=rows.tie_key)
        precision_low, precision_high = at_size.interval("precision")
        recall_low, recall_high = at_size.interval("recall")
        record = {
            "name": ranking.name,
            "title": ranking.title,
            "table": {"tp": at_size.tp, "fp": at_size.fp, "tn": at_size.tn, "fn": at_size.fn},
            "precision": at_size.precision,
            "precision_low": precision_low,
            "precision_high": precision_high,
            "recall": at_size.recall,
            "recall_low": recall_low,
            "recall_high": recall_high,
            "lift": at_size.lift,
            "missed_per_100_places": at_size.missed_per_100_places,
            "auc": auc(rows.label, ranking.score),
            "average_precision": average_precision(rows.label, ranking.score),
        }
        records.append(
            record | _calibration(ranking.probability, rows.label) | {"note": tie_note(ranking, rows, places)}
        )
    return records


def tie_note(ranking: Ranking, rows: TestRows, places: int) -> str:
    """How many places went by the tie rule, where that is a tenth of them or more; else nothing."""
    by_tie = 0
    for name in np.unique(rows.lists):
        score = ranking.score[rows.lists == name]
        cut = np.sort(score)[-places]
        tied, above = int((score == cut).sum()), int((score > cut).sum())
        by_tie += places - above if tied > places - above else 0
    total = places * len(np.unique(rows.lists))
    if by_tie < total / 10:
        return ""
    return f"{ranking.title}: {by_tie:,} of {total:,} places go by the tie rule, to some of several equal scores."


def _calibration(probability: NDArray[np.float64] | None, label: NDArray[np.int8]) -> dict[str, Any]:
    """Brier score and calibration line, empty for a ranking that claims no share."""
    names = ("brier", "calibration_slope", "calibration_slope_low", "calibration_slope_high", "calibration_intercept")
    if probability is None:
        return dict.fromkeys(names)
    fit = calibration_fit(label, probability)
    return dict(
        zip(names, (brier(label, probability), fit.slope, fit.slope_low, fit.slope_high, fit.intercept), strict=True)
    )


def curve_records(rankings: Sequence[Ranking], rows: TestRows, places: int) -> list[dict[str, Any]]:
    """Recall and precision over list sizes from 1 % to half of the smallest list, the study's places among them."""
    smallest = int(pd.Series(rows.lists).value_counts().min())
    sizes = sorted({max(1, round(share * smallest)) for share in _CURVE_SHARES} | {places})
    records = []
    for ranking in rankings:
        curve = recall_curve(rows.label, ranking.score, sizes, lists=rows.lists, tie_key=rows.tie_key)
        records += [{"name": ranking.name, "title": ranking.title, **row} for row in plain_rows(curve)]
    return records


def reliability_records(ranking: Ranking, rows: TestRows) -> list[dict[str, Any]]:
    """Predicted and observed shares in groups of equal size."""
    assert ranking.probability is not None
    return plain_rows(reliability(rows.label, ranking.probability))


def plain_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as mappings by column name."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def judge_bar(rankings: Sequence[Ranking], rows: TestRows, places: int, bar: Bar, seed: int) -> dict[str, Any]:
    """The bar's items with what was needed, what was got, and a verdict each; and the worst verdict of all.

    `rankings` start with the model and hold `ace_count`.
    """
    model = rankings[0]
    other = next(ranking for ranking in rankings if ranking.name == "ace_count")
    record = rank_records([model], rows, places)[0]
    found = {
        ranking.name: select_top(ranking.score, places, rows.lists, rows.tie_key) & (rows.label == 1)
        for ranking in (model, other)
    }
    gain, gain_low, gain_high = gain_interval(found[model.name], found[other.name], rows.households, seed)
    expected, expected_low, expected_high = expected_over_observed(rows.label, model.probability)
    least, most = bar.expected_over_observed
    low_slope, high_slope = bar.calibration_slope
    slope, slope_low, slope_high = (record[f"calibration_slope{end}"] for end in ("", "_low", "_high"))
    items = [
        {
            "item": f"Of 100 children listed, those for whom statutory support followed ({places} places)",
            "needed": f"at least {bar.precision_at_least * 100:.0f}",
            "got": _of_100(record["precision"], record["precision_low"], record["precision_high"]),
            "verdict": judge(record["precision_low"], record["precision_high"], at_least=bar.precision_at_least),
        },
        {
            "item": "More of the children for whom support followed than counting ACEs finds at the same places",
            "needed": f"at least {bar.recall_gain_over_ace_count * 100:.0f} in 100 more",
            "got": _of_100(gain, gain_low, gain_high),
            "verdict": judge(gain_low, gain_high, at_least=bar.recall_gain_over_ace_count),
        },
        {
            "item": "Outcomes that the shares expect, for every 100 that followed",
            "needed": f"{least * 100:.0f} to {most * 100:.0f}",
            "got": _of_100(expected, expected_low, expected_high),
            "verdict": judge(expected_low, expected_high, at_least=least, at_most=most),
        },
        {
            "item": "Calibration slope (1 means that shares are neither too bold nor too timid)",
            "needed": f"{low_slope:.2f} to {high_slope:.2f}",
            "got": f"{slope:.2f} ({slope_low:.2f} to {slope_high:.2f})",
            "verdict": judge(slope_low, slope_high, at_least=low_slope, at_most=high_slope),
        },
    ]
    return {"bar": items, "verdict": overall([str(item["verdict"]) for item in items])}


def expected_over_observed(
    label: NDArray[np.int8], probability: NDArray[np.float64] | None
) -> tuple[float, float, float]:
    """How many outcomes the shares expect for each that followed, with a 95 % interval from Wilson's for the rate.

    NaN where nothing followed or no share is claimed.

    Examples
    --------
    >>> round(expected_over_observed(np.array([1, 0, 0, 0]), np.full(4, 0.5))[0], 2)
    2.0
    """
    followed = int(label.sum())
    if probability is None or not followed:
        return np.nan, np.nan, np.nan
    low, high = wilson_interval(followed, len(label))
    mean = float(probability.mean())
    return mean * len(label) / followed, mean / high, mean / low


def _of_100(value: float, low: float, high: float) -> str:
    if np.isnan(value):
        return "undefined"
    return f"{value * 100:.0f} ({low * 100:.0f} to {high * 100:.0f})"


def of_every_100(share: float) -> str:
    """A share as a natural frequency, or that there is none.

    Examples
    --------
    >>> of_every_100(0.512), of_every_100(float("nan"))
    ('51 of every 100', 'an unknown share')
    """
    return "an unknown share" if np.isnan(share) else f"{share * 100:.0f} of every 100"


def evaluation_sentences(records: Sequence[dict[str, Any]], places: int, lists: int, outcome_title: str) -> list[str]:
    """Three sentences for a reader who is no statistician."""
    model = records[0]
    other = next(record for record in records if record["name"] == "ace_count")
    listed = model["table"]["tp"] + model["table"]["fp"]
    followed = model["table"]["tp"] + model["table"]["fn"]
    more = model["table"]["tp"] - other["table"]["tp"]
    comparison = f"{more:,} more than" if more > 0 else "no more than" if more == 0 else f"{-more:,} fewer than"
    return [
        f"On {lists} list{'s' * (lists != 1)} of {places:,} places each, {model['table']['tp']:,} of {listed:,} places "
        f"went to a child who then had {outcome_title}: about {of_every_100(model['precision'])}.",
        f"Among children already known to services it followed {followed:,} times; the lists reached "
        f"{model['table']['tp']:,} of these and missed {model['table']['fn']:,}.",
        f"Counting adverse childhood experiences at the same places reaches {other['table']['tp']:,}: the points card "
        f"finds {comparison} that.",
    ]
