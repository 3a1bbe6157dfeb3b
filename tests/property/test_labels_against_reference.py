"""The outcome against a plain reading of its rules, on random histories."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ace_risk import Outcome, build_labels

START = datetime(2024, 2, 20)
HORIZON = 5
moments = st.integers(0, 16).map(lambda half: START + timedelta(hours=12 * half))
delays = st.integers(0, 4).map(lambda half: timedelta(hours=12 * half))
events = st.tuples(st.sampled_from("abc"), st.sampled_from(["missing", "cin", "asb"]), moments, delays)
followed = st.integers(8, 12).map(lambda half: timedelta(hours=12 * half))
rows = st.tuples(st.sampled_from("abx"), moments, followed)


def reference(history, child, cutoff, until, after):
    """One label, read straight off the rules: 1, 0 or None."""
    end = cutoff + timedelta(days=HORIZON)
    own = [event for event in history if event[0] == child]
    if end > until:
        return None
    if after and not any(kind == "missing" and at < cutoff and at + delay < cutoff for _, kind, at, delay in own):
        return None
    return int(any(kind in ("missing", "cin") and cutoff <= at < end for _, kind, at, _ in own))


def labels(history, cohort, after, names=None):
    names = names or {child: child for child in "abcx"}
    events = pd.DataFrame(
        [(names[child], kind, at, at + delay) for child, kind, at, delay in history],
        columns=["child_id", "kind", "occurred_at", "recorded_at"],
    )
    asked = pd.DataFrame(
        [(names[child], cutoff, cutoff + seen) for child, cutoff, seen in cohort],
        columns=["child_id", "cutoff", "observed_until"], index=range(len(cohort), 0, -1),
    )  # fmt: skip
    times = dict.fromkeys(["occurred_at", "recorded_at"], "datetime64[us]")
    asked = asked.astype(dict.fromkeys(["cutoff", "observed_until"], "datetime64[us]"))
    outcome = Outcome(["missing", "cin"], HORIZON, after_kinds=["missing"] if after else [])
    built = build_labels(events.astype(times), asked, outcome)
    pd.testing.assert_index_equal(built.index, asked.index)
    return [None if pd.isna(label) else int(label) for label in built]


@settings(max_examples=60, deadline=None)
@given(st.lists(events, max_size=25), st.lists(rows, max_size=8), st.booleans())
@example([("a", "cin", START, timedelta(0))], [("a", START, timedelta(days=HORIZON))], False)
@example([], [("a", START, timedelta(days=HORIZON))], True)
@example([("a", "cin", START, timedelta(0))], [], False)
def test_every_label_equals_the_rules(history, cohort, after):
    expected = [reference(history, child, cutoff, cutoff + seen, after) for child, cutoff, seen in cohort]
    assert labels(history, cohort, after) == expected


@settings(max_examples=20, deadline=None)
@given(st.lists(events, max_size=25), st.lists(rows, max_size=8), st.randoms(use_true_random=False))
def test_ids_of_any_type_and_any_order_give_the_same_labels(history, cohort, random):
    expected = labels(history, cohort, True)
    random.shuffle(history)
    assert labels(history, cohort, True, {"a": ("tuple", 1), "b": 7, "c": "ü", "x": 3.5}) == expected
