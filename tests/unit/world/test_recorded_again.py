"""The same truth recorded again: what stays, what is drawn anew, and what is written about it."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from ace_risk.data.load import load_tables
from ace_risk.plans import World
from ace_risk.world.simulate import simulate, simulate_with_truth

FIRST = World(children=800, seed=5)
AGAIN = FIRST.model_copy(update={"recording_seed": 1})


@pytest.fixture(scope="module")
def worlds():
    return simulate_with_truth(FIRST), simulate_with_truth(AGAIN)


def test_people_homes_and_need_stay(worlds):
    (tables, truth), (tables_again, truth_again) = worlds
    fixed = [name for name in truth.children if name.startswith(("need", "quarters"))]
    fixed += ["child_id", "group", "sex", "trusted_adult", "resilience", "parents_separated"]
    assert len(fixed) > 20
    pd.testing.assert_frame_equal(truth.children[fixed], truth_again.children[fixed])
    pd.testing.assert_frame_equal(tables.children[["child_id", "birth_date", "sex"]], tables_again.children.iloc[:, :3])
    assert (truth.children["true_neglect"] > 0).any()
    assert truth.children["true_bereavement"].sum() == pytest.approx(
        truth_again.children["true_bereavement"].sum(), rel=0.02
    ), "what happens differs only by what support prevents and who was in care"


def test_records_and_decisions_are_drawn_anew(worlds):
    (tables, truth), (tables_again, truth_again) = worlds
    recorded, again = truth.children["events_recorded"], truth_again.children["events_recorded"]
    assert (recorded != again).sum() > 50
    assert again.sum() == pytest.approx(recorded.sum(), rel=0.15)
    for table, column in (("children", "ethnicity"), ("services", "start_date"), ("missing_episodes", "recorded_at")):
        one, other = getattr(tables, table), getattr(tables_again, table)
        assert not one[column].equals(other[column]), f"{table}.{column}"
    assert not truth.oracle["with_support"].equals(truth_again.oracle["with_support"])


def test_a_recording_is_the_same_each_time_and_told_apart_by_its_number(worlds):
    tables = worlds[1][0]
    other = simulate(FIRST.model_copy(update={"recording_seed": 2}))
    again = simulate(AGAIN)
    for name in tables.names:
        pd.testing.assert_frame_equal(getattr(again, name), getattr(tables, name))
    assert len(other.incidents) != len(tables.incidents)


def test_the_package_names_a_recording_only_where_there_is_one(tmp_path):
    for world, name in ((FIRST, "first"), (AGAIN, "again")):
        simulate(world, tmp_path / name)
    first, again = (
        json.loads((tmp_path / name / "datapackage.json").read_text())["ace_risk"]["config"]
        for name in ("first", "again")
    )
    assert "recording_seed" not in first
    assert again["recording_seed"] == 1
    assert World.model_validate(first) == FIRST
    assert load_tables(tmp_path / "again").synthetic
