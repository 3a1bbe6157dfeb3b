"""The world as a whole: the same bytes, its families, and the dependence of what happens in them."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.history import build_history
from ace_risk.data.load import load_tables
from ace_risk.data.tables import Tables
from ace_risk.errors import StudyError
from ace_risk.plans import World
from ace_risk.world import shards
from ace_risk.world.simulate import simulate


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        simulate(World(children=400, seed=seed), tmp_path / name)
    first, second, other = (fingerprints(tmp_path / name) for name in "abc")
    assert first == second
    assert first["incidents.parquet"] != other["incidents.parquet"]


def test_what_is_written_loads_as_what_was_returned(tmp_path: Path) -> None:
    made = simulate(World(children=400, seed=5), tmp_path / "data")
    loaded = load_tables(tmp_path / "data")
    assert loaded.synthetic
    for name in made.names:
        pd.testing.assert_frame_equal(getattr(loaded, name), getattr(made, name))
    section = json.loads((tmp_path / "data" / "datapackage.json").read_text())["ace_risk"]
    assert section["generator"] == "ace-risk"
    assert section["seed"] == 5
    assert World.model_validate(section["config"]) == World(children=400, seed=5)


def test_a_shard_is_the_same_in_a_smaller_and_in_a_larger_world(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_CHILDREN", 300)
    small, large = simulate(World(children=300, seed=4)), simulate(World(children=700, seed=4))
    shared = large.incidents[large.incidents["incident_id"].isin(small.incidents["incident_id"])]
    pd.testing.assert_frame_equal(shared.reset_index(drop=True), small.incidents)
    assert len(large.incidents) > 1.5 * len(small.incidents)
    for name, key in (("children", "child_id"), ("incidents", "incident_id"), ("services", "service_id")):
        assert getattr(large, name)[key].is_unique


def test_progress_rises_to_one() -> None:
    seen: list[float] = []
    simulate(World(children=60), progress=lambda share, _: seen.append(share))
    assert seen[-1] == 1.0
    assert all(earlier < later for earlier, later in pairwise(seen))


def test_same_bytes_whatever_the_number_of_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_CHILDREN", 200)
    world = World(children=700, seed=4)
    for workers in (1, 2, 3):
        simulate(world, tmp_path / str(workers), workers=workers)
    alone, two, three = (fingerprints(tmp_path / name) for name in "123")
    assert len(alone) > 8
    assert alone == two == three


def test_a_world_without_a_record_is_made_but_not_written(tmp_path: Path) -> None:
    world = World(children=50, seed=0, start=date(2025, 12, 31))
    tables = simulate(world)
    assert tables.incidents.empty
    assert build_history(tables).empty
    with pytest.raises(StudyError, match="50 children from 2025-12-31 to 2026-01-01 leave no recorded incident"):
        simulate(world, tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


def test_siblings_share_households(tables: Tables) -> None:
    at_home = tables.residence[tables.residence["end_date"].isna()]
    sizes = at_home.groupby("household_id").size()
    assert 1.4 < sizes.mean() < 2.2
    assert (sizes >= 3).mean() > 0.05


def test_the_trio_comes_together_more_than_by_chance(tables: Tables) -> None:
    incidents = tables.incidents.dropna(subset="household_id")
    trio = ["domestic_abuse", "parental_substance_use", "parental_mental_health"]
    households = tables.residence["household_id"].unique()
    seen = np.array([np.isin(households, incidents.loc[incidents["kind"] == kind, "household_id"]) for kind in trio])
    assert seen.all(axis=0).mean() > 3 * seen.mean(axis=1).prod()


def test_abuse_and_notices_come_in_bursts(tables: Tables) -> None:
    """Published shares of repeats differ by force and by what is counted, from about a quarter to a half."""
    abuse = tables.incidents[tables.incidents["kind"] == "domestic_abuse"].sort_values("occurred_at")
    since = abuse.groupby("household_id")["occurred_at"].diff()
    assert 0.25 < (since <= pd.Timedelta(days=365)).mean() < 0.5
    named = tables.involvement.merge(tables.incidents[tables.incidents["kind"] == "ppn"], on="incident_id")
    since = named.sort_values("occurred_at").groupby("child_id")["occurred_at"].diff()
    soon, year = ((since <= pd.Timedelta(days=days)).mean() for days in (91, 365))
    assert soon > 0.4 * year


def test_records_come_after_events_by_source(tables: Tables) -> None:
    wait = tables.incidents["recorded_at"] - tables.incidents["occurred_at"]
    median = wait.groupby(tables.incidents["source"]).median()
    assert median["police"] < pd.Timedelta(hours=12)
    assert median["health"] > pd.Timedelta(days=2)


def test_most_anti_social_behaviour_names_no_child(tables: Tables) -> None:
    asb = tables.incidents[tables.incidents["kind"].str.startswith("asb")]
    named = asb["incident_id"].isin(tables.involvement["incident_id"])
    assert 0.70 < 1 - named.mean() < 0.85


def test_missing_repeats_and_more_in_care(tables: Tables) -> None:
    episodes = tables.missing_episodes.groupby("child_id").size()
    assert episodes.mean() > 1.4
    care = tables.missing_episodes[tables.missing_episodes["from_care"]].groupby("child_id").size()
    assert care.mean() > episodes.mean()
