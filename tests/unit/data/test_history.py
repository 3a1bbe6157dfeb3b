"""The history as expressions, against the same steps written plainly in pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.history import HISTORY_COLUMNS, build_history
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.kinds import load_kinds
from ace_risk.plans import World
from ace_risk.world.simulate import simulate

DAY = pd.Timedelta(days=1)
SORTED_BY = ["child_id", "occurred_at", "source_id", "kind", "recorded_at"]
TIMES = ["recorded_at", "withdrawn_at"]
IDS = ["child_id", "household_id", "incident_id", "episode_id", "service_id"]
DTYPES = {"id": "str", "code": "str", "date": "datetime64[us]", "datetime": "datetime64[us]", "integer": "Int8"}


def plain_history(tables):
    """The reference: the tables joined one after the other, in pandas."""
    parts = [plain_named(tables), plain_laid(tables), plain_missing(tables.missing_episodes)]
    parts.append(
        tables.services.rename(columns={"service_id": "source_id", "start_date": "occurred_at", "end_date": "ended_at"})
    )
    parts.append(plain_moves(tables.residence))
    present = [part[[column for column in HISTORY_COLUMNS if column in part]] for part in parts]
    history = pd.concat(present, ignore_index=True)[HISTORY_COLUMNS]
    history = history.sort_values(SORTED_BY, kind="stable", ignore_index=True)
    history = history.astype({"hours": "float64", "withdrawn_at": "datetime64[us]"})
    return history.assign(kind=history["kind"].astype("category"))


def plain_named(tables):
    columns = ["incident_id", "occurred_at", "recorded_at", "kind", "grade", "source"]
    named = tables.involvement.merge(tables.incidents[columns], on="incident_id", how="inner")
    named = named.sort_values(["incident_id", "child_id", "role"], kind="stable")
    return named.drop_duplicates(["incident_id", "child_id"]).rename(columns={"incident_id": "source_id"})


def homes_in_order(residence):
    """Each child's homes as a list, in the order in which they began."""
    ordered = residence.sort_values(["child_id", "start_date", "recorded_at"], kind="stable")
    return [list(own.itertuples()) for _, own in ordered.groupby("child_id", sort=False)]


def follows(home, before):
    """Whether a home begins where the one before ends."""
    return pd.notna(before.end_date) and home.start_date - DAY <= before.end_date


def left_before(homes, at):
    """From when the child had left the home before, as this home's record says."""
    return homes[at - 1].end_date if at and follows(homes[at], homes[at - 1]) else homes[at].start_date


def plain_laid(tables):
    incidents = tables.incidents[tables.incidents["kind"].isin(load_kinds().household)]
    incidents = incidents[incidents["household_id"].notna()].drop(columns="outcome_code")
    at_home = {household: list(own.itertuples()) for household, own in incidents.groupby("household_id")}
    named = set(zip(tables.involvement["incident_id"], tables.involvement["child_id"], strict=True))
    rows = []
    for homes in homes_in_order(tables.residence):
        for place, home in enumerate(homes):
            for incident in at_home.get(home.household_id, []):
                at, withdrawn = incident.occurred_at, pd.NaT
                if at < home.start_date or (incident.incident_id, home.child_id) in named:
                    continue
                recorded = max(incident.recorded_at, home.recorded_at)
                if at >= home.end_date:
                    if place + 1 == len(homes) or not follows(homes[place + 1], home):
                        continue
                    later = range(place + 1, len(homes))
                    withdrawn = min(homes[q].recorded_at for q in later if left_before(homes, q) <= at)
                    if recorded >= withdrawn:
                        continue
                rows.append((incident.Index, home.Index, home.child_id, recorded, withdrawn))
    laid = pd.DataFrame(rows, columns=["incident", "spell", "child_id", "recorded_at", "withdrawn_at"])
    laid = laid.astype({"child_id": tables.residence["child_id"].dtype, **dict.fromkeys(TIMES, "datetime64[us]")})
    laid = laid.join(incidents.drop(columns="recorded_at"), on="incident").sort_values(["incident", "spell"])
    return laid.assign(role="present").rename(columns={"incident_id": "source_id"})


def plain_missing(episodes):
    return pd.DataFrame(
        {
            "child_id": episodes["child_id"],
            "occurred_at": episodes["missing_from"],
            "recorded_at": episodes["recorded_at"],
            "kind": "missing",
            "ended_at": episodes["missing_to"],
            "end_recorded_at": episodes["end_recorded_at"],
            "role": np.where(episodes["from_care"].astype(bool), "from_care", "from_home"),
            "grade": episodes["risk_grade"],
            "source_id": episodes["episode_id"],
            "hours": (episodes["missing_to"] - episodes["missing_from"]).dt.total_seconds() / 3_600,
        }
    )


def plain_moves(residence):
    rows = []
    for homes in homes_in_order(residence):
        for later, home in enumerate(homes):
            for earlier, before in enumerate(homes[:later]):
                recorded = max(home.recorded_at, before.recorded_at)
                withdrawn = min((between.recorded_at for between in homes[earlier + 1 : later]), default=pd.NaT)
                if before.household_id != home.household_id and not recorded >= withdrawn:
                    rows.append((home.Index, before.Index, recorded, withdrawn))
    moved = pd.DataFrame(rows, columns=["row", "spell", *TIMES]).sort_values(["row", "spell"])
    moved = moved.astype(dict.fromkeys(TIMES, "datetime64[us]"))
    moved = moved.join(residence[["child_id", "start_date", "household_id"]], on="row")
    return moved.rename(columns={"start_date": "occurred_at", "household_id": "source_id"}).assign(kind="moved_home")


