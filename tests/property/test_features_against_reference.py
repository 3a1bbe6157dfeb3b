"""The compiled kernel against a plain reading of the rules of time, on random histories."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_risk import Catalogue, FeatureSpec, build_features

START = datetime(2024, 2, 20)
KINDS = ("missing", "asb_nuisance", "cin")
MEASURES = (
    "count", "ever", "change", "days_since_last", "days_since_first", "distinct_days", "distinct_kinds",
    "days_in_spell", "open", "sum", "mean", "max",
)  # fmt: skip

moments = st.integers(0, 40 * 4).map(lambda quarter: START + timedelta(hours=6 * quarter))
maybe_later = st.one_of(st.none(), st.integers(0, 60).map(lambda quarter: timedelta(hours=6 * quarter)))


@st.composite
def events(draw):
    occurred = draw(moments)
    recorded = occurred + (draw(maybe_later) or timedelta(0))
    ended = draw(maybe_later)
    ended = None if ended is None else occurred + ended
    end_recorded = None
    if ended is not None:
        delay = draw(maybe_later)
        end_recorded = None if delay is None else max(ended, recorded) + delay
    return {
        "child_id": draw(st.sampled_from(["a", "b", "c"])),
        "kind": draw(st.sampled_from(KINDS)),
        "occurred_at": occurred,
        "recorded_at": recorded,
        "withdrawn_at": None if (after := draw(maybe_later)) is None else recorded + after,
        "ended_at": ended,
        "end_recorded_at": end_recorded,
        "role": draw(st.sampled_from(["subject", "victim"])),
        "hours": draw(st.one_of(st.none(), st.integers(0, 9).map(float))),
    }


histories = st.lists(events(), min_size=1, max_size=25)
cohorts = st.lists(st.tuples(st.sampled_from(["a", "b", "x"]), moments), min_size=1, max_size=6)


def as_frame(rows):
    frame = pd.DataFrame(rows)
    for column in ("occurred_at", "recorded_at", "withdrawn_at", "ended_at", "end_recorded_at"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
    return frame


def as_cohort(rows):
    frame = pd.DataFrame(rows, columns=["child_id", "cutoff"])
    frame["cutoff"] = frame["cutoff"].astype("datetime64[us]")
    return frame


def known_end(event, cutoff):
    """The end of a spell if it had come and been recorded before the cutoff, else None."""
    if event["ended_at"] is None:
        return None
    recorded = event["end_recorded_at"] or max(event["ended_at"], event["recorded_at"])
    return event["ended_at"] if event["ended_at"] <= cutoff and recorded < cutoff else None


def reference(rows, child, cutoff, spec):
    """One feature, read straight off the rules."""
    days = [value for value in (spec.window_days, spec.expires_days) if value is not None]
    start = cutoff - timedelta(days=min(days)) if days else datetime.min
    chosen = [row for row in rows if row["child_id"] == child and row["kind"] in spec.kinds]
    chosen = [row for row in chosen if not spec.roles or row["role"] in spec.roles]
    chosen = [row for row in chosen if row["occurred_at"] < cutoff and row["recorded_at"] < cutoff]
    chosen = [row for row in chosen if row["withdrawn_at"] is None or row["withdrawn_at"] >= cutoff]
    if spec.measure in ("days_in_spell", "open"):
        quarters = set()
        for row in chosen:
            at, stop = max(row["occurred_at"], start), known_end(row, cutoff) or cutoff
            while at < stop:
                quarters.add(at)
                at += timedelta(hours=6)
        if spec.measure == "days_in_spell":
            return len(quarters) // 4
        return int(any(known_end(row, cutoff) is None for row in chosen))
    if spec.measure == "change":
        before = start - timedelta(days=min(days))
        return sum(1 if row["occurred_at"] >= start else -1 for row in chosen if row["occurred_at"] >= before)
    chosen = [row for row in chosen if row["occurred_at"] >= start]
    times = [row["occurred_at"] for row in chosen]
    numbers = [
        row["hours"]
        for row in chosen
        if row["hours"] is not None and (row["ended_at"] is None or known_end(row, cutoff) is not None)
    ]
    values = {
        "count": len(chosen),
        "ever": int(bool(chosen)),
        "days_since_last": (cutoff - max(times)).days if times else math.nan,
        "days_since_first": (cutoff - min(times)).days if times else math.nan,
        "distinct_days": len({time.date() for time in times}),
        "distinct_kinds": len({row["kind"] for row in chosen}),
        "sum": float(sum(numbers)),
        "mean": sum(numbers) / len(numbers) if numbers else math.nan,
        "max": max(numbers) if numbers else math.nan,
    }
    return values[spec.measure]


def all_specs():
    for measure in MEASURES:
        for window in (3, 10) if measure == "change" else (3, 10, None):
            for roles, expires in (((), None), (("victim",), None), ((), 5)):
                column = "hours" if measure in ("sum", "mean", "max") else ""
                label = f"f{len(roles)}{expires or 0}"
                yield FeatureSpec(label, KINDS[:2], measure, window, roles=roles, column=column, expires_days=expires)


CATALOGUE = Catalogue(list(all_specs()))


@settings(max_examples=150, deadline=None)
@given(histories, cohorts)
def test_every_measure_equals_the_rules(rows, pairs):
    built = build_features(as_frame(rows), as_cohort(pairs), CATALOGUE)
    for position, (child, cutoff) in enumerate(pairs):
        for spec in CATALOGUE:
            expected = reference(rows, child, cutoff, spec)
            got = built[spec.name].iloc[position]
            assert (math.isnan(expected) and math.isnan(got)) or got == expected, (spec.name, expected, got)


@settings(max_examples=100, deadline=None)
@given(histories, st.lists(events(), max_size=10), moments, st.randoms(use_true_random=False))
def test_nothing_recorded_at_or_after_the_cutoff_moves_a_feature(rows, others, cutoff, random):
    """The canary: delete, add and change what was recorded at or after the cutoff, and shuffle the rest."""
    cohort = as_cohort([(child, cutoff) for child in "abc"])
    before = build_features(as_frame(rows), cohort, CATALOGUE)
    known = [dict(row) for row in rows if row["recorded_at"] < cutoff]
    for row in known:
        if row["withdrawn_at"] is not None and row["withdrawn_at"] >= cutoff:
            row["withdrawn_at"] = None
        recorded = row["end_recorded_at"] or (row["ended_at"] and max(row["ended_at"], row["recorded_at"]))
        if recorded is not None and recorded >= cutoff:
            row["ended_at"] = row["end_recorded_at"] = None
            row["hours"] = None
    late = [{**row, "recorded_at": max(row["recorded_at"], cutoff)} for row in others]
    changed = known + late
    random.shuffle(changed)
    if not changed:
        return
    after = build_features(as_frame(changed), cohort, CATALOGUE)
    pd.testing.assert_frame_equal(before, after, check_dtype=False)


@settings(max_examples=50, deadline=None)
@given(histories, cohorts, st.integers(-2_000, 2_000))
def test_shifting_all_dates_together_changes_nothing(rows, pairs, days):
    shift = timedelta(days=days)
    moved = [
        {key: value + shift if isinstance(value, datetime) else value for key, value in row.items()} for row in rows
    ]
    here = build_features(as_frame(rows), as_cohort(pairs), CATALOGUE)
    there = build_features(as_frame(moved), as_cohort([(child, at + shift) for child, at in pairs]), CATALOGUE)
    pd.testing.assert_frame_equal(here, there)


@settings(max_examples=50, deadline=None)
@given(histories, cohorts)
def test_ids_of_any_type_give_the_same_features(rows, pairs):
    names = {"a": ("tuple", 1), "b": 7, "c": "ü", "x": 3.5}
    renamed = [{**row, "child_id": names[row["child_id"]]} for row in rows]
    here = build_features(as_frame(rows), as_cohort(pairs), CATALOGUE)
    there = build_features(as_frame(renamed), as_cohort([(names[child], at) for child, at in pairs]), CATALOGUE)
    pd.testing.assert_frame_equal(here, there)
