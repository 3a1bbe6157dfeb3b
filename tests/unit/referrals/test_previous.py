"""Why a child is no longer on the list."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ace_risk.data.tables import Tables
from ace_risk.referrals.listing import ReferralList, make_list
from ace_risk.tracking.pack import Pack

DAY, BEFORE = pd.Timestamp("2022-07-01"), pd.Timestamp("2022-06-01")


@pytest.fixture(scope="module")
def changed(world: Tables, made_list: ReferralList) -> Tables:
    """The world after the first children of a list turned 18, moved away, and had a plan begun."""
    eldest, mover, planned = made_list.frame["child_id"].iloc[:3]
    children = world.children.copy()
    children.loc[children["child_id"] == eldest, "birth_date"] = DAY - pd.DateOffset(years=18)
    homes = world.residence.sort_values(["child_id", "start_date"], kind="stable")
    last = homes.index[(homes["child_id"] == mover) & (homes["start_date"] < DAY)][-1]
    later = homes.index[(homes["child_id"] == mover) & (homes["start_date"] >= DAY)]
    homes = homes.drop(index=later)
    homes.loc[last, "end_date"] = BEFORE
    plan = world.services.iloc[:1].assign(
        service_id="NEW", child_id=planned, kind="cin", start_date=BEFORE, end_date=pd.NaT, recorded_at=BEFORE,
        end_recorded_at=pd.NaT,
    )  # fmt: skip
    services = pd.concat([world.services, plan.astype(world.services.dtypes)], ignore_index=True)
    return replace(world, children=children, residence=homes.reset_index(drop=True), services=services)


def test_each_reason_to_leave(pack: Pack, changed: Tables, made_list: ReferralList) -> None:
    before = made_list.frame[["rank", "child_id"]].iloc[:60].astype(str)
    before = pd.concat([before, pd.DataFrame({"rank": ["61"], "child_id": ["=gone"]})], ignore_index=True)
    made = make_list(pack, changed, as_of=DAY, places=50, previous=before)
    assert made.left is not None
    why = dict(zip(made.left["child_id"], made.left["why"], strict=True))
    eldest, mover, planned = made_list.frame["child_id"].iloc[:3]
    assert (why[eldest], why[mover], why[planned]) == ("turned 18", "moved away", "now has an open plan")
    assert why["'=gone"] == "no longer in the data"
    listed = set(made.frame["child_id"])
    others = [child for child in before["child_id"].iloc[3:60] if child not in listed]
    assert others
    assert {why.pop(child) for child in others} == {"now below the cut-off"}
    assert len(why) == 4
    assert not set(made.left["child_id"]) & listed
    still = made.frame["changed_since_last"] == "still listed"
    assert set(made.frame["child_id"][still]) == set(before["child_id"]) & listed
    assert set(made.frame["changed_since_last"]) == {"still listed"} | ({"new"} if not still.all() else set())


def test_another_hub_and_no_new_record(pack: Pack, world: Tables, made_list: ReferralList) -> None:
    home = made_list.frame["hub"].iloc[0]
    other = next(hub for hub in sorted(set(made_list.frame["hub"])) if hub != home)
    made = make_list(pack, world, as_of=DAY, places=10, hub=other, previous=made_list.frame.iloc[:1])
    assert made.left is not None
    assert made.left["why"].tolist() == ["now lives in another hub"]
    late = make_list(pack, world, as_of=pd.Timestamp("2024-01-01"), places=10, previous=made_list.frame)
    assert late.left is not None
    known = set(late.left["why"])
    assert known <= {"no record in the last 24 months", "now below the cut-off", "turned 18", "moved away",
                     "now has an open plan"}  # fmt: skip
    assert "no record in the last 24 months" in known
