"""Families, their children and their homes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ace_risk.plans import World
from ace_risk.world.lives import Lives
from ace_risk.world.people import ETHNICITY_CODES, ETHNICITY_SHARES, day_number, eighteenth_birthday, make_people
from ace_risk.world.places import hub_shares


@pytest.mark.parametrize("quota", [1, 50, 777])
def test_exactly_as_many_children_live_here_at_the_end(quota: int) -> None:
    world = World(seed=5)
    people = make_people(world, 0, quota)
    last = np.full(people.children, day_number(world.end) - 1)
    assert people.present(np.arange(people.children), last).sum() == quota


def test_a_long_world_has_enough_families() -> None:
    world = World(seed=5, start=date(1996, 1, 1))
    people = make_people(world, 0, 500)
    last = np.full(people.children, day_number(world.end) - 1)
    assert people.present(np.arange(people.children), last).sum() == 500


def test_children_of_a_family_stand_together_in_order_of_birth(lives: Lives) -> None:
    people = lives.people
    assert (np.diff(people.family) >= 0).all()
    same = people.family[1:] == people.family[:-1]
    assert (np.diff(people.birth)[same] >= 270).all()
    assert (people.family[people.first_child] == np.arange(people.families)).all()
    assert people.family_size.sum() == people.children


def test_eighteen_by_the_calendar() -> None:
    born = pd.date_range("2003-12-30", "2008-03-02", freq="11h").normalize().unique()
    days = (born - pd.Timestamp("1970-01-01")).days.to_numpy()
    expected = [
        day_number(date(day.year + 18, 3, 1) if (day.month, day.day) == (2, 29) and (day.year + 18) % 4 else
                   date(day.year + 18, day.month, day.day))
        for day in born
    ]  # fmt: skip
    assert eighteenth_birthday(days).tolist() == expected


def test_shares_of_ethnicity_add_up() -> None:
    for shares in ETHNICITY_SHARES.values():
        assert len(shares) == len(ETHNICITY_CODES)
        assert sum(shares) == pytest.approx(1, abs=0.01)


def test_the_home_of_a_day_is_the_last_one_moved_into(lives: Lives) -> None:
    homes = lives.homes
    random = np.random.default_rng(0)
    family = random.integers(0, lives.people.families, 300)
    day = random.integers(lives.start, lives.end, 300)
    found = homes.at(family, day)
    for row, (which, when) in enumerate(zip(family, day, strict=True)):
        own = np.flatnonzero(homes.family == which)
        before = own[homes.since[own] <= when]
        assert found[row] == (before[-1] if len(before) else own[0])


def test_more_adversity_more_deprivation(lives: Lives) -> None:
    decile = lives.homes.decile[: len(lives.homes.family)]
    adversity = lives.people.adversity[lives.homes.family]
    assert adversity[decile == 1].mean() > adversity[decile == 10].mean() + 0.5
    assert decile.min() == 1
    assert decile.max() == 10


def test_unknown_hubs_share_equally() -> None:
    shares, leaning = hub_shares(World(hubs=("One", "Two"), profile="urban"))
    assert shares.tolist() == [0.5, 0.5]
    assert leaning[0] == leaning[1]
