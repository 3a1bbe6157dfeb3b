"""What homes bring into the history, against a plain reading of the rules and against the tables of each day.

Moves are recorded late and out of order. `known_homes` says which homes a table held on a day, and with which ends;
everything else follows from that, one child and one cutoff at a time.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_risk import Catalogue, FeatureSpec, Tables, build_features, build_history
from ace_risk.data.schema import SCHEMA
from ace_risk.explanation.evidence import records_by_child
from ace_risk.features.homes import homes_of
from ace_risk.features.time_rules import LONG_AGO, counts, instant, microseconds, times_or_far

START, DAY = datetime(2024, 2, 20), timedelta(days=1)
TYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "integer": "Int8", "boolean": "boolean"}
COUNTS = [FeatureSpec("abuse", ["domestic_abuse"], "count", window) for window in (6, None)]
COUNTS.append(FeatureSpec("moved", ["moved_home"], "count"))
CATALOGUES = [Catalogue(COUNTS), Catalogue([*COUNTS, FeatureSpec("abuse", ["domestic_abuse"], "open")])]

stays = st.tuples(st.sampled_from("hgf"), st.integers(1, 6), st.sampled_from([0, 0, 0, 0, 1, 3]), st.integers(0, 14))
happened = st.tuples(st.sampled_from("hgf"), st.integers(0, 48), st.integers(0, 6))


@st.composite
def lives(draw):
    """A child's homes: household, start, end and time of recording; most begin where the one before ends."""
    at, homes = START, []
    for household, days, gap, delay in draw(st.lists(stays, min_size=1, max_size=5)):
        start, at = at, at + days * DAY
        homes.append((household, start, at, start + delay * DAY))
        at += gap * DAY
    if draw(st.booleans()):
        homes[-1] = (*homes[-1][:2], None, homes[-1][3])
    return homes


def known_homes(homes, cutoff):
    """The homes recorded before the cutoff, with the ends that the table held then; None while a home went on."""
    known = []
    for at, (household, start, end, recorded) in enumerate(homes):
        if recorded >= cutoff:
            continue
        later = homes[at + 1 :]
        if later and later[0][1] - end <= DAY and later[0][3] >= cutoff:  # the move that gave the end isn't known
            end = None
            for before, (_, next_start, _, next_recorded) in zip(homes[at:], later, strict=False):
                if next_recorded < cutoff:
                    end = before[2] if next_start - before[2] <= DAY else next_start
                    break
        known.append((household, start, end, recorded))
    return known


def is_known(incident, cutoff):
    return incident[1] < cutoff and incident[2] < cutoff


def reference(homes, incidents, cutoff):
    """The child's incidents at home and moves that are known at the cutoff, and the home."""
    known, found = known_homes(homes, cutoff), Counter()
    for household, at, recorded in incidents:
        for home, start, end, _ in known:
            if home == household and start <= at and (end is None or at < end) and is_known((0, at, recorded), cutoff):
                found["domestic_abuse", at] += 1
    begun = [home for home in known if home[1] < cutoff]
    for before, home in zip(known, begun[1:], strict=False):
        if before[0] != home[0]:
            found["moved_home", home[1]] += 1
    last = begun[-1] if begun else None
    return found, last[0] if last and (last[2] is None or last[2] > cutoff) else None


def tables_of(lives, incidents):
    rows = {
        "children": [[child, "2015-01-01", "F", None, None, None] for child in lives],
        "residence": [
            [child, home, start, end, "Eden", 3, recorded]
            for child, homes in lives.items() for home, start, end, recorded in homes
        ],
        "incidents": [
            [f"i{at}", occurred, recorded, "domestic_abuse", None, home, None, "police"]
            for at, (home, occurred, recorded) in enumerate(incidents)
        ],
    }  # fmt: skip
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(rows.get(name, []), columns=table.column_names)
        frames[name] = frame.astype({column.name: TYPES.get(column.type, "str") for column in table.columns})
    return Tables(**frames, data_end=pd.Timestamp(START + 99 * DAY).as_unit("us"))


def known_records(history, child, cutoff):
    occurred, recorded = (microseconds(history[name], name) for name in ("occurred_at", "recorded_at"))
    chosen = counts(occurred, recorded, LONG_AGO, instant(cutoff), times_or_far(history, "withdrawn_at"))
    own = history[chosen & (history["child_id"] == child).to_numpy()]
    return Counter(zip(own["kind"].astype(str), own["occurred_at"], strict=True))


@settings(max_examples=8, deadline=None)
@given(
    st.fixed_dictionaries({child: lives() for child in "abcdef"}),
    st.lists(happened, min_size=5, max_size=20),
    st.lists(st.integers(1, 60), min_size=2, max_size=2, unique=True),
)
def test_what_is_known_of_homes_is_what_the_tables_held(lives, happened, halves):
    incidents = [(home, START + half * DAY / 2, START + half * DAY / 2 + delay * DAY) for home, half, delay in happened]
    tables = tables_of(lives, incidents)
    history = build_history(tables)
    cutoffs = [pd.Timestamp(START + half * DAY / 2).as_unit("us") for half in halves]
    cohort = pd.DataFrame([(child, cutoff) for cutoff in cutoffs for child in lives], columns=["child_id", "cutoff"])
    homes = homes_of(tables.residence, cohort)["household_id"]
    features = [build_features(history, cohort, catalogue) for catalogue in CATALOGUES]
    for position, (child, cutoff) in enumerate(cohort.itertuples(index=False)):
        expected, home = reference(lives[child], incidents, cutoff)
        assert known_records(history, child, cutoff) == expected
        assert homes.iloc[position] == home or (home is None and pd.isna(homes.iloc[position]))
        evidence = records_by_child(history, [child])[child]
        for spec in COUNTS:
            start = cutoff - spec.window_days * DAY if spec.window_days else datetime.min
            number = sum(n for (kind, at), n in expected.items() if kind in spec.kinds and at >= start)
            assert [frame[spec.name].iloc[position] for frame in features] == [number, number]
            found = evidence.find(spec, cutoff)
            assert (found.number if found else 0) == number
    for cutoff in cutoffs:
        held = {child: known_homes(homes, cutoff) for child, homes in lives.items()}
        then = tables_of(held, [incident for incident in incidents if incident[2] < cutoff])
        old = build_history(then)
        for child in lives:
            assert known_records(old, child, cutoff) == known_records(history, child, cutoff)
        rows = cohort[cohort["cutoff"] == cutoff]
        pd.testing.assert_frame_equal(homes_of(then.residence, rows), homes_of(tables.residence, rows))
