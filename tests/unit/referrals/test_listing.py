"""make_list: nothing from later, the order, the bands, and what is said of each child, beside plain pandas."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, time

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, StudyError
from ace_risk.features.build import build_features
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import build_groups
from ace_risk.kinds import load_kinds
from ace_risk.referrals.child_record import make_child_record
from ace_risk.referrals.columns import REFERRAL_COLUMNS
from ace_risk.referrals.listing import ReferralList, make_list
from ace_risk.referrals.review import make_review
from ace_risk.tracking.pack import Pack

DAY, PLACES = pd.Timestamp("2022-07-01"), 120
"""Those of the shared lists."""


def test_nothing_recorded_on_the_day_or_later_changes_any_column(
    pack: Pack, world: Tables, truncated: Tables, made_list: ReferralList
) -> None:
    assert (world.incidents["recorded_at"] >= DAY).sum() > 100
    again = make_list(pack, truncated, as_of=DAY, places=PLACES)
    for now, then in ((made_list.frame, again.frame), (made_list.next_in_line, again.next_in_line)):
        assert list(now["child_id"]) == list(then["child_id"])
        for column in [*REFERRAL_COLUMNS, "safe_contact", "new", "other_children_at_home"]:
            if column != "list_made_at":
                assert list(now[column]) == list(then[column]), column
    assert made_list.considered == again.considered


def plain_line(pack: Pack, world: Tables, known: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The cohort of the day in the order of the rule, sorted by plain pandas."""
    history = build_history(world)
    cohort = build_cohort(world, history, pack.study.cohort, [DAY])
    score = pack.model.decision_function(build_features(history, cohort, pack.catalogue))
    counted = set(load_kinds().all) - load_kinds().enforcement
    rows = []
    for child, total in zip(cohort["child_id"], score, strict=True):
        records = known[child]
        newest = (DAY - records["occurred_at"][records["kind"].isin(counted)].max()).days
        digest = hashlib.sha256(f"{DAY:%Y-%m-%d} {child}".encode()).hexdigest()
        rows.append({"child_id": child, "score": total, "newest": newest, "digest": digest})
    return pd.DataFrame(rows).sort_values(["score", "newest", "digest"], ascending=[False, True, True])


def test_the_order_is_score_then_newest_record_then_a_hash(
    pack: Pack, world: Tables, made_list: ReferralList, known: dict[str, pd.DataFrame]
) -> None:
    expected = plain_line(pack, world, known)
    assert expected["score"].iloc[: PLACES + 20].duplicated().any(), "the tie rule must have something to do"
    shown = pd.concat([made_list.frame, made_list.next_in_line])
    assert list(shown["child_id"]) == list(expected["child_id"].iloc[: PLACES + 20])
    assert list(shown["score"]) == list(expected["score"].iloc[: PLACES + 20])
    assert list(shown["rank"]) == list(range(1, PLACES + 21))
    assert made_list.considered == len(expected)


def test_bands_are_how_often_the_resampled_cards_list_the_child(
    pack: Pack, world: Tables, made_list: ReferralList
) -> None:
    history = build_history(world)
    cohort = build_cohort(world, history, pack.study.cohort, [DAY])
    features = build_features(history, cohort, pack.catalogue)
    line = pd.concat([made_list.frame, made_list.next_in_line])["child_id"]
    newest = build_newest(history, cohort)
    times = pd.Series(0, index=cohort["child_id"])
    for card in pack.resampled:
        table = pd.DataFrame({"child_id": cohort["child_id"], "score": card.decision_function(features), **newest})
        table = table.sort_values(["score", "newest", "digest"], ascending=[False, True, True])
        first_left_out = table["score"].iloc[PLACES]
        times[table.loc[table["score"] > first_left_out, "child_id"]] += 1  # ties would be turned by another rule
    near = [times[child] <= 0.9 * len(pack.resampled) for child in made_list.frame["child_id"]]
    assert 5 < sum(near) < PLACES - 5
    assert list(made_list.frame["band"] == "near the cut-off") == near
    assert set(made_list.frame["band"]) == {"near the cut-off", "well inside"}
    assert set(made_list.next_in_line["band"]) == {""}
    assert made_list.resampled_lists == len(pack.resampled) == 20
    assert line.is_unique


def build_newest(history: pd.DataFrame, cohort: pd.DataFrame) -> dict[str, list[object]]:
    counted = history[history["kind"].isin(set(load_kinds().all) - load_kinds().enforcement)]
    counted = counted[(counted["occurred_at"] < DAY) & (counted["recorded_at"] < DAY)]
    last = counted.groupby("child_id")["occurred_at"].max()
    digests = [hashlib.sha256(f"{DAY:%Y-%m-%d} {child}".encode()).hexdigest() for child in cohort["child_id"]]
    return {"newest": [(DAY - last[child]).days for child in cohort["child_id"]], "digest": list(digests)}


