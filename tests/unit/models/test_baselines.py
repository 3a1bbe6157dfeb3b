"""The rankings that a model has to beat."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import StudyError
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.models.baselines import chance, load_baselines

FEATURES = pd.DataFrame(
    {
        "other": [1, 1, 1, 1],
        "ppn_green_count_91d": [0, 2, 3, 9],
        "ace_distinct_kinds_ever": [3, 0, 5, 1],
        "contact_days_since_last_ever": [3.0, 0.0, np.nan, 36_000.0],
    },
    index=[4, 3, 2, 1],
)
COHORT = pd.DataFrame(
    {"child_id": list("abca"), "cutoff": pd.to_datetime(["2026-05-12"] * 3 + ["2026-08-12"])}, index=FEATURES.index
)


def test_each_scores_by_its_rule() -> None:
    baselines = load_baselines(configs_folder() / "aces.yaml", load_kinds())
    found = {name: score.tolist() for name, _, score in baselines.scores(FEATURES, COHORT, seed=7)}
    assert found == {
        "ace_count": [3, 0, 5, 1],
        "ppn_rule": [0, 0, 1, 1],
        "recent_contact": [0.25, 1, 0, 1 / 36_001],
        "chance": chance(COHORT, 7).tolist(),
    }
    assert set(baselines.catalogue.names) < set(FEATURES.columns)


def test_contact_is_any_record_but_enforcement() -> None:
    kinds = load_kinds()
    counted = set(load_baselines(configs_folder() / "aces.yaml", kinds).contact.kinds)
    assert counted == set(kinds.all) - kinds.enforcement
    assert "stop_search" not in counted


def test_chance_is_even_and_depends_on_seed_child_and_cutoff_but_not_on_the_order_of_rows() -> None:
    days = pd.date_range("2024-01-01", periods=20).repeat(500)
    cohort = pd.DataFrame({"child_id": [f"c{i}" for i in range(500)] * 20, "cutoff": days})
    drawn = chance(cohort, 1)
    assert len(np.unique(drawn)) == len(drawn)
    assert np.histogram(drawn, bins=10, range=(0, 1))[0] == pytest.approx([1_000] * 10, abs=120)
    assert abs(np.corrcoef(drawn[:5_000], drawn[5_000:])[0, 1]) < 0.05
    assert abs(np.corrcoef(drawn, chance(cohort, 2))[0, 1]) < 0.05
    order = np.random.default_rng(0).permutation(len(cohort))
    assert (chance(cohort.iloc[order], 1) == drawn[order]).all()


def test_kinds_that_are_unknown_or_enforcement_are_refused_together(tmp_path: Path) -> None:
    path = tmp_path / "aces.yaml"
    path.write_text("aces: [arrest, dragons]\nppn_rule: {kinds: [ppn_child], at_least: 0}\n")
    with pytest.raises(StudyError, match="at_least"):
        load_baselines(path, load_kinds())
    path.write_text("aces: [arrest, dragons]\nppn_rule: {kinds: [arrest]}\n")
    with pytest.raises(StudyError, match=r"(?s)dragons: is not a kind.*arrest"):
        load_baselines(path, load_kinds())
