"""Calibration within groups, against known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.calibrated import calibration_records


def records(rng, bold=0.0, rows=6_000, **more):
    groups = pd.DataFrame({"sex": np.where(np.arange(rows) % 2 == 0, "Girls", "Boys")})
    probability = rng.uniform(0.1, 0.6, rows)
    label = rng.random(rows) < probability + bold * (groups["sex"] == "Girls").to_numpy()
    made = calibration_records(probability, label, groups, ["sex"], np.arange(rows) // 2, **more)
    return {row["group"]: row for row in made}, probability, label


def test_a_group_for_whom_support_follows_more_often_than_the_score_says_is_seen():
    found, probability, label = records(np.random.default_rng(1), bold=0.2)
    assert found["Girls"]["low"] > 0.15
    assert abs(found["Boys"]["difference"]) < 0.03
    assert found["Girls"]["expected"] == pytest.approx(probability[::2].mean())
    assert found["Girls"]["followed"] == pytest.approx(label[::2].mean())


def test_intervals_hold_nought_in_about_95_of_100_calibrated_worlds():
    held = 0
    for seed in range(300):
        found, _, _ = records(np.random.default_rng(seed), rows=400)
        held += found["Girls"]["low"] <= 0 <= found["Girls"]["high"]
    assert 0.91 <= held / 300 <= 0.985


def figures(row):
    return {value for name, value in row.items() if name not in ("attribute", "group")}


def test_a_hidden_group_has_no_figure_and_few_households_have_no_interval():
    hidden, _, _ = records(np.random.default_rng(2), rows=400, hidden={("sex", "Girls")})
    assert figures(hidden["Girls"]) == {None}
    assert None not in figures(hidden["Boys"])
    small, _, label = records(np.random.default_rng(2), rows=40, hide_below=20)
    assert 0 < label[::2].sum() < 20
    assert figures(small["Girls"]) == {None}
    few, _, _ = records(np.random.default_rng(2), rows=40)
    assert few["Girls"]["low"] is None
    assert few["Girls"]["followed"] is not None