def test_without_resampled_cards_nobody_has_a_band(pack: Pack, world: Tables) -> None:
    bare = make_list(replace(pack, resampled=()), world, as_of=DAY, places=5)
    assert set(bare.frame["band"]) == {""}
    assert bare.resampled_lists == 0


def test_row_order_of_the_tables_changes_nothing(pack: Pack, world: Tables, made_list: ReferralList) -> None:
    names = ("children", "residence", "incidents", "involvement", "missing_episodes", "services")
    turned = replace(world, **{name: getattr(world, name).iloc[::-1].reset_index(drop=True) for name in names})
    again = make_list(pack, turned, as_of=DAY, places=PLACES)
    columns = [column for column in REFERRAL_COLUMNS if column != "list_made_at"]
    pd.testing.assert_frame_equal(again.frame[columns], made_list.frame[columns])


def test_age_home_and_family_are_those_of_the_day(world: Tables, truncated: Tables, made_list: ReferralList) -> None:
    born = world.children.set_index("child_id")["birth_date"]
    homes = truncated.residence[truncated.residence["start_date"] < DAY]
    homes = homes.sort_values(["child_id", "start_date"], kind="stable").drop_duplicates("child_id", keep="last")
    homes = homes[~(homes["end_date"] <= DAY)].set_index("child_id")
    children = [child for child in homes.index if born[child] < DAY < born[child] + pd.DateOffset(years=18)]
    listed = set(made_list.frame["child_id"])
    for row in made_list.frame.itertuples():
        birth = born[row.child_id]
        assert row.age_years == DAY.year - birth.year - ((DAY.month, DAY.day) < (birth.month, birth.day))
        home = homes.loc[row.child_id]
        assert row.hub == home["hub"]
        mates = [child for child in children if homes.loc[child, "household_id"] == home["household_id"]]
        assert row.other_children_at_home == len(set(mates) - listed)
        same = made_list.frame["visit"] == row.visit
        assert set(made_list.frame.loc[same, "child_id"]) == set(mates) & listed
    assert made_list.frame["other_children_at_home"].max() > 0
    assert made_list.frame["visit"].duplicated().any()


def test_the_list_expires_so_many_days_after_its_day(made_list: ReferralList) -> None:
    assert made_list.expires_at == datetime(2022, 7, 29)
    assert set(made_list.frame["list_expires_at"]) == {pd.Timestamp("2022-07-29")}


def test_a_hub_s_list_is_the_line_of_its_children(pack: Pack, world: Tables, known: dict[str, pd.DataFrame]) -> None:
    line = plain_line(pack, world, known)["child_id"]
    history = build_history(world)
    cohort = build_cohort(world, history, pack.study.cohort, [DAY])
    hubs = dict(zip(cohort["child_id"], build_groups(world, history, cohort)["hub"], strict=True))
    made = make_list(pack, world, as_of=DAY, places=10, hub="Carlisle")
    assert list(made.frame["child_id"]) == [child for child in line if hubs[child] == "Carlisle"][:10]
    assert made.considered == sum(hub == "Carlisle" for hub in hubs.values())


def with_plan(pack: Pack, **changes: object) -> Pack:
    plan = type(pack.study.referrals)(**(pack.study.referrals.model_dump() | changes))
    return replace(pack, study=pack.study.model_copy(update={"referrals": plan}))


def test_places_kept_for_hubs_and_ages_go_to_their_first_children(
    pack: Pack, world: Tables, known: dict[str, pd.DataFrame]
) -> None:
    line = list(plain_line(pack, world, known)["child_id"])
    history = build_history(world)
    cohort = build_cohort(world, history, pack.study.cohort, [DAY])
    groups = build_groups(world, history, cohort).set_index(cohort["child_id"])
    keeping = with_plan(pack, places_by_hub={"Eden": 8}, places_by_age_band={"under 1": 5})
    made = make_list(keeping, world, as_of=DAY, places=20)
    eden = [child for child in line if groups.loc[child, "hub"] == "Eden"][:8]
    youngest = [child for child in line if groups.loc[child, "age_band"] == "under 1"][:5]
    kept = set(eden) | set(youngest)
    chosen = kept | set([child for child in line if child not in kept][: 20 - len(kept)])
    assert kept - set(line[:20]), "the kept places must make a difference"
    assert list(made.frame["child_id"]) == [child for child in line if child in chosen]
    assert len(made.frame) == 20
    with pytest.raises(StudyError, match="13 are kept for hubs and age bands, and the list has 5"):
        make_list(keeping, world, as_of=DAY, places=5)
    with pytest.raises(StudyError, match="no child lives in Atlantis"):
        make_list(with_plan(pack, places_by_hub={"Atlantis": 1}), world, as_of=DAY, places=5)
    with pytest.raises(ValueError, match="9 are kept for hubs and age bands, but there are only 8"):
        with_plan(pack, places=8, places_by_hub={"Eden": 9})
    assert keeping.study.referrals.places_of("Eden") == 8
    assert keeping.study.referrals.places_of("Barrow") == keeping.study.referrals.places_of(None) == 200


