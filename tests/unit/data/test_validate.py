"""The rules that need more than one cell, and the summary of quality."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ace_risk.data.history import build_history
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.data.validate import find_late, find_problems, quality_summary
from ace_risk.kinds import load_kinds


def frames_of(tables: Tables) -> dict[str, pd.DataFrame]:
    return {name: getattr(tables, name).copy() for name in SCHEMA}


def found(frames: dict[str, pd.DataFrame]) -> list[tuple[str, str, int, tuple[int, ...]]]:
    return [
        (problem.table, problem.column, problem.count, problem.rows) for problem in find_problems(frames, load_kinds())
    ]


def test_the_small_tables_break_no_rule(small_tables: Tables) -> None:
    assert found(frames_of(small_tables)) == []


def test_rules_about_tables_and_columns_that_are_not_there_are_passed_over(small_tables: Tables) -> None:
    for table in SCHEMA.values():
        frames = frames_of(small_tables)
        del frames[table.name]
        assert found(frames) == []
        for column in table.column_names:
            frames = frames_of(small_tables)
            frames[table.name] = frames[table.name].drop(columns=column)
            assert found(frames) == []


def test_an_event_on_the_day_of_birth_is_allowed_and_the_day_before_is_not(small_tables: Tables) -> None:
    frames = frames_of(small_tables)
    frames["children"].loc[2, "birth_date"] = pd.Timestamp("2021-09-01")  # incident i3 names c3 on this day
    assert ("involvement", "incident_id", 1, (2,)) not in found(frames)
    frames["children"].loc[2, "birth_date"] = pd.Timestamp("2021-09-02")
    assert ("involvement", "incident_id", 1, (2,)) in found(frames)
    frames["children"].loc[2, "birth_date"] = pd.Timestamp("2023-01-10")
    assert sorted(found(frames)) == [
        ("involvement", "incident_id", 2, (2, 4)),
        ("missing_episodes", "missing_from", 1, (1,)),
        ("residence", "start_date", 1, (4,)),
        ("services", "start_date", 1, (2,)),
    ]


def test_a_home_may_start_on_the_day_of_birth_and_not_before(small_tables: Tables) -> None:
    frames = frames_of(small_tables)
    frames["residence"].loc[0, "start_date"] = frames["children"]["birth_date"].min() - pd.Timedelta(days=900)
    assert ("residence", "start_date", 1, (1,)) in found(frames)
    born = frames["children"].set_index("child_id").loc[frames["residence"].loc[0, "child_id"], "birth_date"]
    frames["residence"].loc[0, "start_date"] = born - pd.Timedelta(days=1)
    assert found(frames) == [("residence", "start_date", 1, (1,))]
    frames["residence"].loc[0, "start_date"] = born
    assert found(frames) == []


def test_what_happened_at_home_before_birth_is_never_laid_on_a_child_whose_homes_are_valid(
    small_tables: Tables,
) -> None:
    frames = frames_of(small_tables)
    birth = frames["incidents"].loc[0, "occurred_at"].normalize() + pd.Timedelta(days=1)
    frames["children"] = pd.concat(
        [frames["children"], frames["children"].iloc[[0]].assign(child_id="baby", birth_date=birth)], ignore_index=True
    )
    home = frames["residence"].iloc[[0]].assign(child_id="baby", start_date=birth, end_date=pd.NaT, recorded_at=birth)
    frames["residence"] = pd.concat([frames["residence"], home], ignore_index=True)
    assert found(frames) == []
    history = build_history(replace(small_tables, **frames))
    assert not ((history["child_id"] == "baby") & (history["occurred_at"] < birth)).any()
    assert (history.loc[history["kind"] == "domestic_abuse", "child_id"] == "c1").any()


def spells(*rows: tuple[str, str, str | None]) -> dict[str, pd.DataFrame]:
    frame = pd.DataFrame(rows, columns=["child_id", "start_date", "end_date"])
    times = {"start_date": "datetime64[us]", "end_date": "datetime64[us]"}
    return {"residence": frame.astype(times)}


@pytest.mark.parametrize(
    ("second", "rows"),
    [
        (("c1", "2020-06-01", None), ()),
        (("c1", "2020-05-31", None), (2,)),
        (("c1", "2019-01-01", "2019-02-01"), (2,)),
        (("c1", "2019-01-01", "2019-01-01"), ()),
        (("c2", "2019-01-01", None), ()),
        (("c1", "2017-01-01", None), (1,)),
    ],
)
def test_two_homes_at_once(second: tuple[str, str, str | None], rows: tuple[int, ...]) -> None:
    frames = spells(("c1", "2018-01-01", "2020-06-01"), second)
    problems = [problem for problem in find_problems(frames, load_kinds()) if "two homes" in problem.rule]
    assert [problem.rows for problem in problems] == ([rows] if rows else [])


def test_two_homes_agrees_with_comparing_every_pair_of_spells() -> None:
    rng = np.random.default_rng(5)
    for _ in range(30):
        starts = rng.integers(0, 30, 12)
        lengths = rng.integers(0, 20, 12)
        children = rng.choice(["a", "b", "c"], 12)
        day = pd.Timestamp("2020-01-01")
        rows = [
            (child, str(day + pd.Timedelta(days=int(start))), str(day + pd.Timedelta(days=int(start + length))))
            for child, start, length in zip(children, starts, lengths, strict=True)
        ]
        problems = [problem for problem in find_problems(spells(*rows), load_kinds()) if "two homes" in problem.rule]
        # A spell is counted if it starts while an earlier-listed spell of the child, in order of time, goes on.
        ordered = sorted(zip(children, starts, starts + lengths, strict=True), key=lambda spell: tuple(spell))
        real = [spell for spell in ordered if spell[2] > spell[1]]
        broken = sum(
            any(other[0] == spell[0] and other[2] > spell[1] for other in real[:place])
            for place, spell in enumerate(real)
        )
        assert sum(problem.count for problem in problems) == broken


def test_at_most_five_rows_are_named_in_order_and_all_are_counted(small_tables: Tables) -> None:
    frames = frames_of(small_tables)
    involvement = pd.concat([frames["involvement"]] * 3, ignore_index=True)
    frames["involvement"] = involvement.assign(role="bystander")
    assert found(frames) == [("involvement", "role", 12, (1, 2, 3, 4, 5))]


def test_cells_reported_as_unreadable_are_not_reported_as_empty(small_tables: Tables) -> None:
    frames = frames_of(small_tables)
    frames["children"].loc[:1, "birth_date"] = pd.NaT
    unreadable = {("children", "birth_date"): np.array([True, False, False, False])}
    problems = find_problems(frames, load_kinds(), unreadable)
    assert [(problem.rule, problem.rows) for problem in problems] == [("must be filled", (2,))]


def test_the_end_of_the_data_is_excluded(small_tables: Tables) -> None:
    frames = frames_of(small_tables)
    last = pd.Timestamp("2023-12-31T01:00:00")
    assert find_late(frames, last + pd.Timedelta(1, "us")) == []
    assert [broken.problem.rows for broken in find_late(frames, last)] == [(2,)]


def test_grades_belong_to_their_kinds(small_tables: Tables) -> None:
    kinds = load_kinds()
    frames = frames_of(small_tables)
    frames["involvement"] = frames["involvement"].iloc[:0]
    pairs = [(kind, grade) for kind in kinds.incidents for grade in ("standard", "green", "severe", None)]
    incidents = frames["incidents"].iloc[[0] * len(pairs)].reset_index(drop=True)
    incidents["incident_id"] = [f"i{number}" for number in range(len(pairs))]
    incidents["kind"], incidents["grade"] = (list(part) for part in zip(*pairs, strict=True))
    frames["incidents"] = incidents.astype({"grade": "str"})
    wrong = sum(grade is not None and grade not in kinds.incidents[kind].grades for kind, grade in pairs)
    assert [(problem.column, problem.count) for problem in find_problems(frames, kinds)] == [("grade", wrong)]


def test_the_quality_summary_counts_what_a_person_would_count(small_tables: Tables) -> None:
    summary = quality_summary(small_tables)
    assert list(summary.columns) == ["table", "measure", "value"]
    value = summary.set_index(["table", "measure"])["value"]
    assert value["incidents", "incidents that name no child"] == 1
    assert value["children", "share of ethnicity empty"] == 0.25
    assert value["residence", "share of end_date empty"] == 0.75
    assert value["incidents", "median days to record, school"] == pytest.approx(4 + 1 / 24)
    assert value["services", "median days to record, cin"] == 0.5
    assert value["missing_episodes", "rows"] == 2
    order = list(dict.fromkeys(summary["table"]))
    assert order == list(SCHEMA)
    assert all(earlier != later for earlier, later in pairwise(order))


def test_rows_alike_in_all_but_id_and_recording_may_be_duplicates(small_tables: Tables) -> None:
    frames = frames_of(small_tables)
    again = frames["incidents"].iloc[[0]].assign(incident_id="i9", recorded_at=pd.Timestamp("2020-01-01"))
    frames["incidents"] = pd.concat([frames["incidents"], again.astype({"recorded_at": "datetime64[us]"})])
    summary = quality_summary(Tables(**frames, data_end=small_tables.data_end))
    value = summary.set_index(["table", "measure"])["value"]
    assert value["incidents", "rows that may be duplicates"] == 1
    assert value["services", "rows that may be duplicates"] == 0
