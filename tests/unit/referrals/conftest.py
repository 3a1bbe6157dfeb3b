"""A small synthetic world, a card made by hand, and what plain pandas says about the world's raw tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.tables import Tables
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm
from ace_risk.plans import World
from ace_risk.referrals.listing import ReferralList, make_list
from ace_risk.study import load_study
from ace_risk.tracking.pack import Pack, load_pack
from ace_risk.tracking.pack_files import write_pack
from ace_risk.world.simulate import simulate

DAY = pd.Timestamp("2022-07-01")
"""Well before the end of the data, so that much is recorded later."""
PLACES = 120
SCORES = {
    "trio_days_since_last_ever": ((90.0, 400.0), (4, 3, 1), 0),
    "parental_substance_use_count_365d": ((1.0,), (0, 3), 0),
    "parental_mental_health_count_ever": ((1.0, 2.0), (0, 2, 3), 0),
    "loss_at_home_count_730d": ((1.0,), (0, 2), 0),
    "harm_count_ever": ((1.0, 2.0), (0, 2, 3), 0),
    "statutory_count_ever": ((1.0,), (0, 1), 0),
    "missing_hours_sum_365d": ((0.5,), (0, 4), 0),
    "notices_count_365d": ((1.0,), (0, 1), 0),
    "school_exclusion_count_ever": ((1.0,), (0, 1), 0),
    "asb_count_365d": ((1.0,), (0, 1), 0),
}  # fmt: skip
"""Feature to edges, scores, and the score of missing."""


def made_card(shift: dict[str, float] | None = None) -> AdditiveModel:
    """The card of SCORES; `shift` adds to the top score of features."""
    terms = []
    for name, (edges, scores, missing) in SCORES.items():
        extra = (shift or {}).get(name, 0.0)
        top = int(np.argmax(scores))
        own = tuple(score + extra * (place == top) for place, score in enumerate(scores))
        terms.append(FeatureTerm(name, edges, own, missing, (10,) * len(scores), 10 * (4 - len(scores))))
    return AdditiveModel(tuple(terms), LogisticMap(0.4, -3.0))


def made_resampled() -> tuple[AdditiveModel, ...]:
    """Twenty cards whose top scores differ by up to two points."""
    draw = np.random.default_rng(3)
    return tuple(made_card({name: float(draw.integers(-2, 3)) for name in SCORES}) for _ in range(20))


@pytest.fixture(scope="session")
def world() -> Tables:
    return simulate(World(children=1_500, start=date(2019, 1, 1), end=date(2024, 1, 1), seed=11))


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    study = load_study(configs_folder() / "demo.yaml")
    folder = tmp_path_factory.mktemp("made") / "pack"
    write_pack(
        folder,
        model=made_card(),
        study=study,
        catalogue_yaml=study.catalogue.read_text(encoding="utf-8"),
        evaluation={"folds": [{"gap_to": "2021-01-01"}], "data": {"statement": "Made.", "end": "2022-07-01"}},
        audit=None,
        profile={},
        versions={},
        resampled=made_resampled(),
    )
    return load_pack(folder)


@pytest.fixture(scope="session")
def made_list(pack: Pack, world: Tables) -> ReferralList:
    return make_list(pack, world, as_of=DAY, places=PLACES)


@pytest.fixture(scope="session")
def unnamed_list(pack: Pack, world: Tables) -> ReferralList:
    """The same list where the approval doesn't permit naming a parent's condition."""
    return make_list(pack, replace(world, synthetic=False), as_of=DAY, places=PLACES)


@pytest.fixture(scope="session")
def truncated(world: Tables) -> Tables:
    """The tables as they stood on the day: whatever was recorded on it or later isn't there."""
    return known_on(world, DAY)


