from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_risk import temporal_folds
from ace_risk.errors import DataError

DAY = pd.Timedelta(days=1)


def cohort(first="2018-01-01", last="2025-10-01", until="2026-01-01", freq="3MS"):
    cutoffs = pd.date_range(first, last, freq=freq, unit="us")
    return pd.DataFrame({"child_id": "a", "cutoff": cutoffs, "observed_until": pd.Timestamp(until).as_unit("us")})


def test_the_default_folds_of_eight_years():
    folds = temporal_folds(cohort())
    assert [fold.name for fold in folds] == ["validation 1", "validation 2", "test"]
    summary = folds.summary().set_index("name")
    assert str(summary.loc["test", "evaluate_to"].date()) == "2024-10-01"
    assert str(summary.loc["test", "evaluate_from"].date()) == "2024-01-01"
    assert str(summary.loc["test", "train_to"].date()) == "2022-10-01"
    assert str(summary.loc["validation 1", "train_from"].date()) == "2020-01-01"


@settings(max_examples=60, deadline=None)
@given(
    st.integers(90, 400), st.integers(0, 90), st.integers(0, 3), st.integers(1, 3), st.integers(1, 4),
    st.sampled_from(["MS", "2MS", "3MS"]),
)  # fmt: skip
def test_training_always_ends_a_gap_before_evaluation(horizon, lag, folds, per_fold, tests, freq):
    frame = cohort(freq=freq)
    try:
        made = temporal_folds(
            frame, horizon, lag, validation_folds=folds, validation_cutoffs=per_fold, test_cutoffs=tests
        )
    except DataError:
        return
    gap = DAY * (horizon + lag)
    seen = set()
    for fold in made:
        assert max(fold.train) + gap <= min(fold.evaluate)
        assert not seen & set(fold.evaluate)  # no cutoff is evaluated twice
        seen |= set(fold.evaluate)
        assert min(fold.train) >= frame["cutoff"].min() + 730 * DAY
        if fold.role == "validation":
            assert max(fold.evaluate) + gap <= min(made.test.evaluate)  # a choice never sees the test period
    assert max(made.test.evaluate) + gap <= pd.Timestamp("2026-01-01")
    assert len(made.test.evaluate) == tests
    trains = [fold.train for fold in made]
    assert all(set(small) <= set(large) for small, large in pairwise(trains))  # they expand


def test_a_cutoff_whose_gap_ends_with_the_first_that_is_judged_is_still_learnt_from():
    """The gap is 365 days: from 1 January 2022 to 1 January 2023, and not a day more."""
    frame = cohort(freq="YS", first="2018-01-01", last="2024-01-01", until="2025-01-01")
    sizes = {"history_years": 0, "validation_folds": 0, "test_cutoffs": 1}
    last = [temporal_folds(frame, days, 30, **sizes).test for days in (335, 336, 337)]  # 2024 is a leap year
    assert [str(fold.evaluate[0].date()) for fold in last] == ["2024-01-01", "2024-01-01", "2023-01-01"]
    exact, over = (temporal_folds(frame[frame["cutoff"] < "2024"], days, 30, **sizes).test for days in (335, 336))
    assert [str(fold.train[-1].date()) for fold in (exact, over)] == ["2022-01-01", "2021-01-01"]


def test_rows_are_positions_in_the_cohort():
    frame = cohort().iloc[::-1].set_index(pd.Index(range(100, 132)))
    folds = temporal_folds(frame)
    train, evaluate = folds.rows(folds.test)
    assert set(frame.iloc[train]["cutoff"]) == set(folds.test.train)
    assert set(frame.iloc[evaluate]["cutoff"]) == set(folds.test.evaluate)


@pytest.mark.parametrize("first", ["2022-01-01", "2025-06-01"])
def test_data_that_are_too_short_are_refused_with_what_is_needed(first):
    with pytest.raises(DataError, match=r"too short.*cutoffs remain.*eight years"):
        temporal_folds(cohort(first=first))


def test_an_empty_cohort_is_too_short():
    with pytest.raises(DataError, match="too short"):
        temporal_folds(cohort().iloc[:0])
