"""True need: the trio's dependence, its spells, and what it does to children."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from ace_risk.world.events import of_children, of_families
from ace_risk.world.lives import Lives
from ace_risk.world.need import MODERATE_CUT, SEVERE_CUT, STEP_DAYS
from ace_risk.world.rates import RATES


def test_shares_of_the_trio_are_normal_tails(lives: Lives) -> None:
    trio = lives.need.trio
    for place in range(3):
        assert abs((trio[place] >= 1).mean() - norm.sf(MODERATE_CUT[place])) < 0.03
        assert abs((trio[place] == 2).mean() - norm.sf(SEVERE_CUT[place])) < 0.02


def test_the_trio_depends_and_lasts(lives: Lives) -> None:
    severe = lives.need.trio == 2
    together = severe.all(axis=0).mean()
    assert together > 15 * severe.mean(axis=(1, 2)).prod()
    stays = severe[:, :, 1:][severe[:, :, :-1]].mean()
    assert stays > 0.7


def test_families_with_young_children_have_more_of_it(lives: Lives) -> None:
    people, need = lives.people, lives.need
    last = people.birth[people.first_child + people.family_size - 1]
    day = need.begin + STEP_DAYS * np.arange(need.quarters)
    young = day[None, :] - last[:, None] < 5 * 365.25
    any_of_it = (need.trio >= 1).any(axis=0)
    assert any_of_it[young].mean() > any_of_it[~young].mean() + 0.03


def test_home_and_strengths_make_a_childs_need(lives: Lives) -> None:
    people, need = lives.people, lives.need
    mean = need.child.mean(axis=1)
    burden = need.trio.sum(axis=0).mean(axis=1)[people.family]
    assert np.corrcoef(mean, burden)[0, 1] > 0.4
    assert mean[people.trusted_adult].mean() < mean[~people.trusted_adult].mean() - 0.4
    assert np.corrcoef(mean, people.resilience)[0, 1] < -0.2


def test_events_follow_severity_and_need(lives: Lives) -> None:
    people, need = lives.people, lives.need
    abuse = of_families(need, RATES["domestic_abuse"], 10)
    level = need.trio[0, :, 10]
    assert abuse[level == 0].max() < abuse[level == 1].min() < abuse[level == 2].min()
    search = of_children(people, need, RATES["stop_search"], 10)
    age = (need.begin + 10.5 * STEP_DAYS - people.birth) / 365.25
    assert (search[age < 9.5] == 0).all()
    teens = (age > 14) & (age < 16) & (search > 0)
    need_now = need.child[:, 10]
    assert search[teens & (need_now > 1)].mean() > 2 * search[teens & (need_now < 0)].mean()
