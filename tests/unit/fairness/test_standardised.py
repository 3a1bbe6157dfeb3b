"""Two groups at equal need, beside a regression, known truths and true coverage."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.adultification import adultification_records
from ace_risk.fairness.standardised import difference_at_equal_need


def world(rng, homes, less, size=2):
    """Children in two groups whose needs differ; the first is listed less by `less` at equal need."""
    first = np.repeat(rng.random(homes) < 0.4, size)
    need = rng.integers(0, 3, homes * size)
    need = np.where(first & (rng.random(homes * size) < 0.5), 2, need)
    chosen = rng.random(homes * size) < np.array([0.3, 0.5, 0.7])[need] - less * first
    return chosen, first, need, np.repeat(np.arange(homes), size)


def test_equal_lists_at_equal_need_differ_by_nought_although_the_plain_shares_differ():
    chosen, first, need, homes = world(np.random.default_rng(1), 20_000, less=0.0)
    found = difference_at_equal_need(chosen, first, ~first, need, homes)
    assert chosen[first].mean() - chosen[~first].mean() > 0.05
    assert abs(found.rate - found.other) < 0.01
    assert found.low < 0 < found.high


def test_the_standardised_share_is_that_of_a_table_by_stratum():
    chosen, first, need, homes = world(np.random.default_rng(2), 300, less=0.1)
    found = difference_at_equal_need(chosen, first, ~first, need, homes)
    table = pd.DataFrame({"chosen": chosen, "need": need})
    by_need = table[~first].groupby("need")["chosen"].mean()
    assert found.other == pytest.approx(table.loc[first, "need"].map(by_need).mean(), abs=1e-12)
    assert found.rate == pytest.approx(chosen[first].mean(), abs=1e-12)


def test_intervals_hold_the_truth_in_at_least_93_of_100_worlds_with_alike_siblings():
    rng, held = np.random.default_rng(3), 0
    for _ in range(400):
        chosen, first, need, homes = world(rng, 250, less=0.1, size=1)
        chosen, first, need, homes = (np.repeat(part, 2) for part in (chosen, first, need, homes))
        found = difference_at_equal_need(chosen, first, ~first, need, homes)
        held += found.low <= -0.1 <= found.high
    assert held / 400 >= 0.93


def test_strata_without_both_groups_are_left_out_and_few_households_get_no_interval():
    first = np.array([True] * 6 + [False] * 40)
    stratum = np.array([0] * 3 + [1] * 3 + [1] * 40)
    found = difference_at_equal_need(np.ones(46, dtype=bool), first, ~first, stratum, np.arange(46))
    assert (found.rows, found.rate, found.other) == (3, 1.0, 1.0)
    assert np.isnan([found.low, found.high]).all()
    alone = difference_at_equal_need(np.ones(4, dtype=bool), np.ones(4, dtype=bool), np.zeros(4, dtype=bool),
                                     np.zeros(4, dtype=int), np.arange(4))  # fmt: skip
    assert alone.rows == 0
    assert np.isnan(alone.rate)


def groups_of(rng, rows):
    ethnicity = rng.choice(["Black", "White", "Asian", "Not recorded"], rows, p=[0.3, 0.4, 0.2, 0.1])
    return pd.DataFrame({"ethnicity": ethnicity, "age_years": rng.integers(5, 18, rows)})


def listing(rng, groups, need, less):
    target = (groups["ethnicity"] == "Black") & (groups["age_years"] >= 13)
    return rng.random(len(groups)) < 0.2 + 0.5 * need - less * target.to_numpy()


@pytest.mark.parametrize(("less", "verdict"), [(0.0, "within"), (0.2, "outside")])
def test_black_children_of_13_and_over_listed_less_at_equal_need_are_found(less, verdict):
    rng = np.random.default_rng(5)
    groups, need = groups_of(rng, 40_000), rng.random(40_000)
    listed, label = listing(rng, groups, need, less), rng.random(40_000) < need
    by_outcome, by_need = adultification_records(groups, label, listed, np.arange(40_000), 0.05, 6, need)
    assert (by_outcome["basis"], by_need["basis"]) == ("recorded outcome", "true need")
    assert by_need["verdict"] == by_outcome["verdict"] == verdict
    assert by_need["difference"] == pytest.approx(-less, abs=0.03)
    old = groups["age_years"] >= 13
    assert by_need["rows"] == round(int((old & (groups["ethnicity"] == "Black")).sum()), -1)
    assert "Black children of 13 and over" in by_need["sentence"]


def test_without_truth_only_the_recorded_outcome_is_held_equal_and_few_children_settle_nothing():
    rng = np.random.default_rng(6)
    groups = groups_of(rng, 300)
    [record] = adultification_records(groups, rng.integers(0, 2, 300), rng.random(300) < 0.2, np.arange(300), 0.05, 0)
    assert record["basis"] == "recorded outcome"
    assert record["verdict"] == "not enough evidence"
    [nobody] = adultification_records(
        groups.assign(ethnicity="White"), rng.integers(0, 2, 300), rng.random(300) < 0.2, np.arange(300), 0.05, 0
    )
    assert (nobody["verdict"], nobody["listed"], nobody["rows"]) == ("not enough evidence", None, 0)


def test_small_counts_are_hidden():
    rng = np.random.default_rng(7)
    groups = groups_of(rng, 3_000)
    listed = np.zeros(3_000, dtype=bool)
    listed[np.flatnonzero((groups["ethnicity"] == "Black") & (groups["age_years"] >= 13))[:3]] = True
    [record] = adultification_records(groups, rng.integers(0, 2, 3_000), listed, np.arange(3_000), 0.05, 6)
    assert record["hidden"]
    assert [record[name] for name in ("rows", "listed", "other", "difference", "low", "high")] == [None] * 6
    assert "not enough evidence" in record["sentence"]
