"""Rows set aside: by hand, by brute force, and at the limit exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from ace_risk.data.load import load_tables
from ace_risk.data.package import write_tables
from ace_risk.data.quarantine import LIMIT_SENTENCE, set_aside
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.data.validate import find_broken, quality_summary
from ace_risk.errors import DataError
from ace_risk.kinds import load_kinds

CellWriter = Callable[[Path, str, str, int, str], None]
Rows = dict[str, dict[int, dict[str, Any]]]
KINDS = load_kinds()


def copies(tables: Tables, number: int) -> Tables:
    """The same rows many times over, each time with other ids."""
    frames = {}
    for name in SCHEMA:
        parts = []
        for copy in range(number):
            part = getattr(tables, name).copy()
            for column in part.columns[part.columns.str.endswith("_id")]:
                part[column] = part[column] + f"-{copy}"
            parts.append(part)
        frames[name] = pd.concat(parts, ignore_index=True)
    return Tables(**frames, data_end=tables.data_end, synthetic=tables.synthetic)


@pytest.fixture
def large_folder(small_tables: Tables, tmp_path: Path) -> Path:
    """Two hundred rows in the first four tables, a hundred in the other two."""
    write_tables(copies(small_tables, 50), tmp_path / "large", extra={}, format="csv")
    return tmp_path / "large"


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        load_tables(folder, quarantine=True)
    return str(caught.value)


def test_without_broken_rules_nothing_is_set_aside(large_folder: Path) -> None:
    tables = load_tables(large_folder, quarantine=True)
    assert tables.quarantined == {}
    assert tables.synthetic
    for name in SCHEMA:
        assert_frame_equal(getattr(tables, name), getattr(load_tables(large_folder), name))


def test_a_row_takes_the_rows_that_refer_to_it(large_folder: Path, set_cell: CellWriter) -> None:
    set_cell(large_folder, "children", "sex", 1, "girl")  # c1 of the first copy: two homes, i1 and i4, one service
    with pytest.raises(DataError) as caught:
        load_tables(large_folder)
    assert LIMIT_SENTENCE not in str(caught.value)
    tables = load_tables(large_folder, quarantine=True)
    assert tables.quarantined == {"children": 1, "residence": 2, "involvement": 2, "services": 1}
    assert "c1-0" not in set(tables.residence["child_id"]) | set(tables.involvement["child_id"])
    assert len(tables.incidents) == 200
    assert tables.services.index.tolist() == list(range(99))


def test_an_incident_takes_its_involvement(large_folder: Path, set_cell: CellWriter) -> None:
    set_cell(large_folder, "incidents", "kind", 4, "mischief")  # i4 names two children
    assert load_tables(large_folder, quarantine=True).quarantined == {"incidents": 1, "involvement": 2}


def test_the_summary_counts_rows_set_aside(large_folder: Path, set_cell: CellWriter) -> None:
    set_cell(large_folder, "incidents", "kind", 4, "mischief")
    summary = quality_summary(load_tables(large_folder, quarantine=True))
    aside = summary[summary["measure"] == "rows set aside"].set_index("table")["value"]
    assert aside.to_dict() == dict.fromkeys(SCHEMA, 0.0) | {"incidents": 1.0, "involvement": 2.0}


def test_one_in_a_hundred_is_allowed_and_one_more_is_not(large_folder: Path, set_cell: CellWriter) -> None:
    for row in (2, 6):  # i2 names nobody
        set_cell(large_folder, "incidents", "kind", row, "mischief")
    assert load_tables(large_folder, quarantine=True).quarantined == {"incidents": 2}
    set_cell(large_folder, "incidents", "kind", 10, "mischief")
    message = refused(large_folder)
    assert message.endswith(f"{LIMIT_SENTENCE}: incidents would lose 3 of 200 rows.")
    assert "broken 3 times (e.g. row 2, 6, 10 beneath the header)" in message
    assert "mischief" not in message


def test_the_limit_counts_rows_that_lost_their_reference(large_folder: Path, set_cell: CellWriter) -> None:
    for row in (1, 5):  # two children of two hundred, but with two services of a hundred and four homes
        set_cell(large_folder, "children", "birth_date", row, "soon")
    assert refused(large_folder).endswith(
        "residence would lose 4 of 200 rows, involvement would lose 4 of 200 rows, services would lose 2 of 100 rows."
    )


def test_rows_of_another_length_and_unreadable_cells_count_too(large_folder: Path, set_cell: CellWriter) -> None:
    set_cell(large_folder, "incidents", "recorded_at", 2, "2021-08-02T08:00:00Z")
    path = large_folder / "incidents.csv"
    lines = path.read_text().splitlines()
    lines[6] += ",more"
    path.write_text("\n".join(lines) + "\n")
    assert load_tables(large_folder, quarantine=True).quarantined == {"incidents": 2}
    lines[10] += ",more"
    path.write_text("\n".join(lines) + "\n")
    assert "incidents would lose 3 of 200 rows" in refused(large_folder)


def test_whole_tables_and_columns_are_never_set_aside(large_folder: Path, set_cell: CellWriter) -> None:
    set_cell(large_folder, "incidents", "kind", 4, "mischief")
    path = large_folder / "services.csv"
    path.write_text(path.read_text().replace("end_recorded_at", "end_seen"))
    message = refused(large_folder)
    assert message.endswith(f"{LIMIT_SENTENCE}.")
    assert "services.end_seen: unknown column" in message
    path.unlink()
    assert "services: the table must be there" in refused(large_folder)


def test_a_column_without_codes_is_at_fault_as_a_whole(small_tables: Tables) -> None:
    codes = {name: listed for name, listed in KINDS.codes.items() if name != "outcome_code"}
    kinds = type(KINDS)(KINDS.incidents, KINDS.services, KINDS.derived, codes)
    (rule,) = find_broken({name: getattr(small_tables, name) for name in SCHEMA}, kinds)
    assert (rule.problem.column, rule.problem.count, rule.rows) == ("outcome_code", 2, None)


def test_the_end_of_the_data_is_taken_from_the_rows_that_stay(large_folder: Path, set_cell: CellWriter) -> None:
    (large_folder / "datapackage.json").unlink()
    set_cell(large_folder, "incidents", "recorded_at", 2, "2098-01-01T00:00:00")
    set_cell(large_folder, "incidents", "kind", 2, "mischief")
    assert load_tables(large_folder, quarantine=True).data_end == pd.Timestamp("2023-12-31T01:00:00.000001")


def test_a_record_after_the_end_of_the_data_is_set_aside(large_folder: Path, set_cell: CellWriter) -> None:
    set_cell(large_folder, "incidents", "recorded_at", 2, "2098-01-01T00:00:00")
    tables = load_tables(large_folder, quarantine=True)
    assert tables.quarantined == {"incidents": 1}
    assert not tables.synthetic  # the file was changed


def test_fingerprints_alone_decide_what_is_synthetic(small_tables: Tables, tmp_path: Path) -> None:
    tables = copies(small_tables, 50)
    tables.incidents.loc[1, "kind"] = "mischief"
    write_tables(tables, tmp_path, extra={})
    loaded = load_tables(tmp_path, quarantine=True)
    assert loaded.synthetic
    assert loaded.quarantined == {"incidents": 1}


def test_of_a_row_that_stands_twice_one_stays_and_of_an_id_with_two_rows_none(small_tables: Tables) -> None:
    frames = {name: getattr(small_tables, name) for name in SCHEMA}
    incidents = frames["incidents"]
    again = incidents.iloc[[1]].assign(source="school")
    frames["incidents"] = pd.concat([incidents, incidents.iloc[[2]], again], ignore_index=True)
    kept, _ = kept_rows(frames)
    assert kept["incidents"] == [0, 2, 3]
    assert kept["involvement"] == [0, 1, 2, 3]
    frames["residence"] = pd.concat(
        [frames["residence"], frames["residence"].iloc[[3]], frames["residence"].iloc[[2]].assign(household_id="h9")],
        ignore_index=True,
    )
    assert kept_rows(frames)[0]["residence"] == [0, 1, 3]


def kept_rows(frames: dict[str, pd.DataFrame]) -> tuple[dict[str, list[int]], dict[str, int]]:
    kept = set_aside(frames, find_broken(frames, KINDS), lambda frames: find_broken(frames, KINDS))
    assert {name: kept.rows[name] - kept.aside.get(name, 0) for name in SCHEMA} == {
        name: len(frame) for name, frame in kept.frames.items()
    }
    return {name: frame.index.tolist() for name, frame in kept.frames.items()}, kept.aside


def reference(frames: dict[str, pd.DataFrame]) -> dict[str, list[int]]:
    """Drop what breaks a rule, row by row in plain Python, until nothing changes."""
    rows: Rows = {
        name: {
            number: {column: None if pd.isna(value) else value for column, value in row.items()}
            for number, row in zip(frame.index.tolist(), frame.to_dict("records"), strict=True)
        }
        for name, frame in frames.items()
    }
    while bad := {(name, number) for name in SCHEMA for number in rows[name] if breaks_a_rule(rows, name, number)}:
        for name, number in bad:
            del rows[name][number]
    return {name: list(part) for name, part in rows.items()}


def breaks_a_rule(rows: Rows, name: str, number: int) -> bool:
    row, table = rows[name][number], SCHEMA[name]
    others = [(other, theirs) for other, theirs in rows[name].items() if other != number]
    for column in table.columns:
        value = row[column.name]
        if value is None:
            if not column.optional:
                return True
        elif not value_is_allowed(rows, name, row, column.name):
            return True
    if any(row[a] is not None and row[b] is not None and row[b] < row[a] for a, b in table.ordered):
        return True
    if table.key:
        same = [(other, theirs) for other, theirs in others if theirs[table.key] == row[table.key]]
        if any(theirs != row for _, theirs in same) or any(other < number for other, _ in same):
            return True
    return before_birth(rows, name, row) or (name == "residence" and second_home(number, row, others))


def value_is_allowed(rows: Rows, name: str, row: dict[str, Any], column: str) -> bool:
    rule, value = SCHEMA[name][column], row[column]
    if rule.codes == "grade":
        kind = KINDS.incidents.get(row["kind"])
        return kind is None or value in kind.grades
    if rule.codes.startswith("kind:"):
        return value in (KINDS.incidents if name == "incidents" else KINDS.services)
    if rule.codes:
        return value in KINDS.codes[rule.codes]
    if rule.low is not None and rule.high is not None:
        return bool(rule.low <= value <= rule.high)
    if rule.refers_to:
        table, target = rule.refers_to.split(".")
        return value in [other[target] for other in rows[table].values()]
    return rule.type not in ("date", "datetime") or 1900 <= value.year <= 2099


def before_birth(rows: Rows, name: str, row: dict[str, Any]) -> bool:
    births = {child["child_id"]: child["birth_date"] for child in reversed(rows["children"].values())}
    birth = births.get(row.get("child_id"))
    if name == "involvement":
        times = {incident["incident_id"]: incident["occurred_at"] for incident in reversed(rows["incidents"].values())}
        time = times.get(row["incident_id"])
    else:
        time = {"missing_episodes": row.get("missing_from"), "services": row.get("start_date")}.get(name)
    return birth is not None and time is not None and time < birth


def second_home(number: int, row: dict[str, Any], others: list[tuple[int, dict[str, Any]]]) -> bool:
    last = pd.Timestamp.max
    start, end = row["start_date"], row["end_date"] or last
    if row["child_id"] is None or start is None or not start < end:
        return False
    for other, theirs in others:
        if theirs["child_id"] == row["child_id"] and theirs["start_date"] is not None:
            real = theirs["start_date"] < (theirs["end_date"] or last)
            if real and theirs["start_date"] == start and (theirs != row or other < number):
                return True
            if theirs["start_date"] < start < (theirs["end_date"] or last):
                return True
    return False


def damaged(tables: Tables, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """A few cells changed to another cell of their column, to nonsense or to nothing; a few rows repeated."""
    frames = {name: getattr(tables, name).copy() for name in SCHEMA}
    frames["missing_episodes"] = frames["missing_episodes"].astype({"from_care": "boolean"})
    for _ in range(rng.integers(1, 6)):
        name = str(rng.choice(list(SCHEMA)))
        frame, column = frames[name], SCHEMA[name].columns[rng.integers(len(SCHEMA[name].columns))]
        if rng.random() < 0.25:
            frames[name] = pd.concat([frame, frame.iloc[[rng.integers(len(frame))]]], ignore_index=True)
            frame = frames[name]
        nonsense = {"id": "z9", "code": "z9", "integer": 11, "boolean": None}.get(
            column.type, pd.Timestamp("2150-01-01")
        )
        value = [frame[column.name].iloc[rng.integers(len(frame))], nonsense, None][rng.integers(3)]
        frame.loc[int(rng.integers(len(frame))), column.name] = value
    return frames


def test_what_is_set_aside_agrees_with_dropping_rows_by_hand(small_tables: Tables) -> None:
    tables = copies(small_tables, 2)
    rng = np.random.default_rng(11)
    lost: Counter[str] = Counter()
    for _ in range(60):
        frames = damaged(tables, rng)
        kept, aside = kept_rows(frames)
        assert kept == reference(frames)
        lost.update(aside)
    assert min(lost[name] for name in SCHEMA) > 5  # every table lost rows


def test_the_order_of_rows_decides_nothing(small_tables: Tables) -> None:
    tables = copies(small_tables, 2)
    rng = np.random.default_rng(12)
    for _ in range(25):
        frames = damaged(tables, rng)
        shuffled = {
            name: frame.sample(frac=1, random_state=rng).reset_index(drop=True) for name, frame in frames.items()
        }
        outcomes = []
        for version in (frames, shuffled):
            kept, _ = kept_rows(version)
            outcomes.append(
                {name: sorted(map(str, version[name].loc[kept[name]].to_numpy().tolist())) for name in SCHEMA}
            )
        assert outcomes[0] == outcomes[1]


def test_the_reference_knows_two_homes_at_once() -> None:
    """One spell may start on the day on which another ends, and an open one goes on."""
    spells = [("2018-01-01", "2020-01-01"), ("2019-01-01", None), ("2020-01-01", None)]
    rows = [
        {"child_id": "c", "start_date": pd.Timestamp(start), "end_date": end and pd.Timestamp(end)}
        for start, end in spells
    ]
    overlap = {
        pair for pair in combinations(range(3), 2) if second_home(pair[1], rows[pair[1]], [(pair[0], rows[pair[0]])])
    }
    assert overlap == {(0, 1), (1, 2)}
