"""Homes, cohort and groups as expressions, against the same rules asked one cutoff after the other in pandas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.engine import collect, to_table
from ace_risk.data.history import build_history
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.features.cohort import NOT_A_RECORD, build_cohort, cutoffs_between
from ace_risk.features.groups import build_groups
from ace_risk.features.homes import HOME_COLUMNS, homes_at, homes_of
from ace_risk.features.time_rules import (
    DAY,
    FAR,
    LONG_AGO,
    counts,
    end_known,
    end_recorded_or_default,
    known_from,
    microseconds,
)
from ace_risk.kinds import load_kinds
from ace_risk.plans import CohortRule, World
from ace_risk.world.simulate import simulate

NEVER = pd.Timestamp("9999-12-31").as_unit("us")
BEGIN = pd.Timestamp("2022-01-01").as_unit("us")
RULE = CohortRule(seen_within_days=20)
KINDS = ["domestic_abuse", "asb_nuisance", "arrest", "moved_home", "cin", "cpp"]


def plain_homes_at(residence, cutoff):
    """The reference: the last spell that is known at the cutoff, if it is open."""
    at = np.int64(cutoff.value // 1_000)
    spells = residence.sort_values(["child_id", "start_date", "recorded_at"], kind="stable")
    started = microseconds(spells["start_date"], "start_date")
    recorded = microseconds(spells["recorded_at"], "recorded_at")
    ended = microseconds(spells["end_date"], "end_date", may_be_empty=True)
    child = spells["child_id"].to_numpy()
    followed = np.append((child[1:] == child[:-1]) & (started[1:] - DAY <= ended[:-1]), False)[: len(child)]
    next_recorded = np.append(recorded[1:], FAR)[: len(child)]
    end_recorded = np.where(followed, next_recorded, np.where(ended == FAR, FAR, ended - 1))
    known = counts(started, recorded, LONG_AGO, at)
    last = spells[known].assign(open=~end_known(ended, end_recorded, at)[known])
    last = last.drop_duplicates("child_id", keep="last")
    return last.loc[last["open"], HOME_COLUMNS].reset_index(drop=True)


def plain_leaves_area_at(residence, homes, cutoff):
    """The reference: the end of the first unbroken stretch that ends after the cutoff."""
    leaves = []
    for child in homes["child_id"]:
        spells = residence[residence["child_id"] == child].sort_values("start_date", kind="stable")
        until = None
        found = NEVER
        for start, end in zip(spells["start_date"], spells["end_date"].fillna(NEVER), strict=True):
            if until is not None and start > until + pd.Timedelta(days=1) and until > cutoff:
                break
            until = end if until is None else max(until, end)
            found = until
        leaves.append(found if found > cutoff and found < NEVER else pd.NaT)
    return pd.Series(leaves, dtype="datetime64[us]", name="leaves")


def plain_cohort(tables, history, rule, cutoffs):
    """The reference: each cutoff for itself."""
    born = tables.children.set_index("child_id")["birth_date"]
    occurred = microseconds(history["occurred_at"], "occurred_at")
    recorded = microseconds(history["recorded_at"], "recorded_at")
    ended = microseconds(history["ended_at"], "ended_at", may_be_empty=True)
    end_recorded = microseconds(history["end_recorded_at"], "end_recorded_at", may_be_empty=True)
    end_recorded = end_recorded_or_default(ended, end_recorded, recorded)
    brings_in = ~history["kind"].isin(load_kinds().enforcement | NOT_A_RECORD).to_numpy()
    is_plan = history["kind"].isin(rule.open_plan_kinds).to_numpy()
    parts = []
    for cutoff in cutoffs:
        at, start = (time.value // 1_000 for time in (cutoff, cutoff - pd.Timedelta(days=rule.seen_within_days)))
        seen = history.loc[brings_in & counts(occurred, recorded, start, at), "child_id"]
        on_plan = is_plan & counts(occurred, recorded, LONG_AGO, at) & ~end_known(ended, end_recorded, at)
        homes = plain_homes_at(tables.residence, cutoff)
        homes = homes[homes["child_id"].isin(seen) & ~homes["child_id"].isin(history.loc[on_plan, "child_id"])]
        homes = homes.reset_index(drop=True)
        birth = homes["child_id"].map(born)
        of_age = birth + pd.DateOffset(years=rule.under_age_years)
        ends = {"data": tables.data_end, "age": of_age, "area": plain_leaves_area_at(tables.residence, homes, cutoff)}
        until = pd.DataFrame(ends, index=homes.index).min(axis=1).astype("datetime64[us]")
        part = pd.DataFrame({"child_id": homes["child_id"], "cutoff": cutoff.as_unit("us"), "observed_until": until})
        part = part[((birth < cutoff) & (of_age > cutoff)).to_numpy()]
        parts.append(part.sort_values("child_id", kind="stable", ignore_index=True))
    return pd.concat(parts, ignore_index=True)


def plain_homes_of(residence, cohort):
    """The reference: the homes of each cutoff, laid beside its rows."""
    homes = [plain_homes_at(residence, cutoff).assign(cutoff=cutoff) for cutoff in cohort["cutoff"].unique()]
    merged = cohort[["child_id", "cutoff"]].merge(pd.concat(homes, ignore_index=True), how="left")
    return merged[HOME_COLUMNS[1:]].set_index(cohort.index)


def crowded(seed, numbers=False, residences=30):
    """Tables and a history in which spells overlap, times tie, and records come late and out of order."""
    rng = np.random.default_rng(seed)

    def day(size, after=0, most=60, empty=0.0):
        days = after + rng.integers(0, most, size)
        times = pd.Series(BEGIN + pd.to_timedelta(days, unit="D")).dt.as_unit("us")
        return days, times.mask(rng.random(size) < empty)

    names = np.arange(1, 13) if numbers else np.array([f"c{n:02}" for n in range(1, 13)])
    birth = [*["2004-02-29"] * 2, "2004-02-10", "2022-02-10", *["2012-05-12"] * 8]
    children = pd.DataFrame({"child_id": names, "birth_date": pd.to_datetime(birth).as_unit("us")})
    residences = 40
    begun, start_date = day(residences)
    residence = pd.DataFrame(
        {
            "child_id": rng.choice(names[:9], residences),
            "household_id": pd.Series(rng.choice(["h", "g", "f"], residences), dtype="str"),
            "start_date": start_date,
            "end_date": day(residences, begun, 15, 0.3)[1],
            "hub": pd.Series(rng.choice(["Eden", "Carlisle"], residences), dtype="str"),
            "deprivation_decile": pd.Series(rng.integers(1, 11, residences), dtype="Int8").mask(begun == 3),
            "recorded_at": day(residences, begun, 25)[1],
        }
    )
    size = 90
    begun, occurred_at = day(size)
    history = pd.DataFrame(
        {
            "child_id": rng.choice(names, size),
            "occurred_at": occurred_at,
            "recorded_at": day(size, begun, 15)[1],
            "kind": pd.Categorical(rng.choice(KINDS, size, p=[0.4, 0.3, 0.1, 0.1, 0.05, 0.05])),
            "ended_at": day(size, begun, 20, 0.3)[1],
            "end_recorded_at": day(size, begun, 40, 0.3)[1],
        }
    )
    rows = {"children": children, "residence": residence}
    frames = {name: rows.get(name, pd.DataFrame()).reindex(columns=SCHEMA[name].column_names) for name in SCHEMA}
    frames["children"]["ethnicity"] = "W1"
    return Tables(**frames, data_end=pd.Timestamp("2022-04-01").as_unit("us")), history


CUTOFFS = [BEGIN + pd.Timedelta(days=days) for days in (40, 0, *range(5, 85, 4), 59, 58, 60)]


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("numbers", [False, True], ids=["words", "numbers"])
def test_the_cohort_of_crowded_tables_is_that_of_the_reference(seed, numbers):
    tables, history = crowded(seed, numbers)
    cohort = build_cohort(tables, history, RULE, CUTOFFS)
    pd.testing.assert_frame_equal(cohort, plain_cohort(tables, history, RULE, CUTOFFS))
    assert len(cohort) > 10
    shuffled = cohort.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(homes_of(tables.residence, shuffled), plain_homes_of(tables.residence, shuffled))


@pytest.mark.parametrize("seed", range(5))
def test_homes_at_one_cutoff_are_those_of_the_reference(seed):
    residence = crowded(seed)[0].residence
    for cutoff in CUTOFFS[::3]:
        pd.testing.assert_frame_equal(homes_at(residence, cutoff), plain_homes_at(residence, cutoff))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_cohort_of_a_simulated_world_is_that_of_the_reference(seed):
    tables = simulate(World(children=500, seed=seed))
    history = build_history(tables)
    cutoffs = cutoffs_between(pd.Timestamp("2020-01-01"), tables.data_end, 8)
    cohort = build_cohort(tables, history, CohortRule(), cutoffs)
    pd.testing.assert_frame_equal(cohort, plain_cohort(tables, history, CohortRule(), cutoffs))
    homes = build_groups(tables, history, cohort)[HOME_COLUMNS[1:]]
    pd.testing.assert_frame_equal(homes, plain_homes_of(tables.residence, cohort))


def test_an_end_in_the_year_9999_means_none():
    tables, history = crowded(3)
    residence = tables.residence.assign(end_date=tables.residence["end_date"].fillna(NEVER))
    assert residence["end_date"].eq(NEVER).any()
    filled = build_cohort(replace(tables, residence=residence), history, RULE, CUTOFFS)
    pd.testing.assert_frame_equal(filled, plain_cohort(tables, history, RULE, CUTOFFS))


def test_nobody_is_in_the_cohort_without_homes_records_or_cutoffs():
    tables, history = crowded(7)
    assert len(build_cohort(tables, history, RULE, CUTOFFS)) > 0
    types = {"child_id": "str", "cutoff": "datetime64[us]", "observed_until": "datetime64[us]"}
    for cohort in (
        build_cohort(tables, history, RULE, []),
        build_cohort(tables, history.iloc[:0], RULE, CUTOFFS),
        build_cohort(Tables(**vars(tables) | {"residence": tables.residence.iloc[:0]}), history, RULE, CUTOFFS),
        build_cohort(Tables(**vars(tables) | {"children": tables.children.iloc[:0]}), history, RULE, CUTOFFS),
    ):
        assert cohort.empty
        assert cohort.dtypes.astype(str).to_dict() == types
        assert list(build_groups(tables, history, cohort).columns[-3:]) == ["hub", "deprivation_decile", "household_id"]


def test_what_is_known_after_an_instant_is_what_counts_at_the_cutoffs_after_it():
    rng = np.random.default_rng(0)
    occurred, recorded, cutoff = rng.integers(-3, 4, (3, 500))
    table = to_table({"occurred": occurred, "recorded": recorded, "cutoff": cutoff}).order_by("row")
    rules = table.select(
        counted=counts(table.occurred, table.recorded, LONG_AGO, table.cutoff),
        after=known_from(table.occurred, table.recorded) < table.cutoff,
        ended=end_known(table.occurred, table.recorded, table.cutoff),
    )
    rules = collect(rules, {})
    assert rules["counted"].tolist() == counts(occurred, recorded, LONG_AGO, cutoff).tolist()
    assert rules["after"].tolist() == rules["counted"].tolist()
    assert rules["ended"].tolist() == end_known(occurred, recorded, cutoff).tolist()
