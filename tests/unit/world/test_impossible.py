"""What can't happen in a life doesn't happen in the synthetic world, whatever the seed and the place."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.tables import Tables
from ace_risk.data.validate import find_late, find_problems
from ace_risk.kinds import load_kinds
from ace_risk.plans import Biases, World
from ace_risk.world.simulate import simulate

WORLDS = {
    "cumbria": World(children=1_500, seed=1),
    "urban": World(children=1_500, seed=2, profile="urban", hubs=("North", "South")),
    "biased": World(
        children=1_500,
        seed=4,
        profile="urban",
        biases=Biases(over_contact=1, adultification=1, care_home_calls=1, missing_ethnicity=1, threshold_gap=1),
    ),
    "short": World(children=1_200, seed=3, start=date(2022, 5, 17), end=date(2025, 2, 28)),
}
ENFORCEMENT = {"stop_search", "custody", "arrest", "charge", "crime", "weapons"}


@pytest.fixture(scope="module", params=WORLDS, name="lived")
def _lived(request: pytest.FixtureRequest) -> tuple[World, Tables]:
    world = WORLDS[request.param]
    return world, simulate(world)


def frames(tables: Tables) -> dict[str, pd.DataFrame]:
    return {name: getattr(tables, name) for name in tables.names}


def named(tables: Tables) -> pd.DataFrame:
    """One row per child named in an incident, with the incident and the child beside it."""
    rows = tables.involvement.merge(tables.incidents, on="incident_id").merge(tables.children, on="child_id")
    return rows.assign(age=age_at(rows["birth_date"], rows["occurred_at"]))


def age_at(birth: pd.Series, when: pd.Series) -> pd.Series:
    """Age in completed years."""
    before = (when.dt.month * 100 + when.dt.day) < (birth.dt.month * 100 + birth.dt.day)
    return when.dt.year - birth.dt.year - before


def inside(rows: pd.DataFrame, spells: pd.DataFrame, time: str, key: str) -> pd.Series:
    """For each row, whether some spell of the same key runs at that time."""
    asked = pd.DataFrame({"row": rows.index, "key": rows[key].to_numpy(), "when": rows[time].to_numpy()})
    runs = spells[[key, "start_date", "end_date"]].set_axis(["key", "start", "end"], axis=1)
    pairs = asked.merge(runs, on="key")
    held = pairs[(pairs["start"] <= pairs["when"]) & ~(pairs["end"] <= pairs["when"])]
    return pd.Series(rows.index.isin(held["row"]), index=rows.index)


def test_the_contract_holds(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    assert [str(problem) for problem in find_problems(frames(tables), load_kinds())] == []
    assert find_late(frames(tables), tables.data_end) == []


def test_as_many_children_live_here_at_the_end_as_were_asked_for(lived: tuple[World, Tables]) -> None:
    world, tables = lived
    here = tables.residence[tables.residence["end_date"].isna()].merge(tables.children, on="child_id")
    assert len(here) == here["child_id"].nunique() == world.children
    assert (here["birth_date"] + pd.DateOffset(years=18) >= tables.data_end).all()


def test_nothing_happens_outside_the_period(lived: tuple[World, Tables]) -> None:
    world, tables = lived
    for frame in frames(tables).values():
        for name in frame.select_dtypes("datetime").columns.drop("birth_date", errors="ignore"):
            assert (frame[name].dropna() >= pd.Timestamp(world.start)).all(), name
            assert (frame[name].dropna() < pd.Timestamp(world.end)).all(), name


def test_every_record_of_a_child_falls_while_the_child_lives_here(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = named(tables)
    assert inside(rows, tables.residence, "occurred_at", "child_id").all()
    assert inside(tables.missing_episodes, tables.residence, "missing_from", "child_id").all()
    assert inside(tables.services, tables.residence, "start_date", "child_id").all()
    assert (rows["occurred_at"] >= rows["birth_date"]).all()
    assert (rows["age"] < 18).all()


def test_no_household_incident_where_nobody_of_the_area_lives(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    household = tables.incidents[tables.incidents["household_id"].notna()]
    kinds = load_kinds().household
    assert set(household["kind"]) <= kinds
    assert tables.incidents[tables.incidents["kind"].isin(kinds)]["household_id"].notna().all()
    assert inside(household, tables.residence, "occurred_at", "household_id").all()


def test_children_named_in_a_household_incident_live_in_that_household(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = named(tables)
    rows = rows[rows["household_id"].notna()].reset_index(drop=True)
    spells = tables.residence.assign(pair=tables.residence["child_id"] + tables.residence["household_id"])
    assert len(rows) > 20
    assert inside(rows.assign(pair=rows["child_id"] + rows["household_id"]), spells, "occurred_at", "pair").all()


def test_kinds_keep_to_their_ages(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    youngest = named(tables).groupby("kind")["age"].min()
    assert (youngest[youngest.index.isin(ENFORCEMENT)] >= 10).all()
    assert (youngest[youngest.index.str.startswith("asb")] >= 10).all()
    assert (youngest[youngest.index.isin(["school_exclusion", "school_absence", "school_engaged"])] >= 4).all()
    assert youngest["self_harm"] >= 8
    assert youngest["trusted_adult"] >= 4


def test_no_school_record_outside_term_weekdays(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    when = tables.incidents.loc[tables.incidents["kind"] == "school_exclusion", "occurred_at"]
    assert (when.dt.day_of_week < 5).all()
    assert (when.dt.month != 8).all()
    assert when.dt.hour.between(8, 16).all()


def test_missing_from_care_only_while_looked_after(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    care = tables.services[tables.services["kind"] == "looked_after"]
    cared_for = inside(tables.missing_episodes, care, "missing_from", "child_id")
    ended = care["end_date"].isna().any()
    assert not (tables.missing_episodes["from_care"] & ~cared_for).any()
    assert ended or cared_for.equals(tables.missing_episodes["from_care"])


def test_nobody_is_missing_twice_at_once(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = tables.missing_episodes.sort_values(["child_id", "missing_from"])
    before = rows.groupby("child_id")["missing_to"].shift()
    again = rows["child_id"].duplicated()
    assert (rows.loc[again, "missing_from"] > before[again]).all()


def test_nobody_graded_low_is_gone_for_weeks(lived: tuple[World, Tables]) -> None:
    rows = lived[1].missing_episodes
    hours = (rows["missing_to"] - rows["missing_from"]).dt.total_seconds() / 3600
    for grade, longest in {"very_low": 24, "low": 72, "medium": 336}.items():
        assert not (hours[rows["risk_grade"] == grade] > longest + 0.1).any()


def test_return_interviews_are_held_in_working_hours(lived: tuple[World, Tables]) -> None:
    held = lived[1].missing_episodes["return_interview_at"].dropna()
    assert len(held) > 0
    assert held.dt.hour.between(8, 17).all()
    assert (held.dt.day_of_week < 5).all()


def test_one_home_at_a_time_without_gaps(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = tables.residence.sort_values(["child_id", "start_date"])
    before = rows.groupby("child_id")["end_date"].shift()
    again = rows["child_id"].duplicated()
    assert (rows.loc[again, "start_date"] == before[again]).all()


def test_one_statutory_plan_at_a_time(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    plans = tables.services[tables.services["kind"].isin(["cin", "s47", "cpp", "looked_after"])]
    rows = plans.sort_values(["child_id", "start_date", "end_date"])
    before = rows.groupby("child_id")["end_date"].shift()
    known = rows["child_id"].duplicated() & before.notna()
    assert known.sum() > 20
    assert (rows.loc[known, "start_date"] >= before[known]).all()


def test_no_work_starts_in_the_last_four_weeks_of_childhood(lived: tuple[World, Tables]) -> None:
    world, tables = lived
    plans = tables.services[tables.services["kind"].isin(["cin", "s47", "cpp", "looked_after"])]
    rows = plans[plans["start_date"] > pd.Timestamp(world.start)].merge(tables.children, on="child_id")
    grown = rows["birth_date"] + pd.DateOffset(years=18)
    assert len(rows) > 100
    assert (grown - rows["start_date"] > pd.Timedelta(days=28)).all()


def test_no_home_starts_before_birth(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = tables.residence.merge(tables.children, on="child_id")
    assert (rows["start_date"] >= rows["birth_date"]).all()


def test_no_green_notice_about_abuse_graded_high(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    notices = tables.incidents[tables.incidents["kind"] == "ppn"].merge(tables.involvement, on="incident_id")
    abuse = tables.incidents[(tables.incidents["kind"] == "domestic_abuse") & (tables.incidents["grade"] == "high")]
    pairs = notices.merge(abuse, on="occurred_at", suffixes=("", "_abuse"))
    spells = tables.residence.assign(pair=tables.residence["child_id"] + tables.residence["household_id"])
    pairs = pairs.assign(pair=pairs["child_id"] + pairs["household_id_abuse"]).reset_index(drop=True)
    together = pairs[inside(pairs, spells, "occurred_at", "pair")]
    assert len(together) > 5
    assert set(together["grade"]) <= {"amber", "red"}


def test_a_spell_of_support_isnt_started_twice(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = tables.services.sort_values(["child_id", "kind", "start_date"])
    before = rows.groupby(["child_id", "kind"])["end_date"].shift()
    known = rows.duplicated(["child_id", "kind"]) & before.notna()
    assert (rows.loc[known, "start_date"] >= before[known]).all()


def test_children_looked_after_live_apart_from_their_family(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    care = tables.services[tables.services["kind"] == "looked_after"].reset_index(drop=True)
    starts = tables.residence[["child_id", "start_date"]].drop_duplicates()
    moved = care.merge(starts, on=["child_id", "start_date"], how="left", indicator=True)["_merge"] == "both"
    assert len(care) > 0
    assert moved.all()


def test_detention_follows_an_arrest(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    rows = named(tables)
    detained = rows.loc[rows["kind"] == "custody", ["child_id", "occurred_at"]]
    arrested = rows.loc[rows["kind"] == "arrest", ["child_id", "occurred_at"]]
    pairs = detained.merge(arrested, on="child_id", suffixes=("", "_arrest"))
    wait = pairs["occurred_at"] - pairs["occurred_at_arrest"]
    near = pairs[wait.between(pd.Timedelta(0), pd.Timedelta(hours=2))]
    assert len(near.drop_duplicates(["child_id", "occurred_at"])) >= 0.9 * len(detained)


def test_ids_look_like_ids_and_tell_nothing(lived: tuple[World, Tables]) -> None:
    _, tables = lived
    for table, column, prefix in (
        ("children", "child_id", "SYN"),
        ("residence", "household_id", "HSH"),
        ("incidents", "incident_id", "INC"),
        ("missing_episodes", "episode_id", "EPI"),
        ("services", "service_id", "SVC"),
    ):
        ids = getattr(tables, table)[column]
        assert ids.str.fullmatch(rf"{prefix}-[0-9a-f]{{10}}").all()
    number = tables.children["child_id"].str[4:].map(lambda text: int(text, 16)).to_numpy(dtype=float)
    born = tables.children["birth_date"].astype("int64").to_numpy(dtype=float)
    assert abs(np.corrcoef(number, born)[0, 1]) < 0.1