def known_on(tables: Tables, day: pd.Timestamp) -> Tables:
    """The tables without anything that was recorded at or after a day; the end of the data stays."""
    incidents = tables.incidents[tables.incidents["recorded_at"] < day]
    involvement = tables.involvement[tables.involvement["incident_id"].isin(incidents["incident_id"])]
    homes = tables.residence.sort_values(["child_id", "start_date"], kind="stable")
    replaced = homes.groupby("child_id")["recorded_at"].shift(-1)
    unknown_end = (replaced >= day) | (replaced.isna() & (homes["end_date"] >= day))
    homes = homes.assign(end_date=homes["end_date"].mask(unknown_end))
    homes = homes[homes["recorded_at"] < day]
    episodes = tables.missing_episodes[tables.missing_episodes["recorded_at"] < day].copy()
    episodes.loc[~(episodes["end_recorded_at"] < day), ["missing_to", "end_recorded_at"]] = pd.NaT
    episodes["return_interview_at"] = episodes["return_interview_at"].mask(episodes["return_interview_at"] >= day)
    services = tables.services[tables.services["recorded_at"] < day].copy()
    known = services["end_recorded_at"].fillna(services[["end_date", "recorded_at"]].max(axis=1)) < day
    services.loc[~known, ["end_date", "end_recorded_at"]] = pd.NaT
    parts = {"incidents": incidents, "involvement": involvement, "residence": homes, "services": services,
             "missing_episodes": episodes}  # fmt: skip
    return replace(tables, **{name: part.reset_index(drop=True) for name, part in parts.items()})


@pytest.fixture(scope="session")
def raw(world: Tables) -> pd.DataFrame:
    """Every record of every child by plain pandas: child_id, occurred_at, recorded_at, kind, role, grade, source."""
    return plain_records(world)


def plain_records(tables: Tables) -> pd.DataFrame:
    """The records of each child, laid out from the raw tables without the library's engine."""
    incidents = tables.incidents[
        ["incident_id", "household_id", "occurred_at", "recorded_at", "kind", "grade", "source"]
    ]
    named = tables.involvement.sort_values("role").drop_duplicates(["incident_id", "child_id"])
    named = named[["incident_id", "child_id", "role"]].merge(incidents, on="incident_id")
    at_home = incidents[incidents["kind"].isin(load_kinds().household)]
    homes = tables.residence.rename(columns={"recorded_at": "home_recorded_at"})
    homes = homes[["child_id", "household_id", "start_date", "end_date", "home_recorded_at"]]
    laid = at_home.merge(homes, on="household_id")
    lived = (laid["occurred_at"] >= laid["start_date"]) & ~(laid["occurred_at"] >= laid["end_date"])
    laid = laid[lived].assign(role="present")
    laid["recorded_at"] = laid[["recorded_at", "home_recorded_at"]].max(axis=1)
    both = pd.MultiIndex.from_frame(laid[["incident_id", "child_id"]])
    laid = laid[~both.isin(pd.MultiIndex.from_frame(named[["incident_id", "child_id"]]))]
    episodes = tables.missing_episodes.assign(
        kind="missing", occurred_at=tables.missing_episodes["missing_from"], grade=lambda rows: rows["risk_grade"]
    )
    hours = (episodes["missing_to"] - episodes["missing_from"]).dt.total_seconds() / 3_600
    episodes = episodes.assign(
        hours=hours,
        ended_known=episodes["end_recorded_at"],
        role=episodes["from_care"].map({True: "from_care", False: "from_home"}),
    )
    services = tables.services.assign(occurred_at=tables.services["start_date"])
    moves = tables.residence.sort_values(["child_id", "start_date"], kind="stable")
    before = moves.groupby("child_id")["household_id"].shift()
    moves = moves[before.notna() & (before != moves["household_id"])]
    moves = moves.assign(kind="moved_home", occurred_at=moves["start_date"])
    records = pd.concat([named, laid, episodes, services, moves], ignore_index=True)
    wanted = ["child_id", "occurred_at", "recorded_at", "kind", "role", "grade", "source", "hours", "ended_known"]
    return records[wanted]


@pytest.fixture(scope="session")
def known(raw: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The records of each child that had happened and were recorded before the day."""
    before = raw[(raw["occurred_at"] < DAY) & (raw["recorded_at"] < DAY)]
    return dict(iter(before.groupby("child_id")))
