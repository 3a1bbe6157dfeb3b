from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.evaluate.lead_time import bins_of_days, lead_time_record, outcome_days


def world(seed, children=40, records=120):
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2024-01-01")
    history = pd.DataFrame(
        {
            "child_id": rng.integers(0, children, records).astype(str),
            "occurred_at": start + pd.to_timedelta(rng.integers(0, 900 * 24, records), unit="h"),
            "kind": rng.choice(["cin", "cpp", "missing"], records),
        }
    )
    cohort = pd.DataFrame(
        [(str(child), start + pd.Timedelta(days=days)) for days in (0, 91, 182) for child in range(children)],
        columns=["child_id", "cutoff"],
    )
    return history, cohort.sample(frac=1, random_state=seed)


def test_days_to_the_outcome_are_those_of_a_plain_search():
    history, cohort = world(1)
    days = outcome_days(history, cohort, ("cin", "cpp"), 365)
    assert days.index.equals(cohort.index)
    for row, found in zip(cohort.itertuples(), days, strict=True):
        own = history[(history["child_id"] == row.child_id) & history["kind"].isin(["cin", "cpp"])]
        after = (own["occurred_at"] - row.cutoff).dt.total_seconds() / 86_400
        after = after[(after >= 0) & (after < 365)]
        assert found == pytest.approx(after.min()) if len(after) else np.isnan(found)


def test_a_record_that_turned_out_to_be_wrong_is_no_outcome():
    history, cohort = world(1)
    withdrawn = history["occurred_at"].where(history.index % 3 == 0)
    days = outcome_days(history.assign(withdrawn_at=withdrawn), cohort, ("cin",), 365)
    assert days.equals(outcome_days(history[history.index % 3 != 0], cohort, ("cin",), 365))
    assert not days.equals(outcome_days(history, cohort, ("cin",), 365))


def test_an_outcome_at_the_cutoff_counts_and_one_at_the_horizon_does_not():
    at = pd.Timestamp("2024-05-01")
    cohort = pd.DataFrame({"child_id": ["a", "b"], "cutoff": [at, at]})
    history = pd.DataFrame(
        {"child_id": ["a", "b"], "occurred_at": [at, at + pd.Timedelta(days=30)], "kind": ["cin", "cin"]}
    )
    assert outcome_days(history, cohort, ("cin",), 30).tolist()[0] == 0.0
    assert np.isnan(outcome_days(history, cohort, ("cin",), 30).tolist()[1])


def test_a_child_counts_once_from_its_first_followed_listing():
    children = np.array(["a", "a", "a", "b", "c"])
    cutoffs = np.array([3, 1, 2, 1, 1])
    days = np.array([10.0, 200.0, 100.0, 50.0, np.nan])
    listed = np.array([True, False, True, True, True])
    record = lead_time_record(children, cutoffs, days, listed)
    assert record["children"] == 2  # a from list 2 (it had no place on list 1), b; nothing followed for c
    assert record["median_days"] == 75.0
    assert sum(bin_["children"] for bin_ in record["bins"]) == 2


def test_no_bar_stands_for_too_few_children():
    days = np.array([5.0] * 6 + [100.0] * 3 + [150.0] * 3)
    assert [bin_["children"] for bin_ in bins_of_days(days, 3)] == [6, 3, 3]
    assert bins_of_days(days, 6) == [{"from_days": 0, "to_days": 183, "children": 12}]
    assert bins_of_days(np.array([5.0, 6.0]), 6) == []
    few = lead_time_record(np.array(["a"]), np.array([1]), np.array([5.0]), np.array([True]), hide_below=6)
    assert few["children"] is None
    assert few["median_days"] is None
