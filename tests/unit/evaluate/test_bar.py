from __future__ import annotations

import numpy as np
import pytest

from ace_risk.evaluate.bar import expected_over_observed, gain_interval, judge, judge_bar, judge_gaps, overall
from ace_risk.evaluate.figures import rank_records
from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.fairness.gaps import RecallGaps
from ace_risk.plans import Bar


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.20, 0.30, "meets"),
        (0.19, 0.30, "not enough evidence"),
        (0.10, 0.19, "does not meet"),
        (0.10, 0.20, "not enough evidence"),
        (np.nan, np.nan, "not enough evidence"),
    ],
)
def test_an_interval_must_lie_wholly_on_one_side(low, high, verdict):
    assert judge(low, high, at_least=0.2) == verdict


def test_a_range_has_two_sides():
    assert judge(0.9, 1.1, 0.8, 1.2) == "meets"
    assert judge(1.3, 1.4, 0.8, 1.2) == "does not meet"
    assert judge(0.9, 1.3, 0.8, 1.2) == "not enough evidence"


def test_the_worst_verdict_stands():
    assert overall(["meets", "not enough evidence", "does not meet"]) == "does not meet"
    assert overall(["meets", "meets"]) == "meets"


def test_gain_is_the_ratio_and_its_interval_is_that_of_a_plain_household_bootstrap():
    rng = np.random.default_rng(3)
    homes = np.repeat(np.arange(150), 2).astype(object)
    ours, theirs = rng.random(300) < 0.5, rng.random(300) < 0.4
    gain, low, high = gain_interval(ours, theirs, homes, seed=1)
    assert gain == pytest.approx(ours.sum() / theirs.sum() - 1)
    draws = []
    for _ in range(2_000):
        chosen = rng.integers(0, 150, 150)
        rows = np.concatenate([[2 * home, 2 * home + 1] for home in chosen])
        draws.append(ours[rows].sum() / theirs[rows].sum() - 1)
    assert [low, high] == pytest.approx(np.quantile(draws, [0.025, 0.975]), abs=0.04)


def test_nobody_found_by_the_other_list_is_no_figure():
    nobody = np.zeros(4, dtype=bool)
    assert np.isnan(gain_interval(~nobody, nobody, np.arange(4).astype(object), seed=1)).all()


def judged(rows=600, seed=4, per_home=1):
    """Rows on two lists with a share that is right, a score that follows it, and `per_home` rows in each household."""
    rng = np.random.default_rng(seed)
    share = rng.uniform(0.02, 0.6, rows)
    label = (rng.random(rows) < share).astype(np.int8)
    home = np.arange(rows) // per_home
    return JudgedRows(label, np.arange(rows) % 2, np.arange(rows), home, home), share


def items(bar):
    rows, share = judged()
    model = Ranking("points_card", "Card", np.round(share, 2), share, "deployed")
    other = Ranking("ace_count", "Count", np.round(share + np.random.default_rng(1).normal(0, 0.4, len(share)), 1))
    [record] = rank_records([model], rows, 50, seed=1)
    return judge_bar(record, model, other, rows, 50, bar, RecallGaps([], 0), seed=1), rows, model, other


def test_every_item_of_the_bar_is_answered_by_its_own_figure():
    answered, rows, model, other = items(Bar())
    found = rows.top(model.score, 50) & (rows.label == 1)
    theirs = rows.top(other.score, 50) & (rows.label == 1)
    assert answered[0]["got"].startswith(f"{found.sum():.0f} (")  # of 100 places in all
    assert answered[1]["got"].startswith(f"{(found.sum() / theirs.sum() - 1) * 100:.0f} (")
    assert answered[2]["got"].startswith(f"{model.probability.sum() / rows.label.sum() * 100:.0f} (")
    assert [item["verdict"] for item in answered[:1]] == ["meets"]
    assert answered[4]["verdict"] == "not enough evidence"  # no group to judge is no pass


def test_a_bar_that_is_higher_is_not_met():
    high = Bar(
        precision_at_least=0.9, recall_gain_over_ace_count=5, expected_over_observed=(2, 3), calibration_slope=(3, 4)
    )
    assert [item["verdict"] for item in items(high)[0][:4]] == ["does not meet"] * 4


def test_the_gap_item_is_as_bad_as_its_worst_group():
    def gap(low, high, shown=True):
        return {"attribute": "sex", "group": "Boys", "reference": "Girls", "gap": (low + high) / 2, "gap_low": low,
                "gap_high": high, "shown": shown}  # fmt: skip

    assert judge_gaps(RecallGaps([gap(-0.1, 0.1)], 2), Bar())["verdict"] == "meets"
    assert judge_gaps(RecallGaps([gap(-0.1, 0.1), gap(0.1, 0.3)], 0), Bar())["verdict"] == "not enough evidence"
    worst = judge_gaps(RecallGaps([gap(-0.1, 0.1), gap(-0.5, -0.3)], 0), Bar())
    assert worst["verdict"] == "does not meet"
    assert worst["got"] == "-40 (-50 to -30), Boys beside Girls"
    assert "40" not in judge_gaps(RecallGaps([gap(-0.5, -0.3, shown=False)], 0), Bar())["got"]


def test_expected_over_observed_widens_with_households_that_are_alike():
    rows, share = judged(per_home=1)
    ratio, low, high = expected_over_observed(rows, share, seed=1)
    assert ratio == pytest.approx(share.sum() / rows.label.sum())
    assert low < ratio < high
    alike = rows.take(np.repeat(np.arange(600), 4))
    again, wide_low, wide_high = expected_over_observed(alike, np.repeat(share, 4), seed=1)
    assert again == pytest.approx(ratio)
    assert (wide_high - wide_low) == pytest.approx(high - low, rel=0.1)  # copies of a row are no more evidence


def test_no_share_or_no_outcome_is_no_figure():
    rows, _ = judged()
    assert np.isnan(expected_over_observed(rows, None, seed=1)).all()
    none = JudgedRows(np.zeros(4, np.int8), np.zeros(4), np.arange(4), np.arange(4), np.arange(4))
    assert np.isnan(expected_over_observed(none, np.full(4, 0.5), seed=1)).all()
