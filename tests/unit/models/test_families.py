from __future__ import annotations

import numpy as np
import pandas as pd

from ace_risk.models.families import family_draw, family_of


def test_families_are_those_of_a_plain_walk():
    rng = np.random.default_rng(3)
    residence = pd.DataFrame(
        {"child_id": rng.integers(0, 120, 150).astype(str), "household_id": rng.integers(0, 90, 150).astype(str)}
    )
    family = family_of(residence)
    homes = residence.groupby("child_id")["household_id"].agg(set).to_dict()
    for start in homes:
        reached, waiting = {start}, [start]
        while waiting:
            child = waiting.pop()
            for other in homes:
                if other not in reached and homes[child] & homes[other]:
                    reached.add(other)
                    waiting.append(other)
        assert set(family.index[family == family[start]]) == reached


def test_a_family_has_one_draw_whatever_the_order_of_rows():
    residence = pd.DataFrame({"child_id": list("abcdef"), "household_id": list("112233")})
    rows = pd.Series(list("fabcab"))
    draw = family_draw(rows, family_of(residence), seed=1)
    turned = family_draw(rows[::-1], family_of(residence.iloc[::-1]), seed=1)
    assert draw.tolist() == turned[::-1].tolist()
    assert draw[1] == draw[2] == draw[4]
    assert draw[0] != draw[3]
    assert draw.tolist() != family_draw(rows, family_of(residence), seed=2).tolist()


def test_draws_are_spread_evenly():
    residence = pd.DataFrame({"child_id": np.arange(4_000).astype(str), "household_id": np.arange(4_000).astype(str)})
    draw = family_draw(residence["child_id"], family_of(residence), seed=1)
    assert draw.min() >= 0 < 1 > draw.max()
    assert abs(np.quantile(draw, [0.25, 0.5, 0.75]) - [0.25, 0.5, 0.75]).max() < 0.03
