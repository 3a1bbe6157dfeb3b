"""Blocks, threads, the order of rows and the type of ids change no value."""

from __future__ import annotations

import uuid

import numpy as np
import pandas as pd
import pytest

from ace_risk import Catalogue, FeatureSpec, build_features
from ace_risk.errors import DataError, StudyError
from ace_risk.features import sorting, timeline
from ace_risk.features.numbers import number_children
from ace_risk.features.sorting import CHILD, OCCURRED, SOURCE, sort_events
from ace_risk.features.threads import in_ranges

CATALOGUE = Catalogue(
    [FeatureSpec("some", ["a", "b"], measure, window) for measure in ("count", "days_since_last", "distinct_kinds")
     for window in (90, None)]
    + [FeatureSpec("a", ["a"], "change", 60), FeatureSpec("b", ["b"], "days_in_spell", 365),
       FeatureSpec("a", ["a"], "sum", 365, column="hours"), FeatureSpec("b", ["b"], "max", column="hours")]
)  # fmt: skip


def frames(children, events, rows):
    """Children numbered from 0; times on whole days, so that many events are equal in time."""
    rng = np.random.default_rng(5)
    first = np.datetime64("2020-01-01", "us")

    def days(high, size):
        return (rng.integers(0, high, size) * 86_400_000_000).astype("timedelta64[us]")

    history = pd.DataFrame({"child_id": rng.integers(0, children, events), "kind": rng.choice(["a", "b", "c"], events)})
    history["occurred_at"] = first + days(800, events)
    history["recorded_at"] = history["occurred_at"] + days(30, events)
    history["ended_at"] = (history["occurred_at"] + days(50, events)).mask(rng.random(events) < 0.3)
    history["hours"] = rng.integers(0, 90, events).astype(float)  # whole: sums don't depend on their order
    cohort = pd.DataFrame({"child_id": rng.integers(0, children, rows), "cutoff": first + days(900, rows)})
    return history, cohort


def test_threads_and_the_order_of_rows_change_no_value():
    children, rows = 3 * sorting.AT_ONCE + 7, 2 * timeline.AT_ONCE + 5
    history, cohort = frames(children, 4 * children, rows)
    one = build_features(history, cohort, CATALOGUE, threads=1)
    assert (one.max() > 0).all()
    shuffled = history.sample(frac=1, random_state=1)
    for threads in (2, 3):
        pd.testing.assert_frame_equal(one, build_features(history, cohort, CATALOGUE, threads=threads))
        pd.testing.assert_frame_equal(one, build_features(shuffled, cohort, CATALOGUE, threads=threads))
    order = np.random.default_rng(2).permutation(rows)
    pd.testing.assert_frame_equal(one.iloc[order], build_features(history, cohort.iloc[order], CATALOGUE))


@pytest.mark.parametrize(
    "name",
    [
        lambda child: child - 500,
        lambda child: child * 10**15 - 2**62,
        lambda child: np.int64(-(2**63)) if child == 0 else np.int64(child),
        lambda child: f"child {child}",
        lambda child: uuid.UUID(int=child),
        lambda child: ("area", child),
        lambda child: child + 0.5,
        lambda child: pd.Timestamp(child),
    ],
    ids=["negative", "far apart", "smallest", "words", "uuid", "tuples", "fractions", "times"],
)
def test_ids_of_any_type_change_no_value(name):
    history, cohort = frames(300, 1_500, 400)
    cohort.loc[:20, "child_id"] += 300  # children without a record
    names = {child: name(child) for child in range(600)}
    renamed = [frame.assign(child_id=frame["child_id"].map(names)) for frame in (history, cohort)]
    pd.testing.assert_frame_equal(build_features(history, cohort, CATALOGUE), build_features(*renamed, CATALOGUE))


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint64", "Int64", "float64", "object"])
def test_whole_numbers_of_any_type_are_the_same_ids(kind):
    history, cohort = frames(200, 600, 300)
    other = cohort.astype({"child_id": kind})
    pd.testing.assert_frame_equal(build_features(history, cohort, CATALOGUE), build_features(history, other, CATALOGUE))


def test_events_are_sorted_by_child_and_time_and_keep_their_order():
    rng = np.random.default_rng(3)
    children, events = 2 * sorting.AT_ONCE + 3, 60_000
    child = rng.integers(-1, children, events)
    child[:200] = 5  # more than are sorted by insertion
    occurred, kept = rng.integers(0, 40, events), rng.integers(-1, 3, events)
    blank, position = np.zeros(events, np.int64), np.arange(events)
    first, found = sort_events((child, occurred, occurred, kept, blank, blank, blank, position), children, threads=2)
    wanted = pd.DataFrame({"child": child, "occurred": occurred, "position": position})[(child >= 0) & (kept >= 0)]
    wanted = wanted.sort_values(["child", "occurred", "position"])
    np.testing.assert_array_equal(found[:, [CHILD, OCCURRED, SOURCE]], wanted)
    np.testing.assert_array_equal(first, np.searchsorted(wanted["child"], np.arange(children + 1)))


def test_ranges_cover_every_position_once():
    for length in range(8):
        for threads in (1, 3):
            found = in_ranges(lambda begin, end: list(range(begin, end)), length, 3, threads)
            assert [position for part in found for position in part] == list(range(length))
            assert all(1 <= len(part) <= 3 for part in found)


def test_a_fault_in_one_range_is_not_lost():
    with pytest.raises(ZeroDivisionError):
        in_ranges(lambda begin, end: 1 // (begin - 2), 6, 2, threads=2)


def test_no_history_and_no_counted_kind_give_nothing():
    history, cohort = frames(50, 100, 60)
    for none in (history.iloc[:0], history.assign(kind="c")):
        built = build_features(none, cohort, CATALOGUE)
        assert (built.fillna(0) == 0).all(axis=None)


def test_ids_far_from_the_cohorts_are_no_childs():
    low, high = -(2**63), 2**63 - 1
    number, events, n_children = number_children(pd.Series([low, low + 2]), pd.Series([high, low + 2, 0, low + 1]))
    assert number.tolist() == [0, 2]
    assert [event if event >= 0 else None for event in events] == [None, 2, None, 1]
    assert n_children == 3


def test_cohort_rows_without_a_child_are_refused():
    history, _ = frames(5, 20, 6)
    cohort = pd.DataFrame({"child_id": ["a", None, None], "cutoff": pd.Timestamp("2021-01-01").as_unit("us")})
    with pytest.raises(DataError, match=r"cohort\.child_id: 2 rows have no child"):
        build_features(history, cohort, CATALOGUE)


def test_no_thread_at_all_is_refused():
    history, cohort = frames(5, 20, 6)
    with pytest.raises(StudyError, match="threads: must be 1 or more, got 0"):
        build_features(history, cohort, CATALOGUE, threads=0)