def crowded_tables(seed, without=()):
    """Few children, homes and days, so that homes overlap, times tie and ends lie before records."""
    rng = np.random.default_rng(seed)

    def pick(values, size):
        return rng.choice(np.array(values, dtype=object), size)

    def day(size, after=0, most=30, empty=0.0):
        days = after + rng.integers(0, most, size)
        times = pd.Series(pd.Timestamp("2022-01-01") + pd.to_timedelta(days, unit="D")).dt.as_unit("us")
        return days, times.mask(rng.random(size) < empty)

    children, homes, incidents = [f"c{n}" for n in range(9)], ["h", "g", "f"], [f"i{n:02}" for n in range(40)]
    n = 25
    begun, start_date = day(n)
    rows = {
        "children": {"child_id": children, "birth_date": pd.Timestamp("2012-02-29"), "sex": "F"},
        "residence": {
            "child_id": pick(children[:7], n), "household_id": pick(homes, n), "start_date": start_date,
            "end_date": day(n, begun, 20, 0.3)[1], "hub": "Eden", "recorded_at": day(n, begun, 25)[1],
        },
    }  # fmt: skip
    begun, occurred_at = day(len(incidents))
    occurred_at += pd.to_timedelta(rng.choice([0, 7], len(incidents)), unit="h")
    kinds = ["domestic_abuse", "parental_substance_use", "asb_nuisance", "arrest"]
    rows["incidents"] = {
        "incident_id": rng.permutation(np.array(incidents)), "occurred_at": occurred_at,
        "recorded_at": day(len(incidents), begun + 1, 9)[1], "kind": pick(kinds, len(incidents)),
        "grade": pick(["high", None], len(incidents)), "household_id": pick([*homes, None], len(incidents)),
        "source": "police",
    }  # fmt: skip
    roles = ["witness", "victim", "subject"]
    rows["involvement"] = {"incident_id": pick(incidents, 30), "child_id": pick(children, 30), "role": pick(roles, 30)}
    begun, missing_from = day(8)
    rows["missing_episodes"] = {
        "episode_id": [f"m{n}" for n in range(8)], "child_id": pick(children, 8), "missing_from": missing_from,
        "missing_to": missing_from + pd.Timedelta(hours=11, minutes=20, microseconds=7), "recorded_at": missing_from,
        "end_recorded_at": day(8, begun + 1, 4)[1], "risk_grade": "low", "from_care": rng.random(8) < 0.5,
    }  # fmt: skip
    rows["missing_episodes"]["missing_to"] = rows["missing_episodes"]["missing_to"].mask(rng.random(8) < 0.3)
    begun, start_date = day(8)
    rows["services"] = {
        "service_id": [f"s{n}" for n in range(8)], "child_id": pick(children, 8), "kind": pick(["cin", "cpp"], 8),
        "start_date": start_date, "end_date": day(8, begun, 20, 0.5)[1], "recorded_at": day(8, begun, 6)[1],
        "end_recorded_at": day(8, begun, 30, 0.5)[1],
    }  # fmt: skip
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(rows[name]).reindex(columns=table.column_names)
        types = {column.name: DTYPES.get(column.type, "boolean") for column in table.columns}
        frames[name] = frame.astype(types | ({"from_care": "bool"} if "from_care" in types else {}))
        if name in without:
            frames[name] = frames[name].iloc[:0]
    return Tables(**frames, data_end=pd.Timestamp("2022-04-01").as_unit("us"))


def same(tables):
    history = build_history(tables)
    pd.testing.assert_frame_equal(history, plain_history(tables))
    return history


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_history_of_a_simulated_world_is_that_of_the_reference(seed):
    history = same(simulate(World(children=800, seed=seed)))
    assert {"moved_home", "missing", "domestic_abuse", "cin"} <= set(history["kind"])


@pytest.mark.parametrize("seed", range(12))
def test_the_history_of_crowded_tables_is_that_of_the_reference(seed):
    history = same(crowded_tables(seed))
    key = ["child_id", "occurred_at", "source_id", "kind"]
    assert {"c7", "c8"} & set(history["child_id"])  # children without a home too
    assert seed > 3 or history.duplicated(key).any()  # laid twice, by overlapping spells in one household


@pytest.mark.parametrize("without", [*SCHEMA, ("incidents", "involvement"), tuple(SCHEMA)], ids=str)
def test_empty_tables_give_what_the_others_hold(without):
    tables = crowded_tables(5, without=(without,) if isinstance(without, str) else without)
    history = same(tables)
    assert history.empty == (without == tuple(SCHEMA))


@pytest.mark.parametrize("which", [["child_id"], IDS], ids=["children", "all"])
def test_ids_may_be_numbers(which):
    tables = crowded_tables(6)
    numbers = {}
    for name in SCHEMA:
        frame = getattr(tables, name)
        for column in set(which) & set(frame.columns):
            number = frame[column].str.extract(r"(\d+)$")[0].astype("float64")
            household = frame[column].map({"h": 1.0, "g": 2.0, "f": 3.0})
            frame = frame.assign(**{column: number.fillna(household)})
            if frame[column].notna().all():
                frame[column] = frame[column].astype("int64")
        numbers[name] = frame
    history = same(Tables(**numbers, data_end=tables.data_end))
    assert history["child_id"].dtype == "int64"
    assert (history["source_id"].dtype == "int64") == (which == IDS)


def test_the_order_of_rows_in_the_tables_changes_nothing_where_records_differ():
    tables = simulate(World(children=300, seed=4))
    turned = {name: getattr(tables, name).iloc[::-1].reset_index(drop=True) for name in SCHEMA}
    pd.testing.assert_frame_equal(build_history(tables), build_history(Tables(**turned, data_end=tables.data_end)))
