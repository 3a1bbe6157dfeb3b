"""Gaps: what the records of a child don't say, as known on the day and no later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.tables import Tables
from ace_risk.explanation.evidence import Records
from ace_risk.features.time_rules import FAR
from ace_risk.referrals.gaps import find_gaps
from ace_risk.referrals.listing import ReferralList

DAY = pd.Timestamp("2022-07-01")
BEFORE, AFTER = pd.Timestamp("2022-06-01"), pd.Timestamp("2022-10-09")


def records(source: str, recorded: pd.Timestamp) -> Records:
    """One record of one source that happened in May."""
    text = np.array([source], dtype=object)
    when, known = (np.array([time.value // 1_000]) for time in (pd.Timestamp("2022-05-01"), recorded))
    return Records(np.array(["school_engaged"], dtype=object), text, text, text, when, known, np.full(len(when), FAR))


@pytest.fixture
def child(world: Tables) -> Tables:
    """The tables with one child, C1, aged ten, who has always lived in one home."""
    one = world.children.iloc[:1].assign(child_id="C1", birth_date=pd.Timestamp("2012-01-01"))
    home = world.residence.iloc[:1].assign(
        child_id="C1", start_date=pd.Timestamp("2012-01-01"), end_date=pd.NaT, recorded_at=pd.Timestamp("2012-01-02")
    )
    return replace(world, children=one, residence=home, missing_episodes=world.missing_episodes.iloc[:0])


def spell(tables: Tables, start: str, recorded: pd.Timestamp) -> Tables:
    home = tables.residence.assign(start_date=pd.Timestamp(start), recorded_at=recorded)
    return replace(tables, residence=home)


def episode(tables: Tables, world: Tables, recorded: pd.Timestamp, interview: pd.Timestamp | None) -> Tables:
    row = world.missing_episodes.iloc[:1].assign(
        child_id="C1", missing_from=pd.Timestamp("2022-05-01"), recorded_at=recorded, return_interview_at=interview
    )
    return replace(tables, missing_episodes=row)


def test_silent_sources_are_those_without_a_record_known_on_the_day(child: Tables) -> None:
    assert find_gaps(child, records("school", BEFORE), "C1", 10, DAY) == ["Nothing from health services is on record."]
    both = ["Nothing from school or health services is on record."]
    assert find_gaps(child, records("school", AFTER), "C1", 10, DAY) == both
    assert find_gaps(child, records("police", BEFORE), "C1", 4, DAY) == ["Nothing from health services is on record."]


def test_return_interviews_count_only_what_was_recorded_before_the_day(child: Tables, world: Tables) -> None:
    heard = records("health", BEFORE)
    missing = "No return interview is on record for 1 of 1 missing episode."
    assert missing in find_gaps(episode(child, world, BEFORE, None), heard, "C1", 4, DAY)
    assert missing in find_gaps(episode(child, world, BEFORE, AFTER), heard, "C1", 4, DAY)
    assert find_gaps(episode(child, world, BEFORE, BEFORE), heard, "C1", 4, DAY) == []
    assert find_gaps(episode(child, world, AFTER, None), heard, "C1", 4, DAY) == []


def test_a_newcomer_is_one_whose_first_known_home_is_recent(child: Tables) -> None:
    heard = records("health", BEFORE)
    told = ["Came to the area on 1 March 2022: earlier records may lie elsewhere."]
    assert find_gaps(spell(child, "2022-03-01", BEFORE), heard, "C1", 4, DAY) == told
    assert find_gaps(spell(child, "2022-03-01", AFTER), heard, "C1", 4, DAY) == [], "not known on the day"
    assert find_gaps(spell(child, "2019-03-01", BEFORE), heard, "C1", 4, DAY) == []
    assert find_gaps(child, heard, "C1", 4, DAY) == []


def test_an_earlier_home_that_was_recorded_later_doesn_t_count_yet(child: Tables) -> None:
    late = child.residence.assign(recorded_at=AFTER)
    moved = child.residence.assign(start_date=pd.Timestamp("2022-03-01"), recorded_at=BEFORE)
    tables = replace(child, residence=pd.concat([late, moved], ignore_index=True))
    assert find_gaps(tables, records("health", BEFORE), "C1", 4, DAY) == [
        "Came to the area on 1 March 2022: earlier records may lie elsewhere."
    ]


def test_the_gaps_of_a_list_are_those_of_the_raw_tables(
    world: Tables, made_list: ReferralList, known: dict[str, pd.DataFrame]
) -> None:
    episodes = world.missing_episodes[world.missing_episodes["recorded_at"] < DAY]
    several = 0
    for row in made_list.frame.itertuples():
        heard = set(known[row.child_id]["source"].dropna())
        asked = [("school", "school")] * (row.age_years >= 5) + [("health", "health services")]
        silent = [words for source, words in asked if source not in heard]
        expected = f"Nothing from {' or '.join(silent)} is on record." if silent else ""
        assert row.data_gaps.startswith(expected)
        assert ("Nothing from" in row.data_gaps) == bool(silent)
        own = episodes[episodes["child_id"] == row.child_id]
        without = int((~(own["return_interview_at"] < DAY)).sum())
        told = f"No return interview is on record for {without} of {len(own)} missing episode"
        assert (told in row.data_gaps) == (without > 0)
        several += without > 0
    assert several > 3
