"""The canary is quiet where nothing leaks, and sings at a leak of every sort."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from ace_risk import Catalogue, FeatureSpec, build_cohort, build_features, build_history, load_study, simulate
from ace_risk.commands import run_canary
from ace_risk.errors import DataError
from ace_risk.features.canary import COHORT, disturb, find_leaks, what_is_known
from ace_risk.features.canary_homes import later_moves
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.plans import CohortRule, World

CUTOFFS = [pd.Timestamp("2023-07-01"), pd.Timestamp("2024-04-01")]
RULE = CohortRule()
HOME = ["child_id", "occurred_at", "source_id"]


@pytest.fixture(scope="module")
def tables():
    return simulate(World(children=800, start=date(2021, 1, 1), end=date(2025, 1, 1), seed=5))


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue.from_yaml(configs_folder() / "catalogue.yaml")


def names(leaks):
    return {leak.column for leak in leaks}


def test_nothing_that_is_known_moves(tables, catalogue):
    assert find_leaks(tables, CUTOFFS, what_is_known(RULE, catalogue, load_kinds())) == []


def test_the_disturbance_disturbs(tables):
    import numpy as np

    other = disturb(tables, CUTOFFS[0], np.random.default_rng(1))
    for name in ("incidents", "involvement", "residence", "missing_episodes", "services"):
        before, after = (frame.sort_values(list(frame)[:2]) for frame in (getattr(tables, name), getattr(other, name)))
        assert not before.reset_index(drop=True).equals(after.reset_index(drop=True)), name


def leaky(change_history=lambda history, cutoff: history, cohort_cutoff=None):
    """A builder with a leak: it changes the history before the features are built."""
    specs = [
        FeatureSpec("trio", ["domestic_abuse", "parental_substance_use", "parental_mental_health"], "count"),
        FeatureSpec("missing", ["missing"], "sum", column="hours"),
        FeatureSpec("support", ["early_help", "cin"], "days_in_spell"),
        FeatureSpec("plan", ["cin", "s47", "cpp", "looked_after"], "count"),
        FeatureSpec("moved", ["moved_home"], "count"),
    ]

    def build(tables, cutoff):
        history = build_history(tables)
        cohort = build_cohort(tables, history, RULE, [cohort_cutoff or cutoff]).assign(cutoff=cutoff)
        known = build_features(change_history(history, cutoff), cohort, Catalogue(specs))
        return known.set_index(cohort["child_id"])

    return build


def test_an_inclusive_cutoff_is_found(tables):
    instant = pd.Timedelta(microseconds=1)

    def inclusive(history, cutoff):
        at = history["occurred_at"].eq(cutoff) | history["recorded_at"].eq(cutoff)
        return history.assign(
            occurred_at=history["occurred_at"].where(~history["occurred_at"].eq(cutoff), cutoff - instant),
            recorded_at=history["recorded_at"].where(~at, cutoff - instant),
        )

    assert names(find_leaks(tables, CUTOFFS, leaky(inclusive))) >= {"trio_count_ever", "plan_count_ever"}


def test_a_record_time_that_is_ignored_is_found(tables):
    def ignored(history, cutoff):
        return history.assign(recorded_at=history["occurred_at"])

    assert "trio_count_ever" in names(find_leaks(tables, CUTOFFS, leaky(ignored)))


def test_an_end_that_is_known_early_is_found(tables):
    def early(history, cutoff):
        return history.assign(end_recorded_at=history["ended_at"])

    assert "support_days_in_spell_ever" in names(find_leaks(tables, CUTOFFS, leaky(early)))


def test_an_outcome_inside_the_features_is_found(tables):
    def outcome(history, cutoff):
        shift = pd.Timedelta(days=200)
        return history.assign(occurred_at=history["occurred_at"] - shift, recorded_at=history["recorded_at"] - shift)

    assert "plan_count_ever" in names(find_leaks(tables, CUTOFFS, leaky(outcome)))


def test_a_move_that_turns_up_because_an_earlier_home_was_recorded_late_is_found(tables):
    def by_all_homes(history, cutoff):
        moved = history[history["kind"] == "moved_home"].sort_values("recorded_at").drop_duplicates(HOME, keep="last")
        moved = moved.assign(recorded_at=moved["occurred_at"], withdrawn_at=pd.NaT)
        return pd.concat([history[history["kind"] != "moved_home"], moved], ignore_index=True)

    assert "moved_count_ever" in names(find_leaks(tables, CUTOFFS, leaky(by_all_homes)))


def test_incidents_laid_by_an_end_that_was_learnt_later_are_found(tables):
    def without_what_was_withdrawn(history, cutoff):
        return history[history["withdrawn_at"].isna()]

    leaks = find_leaks(tables, CUTOFFS, leaky(without_what_was_withdrawn))
    assert "trio_count_ever" in names(leaks)
    assert not names(leaks) & {"missing_sum_hours_ever", "support_days_in_spell_ever", "plan_count_ever"}


@pytest.mark.parametrize("seed", range(3))
def test_homes_are_disturbed_in_every_way(tables, seed):
    import numpy as np

    cutoff, residence = CUTOFFS[0], tables.residence
    other = later_moves(residence, cutoff, np.random.default_rng(seed))
    assert other.dtypes.equals(residence.dtypes)
    first = [frame.groupby("child_id")["start_date"].min() for frame in (residence, other)]
    assert (first[1] < first[0].reindex(first[1].index)).sum() > 100  # an earlier home turns up
    known, still = (frame[frame["recorded_at"] < cutoff] for frame in (residence, other))
    same = known.merge(still, on=["child_id", "household_id", "start_date", "recorded_at"])
    assert len(same) == len(known) == len(still)  # what was known by then is there, whatever its end
    assert ((same["end_date_y"] < cutoff) & ~(same["end_date_x"] < cutoff)).sum() > 100  # it ended earlier
    assert (same["end_date_x"].notna() & same["end_date_y"].isna()).any()  # its end isn't known yet


def test_a_cohort_chosen_by_later_events_is_found(tables):
    later = leaky(cohort_cutoff=pd.Timestamp("2024-12-01"))
    assert COHORT in names(find_leaks(tables, CUTOFFS, later))


def test_a_leak_is_told_with_its_cutoff_and_the_rows_that_moved(tables):
    leaks = find_leaks(
        tables, CUTOFFS[:1], leaky(lambda history, cutoff: history.assign(recorded_at=history["occurred_at"]))
    )
    assert {leak.cutoff for leak in leaks} == {CUTOFFS[0]}
    assert all(leak.rows > 0 for leak in leaks)


def test_the_command_says_how_many_children_were_watched(tables):
    (line,) = run_canary(load_study(configs_folder() / "demo.yaml"), tables)
    watched = [int(number.replace(",", "")) for number in re.findall(r"\(([\d,]+) children\)", line)]
    assert len(watched) == 3
    assert min(watched) > 50


def test_a_canary_without_a_child_to_watch_is_not_quiet(tables):
    late = tables.residence.assign(recorded_at=tables.data_end - pd.Timedelta(seconds=1))
    with pytest.raises(DataError, match=r"no child is in the cohort at .* 2022 \(0 children\)"):
        run_canary(load_study(configs_folder() / "demo.yaml"), replace(tables, residence=late))
