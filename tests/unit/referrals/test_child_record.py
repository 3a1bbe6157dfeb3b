"""A child's page beside plain pandas, and by scoring everything again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, StudyError
from ace_risk.features.build import build_features
from ace_risk.features.cohort import build_cohort
from ace_risk.features.ties import tie_order
from ace_risk.kinds import load_kinds
from ace_risk.referrals.child_record import ChildRecord, make_child_record
from ace_risk.referrals.listing import ReferralList
from ace_risk.report.words import find_forbidden
from ace_risk.tracking.pack import Pack

DAY = pd.Timestamp("2022-07-01")
KINDS = load_kinds()


def of(pack: Pack, world: Tables, child: str) -> ChildRecord:
    return make_child_record(pack, world, child, as_of=DAY)


@pytest.fixture(scope="module")
def records(pack: Pack, world: Tables, made_list: ReferralList) -> dict[str, ChildRecord]:
    """Three listed children, and one who isn't."""
    line = [*made_list.frame["child_id"].iloc[[0, 10, 60]], line_of(pack, world)[-5]]
    return {child: of(pack, world, child) for child in line}


def line_of(pack: Pack, world: Tables, history: pd.DataFrame | None = None) -> list[str]:
    """The whole cohort in order, scored anew."""
    history = build_history(world) if history is None else history
    cohort = build_cohort(world, history, pack.study.cohort, [DAY])
    score = pack.model.decision_function(build_features(history, cohort, pack.catalogue))
    return list(cohort["child_id"].iloc[np.lexsort((tie_order(history, cohort), -score))])


def test_reasons_and_place_are_those_of_the_list(
    records: dict[str, ChildRecord], made_list: ReferralList, pack: Pack, world: Tables
) -> None:
    rows = made_list.frame.set_index("child_id")
    line = line_of(pack, world)
    for child, record in records.items():
        assert record.rank == line.index(child) + 1
        assert record.listed == (record.rank <= record.places)
        if child not in rows.index:
            continue
        for name in ("reason_1", "reason_2", "strengths", "support_options", "data_gaps", "safe_contact"):
            assert record.told[name] == rows.loc[child, name]
        for name in ("hub", "age_years", "score"):
            assert getattr(record, name) == rows.loc[child, name]


def test_lines_and_moves_add_up_to_the_total(records: dict[str, ChildRecord]) -> None:
    for record in records.values():
        assert sum(line.points for line in record.card) == pytest.approx(record.score)
        assert record.average + sum(value for _, value in record.moves) == pytest.approx(record.score)
    assert any(line.points and line.text for record in records.values() for line in record.card)


def test_without_a_record_the_whole_line_made_anew_has_the_child_there(
    records: dict[str, ChildRecord], pack: Pack, world: Tables
) -> None:
    history = build_history(world)
    checked = 0
    for child, record in list(records.items())[:3]:
        own = history[(history["child_id"] == child) & (history["occurred_at"] < DAY) & (history["recorded_at"] < DAY)]
        assert record.single_records == (~own["kind"].isin(KINDS.enforcement)).sum()
        for row in record.what_if[:3]:
            same = own[(own["occurred_at"] == row.occurred_at) & (own["kind"].map(lambda kind: KINDS.all[kind].title)
                                                                  == row.what)]  # fmt: skip
            results = set()
            for index in same.index:
                line = line_of(pack, world, history.drop(index=index))
                results.add(line.index(child) + 1 if child in line else None)
            assert row.rank in results
            assert row.score != record.score or row.rank is None
            checked += 1
    assert checked > 4