def test_children_who_objected_are_left_out_and_counted(pack: Pack, world: Tables, made_list: ReferralList) -> None:
    line = [*made_list.frame["child_id"], *made_list.next_in_line["child_id"]]
    gone = [line[0], line[3]]
    made = make_list(pack, world, as_of=DAY, places=10, objections={*gone, "nobody", "='x'"},
                     previous=made_list.frame)  # fmt: skip
    assert list(made.frame["child_id"]) == [child for child in line if child not in gone][:10]
    assert (made.objected, made.objections_unknown) == (2, 2)
    assert made.considered == made_list.considered - 2
    assert made.left is not None
    assert not set(made.left["child_id"]) & set(gone), "never named again"


def test_a_worker_s_additions_come_after_the_places(pack: Pack, world: Tables, made_list: ReferralList) -> None:
    line = [*made_list.frame["child_id"], *made_list.next_in_line["child_id"]]
    wanted = {line[30]: "Met at the family hub.", line[12]: "School asked.", line[2]: "On it anyway.", "nobody": "?"}
    objecting = line[40]
    made = make_list(pack, world, as_of=DAY, places=10, additions=wanted | {objecting: "x"}, objections=[objecting])
    assert list(made.frame["child_id"]) == [*line[:10], line[12], line[30]]
    assert list(made.frame["changed_since_last"].iloc[10:]) == [
        "added by a worker: School asked.", "added by a worker: Met at the family hub.",
    ]  # fmt: skip
    assert list(made.frame["band"].iloc[10:]) == ["", ""]
    assert list(made.frame["rank"]) == list(range(1, 13))
    assert (made.places, made.added, made.not_added) == (10, 2, 2)
    assert line[12] not in set(made.next_in_line["child_id"])
    assert made.frame["reason_1"].iloc[10:].str.len().gt(0).all()


def test_a_day_before_or_after_the_data_is_refused(pack: Pack, world: Tables) -> None:
    with pytest.raises(DataError, match="lies before the data, which start on"):
        make_list(pack, world, as_of=pd.Timestamp("2011-01-01"), places=5)
    with pytest.raises(DataError, match="after the end of the data"):
        make_list(pack, world, as_of=pd.Timestamp("2099-01-01"), places=5)


@pytest.mark.parametrize("places", [0, -3, 100_000])
def test_places_must_lie_between_one_and_the_children(pack: Pack, world: Tables, places: int) -> None:
    with pytest.raises(StudyError, match=rf"places: {places:,} places for \d+ children who could be listed"):
        make_list(pack, world, as_of=DAY, places=places)


def test_unknown_hubs_are_named_with_those_there_are(pack: Pack, world: Tables) -> None:
    with pytest.raises(StudyError, match="Use one of: Allerdale, Barrow, Carlisle, Copeland, Eden, South Lakeland"):
        make_list(pack, world, as_of=DAY, places=5, hub="Atlantis")


def test_a_day_on_which_nobody_could_be_listed_is_told(pack: Pack, world: Tables) -> None:
    rule = pack.study.cohort.model_copy(update={"under_age_years": 1, "seen_within_days": 1})
    none = replace(pack, study=pack.study.model_copy(update={"cohort": rule}))
    first = world.incidents["occurred_at"].min()
    with pytest.raises(StudyError, match="no child could be listed on this day"):
        make_list(none, world, as_of=first + pd.Timedelta(seconds=1), places=1)


def test_pack_refer_is_make_list(pack: Pack, world: Tables, made_list: ReferralList) -> None:
    made = pack.refer(world, DAY, 10, objections=[made_list.frame["child_id"].iloc[0]])
    assert list(made.frame["child_id"]) == list(made_list.frame["child_id"].iloc[1:11])
    assert np.array_equal(made.frame["support_need"], made_list.frame["support_need"].iloc[1:11])


def test_no_output_outlives_the_approval_of_its_data(pack, world):
    ends = (DAY + pd.Timedelta(days=3)).date()
    options = {"as_of": DAY, "approved_until": ends}
    listed = make_list(pack, world, places=5, **options)
    page = make_child_record(pack, world, listed.frame["child_id"].iloc[0], **options)
    assert {listed.expires_at, page.expires_at} == {datetime.combine(ends, time())}
    assert (listed.frame["list_expires_at"] == pd.Timestamp(ends)).all()
    noon, next_day = DAY + pd.Timedelta(hours=12), DAY + pd.Timedelta(days=1)
    assert make_review(pack, world, as_of=noon).expires_at == noon + pd.Timedelta(hours=24)
    assert make_review(pack, world, as_of=noon, approved_until=next_day.date()).expires_at == next_day
