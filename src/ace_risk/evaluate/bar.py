"""The bar: what the study said beforehand that the model must reach, answered item by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.resampling import ratio_interval
from ace_risk.fairness.gaps import RecallGaps
from ace_risk.plans import Bar

MEETS, MISSES, UNSURE = "meets", "does not meet", "not enough evidence"


def judge(low: float, high: float, at_least: float = -np.inf, at_most: float = np.inf) -> str:
    """Whether an interval lies wholly on the right side of the bar, wholly on the wrong side, or neither.

    Examples
    --------
    >>> judge(0.25, 0.35, at_least=0.2), judge(0.05, 0.15, at_least=0.2), judge(0.1, 0.3, at_least=0.2)
    ('meets', 'does not meet', 'not enough evidence')
    """
    if np.isnan(low) or np.isnan(high):
        return UNSURE
    if low >= at_least and high <= at_most:
        return MEETS
    if high < at_least or low > at_most:
        return MISSES
    return UNSURE


def overall(verdicts: Sequence[str]) -> str:
    """The worst of several verdicts.

    Examples
    --------
    >>> overall(["meets", "not enough evidence"])
    'not enough evidence'
    """
    for verdict in (MISSES, UNSURE):
        if verdict in verdicts:
            return verdict
    return MEETS


def gain_interval(
    found: NDArray[np.bool_], found_by_other: NDArray[np.bool_], households: NDArray[np.object_], seed: int
) -> tuple[float, float, float]:
    """How many more children one list finds than another at the same places, as a share, with an interval.

    Parameters
    ----------
    found, found_by_other
        Per row: listed, and the outcome followed.
    households
        Per row: the household; households are resampled whole, because siblings are alike.
    seed
        Seed of the resampling.

    Returns
    -------
    tuple
        Gain, and the ends of its 95 % percentile interval; NaN where the other list found nobody. 0.1 means
        one in ten more.

    Examples
    --------
    >>> yes, no = np.array([True] * 4), np.array([True, True, False, False])
    >>> gain_interval(yes, no, np.array(list("abcd"), dtype=object), seed=1)[0]
    1.0
    """
    ratio, low, high = ratio_interval(found, found_by_other, households, seed)
    return ratio - 1, low - 1, high - 1


def judge_bar(
    record: Mapping[str, Any],
    model: Ranking,
    other: Ranking,
    rows: JudgedRows,
    places: int,
    bar: Bar,
    gaps: RecallGaps,
    seed: int,
) -> list[dict[str, str]]:
    """The bar's items with what was needed, what was got, and a verdict each.

    Parameters
    ----------
    record
        The model's figures at the places there are.
    model, other
        The model and `ace_count`.
    rows, places
        The judged rows and the places on each list.
    bar
        What the study declared.
    gaps
        Differences in recall between groups.
    seed
        Seed of the resampling.
    """
    followed = rows.label == 1
    gain, gain_low, gain_high = gain_interval(
        rows.top(model.score, places) & followed, rows.top(other.score, places) & followed, rows.households, seed
    )
    expected, expected_low, expected_high = expected_over_observed(rows, model.probability, seed)
    least, most = bar.expected_over_observed
    low_slope, high_slope = bar.calibration_slope
    slope, slope_low, slope_high = (
        np.nan if record[f"calibration_slope{end}"] is None else record[f"calibration_slope{end}"]
        for end in ("", "_low", "_high")
    )
    return [
        {
            "item": f"Of 100 places, those that go to a child for whom the outcome follows ({places:,} on each list)",
            "needed": f"at least {bar.precision_at_least * 100:.0f}",
            "got": of_100(record["precision"], record["precision_low"], record["precision_high"]),
            "verdict": judge(record["precision_low"], record["precision_high"], at_least=bar.precision_at_least),
        },
        {
            "item": "More such places than by counting ACEs",
            "needed": f"at least {bar.recall_gain_over_ace_count * 100:.0f} in 100 more",
            "got": of_100(gain, gain_low, gain_high),
            "verdict": judge(gain_low, gain_high, at_least=bar.recall_gain_over_ace_count),
        },
        {
            "item": "Outcomes that the shares expect, for every 100 that followed",
            "needed": f"{least * 100:.0f} to {most * 100:.0f}",
            "got": of_100(expected, expected_low, expected_high),
            "verdict": judge(expected_low, expected_high, at_least=least, at_most=most),
        },
        {
            "item": "Calibration slope (1 means that shares are neither too bold nor too timid)",
            "needed": f"{low_slope:.2f} to {high_slope:.2f}",
            "got": "undefined" if np.isnan(slope) else f"{slope:.3f} ({slope_low:.3f} to {slope_high:.3f})",
            "verdict": judge(slope_low, slope_high, at_least=low_slope, at_most=high_slope),
        },
        judge_gaps(gaps, bar),
    ]


def judge_gaps(gaps: RecallGaps, bar: Bar) -> dict[str, str]:
    """The item about groups: every difference that can be judged must lie within the bar.

    Examples
    --------
    >>> judge_gaps(RecallGaps([], too_small=3), Bar())["got"]
    "no group is large enough; 3 smaller groups can't be judged"
    """
    most = bar.largest_gap_between_groups
    item = {
        "item": "Of 100 times that it followed, how many fewer or more had a place in one group than in the largest "
        f"group (groups in which it followed {bar.smallest_group:,} times or more)",
        "needed": f"at most {most * 100:.0f} either way",
    }
    left = f"; {gaps.too_small:,} smaller groups can't be judged" if gaps.too_small else ""
    if not gaps.judged:
        return item | {"got": f"no group is large enough{left}", "verdict": UNSURE}
    largest = max(gaps.judged, key=lambda gap: abs(gap["gap"]))
    told = of_100(largest["gap"], largest["gap_low"], largest["gap_high"]) if largest["shown"] else "(too few to show)"
    where = f"{largest['group']} beside {largest['reference']}"
    verdicts = [judge(gap["gap_low"], gap["gap_high"], at_least=-most, at_most=most) for gap in gaps.judged]
    return item | {"got": f"{told}, {where}{left}", "verdict": overall(verdicts)}


def expected_over_observed(
    rows: JudgedRows, probability: NDArray[np.float64] | None, seed: int
) -> tuple[float, float, float]:
    """How many outcomes the shares expect for each that followed, with a 95 % interval over resampled households.

    NaN where nothing followed or no share is claimed.

    Examples
    --------
    >>> homes = np.array(list("abcd"))
    >>> rows = JudgedRows(np.array([1, 0, 0, 0], dtype=np.int8), np.zeros(4), np.arange(4), homes, homes)
    >>> expected_over_observed(rows, np.full(4, 0.5), seed=1)[0]
    2.0
    """
    if probability is None or not rows.label.any():
        return np.nan, np.nan, np.nan
    return ratio_interval(probability, rows.label, rows.households, seed)


def of_100(value: float, low: float, high: float) -> str:
    """A share of 100 with its interval.

    Examples
    --------
    >>> of_100(0.31, 0.28, 0.34), of_100(float("nan"), 0, 1)
    ('31 (28 to 34)', 'undefined')
    """
    if np.isnan(value):
        return "undefined"
    return f"{value * 100:.0f} ({low * 100:.0f} to {high * 100:.0f})"
