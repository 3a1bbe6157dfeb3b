"""The daily review beside plain pandas: who is in it, what is said, and what never counts."""

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
from ace_risk.kinds import load_kinds
from ace_risk.referrals.listing import make_list
from ace_risk.referrals.own_tables import children_recorded, tables_of
from ace_risk.referrals.review import Review, make_review
from ace_risk.report.team_headers import review_notes
from ace_risk.report.words import find_forbidden
from ace_risk.tracking.pack import Pack

DAY, HOURS = pd.Timestamp("2022-07-01"), 744
SINCE = DAY - pd.Timedelta(hours=HOURS)
KINDS = load_kinds()
STRENGTHS = {"trusted_adult", "school_engaged"}


@pytest.fixture(scope="module")
def review(pack: Pack, world: Tables) -> Review:
    return make_review(pack, world, as_of=DAY, hours=HOURS)


@pytest.fixture(scope="module")
def window(raw: pd.DataFrame) -> pd.DataFrame:
    """The records of the window by plain pandas."""
    rows = raw[(raw["recorded_at"] >= SINCE) & (raw["recorded_at"] < DAY)]
    return rows[rows["kind"].isin([*KINDS.incidents, "missing"])]


def told(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def is_welfare(rows: pd.DataFrame) -> pd.Series:
    return rows["kind"].isin(KINDS.enforcement) | rows["role"].isin(["searched", "detained"])


def test_everybody_in_the_records_of_the_window_is_there_once_and_nobody_else(
    review: Review, window: pd.DataFrame, world: Tables
) -> None:
    born = world.children.set_index("child_id")["birth_date"]
    expected = {
        child for child in window.loc[~window["kind"].isin(STRENGTHS), "child_id"]
        if born[child] + pd.DateOffset(years=18) > DAY
    }  # fmt: skip
    assert len(expected) > 15
    assert review.frame["child_id"].is_unique
    assert set(review.frame["child_id"]) == expected


def test_every_line_counts_the_child_s_own_records_of_the_window(review: Review, window: pd.DataFrame) -> None:
    for row in review.frame.to_dict("records"):
        own = window[window["child_id"] == row["child_id"]]
        welfare = is_welfare(own)
        lines = {line.split(",")[0] for line in row["recorded"]}
        expected = set()
        for kind, rows in own[~welfare].groupby("kind"):
            title = KINDS.all[str(kind)].title
            expected.add(f"{title[:1].upper()}{title[1:]}: {told(len(rows))}".split(",")[0])
        assert {line for line in lines if not line.startswith("Police ") or "safeguarding" in line} == expected
        police = sum({"once": 1, "twice": 2}.get(line.split(": ")[1], 0) or int(line.split(": ")[1].split()[0])
                     for line in lines - expected)  # fmt: skip
        assert police == welfare.sum()
        assert row["welfare_only"] == bool(welfare.all())
        for kind, rows in own[~welfare].groupby("kind"):
            line = next(line for line in row["recorded"] if line.lower().startswith(KINDS.all[str(kind)].title.lower()))
            last = rows["occurred_at"].max()
            assert f"{last.day} {last:%B %Y}" in line


def test_known_history_counts_what_was_known_before_the_window(
    review: Review, raw: pd.DataFrame, window: pd.DataFrame
) -> None:
    back = DAY - pd.Timedelta(days=730)
    before = raw[(raw["recorded_at"] < SINCE) & (raw["occurred_at"] >= back) & ~is_welfare(raw)]
    concerns = (set(KINDS.incidents) | {"missing"}) - STRENGTHS - KINDS.enforcement
    checked = 0
    for row in review.frame.to_dict("records"):
        own = before[(before["child_id"] == row["child_id"]) & before["kind"].isin(concerns)]
        if own.empty:
            assert "Nothing else is on record" in row["known"]
            continue
        counts = own["kind"].map({name: kind.title for name, kind in KINDS.all.items()}).value_counts()
        if len(counts) <= 4:
            for title, number in counts.items():
                assert f"{title} {told(int(number))}" in row["known"]
                checked += 1
        last = own["occurred_at"].max()
        assert f"on {last.day} {last:%B %Y}." in row["known"]
    assert checked > 8


def test_places_are_those_of_a_list_made_at_this_time(pack: Pack, world: Tables, review: Review) -> None:
    listed = make_list(pack, world, as_of=DAY, places=pack.study.referrals.places).frame.set_index("child_id")["rank"]
    history = build_history(world)
    cohort = set(build_cohort(world, history, pack.study.cohort, [DAY])["child_id"])
    seen = {"on": 0, "off": 0, "not": 0}
    for row in review.frame.to_dict("records"):
        child = row["child_id"]
        if row["welfare_only"]:
            assert row["place"] == ""
        elif child in listed.index:
            assert row["place"].startswith(f"Would be number {listed[child]} ")
            seen["on"] += 1
        elif child in cohort:
            assert row["place"].startswith("Considered, but not within")
            seen["off"] += 1
        else:
            assert row["place"].startswith("Not considered for a list: ")
            seen["not"] += 1
    assert min(seen.values()) > 0, "else nothing of one sort was tested"


def test_flags_by_plain_pandas(review: Review, world: Tables, raw: pd.DataFrame) -> None:
    born = world.children.set_index("child_id")["birth_date"]
    episodes = raw[(raw["kind"] == "missing") & (raw["recorded_at"] < DAY)]
    lately = episodes[episodes["occurred_at"] >= DAY - pd.Timedelta(days=365)].groupby("child_id").size()
    services = world.services[world.services["recorded_at"] < DAY]
    end_recorded = services["end_recorded_at"].fillna(services[["end_date", "recorded_at"]].max(axis=1))
    open_now = services[~((services["end_date"] <= DAY) & (end_recorded < DAY))]
    statutory = {name for name, kind in KINDS.services.items() if kind.statutory}
    flags = 0
    for row in review.frame.to_dict("records"):
        child, text = row["child_id"], "; ".join(row["flags"])
        own = set(open_now.loc[open_now["child_id"] == child, "kind"])
        assert ("Repeat missing" in text) == (lately.get(child, 0) >= 2)
        assert ("Philomena form held" in text) == ("philomena_notice" in own)
        assert ("first 1,000 days" in text) == ((DAY - born[child]).days < 730)
        assert ("Open: " in text) == bool(own & statutory)
        flags += len(row["flags"])
    assert flags > 3


def test_safe_contact_first_where_domestic_abuse_is_on_record(review: Review, raw: pd.DataFrame) -> None:
    known = raw[(raw["recorded_at"] < DAY) & (raw["kind"] == "domestic_abuse")]
    assert set(review.frame.loc[review.frame["safe_contact"], "child_id"]) == set(known["child_id"]) & set(
        review.frame["child_id"]
    )
    assert review.frame["safe_contact"].any()


def test_families_stand_together_as_known_then(review: Review, truncated: Tables) -> None:
    homes = truncated.residence[truncated.residence["start_date"] < DAY]
    homes = homes.sort_values(["child_id", "start_date"], kind="stable").drop_duplicates("child_id", keep="last")
    homes = homes[~(homes["end_date"] <= DAY)].set_index("child_id")["household_id"]
    frame = review.frame
    numbers = pd.factorize(frame["visit"])[0]
    assert list(numbers) == sorted(numbers), "a family's rows are neighbours"
    for _, rows in frame.groupby("visit"):
        known = {homes.get(child, child) for child in rows["child_id"]}
        assert len(known) == 1
    assert frame["visit"].duplicated().any()
    assert frame["visit"].nunique() == frame["child_id"].map(lambda child: homes.get(child, child)).nunique()


def test_nothing_recorded_later_changes_the_review(pack: Pack, truncated: Tables, review: Review) -> None:
    again = make_review(pack, truncated, as_of=DAY, hours=HOURS)
    pd.testing.assert_frame_equal(again.frame, review.frame)
    assert again.considered == review.considered


def test_enforcement_changes_no_place_and_no_history(pack: Pack, world: Tables, review: Review) -> None:
    enforced = world.incidents["kind"].isin(KINDS.enforcement)
    assert enforced.sum() > 20
    gone = set(world.incidents.loc[enforced, "incident_id"])
    without = replace(
        world, incidents=world.incidents[~enforced].reset_index(drop=True),
        involvement=world.involvement[~world.involvement["incident_id"].isin(gone)].reset_index(drop=True),
    )  # fmt: skip
    again = make_review(pack, without, as_of=DAY, hours=HOURS).frame.set_index("child_id")
    both = review.frame[~review.frame["welfare_only"]].set_index("child_id")
    assert set(again.index) == set(both.index)
    for column in ("place", "known", "flags", "safe_contact"):
        assert both[column].to_dict() == again.loc[both.index, column].to_dict(), column
    assert review.frame["welfare_only"].any()


def test_a_searched_child_is_there_for_welfare_only_in_words_without_blame(review: Review) -> None:
    only = review.frame[review.frame["welfare_only"]]
    assert len(only) > 0
    for row in only.to_dict("records"):
        assert row["next_steps"][-1].startswith("Welfare follow-up")
        assert row["place"] == ""
        for line in row["recorded"]:
            assert line.startswith(("Police searched the child: ", "Police held the child: ", "Police records named"))
            assert not [title for title in ("crime", "weapon", "arrest", "charge") if title in line.lower()]


def test_no_forbidden_word(review: Review) -> None:
    cells = [str(value) for column in ("recorded", "known", "place", "flags", "next_steps")
             for value in review.frame[column]]  # fmt: skip
    assert not find_forbidden(" ".join(cells))


def test_objections_are_left_out_and_counted(pack: Pack, world: Tables, review: Review) -> None:
    child = review.frame["child_id"].iloc[0]
    again = make_review(pack, world, as_of=DAY, hours=HOURS, objections=[child, "NOBODY"])
    assert child not in set(again.frame["child_id"])
    assert len(again.frame) == len(review.frame) - 1
    assert (again.objected, again.objections_unknown) == (1, 1)


def test_a_parent_s_condition_is_not_named_without_permission(pack: Pack, world: Tables, review: Review) -> None:
    held = make_review(pack, replace(world, synthetic=False), as_of=DAY, hours=HOURS)
    words = ("parental drug", "parental mental", "parent in prison", "treatment or support for a parent",
             "drug and alcohol service", "adult mental health")  # fmt: skip
    text = {name: " ".join(map(str, frame.astype(str).to_numpy().ravel())).lower()
            for name, frame in (("named", review.frame), ("held", held.frame))}  # fmt: skip
    assert any(word in text["named"] for word in words)
    assert not [word for word in words if word in text["held"]]
    assert "concerns at home" in text["held"]


def test_only_the_children_concerned_are_laid_out_and_their_cohort_is_the_same(pack: Pack, world: Tables) -> None:
    since = DAY - pd.Timedelta(days=pack.study.cohort.seen_within_days)
    near = tables_of(world, children_recorded(world, KINDS, since, SINCE))
    assert len(near.children) < len(world.children)
    whole, some = build_history(world), build_history(near)
    assert not set(some["child_id"]) - set(near.children["child_id"])
    cohorts = [build_cohort(tables, history, pack.study.cohort, [DAY]) for tables, history in
               ((world, whole), (near, some))]  # fmt: skip
    pd.testing.assert_frame_equal(*cohorts)
    scores = [pack.model.decision_function(build_features(history, cohort, pack.catalogue))
              for history, cohort in zip((whole, some), cohorts, strict=True)]  # fmt: skip
    assert np.array_equal(*scores)


def test_an_empty_window_is_an_empty_review(pack: Pack, world: Tables) -> None:
    last = world.incidents["recorded_at"].max()
    quiet = replace(world, data_end=last + pd.Timedelta(days=60))
    found = make_review(pack, quiet, as_of=last + pd.Timedelta(days=50), hours=1)
    assert found.frame.empty
    assert "child_id" in found.frame.columns


@pytest.mark.parametrize("hours", [0, -1, 745])
def test_hours_out_of_range_are_refused(pack: Pack, world: Tables, hours: int) -> None:
    with pytest.raises(StudyError, match="--hours"):
        make_review(pack, world, as_of=DAY, hours=hours)


@pytest.mark.parametrize("day", ["2010-01-01", "2030-01-01"])
def test_a_time_outside_the_data_is_refused(pack: Pack, world: Tables, day: str) -> None:
    with pytest.raises(DataError, match="Choose"):
        make_review(pack, world, as_of=pd.Timestamp(day))


def test_a_hub_s_review_holds_that_hub_s_children_and_its_own_places(pack: Pack, world: Tables, review: Review) -> None:
    """The hubs' reviews and the children without a known home make up the review of all hubs."""
    homes = review.frame.set_index("child_id")["hub"]
    hubs = sorted(homes.dropna().unique())
    assert len(hubs) > 1
    for hub in hubs:
        own = make_review(pack, world, as_of=DAY, hours=HOURS, hub=hub)
        assert set(own.frame["child_id"]) == set(homes.index[homes == hub])
        assert own.without_home == homes.isna().sum()
        assert own.elsewhere == (homes.notna() & (homes != hub)).sum()
        listed = make_list(pack, world, as_of=DAY, places=min(own.places, own.considered), hub=hub)
        rank = dict(zip(listed.frame["child_id"], listed.frame["rank"], strict=True))
        for row in own.frame[own.frame["child_id"].isin(rank) & ~own.frame["welfare_only"]].to_dict("records"):
            assert row["place"].startswith(f"Would be number {rank[row['child_id']]} on a list made now")
        notes = review_notes(pack, own)
        assert any(f"known home lies in {hub}." in note and f"{own.without_home} without" in note for note in notes)
    assert not any("known home" in note for note in review_notes(pack, review))
    with pytest.raises(StudyError, match=f"Use one of: {hubs[0]}"):
        make_review(pack, world, as_of=DAY, hours=HOURS, hub="Nowhere")


def test_the_list_that_the_team_works_from_is_named(pack: Pack, world: Tables, review: Review) -> None:
    chosen = review.frame.loc[~review.frame["welfare_only"], "child_id"].iloc[:2].tolist()
    rows = pd.DataFrame({"child_id": chosen, "rank": ["4", "9"], "list_expires_at": ["2022-07-20", "2022-06-20"]})
    told = make_review(pack, world, as_of=DAY, hours=HOURS, handed_out=rows).frame.set_index("child_id")["place"]
    assert told[chosen[0]].startswith("Number 4 on the list that the team works from, which ends on 20 July 2022. ")
    assert told[chosen[1]].startswith("Number 9 on the list that the team works from, which lapsed on 20 June 2022. ")
    others = review.frame[~review.frame["child_id"].isin(chosen)].set_index("child_id")
    for child, place in others["place"].items():
        assert told[child] == (f"Not on the list that the team works from. {place}" if place else "")


def test_an_outcome_after_an_earlier_record_is_about_those_who_have_one(
    pack: Pack, world: Tables, review: Review
) -> None:
    """The place is that of a list of the same day, and whoever has no such record is told so."""
    outcome = pack.study.outcome.model_copy(update={"after_kinds": ("missing",)})
    again = replace(pack, study=pack.study.model_copy(update={"outcome": outcome}))
    found = make_review(again, world, as_of=DAY, hours=HOURS)
    assert found.considered < review.considered
    assert found.considered == make_list(again, world, as_of=DAY, places=5).considered
    assert found.frame["place"].str.contains("no earlier missing episode, which this list is about").any()


@pytest.mark.parametrize(("recorded", "there"), [(SINCE, True), (SINCE - pd.Timedelta(1, "us"), False), (DAY, False)])
def test_the_first_instant_of_the_hours_is_in_and_the_last_is_out(
    pack: Pack, world: Tables, window: pd.DataFrame, recorded: pd.Timestamp, there: bool
) -> None:
    once = window[~window["kind"].isin(STRENGTHS)].groupby("child_id").filter(lambda rows: len(rows) == 1)
    named = world.involvement.merge(once[once["kind"] == "asb_nuisance"], on="child_id")
    times = world.incidents.set_index("incident_id")["recorded_at"]
    named = named[named["incident_id"].map(times) == named["recorded_at"]]
    child, incident = named[["child_id", "incident_id"]].iloc[0]
    mine = world.incidents["incident_id"] == incident
    moved = world.incidents.assign(
        recorded_at=world.incidents["recorded_at"].mask(mine, recorded),
        occurred_at=world.incidents["occurred_at"].mask(mine, SINCE - pd.Timedelta(days=2)),
    )
    found = make_review(pack, replace(world, incidents=moved), as_of=DAY, hours=HOURS)
    assert (child in set(found.frame["child_id"])) == there
