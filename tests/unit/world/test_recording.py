"""From events to records, and what goes with them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.plans import Biases
from ace_risk.world.clock import MINUTES
from ace_risk.world.companions import make_companions
from ace_risk.world.incidents import incident_rows
from ace_risk.world.lives import Lives
from ace_risk.world.rates import CODE, NAMES, RATES, SOURCES
from ace_risk.world.recording import CORRECTED, POLICE, record


def test_records_belong_to_events_not_to_their_company(lives: Lives) -> None:
    some = np.arange(0, len(lives.events), 7)
    alone = record(lives.streams, lives.people, lives.events.take(some), Biases())
    together = lives.records.take(some)
    for name in ("detected", "recorded", "source", "grade", "ppn", "weight"):
        assert (getattr(alone, name) == getattr(together, name)).all()


def test_as_much_is_noticed_as_the_rate_says(lives: Lives) -> None:
    for name in ("domestic_abuse", "school_exclusion", "self_harm"):
        rows = lives.events.kind == CODE[name]
        share = lives.records.detected[rows].mean()
        spread = np.sqrt(RATES[name].detected * (1 - RATES[name].detected) / rows.sum())
        assert abs(share - RATES[name].detected) < 4 * spread


def test_nothing_is_recorded_before_it_happened(lives: Lives) -> None:
    assert (lives.records.recorded > lives.events.time).all()


def test_schools_record_only_what_they_see(lives: Lives) -> None:
    harm = (lives.events.kind == CODE["physical_harm"]) & (lives.records.source == SOURCES.index("school"))
    hour = lives.events.time[harm] % 1 * 24
    assert harm.sum() > 20
    assert ((hour >= 8) & (hour < 16)).all()


def test_notices_come_from_the_police(lives: Lives) -> None:
    assert (lives.records.source[lives.records.ppn >= 0] == POLICE).all()


def test_records_that_name_nobody_weigh_nothing(lives: Lives) -> None:
    asb = np.isin(lives.events.kind, [CODE[name] for name in NAMES if name.startswith("asb")])
    assert (lives.records.weight[asb & ~lives.records.names_child] == 0).all()
    assert (lives.records.weight[asb & lives.records.names_child] > 0).all()


def test_some_grades_are_missing_and_some_records_come_twice(tables: Tables) -> None:
    abuse = tables.incidents[tables.incidents["kind"] == "domestic_abuse"]
    assert 0.03 < abuse["grade"].isna().mean() < 0.10
    content = ["occurred_at", "kind", "household_id"]
    twice = abuse.duplicated(content, keep="first")
    assert 0 < twice.sum() < 0.03 * len(abuse)
    first = abuse[~twice].merge(abuse[twice], on=content)
    assert (first["recorded_at_x"] < first["recorded_at_y"]).all()
    assert CORRECTED < 0.05


def test_a_notice_names_every_child_at_home(tables: Tables) -> None:
    notices = tables.incidents[tables.incidents["kind"] == "ppn"]
    abuse = tables.incidents[tables.incidents["kind"] == "domestic_abuse"].drop_duplicates("occurred_at")
    pairs = notices.merge(abuse[["occurred_at", "household_id"]], on="occurred_at", suffixes=("", "_home"))
    home = pairs.merge(tables.residence, left_on="household_id_home", right_on="household_id")
    home = home[(home["start_date"] <= home["occurred_at"]) & ~(home["end_date"] <= home["occurred_at"])]
    expected = home.groupby("incident_id")["child_id"].agg(frozenset)
    named = tables.involvement.groupby("incident_id")["child_id"].agg(frozenset)
    assert len(expected) > 50
    pd.testing.assert_series_equal(named.reindex(expected.index), expected)


def test_nothing_goes_with_a_record_after_the_child_has_left(lives: Lives) -> None:
    events, records = lives.events.take(lives.written), lives.records.take(lives.written)
    gone = replace(lives.people, present_to=np.zeros_like(lives.people.present_to))
    stayed = make_companions(lives.streams, lives.people, lives.care, events, records, lives.end)
    left = make_companions(lives.streams, gone, lives.care, events, records, lives.end)
    assert (stayed.child >= 0).any()
    assert (left.child < 0).all()


def test_who_was_first_recorded_gets_ids_of_every_letter(tables: Tables) -> None:
    first = tables.incidents["incident_id"].str[4]
    assert first.nunique() == 16


def test_a_duplicate_that_would_come_after_the_end_is_not_in_the_records(lives: Lives) -> None:
    events, records = lives.events.take(lives.written), lives.records.take(lives.written)
    more = make_companions(lives.streams, lives.people, lives.care, events, records, lives.end)
    middle = (lives.start + lives.end) // 2
    whole, half = (
        incident_rows(lives.streams, lives.people, lives.homes, lives.care, events, records, more, end)[0]
        for end in (10**6, middle)
    )
    kept = np.isin(whole["incident_id"], half["incident_id"])
    copies = pd.Series(whole["occurred_at"]).duplicated(keep=False).to_numpy()
    assert 0 < (~kept).sum() < len(kept) / 50
    assert (whole["recorded_at"][~kept] >= middle * MINUTES).all()
    assert copies[~kept].all()
