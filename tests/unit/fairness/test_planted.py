"""Three cells of the planted-bias study, and what it is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.planted import Population, draw_households, plant_gap, pool, primary_comparisons, verdict_shares

PRIMARY = (("sex", "tpr"),)


def people(homes: int = 2_500) -> Population:
    """Households of two with like outcomes and lists; about 1,600 girls for whom support followed."""
    rng = np.random.default_rng(17)
    home = np.repeat(np.arange(homes), 2)
    alike = np.repeat(rng.random(homes), 2)
    label = rng.random(2 * homes) < np.where(alike < 0.64, 0.9, 0.2)
    listed = rng.random(2 * homes) < np.where(alike < 0.32, 0.8, 0.4)
    return Population(label, listed, pd.DataFrame({"sex": rng.choice(["Girls", "Boys"], 2 * homes)}), home)


EVERYBODY = people()


def cell(gap: float, **more) -> pd.Series:
    planted = plant_gap(EVERYBODY, "sex", "Girls", gap, seed=2)
    table, alarm = verdict_shares(planted, PRIMARY, margin=0.05, replicates=60, n_boot=100, seed=5, **more)
    return table.iloc[0].to_dict() | {"alarm": alarm, "size": abs(table.iloc[0]["gap"])}


def test_no_gap_raises_no_alarm():
    found = cell(0.0)
    assert found["size"] < 0.001
    assert found["outside"] == found["alarm"] == 0


def test_a_gap_as_wide_as_the_margin_raises_an_alarm_in_at_most_5_of_100_audits():
    found = cell(0.05)
    assert found["size"] == pytest.approx(0.05, abs=0.001)
    assert found["outside"] <= 0.05


def test_a_gap_of_20_points_is_found_in_at_least_80_of_100_audits_with_1600_positives():
    found = cell(0.2)
    assert found["size"] == pytest.approx(0.2, abs=0.001)
    assert found["positives"] >= 1_500
    assert found["outside"] >= 0.8
    assert found["alarm"] == 0, "a gap beyond the margin is no false alarm"


def test_a_small_draw_of_a_wide_gap_is_mostly_not_enough_evidence():
    found = cell(0.2, times=0.03)
    assert found["positives"] < 80
    assert found["outside"] < 0.5


def test_draws_hold_whole_households():
    drawn = draw_households(EVERYBODY, 0.5, np.random.default_rng(1))
    assert np.bincount(drawn.households).tolist() == [2] * 1_250
    assert len(drawn.label) == len(drawn.groups) == 2_500
    more = draw_households(EVERYBODY, 2, np.random.default_rng(1))
    assert more.households.max() + 1 == 5_000
    assert more.label.mean() == pytest.approx(EVERYBODY.label.mean(), abs=0.03)


def recorded(seed: int) -> Population:
    """The same households with the same lives, recorded anew: the outcome follows in 1 of 3 recordings of a girl."""
    rng = np.random.default_rng(seed)
    girl = np.arange(900) % 2 == 0
    label = rng.random(900) < np.where(girl, 1 / 3, 2 / 3)
    sex = pd.DataFrame({"sex": np.where(girl, "Girls", "Boys")})
    return Population(label, rng.random(900) < 0.5, sex, np.repeat(np.arange(300), 3))


def test_a_pool_holds_every_recording_and_its_gap_is_that_of_all_together():
    recordings = [recorded(seed) for seed in range(8)]
    together = pool(recordings)
    assert np.bincount(together.households).tolist() == [3] * 2_400
    found = primary_comparisons(together, PRIMARY, 0.05, 1, 0).iloc[0]
    label, listed = (np.concatenate([getattr(one, name) for one in recordings]) for name in ("label", "listed"))
    girls = np.concatenate([one.groups["sex"] == "Girls" for one in recordings])
    first, other = (listed[label & who].mean() for who in (girls, ~girls))
    assert found["gap"] == pytest.approx((first - other) * (1 if found["group"] == "Girls" else -1), abs=1e-12)
    assert found["positives"] == (label & (girls if found["group"] == "Girls" else ~girls)).sum()


def test_a_draw_from_a_pool_is_as_large_as_one_recording_and_varies_by_family_and_recording():
    recordings = [recorded(seed) for seed in range(8)]
    together = pool(recordings)
    rng = np.random.default_rng(4)
    shares = []
    for _ in range(400):
        drawn = draw_households(together, 1 / 8, rng)
        assert len(drawn.label) == 900
        shares.append(drawn.label.mean())
    by_home = together.label.reshape(-1, 3).mean(axis=1)
    assert np.mean(shares) == pytest.approx(by_home.mean(), abs=0.004)
    assert np.std(shares) == pytest.approx(by_home.std() / np.sqrt(300), rel=0.12)
