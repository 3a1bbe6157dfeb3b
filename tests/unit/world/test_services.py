"""Agencies and support: they act on records, support takes events away, plans follow each other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ace_risk.data.tables import Tables
from ace_risk.world.lives import Lives
from ace_risk.world.measured_lives import episodes_of_need
from ace_risk.world.rates import CODE
from ace_risk.world.services import KINDS, MOST_STARTS, easing, is_quarter, log_odds, month_edges, start_chance


def day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))


def test_months_follow_the_calendar() -> None:
    edges = month_edges(day("2019-11-12"), day("2020-03-05"))
    assert edges.tolist() == [day(text) for text in ("2019-11-12", "2019-12-01", "2020-01-01", "2020-02-01",
                                                     "2020-03-01", "2020-03-05")]  # fmt: skip
    whole = month_edges(day("2020-01-01"), day("2021-01-01"))
    assert len(whole) == 13
    assert [is_quarter(first) for first, _ in pairwise(whole.tolist())].count(True) == 4


def test_more_known_more_likely_and_help_less(lives: Lives) -> None:
    people = lives.people
    none = np.zeros(people.children)
    base = log_odds(people, none, lives.end, none, none, none)
    assert (log_odds(people, none, lives.end, none + 3, none, none) > base).all()
    assert (log_odds(people, none, lives.end, none, none + 3, none) > base).all()
    assert (log_odds(people, none + 1, lives.end, none, none, none) > base).all()
    assert (easing(np.array([True]), np.array([False])) < 0).all()
    assert (easing(np.array([False]), np.array([True])) < 0).all()


def test_support_takes_events_away(lives: Lives) -> None:
    spells = lives.course.spells
    helped = np.unique(spells.child[spells.kind == KINDS.index("early_help")])
    own = lives.events.child >= 0
    prevented = ~lives.happened
    assert prevented.sum() > 50
    with_help = np.isin(lives.people.family, lives.people.family[helped])
    supported = np.unique(spells.child[spells.kind >= KINDS.index("early_help")])
    reached = with_help | np.isin(np.arange(lives.people.children), supported)
    assert reached[lives.events.child[own & prevented]].all()


def test_statutory_work_follows_records(lives: Lives) -> None:
    """Children whose family was recorded for domestic abuse are far more often in need."""
    spells = lives.course.spells
    in_need = np.isin(np.arange(lives.people.children), spells.child[spells.kind == KINDS.index("cin")])
    seen = lives.written & (lives.events.kind == CODE["domestic_abuse"])
    recorded = np.isin(lives.people.family, lives.events.family[seen])
    assert in_need[recorded].mean() > 3 * in_need[~recorded].mean()


def test_much_need_makes_long_work_and_not_endless_starts(tables: Tables) -> None:
    plans = tables.services[tables.services["kind"].isin(["cin", "s47", "cpp", "looked_after"])]
    episodes = episodes_of_need(plans, tables.data_end).groupby("child_id").size()
    assert 0.15 < (episodes > 1).mean() < 0.40
    assert (episodes > 6).mean() < 0.01
    assert episodes.max() <= 12
    assert plans.groupby("child_id").size().max() <= 16


def test_no_chance_of_a_start_is_above_the_highest() -> None:
    odds = np.array([-6.0, 0.0, 40.0])
    assert start_chance(odds).tolist() == pytest.approx([MOST_STARTS / (1 + np.exp(6)), MOST_STARTS / 2, MOST_STARTS])


def test_siblings_are_often_decided_together(tables: Tables) -> None:
    starts = tables.services[tables.services["kind"].isin(["cin", "s47"])]
    homes = tables.residence.drop_duplicates("child_id")[["child_id", "household_id"]]
    rows = starts.merge(homes, on="child_id")
    month = rows["start_date"].dt.to_period("M").astype(str)
    together = rows.groupby([rows["household_id"], month])["child_id"].nunique()
    assert (together > 1).mean() > 0.1


def test_work_starts_on_working_days(tables: Tables) -> None:
    first = tables.services["start_date"].min()
    starts = tables.services.loc[tables.services["start_date"] > first, "start_date"]
    assert (starts.dt.day_of_week < 5).mean() > 0.999
