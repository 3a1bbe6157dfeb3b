"""Three cells of the planted-bias study, and what it is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.planted import Population, draw_households, plant_gap, verdict_shares

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
