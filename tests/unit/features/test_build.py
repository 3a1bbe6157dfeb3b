from __future__ import annotations

import pandas as pd
import pytest

from ace_risk import Catalogue, FeatureSpec, Outcome, build_features, build_labels
from ace_risk.errors import DataError

DAY = pd.Timedelta(days=1)


def frames(n_events=3):
    times = pd.date_range("2024-01-01", periods=n_events, freq="D", unit="us")
    history = pd.DataFrame({"child_id": "a", "kind": "x", "occurred_at": times, "recorded_at": times})
    cohort = pd.DataFrame({"child_id": ["a", "b"], "cutoff": pd.Timestamp("2030-01-01").as_unit("us")}, index=[9, 4])
    return history, cohort


def test_rows_keep_the_cohorts_order_and_index():
    history, cohort = frames()
    built = build_features(history, cohort, Catalogue([FeatureSpec("x", ["x"], "count")]))
    assert built.index.tolist() == [9, 4]
    assert built["x_count_ever"].tolist() == [3, 0]


@pytest.mark.parametrize(("events", "dtype"), [(255, "uint8"), (256, "uint16")])
def test_counts_take_the_narrowest_type(events, dtype):
    history, cohort = frames(events)
    built = build_features(history, cohort, Catalogue([FeatureSpec("x", ["x"], "count")]))
    assert str(built["x_count_ever"].dtype) == dtype
    assert built["x_count_ever"].tolist() == [events, 0]


def test_a_category_and_a_text_kind_give_the_same():
    history, cohort = frames()
    catalogue = Catalogue([FeatureSpec("x", ["x"], "count")])
    category = build_features(history.astype({"kind": "category"}), cohort, catalogue)
    pd.testing.assert_frame_equal(category, build_features(history, cohort, catalogue))


def test_missing_columns_are_named_together():
    history, cohort = frames()
    catalogue = Catalogue(
        [FeatureSpec("x", ["x"], "sum", column="hours"), FeatureSpec("y", ["x"], "count", roles=["r"])]
    )
    with pytest.raises(DataError) as error:
        build_features(history.drop(columns="kind"), cohort, catalogue)
    assert all(word in str(error.value) for word in ("kind", "hours", "role"))


def test_times_with_a_zone_and_empty_times_are_refused():
    history, cohort = frames()
    catalogue = Catalogue([FeatureSpec("x", ["x"], "count")])
    with pytest.raises(DataError, match="zone"):
        build_features(history.assign(occurred_at=history["occurred_at"].dt.tz_localize("UTC")), cohort, catalogue)
    with pytest.raises(DataError, match="empty"):
        build_features(history.assign(recorded_at=pd.NaT), cohort, catalogue)


def test_times_in_other_units_are_the_same_times():
    history, cohort = frames()
    catalogue = Catalogue([FeatureSpec("x", ["x"], "days_since_last")])
    here = build_features(history, cohort, catalogue)
    for unit in ("s", "ms", "ns"):
        other = history.assign(occurred_at=history["occurred_at"].dt.as_unit(unit))
        pd.testing.assert_frame_equal(here, build_features(other, cohort, catalogue))


def test_an_empty_cohort_gives_an_empty_frame_with_the_columns():
    history, cohort = frames()
    built = build_features(history, cohort.iloc[:0], Catalogue([FeatureSpec("x", ["x"], "count")]))
    assert built.shape == (0, 1)


def test_labels_without_observed_until_end_with_the_data():
    history, cohort = frames()
    cohort = cohort.assign(cutoff=pd.Timestamp("2024-01-01").as_unit("us"))
    assert build_labels(history, cohort, Outcome(["x"], 2)).tolist() == [1, 0]
    assert build_labels(history, cohort, Outcome(["x"], 3)).isna().all()


def test_labels_look_at_every_row_of_a_child():
    history, _ = frames()
    cohort = pd.DataFrame({"child_id": "a", "cutoff": pd.date_range("2023-12-30", "2024-01-05", freq="D", unit="us")})
    cohort["observed_until"] = pd.Timestamp("2025-01-01")
    got = build_labels(history, cohort, Outcome(["x"], 2)).tolist()
    days = pd.date_range("2024-01-01", periods=3, freq="D")
    expected = [int(any(cutoff <= day < cutoff + 2 * DAY for day in days)) for cutoff in cohort["cutoff"]]
    assert got == expected


def test_the_end_of_the_data_is_the_latest_record_and_not_a_moment_more():
    history, cohort = frames()
    cohort = cohort.assign(cutoff=pd.Timestamp("2024-01-01").as_unit("us") + pd.Timedelta(microseconds=1))
    assert build_labels(history, cohort, Outcome(["x"], 2)).isna().all()


def test_a_column_of_words_is_refused_where_numbers_are_measured():
    history, cohort = frames()
    with pytest.raises(DataError, match=r"history\.hours: must hold numbers"):
        build_features(history.assign(hours="3"), cohort, Catalogue([FeatureSpec("x", ["x"], "sum", column="hours")]))
