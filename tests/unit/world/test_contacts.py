"""Each planted bias moves what it should, in records and in truth, and nothing else."""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from ace_risk.data.tables import Tables
from ace_risk.plans import Biases, World
from ace_risk.world.contacts import OVER_CONTACT_YEARLY
from ace_risk.world.recording import CONCERNS
from ace_risk.world.simulate import simulate_with_truth
from ace_risk.world.truth import Truth

KNOBS = ("over_contact", "adultification", "care_home_calls", "missing_ethnicity", "threshold_gap")
AFTER_CRIME = {"arrest", "custody", "charge"}


@cache
def make(knob: str | None = None, strength: float = 1.0) -> tuple[Tables, Truth]:
    biases = Biases() if knob is None else Biases.model_validate({knob: strength})
    return simulate_with_truth(World(children=2_500, seed=3, profile="urban", biases=biases))


def changed(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows that went and rows that came."""
    both = before.merge(after, how="outer", indicator="side")
    went, came = both[both["side"] == "left_only"], both[both["side"] == "right_only"]
    return went.drop(columns="side"), came.drop(columns="side")


def group_of(truth: Truth) -> pd.Series:
    return truth.children.set_index("child_id")["group"]


def unrelated(tables: Tables, truth: Truth, group: str) -> pd.Series:
    """Children who never lived in a household with a child of the group."""
    members = tables.residence["child_id"].map(group_of(truth)) == group
    shared = tables.residence["household_id"].isin(tables.residence.loc[members, "household_id"])
    touched = tables.residence.loc[shared, "child_id"]
    return tables.children.loc[~tables.children["child_id"].isin(touched), "child_id"]


def of(tables: Tables, children: pd.Series) -> dict[str, pd.DataFrame]:
    """Everything that the tables hold about some children."""
    found = {
        name: frame[frame["child_id"].isin(children)].reset_index(drop=True)
        for name in tables.names
        if "child_id" in (frame := getattr(tables, name))
    }
    homes = found["residence"]["household_id"]
    named = tables.incidents["incident_id"].isin(found["involvement"]["incident_id"])
    rows = tables.incidents[named | tables.incidents["household_id"].isin(homes)]
    return found | {"incidents": rows.reset_index(drop=True)}


@pytest.mark.parametrize("knob", KNOBS)
def test_what_need_brings_about_stays_as_it_is(knob: str) -> None:
    (_, before), (_, after) = make(), make(knob)
    for column in ("need_mean", "need_peak", "quarters_domestic_abuse"):
        pd.testing.assert_series_equal(after.children[column], before.children[column])
    # What happens at home isn't laid on children in care, and knobs may change who is in care.
    moved = (after.children["events_without_support"] - before.children["events_without_support"]).abs()
    assert moved.sum() <= 0.01 * before.children["events_without_support"].sum()
    if knob in ("care_home_calls", "missing_ethnicity"):
        assert moved.sum() == 0


@pytest.mark.parametrize(
    ("knob", "group"), [("over_contact", "Black"), ("adultification", "Black"), ("threshold_gap", "Asian")]
)
def test_families_without_the_group_keep_every_row(knob: str, group: str) -> None:
    (tables, truth), (biased, _) = make(), make(knob)
    others = unrelated(tables, truth, group)
    assert len(others) > 0.5 * len(tables.children)
    before, after = of(tables, others), of(biased, others)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(after[name], frame)


def test_over_contact_adds_police_contact_of_one_group_only() -> None:
    (tables, truth), (biased, _) = make(), make("over_contact")
    went, came = changed(tables.incidents, biased.incidents)
    assert len(came) > 100
    assert len(went) < 0.02 * len(came)
    assert (came["source"] == "police").mean() > 0.98
    kinds = came["kind"].value_counts()
    assert kinds.index[0] in OVER_CONTACT_YEARLY
    assert kinds[kinds.index.isin({*OVER_CONTACT_YEARLY, *AFTER_CRIME})].sum() > 0.98 * kinds.sum()
    named = biased.involvement[biased.involvement["incident_id"].isin(came["incident_id"])]
    assert (named["child_id"].map(group_of(truth)) == "Black").mean() > 0.98


def test_half_of_over_contact_is_part_of_all_of_it() -> None:
    none, half, full = (make(*asked)[0].incidents for asked in ((None,), ("over_contact", 0.5), ("over_contact", 1.0)))
    searches = [set(frame.loc[frame["kind"] == "stop_search", "incident_id"]) for frame in (none, half, full)]
    # Contact makes agencies offer support, which may take a few later events away.
    assert len(searches[0] - searches[1]) + len(searches[1] - searches[2]) <= 0.02 * len(searches[0])
    assert len(searches[0]) < len(searches[1]) < len(searches[2])


def test_adultification_leaves_out_concerns_about_older_black_children() -> None:
    (tables, truth), (biased, _) = make(), make("adultification")
    went, came = changed(tables.incidents, biased.incidents)
    lost = went[went["kind"].isin(CONCERNS)]
    assert len(lost) > 5
    assert len(came) < 0.1 * len(went)
    named = tables.involvement[tables.involvement["incident_id"].isin(lost["incident_id"])]
    rows = named.merge(lost, on="incident_id").merge(tables.children, on="child_id")
    assert (rows["child_id"].map(group_of(truth)) == "Black").all()
    assert (rows["occurred_at"] >= rows["birth_date"] + pd.DateOffset(years=13) - pd.Timedelta(days=3)).all()


def test_care_home_calls_add_incidents_of_children_looked_after_and_nothing_else() -> None:
    (tables, _), (biased, truth) = make(), make("care_home_calls")
    for name in ("children", "residence", "missing_episodes", "services"):
        pd.testing.assert_frame_equal(getattr(biased, name), getattr(tables, name))
    went, came = changed(tables.incidents, biased.incidents)
    assert went.empty
    assert len(came) > 10
    named = biased.involvement[biased.involvement["incident_id"].isin(came["incident_id"])]
    care = tables.services[tables.services["kind"] == "looked_after"]
    assert named["child_id"].isin(care["child_id"]).all()
    assert truth.knobs["records_made"]["care_home_calls"] >= 10


def test_missing_ethnicity_follows_the_kind_of_record_and_changes_nothing_else() -> None:
    (tables, _), (biased, _) = make(), make("missing_ethnicity")
    for name in tables.names[1:]:
        pd.testing.assert_frame_equal(getattr(biased, name), getattr(tables, name))
    same = tables.children.drop(columns="ethnicity")
    pd.testing.assert_frame_equal(biased.children.drop(columns="ethnicity"), same)
    kinds = tables.involvement.merge(tables.incidents, on="incident_id")
    victims = kinds.loc[kinds["kind"] == "crime_victim", "child_id"]

    def gap(children: pd.DataFrame) -> float:
        missing = children["ethnicity"].isna()
        return float(missing[children["child_id"].isin(victims)].mean() - missing.mean())

    assert gap(biased.children) > gap(tables.children) + 0.1


def test_threshold_gap_starts_less_statutory_work_with_one_group() -> None:
    (tables, truth), (biased, _) = make(), make("threshold_gap")

    def starts(made: Tables) -> pd.Series:
        plans = made.services[made.services["kind"].isin(["cin", "s47", "cpp", "looked_after"])]
        return plans["child_id"].map(group_of(truth)).value_counts()

    before, after = starts(tables), starts(biased)
    assert after["Asian"] < 0.75 * before["Asian"]
    assert after["White"] > 0.97 * before["White"]


def test_contact_without_need_is_no_event() -> None:
    children = make("over_contact")[1].children
    happened = children.filter(regex="^true_").sum(axis=1)
    assert children["planted_over_contact"].sum() > 100
    assert (happened + children["events_prevented"] == children["events_without_support"]).all()


def test_the_knobs_are_written_down() -> None:
    assert make("over_contact")[1].knobs["biases"]["over_contact"] == 1.0
    assert make()[1].knobs["records_made"] == {"over_contact": 0, "care_home_calls": 0}
