"""Cohort, homes, history and groups on tables written by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from ace_risk import Tables, build_cohort, build_history, build_labels
from ace_risk.data.schema import SCHEMA
from ace_risk.errors import DataError, StudyError
from ace_risk.features.cohort import censoring_reasons
from ace_risk.features.groups import age_in_years, build_groups
from ace_risk.features.homes import homes_at
from ace_risk.features.labels import Outcome
from ace_risk.features.ties import tie_order
from ace_risk.plans import CohortRule, FairnessPlan

DTYPES = {"id": "str", "code": "str", "date": "datetime64[us]", "datetime": "datetime64[us]", "integer": "Int8"}
END = pd.Timestamp("2024-01-01").as_unit("us")
NR = "Not recorded"


def tables(**rows):
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(rows.get(name, []), columns=table.column_names)
        frames[name] = frame.astype({column.name: DTYPES.get(column.type, "boolean") for column in table.columns})
    return Tables(**frames, data_end=END)


def child(name, birth="2010-05-12", ethnicity="W1"):
    return [name, birth, "F", ethnicity, None, None]


def home(name, household, start="2015-01-01", end=None, recorded=None, hub="Eden"):
    return [name, household, start, end, hub, 3, recorded or start]


def incident(name, kind, at, household=None, recorded=None):
    return [name, at, recorded or at, kind, None, household, None, "police"]


ONE = {
    "children": [child("a")],
    "residence": [home("a", "h")],
    "incidents": [incident("i", "asb_nuisance", "2021-01-10")],
    "involvement": [["i", "a", "subject"]],
}
SERVICE = ["s", "a", "cin", "2021-02-01", "2021-06-01", "2021-02-01", "2021-07-15"]


def cohort_of(day, **rows):
    made = tables(**rows)
    return build_cohort(made, build_history(made), CohortRule(), [pd.Timestamp(day)])


def test_a_household_incident_is_laid_on_those_who_lived_there_then():
    made = tables(
        children=[child("a"), child("b"), child("c")],
        residence=[home("a", "h"), home("b", "h", end="2020-01-01"), home("c", "h", start="2021-01-10")],
        incidents=[
            incident("i", "domestic_abuse", "2021-01-10", "h"),
            incident("j", "asb_nuisance", "2021-01-11", "h"),
        ],
    )
    history = build_history(made)
    assert history["child_id"].tolist() == ["a", "c"]  # b had left; c came that day; asb is not laid on a home
    assert set(history["kind"]) == {"domestic_abuse"}


def test_a_laid_incident_counts_from_the_later_of_the_two_records():
    made = tables(
        children=[child("a"), child("b")],
        residence=[home("a", "h", recorded="2021-03-01"), home("b", "h", recorded="2015-02-01")],
        incidents=[incident("i", "domestic_abuse", "2021-01-10", "h", recorded="2021-01-12")],
    )
    recorded = build_history(made).set_index("child_id")["recorded_at"]
    assert recorded["a"] == pd.Timestamp("2021-03-01")
    assert recorded["b"] == pd.Timestamp("2021-01-12")


def test_a_child_named_in_a_household_incident_has_it_once_with_the_named_role():
    made = tables(
        children=[child("a")],
        residence=[home("a", "h")],
        incidents=[incident("i", "domestic_abuse", "2021-01-10", "h")],
        involvement=[["i", "a", "victim"]],
    )
    assert build_history(made)["role"].tolist() == ["victim"]


def test_moves_and_missing_episodes_and_services_are_in_the_history():
    made = tables(
        **ONE
        | {
            "residence": [home("a", "h", end="2020-01-01"), home("a", "g", "2020-01-01", recorded="2020-01-09")],
            "missing_episodes": [
                [
                    "m",
                    "a",
                    "2022-05-01 20:00",
                    "2022-05-02 08:30",
                    "2022-05-01 22:00",
                    "2022-05-02 09:00",
                    "low",
                    True,
                    None,
                ]
            ],
            "services": [SERVICE],
        }
    )
    history = build_history(made).set_index("kind")
    assert history.loc["moved_home", "recorded_at"] == pd.Timestamp("2020-01-09")
    assert history.loc["missing", "hours"] == 12.5
    assert history.loc["missing", "role"] == "from_care"
    assert history.loc["cin", "end_recorded_at"] == pd.Timestamp("2021-07-15")


def test_the_known_home_changes_when_the_next_one_is_recorded():
    residence = tables(
        residence=[home("a", "h", end="2020-01-01"), home("a", "g", "2020-01-01", recorded="2020-02-01")]
    ).residence
    known = {day: homes_at(residence, pd.Timestamp(day))["household_id"].tolist() for day in
             ("2014-12-31", "2015-01-01", "2015-01-02", "2020-01-15", "2020-02-01", "2020-02-02")}  # fmt: skip
    assert known == {
        "2014-12-31": [], "2015-01-01": [], "2015-01-02": ["h"],
        "2020-01-15": ["h"], "2020-02-01": ["h"], "2020-02-02": ["g"],
    }  # fmt: skip


def test_a_child_who_left_has_no_home_and_is_observed_until_then():
    residence = [home("a", "h", end="2020-01-01"), home("a", "g", "2020-01-02", "2021-05-05")]
    assert homes_at(tables(residence=residence).residence, pd.Timestamp("2021-05-05")).empty
    cohort = cohort_of("2021-02-01", **{**ONE, "residence": residence})
    assert cohort["observed_until"].tolist() == [pd.Timestamp("2021-05-05")]  # one day's gap is none


def test_a_child_seen_lately_is_in_the_cohort():
    assert cohort_of("2021-01-11", **ONE)["child_id"].tolist() == ["a"]
    assert cohort_of("2021-01-10", **ONE).empty  # the instant of the cutoff
    assert cohort_of("2023-01-10", **ONE)["child_id"].tolist() == ["a"]
    assert cohort_of("2023-01-11", **ONE).empty  # 731 days ago


@pytest.mark.parametrize("kind", ["stop_search", "arrest", "crime", "weapons"])
def test_enforcement_alone_brings_nobody_into_the_cohort(kind):
    assert cohort_of("2021-02-01", **ONE | {"incidents": [incident("i", kind, "2021-01-10")]}).empty


def test_a_move_alone_brings_nobody_into_the_cohort():
    moved = ONE | {
        "residence": [home("a", "h", end="2020-12-01"), home("a", "g", "2020-12-01")],
        "incidents": [incident("i", "asb_nuisance", "2015-01-10")],
    }
    assert cohort_of("2021-02-01", **moved).empty


def test_a_child_is_considered_from_the_day_after_birth():
    born = ONE | {
        "children": [child("a", birth="2021-02-01")],
        "incidents": [incident("i", "neglect", "2021-01-10", "h")],
    }
    inside = {day: len(cohort_of(day, **born)) for day in ("2021-02-01", "2021-02-02")}
    assert inside == {"2021-02-01": 0, "2021-02-02": 1}


def test_a_child_with_an_open_plan_is_not_in_the_cohort():
    plan = ONE | {"services": [SERVICE]}
    inside = {day: len(cohort_of(day, **plan)) for day in ("2021-02-01", "2021-02-02", "2021-07-15", "2021-07-16")}
    assert inside == {"2021-02-01": 1, "2021-02-02": 0, "2021-07-15": 0, "2021-07-16": 1}


def test_age_is_a_matter_of_birthdays():
    born = pd.Series(pd.to_datetime(["2004-02-29"] * 3))
    at = pd.Series(pd.to_datetime(["2022-02-28", "2022-03-01", "2024-02-29"]))
    assert age_in_years(born, at).tolist() == [17, 18, 20]
    young = ONE | {"children": [child("a", birth="2003-01-12")]}
    assert len(cohort_of("2021-01-11", **young)) == 1
    assert cohort_of("2021-01-12", **young).empty  # 18 that day


def test_observation_ends_with_age_with_leaving_or_with_the_data_and_each_is_counted():
    rule = CohortRule()
    made = tables(
        children=[child("a"), child("b", birth="2004-06-01"), child("c")],
        residence=[home("a", "h"), home("b", "h"), home("c", "h", end="2022-05-01")],
        incidents=[incident("i", "domestic_abuse", "2021-06-01", "h")],
    )
    history = build_history(made)
    cohort = build_cohort(made, history, rule, [pd.Timestamp("2021-07-01"), pd.Timestamp("2023-03-01")])
    until = {(row.child_id, row.cutoff.year): str(row.observed_until.date()) for row in cohort.itertuples()}
    assert until == {
        ("a", 2021): "2024-01-01", ("b", 2021): "2022-06-01", ("c", 2021): "2022-05-01", ("a", 2023): "2024-01-01",
    }  # fmt: skip
    assert censoring_reasons(cohort, made, rule, 365) == {
        "data_end": 1, "dies": 0, "comes_of_age": 1, "leaves_area": 1,
    }  # fmt: skip
    labels = build_labels(history, cohort, Outcome(["cin"], 365))
    assert labels.isna().sum() == 3


def test_a_cutoff_after_the_data_is_refused():
    with pytest.raises(DataError, match="after the end of the data"):
        cohort_of("2024-01-02", **ONE)


def test_groups_are_those_known_at_the_cutoff():
    made = tables(
        **ONE
        | {
            "children": [child("a", ethnicity="M1")],
            "residence": [home("a", "h", end="2021-03-01"), home("a", "g", "2021-03-01", hub="Carlisle")],
            "services": [["s", "a", "looked_after", "2021-03-01", "2021-04-01", "2021-03-05", "2021-04-02"]],
        }
    )
    history = build_history(made)
    cohort = build_cohort(made, history, CohortRule(), [pd.Timestamp(day) for day in ("2021-02-01", "2021-06-01")])
    groups = build_groups(made, history, cohort).astype(str)
    assert groups["ethnicity"].tolist() == ["Mixed", "Mixed"]
    assert groups["ethnicity_18"].tolist() == ["Mixed - White and Black Caribbean"] * 2
    assert groups["hub"].tolist() == ["Eden", "Carlisle"]
    assert groups["age_band"].tolist() == ["10 to 12", "10 to 12"]
    assert groups["age_years"].tolist() == ["10", "11"]
    assert groups["care_status"].tolist() == ["never looked after", "ever looked after"]


def test_every_attribute_has_its_groups_and_a_missing_value_is_one_of_its_own():
    children = [
        child("a", ethnicity="NS"), child("b", ethnicity=None), child("c", ethnicity="B2"), child("d", ethnicity="O2"),
    ]  # fmt: skip
    children = [[*row[:-1], disabled] for row, disabled in zip(children, (True, False, None, None), strict=True)]
    homes = [[*home(name, f"h{name}")] for name in "abcd"]
    place = tables(**ONE).residence.columns.tolist().index("deprivation_decile")
    for row, decile in zip(homes, (1, 2, 10, None), strict=True):
        row[place] = decile
    seen = ONE["incidents"][0]
    made = tables(
        **ONE
        | {
            "children": children,
            "residence": homes,
            "incidents": [[f"i{name}", *seen[1:]] for name in "abcd"],
            "involvement": [[f"i{name}", name, "victim"] for name in "abcd"],
        }
    )
    history = build_history(made)
    cohort = build_cohort(made, history, CohortRule(), [pd.Timestamp("2021-02-01")])
    groups = build_groups(made, history, cohort)
    found = groups.astype(str).set_index(cohort["child_id"])
    assert found["ethnicity"].to_dict() == {"a": NR, "b": NR, "c": "Black", "d": "Other"}
    assert found["ethnicity_18"].to_dict() == {"a": "Not stated", "b": NR, "c": "Black - African", "d": "Arab"}
    assert found["disability"].to_dict() == {"a": "Disability recorded", "b": "No disability", "c": NR, "d": NR}
    assert found["deprivation"].to_dict() == {
        "a": "most deprived fifth", "b": "most deprived fifth", "c": "least deprived fifth", "d": NR,
    }  # fmt: skip
    assert set(FairnessPlan().attributes) <= set(groups.columns)


def test_nothing_recorded_at_or_after_the_cutoff_changes_who_is_in_the_cohort():
    day = "2021-03-15"
    plain = cohort_of(day, **ONE)
    later = ONE | {
        "residence": [home("a", "h", end="2021-03-01"), home("a", "g", "2021-03-01", recorded=day)],
        "services": [["s", "a", "cin", "2021-03-01", None, day, None]],
        "incidents": [*ONE["incidents"], incident("j", "asb_nuisance", "2021-03-02", recorded=day)],
        "involvement": [*ONE["involvement"], ["j", "a", "subject"]],
    }
    pd.testing.assert_frame_equal(plain, cohort_of(day, **later))


def test_a_row_that_is_censored_for_two_reasons_counts_once():
    made = tables(
        children=[child("a", birth="2006-01-01")],
        residence=[home("a", "h")],
        incidents=[incident("i", "domestic_abuse", "2023-01-10", "h")],
    )
    cohort = build_cohort(made, build_history(made), CohortRule(), [pd.Timestamp("2023-06-01")])
    found = censoring_reasons(cohort, made, CohortRule(), 365)
    assert found == {"data_end": 1, "dies": 0, "comes_of_age": 0, "leaves_area": 0}


def test_an_incident_at_the_instant_of_leaving_is_not_laid_on_the_child():
    made = tables(
        children=[child("a")],
        residence=[home("a", "h", end="2021-01-10")],
        incidents=[
            incident("i", "domestic_abuse", "2021-01-10 00:00", "h"),
            incident("j", "domestic_abuse", "2021-01-09 23:59", "h"),
        ],
    )
    assert build_history(made)["source_id"].tolist() == ["j"]


def test_the_end_of_a_missing_episode_is_known_from_its_own_record():
    made = tables(
        **ONE
        | {
            "missing_episodes": [
                ["m", "a", "2022-05-01 20:00", "2022-05-02 08:30", "2022-05-01 22:00", "2022-05-09", "low", False, None]
            ]
        }
    )
    history = build_history(made).set_index("kind")
    assert history.loc["missing", "end_recorded_at"] == pd.Timestamp("2022-05-09")


def test_a_study_may_mark_further_kinds_as_enforcement():
    with pytest.raises(StudyError, match="cin: enforcement"):
        Outcome(["cin"], 30, enforcement=frozenset({"cin"}))


def test_equal_children_take_turns_from_one_list_to_the_next():
    names = [f"c{number}" for number in range(40)]
    at = pd.Timestamp("2021-01-10").as_unit("us")
    history = pd.DataFrame({"child_id": names, "kind": "asb_nuisance", "occurred_at": at, "recorded_at": at})
    orders = [
        tie_order(history, pd.DataFrame({"child_id": names, "cutoff": pd.Timestamp(day).as_unit("us")})).tolist()
        for day in ("2021-02-01", "2021-03-01")
    ]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == list(range(40))


def test_an_incident_of_long_ago_does_not_say_when_records_began():
    """A crime of 1985 that is reported in 2021: the cutoffs are those without it."""
    old = incident("old", "asb_nuisance", "1985-02-03", recorded="2021-03-01")
    made, with_old = tables(**ONE), tables(**ONE | {"incidents": [*ONE["incidents"], old]})
    assert with_old.data_start == made.data_start == pd.Timestamp("2021-01-10")
    plain, other = (build_cohort(each, build_history(each), CohortRule()) for each in (made, with_old))
    assert len(plain) > 5
    assert plain.equals(other)


@pytest.mark.parametrize(("days", "start"), [(31, "2021-01-10"), (32, "2021-02-11")])
def test_without_an_incident_recorded_soon_records_begin_with_the_first_one(days, start):
    recorded = pd.Timestamp("2021-01-10") + pd.Timedelta(days=days)
    late = incident("late", "asb_nuisance", "2021-01-10", recorded=str(recorded.date()))
    assert tables(**ONE | {"incidents": [late]}).data_start == pd.Timestamp(start)


def test_cutoffs_that_are_no_local_times_are_refused():
    made = tables(**ONE)
    history = build_history(made)
    for cutoff, wrong in ((pd.Timestamp("2022-01-01", tz="UTC"), "carry a zone"), (pd.NaT, "1 empty time|must hold")):
        with pytest.raises(DataError, match=f"cutoffs: .*({wrong})"):
            build_cohort(made, history, CohortRule(), [cutoff])
    none = tables(**ONE | {"incidents": [], "involvement": []})
    with pytest.raises(DataError, match="Give the cutoffs"):
        build_cohort(none, build_history(none), CohortRule())
    assert build_cohort(made, history, CohortRule(), []).empty