def test_without_its_only_record_a_child_would_not_be_considered(pack: Pack, world: Tables) -> None:
    history = build_history(world)
    known = history[(history["occurred_at"] < DAY) & (history["recorded_at"] < DAY)]
    left_out = load_kinds().enforcement | {"moved_home"}
    seen_from = DAY - pd.Timedelta(days=pack.study.cohort.seen_within_days)
    bring_in = known[~known["kind"].isin(left_out) & (known["occurred_at"] >= seen_from)]
    times = bring_in["child_id"].value_counts()
    line = line_of(pack, world)
    for number in (1, 2):
        child = next(child for child in line if times[child] == number)
        what_if = of(pack, world, child).what_if
        gone = [row.occurred_at for row in what_if if row.rank is None]
        assert gone == (bring_in.loc[bring_in["child_id"] == child, "occurred_at"].tolist() if number == 1 else [])


def test_what_is_left_out_of_what_if_changes_nothing(
    records: dict[str, ChildRecord], pack: Pack, world: Tables
) -> None:
    history = build_history(world)
    for child, record in records.items():
        if len(record.what_if) == 10:
            continue
        own = history[(history["child_id"] == child) & (history["recorded_at"] < DAY)]
        moved = 0
        for index in own.index:
            left = own.drop(index=index)
            cohort = pd.DataFrame({"child_id": [child], "cutoff": [DAY]})
            score = pack.model.decision_function(build_features(left, cohort, pack.catalogue))[0]
            moved += score != record.score
        assert moved <= len(record.what_if)


def test_lanes_hold_every_known_record_but_enforcement(
    records: dict[str, ChildRecord], known: dict[str, pd.DataFrame]
) -> None:
    for child, record in records.items():
        own = known[child]
        own = own[~own["kind"].isin(KINDS.enforcement) & ~own["role"].isin(["searched", "detained"])]
        spells = own["kind"].isin(KINDS.services)
        assert sum(len(lane.records) for lane in record.lanes) == (~spells).sum()
        assert sum(len(lane.spells) for lane in record.lanes) == spells.sum()
        assert len(record.support) == spells.sum()
        drawn = sorted(occurred for lane in record.lanes for occurred, _ in lane.records)
        assert drawn == sorted(own.loc[~spells, "occurred_at"])


def test_nothing_recorded_later_changes_a_page(records: dict[str, ChildRecord], pack: Pack, truncated: Tables) -> None:
    for child, record in records.items():
        again = of(pack, truncated, child)
        for name in ("rank", "considered", "score", "told", "card", "moves", "lanes", "support", "what_if"):
            assert getattr(again, name) == getattr(record, name), name


def test_no_forbidden_word_and_no_parent_s_condition_without_permission(
    records: dict[str, ChildRecord], pack: Pack, world: Tables
) -> None:
    found = {True: "", False: ""}
    for child, record in records.items():
        held = of(pack, replace(world, synthetic=False), child)
        for named, one in ((True, record), (False, held)):
            found[named] += " ".join(map(str, [*one.told.values(), one.card, one.support, one.what_if]))
    words = ("arental drug", "arental mental", "A parent", "a parent in prison", "drug and alcohol service")
    assert any(word in found[True] for word in words)
    assert not [word for word in words if word in found[False]]
    assert not find_forbidden(found[True])


def test_an_unknown_an_unlisted_and_an_objecting_child_are_refused_without_their_ids(
    pack: Pack, world: Tables, made_list: ReferralList
) -> None:
    inside = set(line_of(pack, world))
    outside = next(child for child in world.children["child_id"] if child not in inside)
    for child, words in (("<b>NOBODY", "no child of this id"), (outside, "could not be listed")):
        with pytest.raises(StudyError, match=words) as refused:
            of(pack, world, child)
        assert child not in str(refused.value)
    child = made_list.frame["child_id"].iloc[0]
    with pytest.raises(StudyError, match="objected") as refused:
        make_child_record(pack, world, child, as_of=DAY, objections=[child])
    assert child not in str(refused.value)


@pytest.mark.parametrize("day", ["2010-01-01", "2030-01-01"])
def test_a_day_outside_the_data_is_refused(pack: Pack, world: Tables, made_list: ReferralList, day: str) -> None:
    with pytest.raises(DataError, match="Choose"):
        make_child_record(pack, world, made_list.frame["child_id"].iloc[0], as_of=pd.Timestamp(day))
