"""Generated figures beside published ones."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from ace_risk.data.tables import Tables
from ace_risk.plans import World
from ace_risk.world.calibration import COLUMNS, calibrate
from ace_risk.world.exposure import make_exposure, percent
from ace_risk.world.figures import FIGURES
from ace_risk.world.measured_lives import episodes_of_need
from ace_risk.world.sources import PUBLISHED, source_tags
from ace_risk.world.truth import Truth


@pytest.fixture(scope="module", name="figures")
def _figures(tables: Tables, truth: Truth, world: World) -> pd.DataFrame:
    return calibrate(tables, truth, world)


def test_every_figure_has_a_source_and_is_measured(figures: pd.DataFrame) -> None:
    assert list(figures.columns) == COLUMNS
    assert len(figures) >= 60
    assert figures["key"].is_unique
    assert figures["generated"].notna().all()
    assert figures["source"].map(lambda text: re.match(r"\[(S\d|D|M: |A)", text) is not None).all()


def test_every_source_is_spelt_out_and_none_is_left_over() -> None:
    named = {tag for figure in FIGURES for tag in source_tags(figure.source)}
    assert named == set(PUBLISHED)


def test_the_verdict_is_the_distance_against_the_tolerance(figures: pd.DataFrame) -> None:
    near = (figures["generated"] - figures["published"]).abs() <= figures["tolerance"]
    clear = ((figures["generated"] - figures["published"]).abs() - figures["tolerance"]).abs() > 0.01
    assert ((figures["verdict"] == "within") == near)[clear].all()
    assert set(figures["verdict"]) <= {"within", "outside"}
    assert (figures["verdict"] == "within").mean() > 0.7


def test_each_profile_is_held_against_its_own_figures(figures: pd.DataFrame) -> None:
    assert "white_british" in set(figures["key"])
    assert not figures["key"].str.startswith("group_").any()
    urban = [figure.key for figure in FIGURES if "urban" in figure.profiles]
    assert "group_Black" in urban
    assert len(urban) >= 40


def test_years_lived_here_by_hand(tables: Tables, world: World) -> None:
    seen = make_exposure(tables, world)
    end = pd.Timestamp(world.end)
    days, early = 0.0, 0.0
    for child, spells in list(tables.residence.groupby("child_id"))[:200]:
        born = tables.children.loc[tables.children["child_id"] == child, "birth_date"].iloc[0]
        for spell in spells.itertuples():
            until = end if pd.isna(spell.end_date) else spell.end_date
            days += (until - spell.start_date).days
            fifth = born + pd.Timedelta(days=365.25 * 5)
            early += max((min(until, fifth) - spell.start_date) / pd.Timedelta(days=1), 0)
    some = set(sorted(tables.residence["child_id"].unique())[:200])
    few = make_exposure(
        Tables(**{name: _only(getattr(tables, name), some) for name in tables.names}, data_end=tables.data_end), world
    )
    assert few.years() == pytest.approx(days / 365.25, rel=1e-4)  # birthdays fall on whole days
    assert few.years(0, 5) == pytest.approx(early / 365.25, rel=1e-6)
    assert seen.living(pd.Timestamp(world.end) - pd.Timedelta(days=1)) == world.children


def _only(frame: pd.DataFrame, children: set[str]) -> pd.DataFrame:
    return frame[frame["child_id"].isin(children)] if "child_id" in frame else frame


def test_plans_without_a_gap_are_one_episode() -> None:
    day = pd.Timestamp
    plans = pd.DataFrame(
        {
            "child_id": ["a", "a", "a", "b"],
            "start_date": [day(2020, 1, 1), day(2020, 2, 1), day(2020, 6, 1), day(2020, 2, 1)],
            "end_date": [day(2020, 2, 1), day(2020, 3, 1), pd.NaT, day(2020, 4, 1)],
        }
    )
    episodes = episodes_of_need(plans, day(2021, 1, 1))
    assert episodes["start"].tolist() == [day(2020, 1, 1), day(2020, 6, 1), day(2020, 2, 1)]
    assert episodes["end"].tolist() == [day(2020, 3, 1), day(2021, 1, 1), day(2020, 4, 1)]


def test_nothing_to_share_is_not_a_number() -> None:
    assert percent(0, 0) != percent(0, 0)
