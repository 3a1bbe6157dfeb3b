"""Mappings: what they rename, and every mapping that is refused."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ace_risk.data.load import load_tables
from ace_risk.data.mapping import DataMapping, TableMapping
from ace_risk.data.schema import SCHEMA, Column
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, StudyError

CellWriter = Callable[[Path, str, str, int, str], None]
FORMATS = ["%d/%m/%Y", "%Y%m%d", "%d %b %Y", "%m-%d-%Y"]
TIMES = [" %H:%M:%S.%f", "T%H%M%S%f", " at %I.%M.%S.%f %p"]


def refused(folder: Path, text: str | bytes) -> str:
    path = folder / "mapping.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(StudyError) as caught:
        load_tables(folder)
    assert caught.value.exit_code == 2
    return str(caught.value)


def loaded(folder: Path, content: dict[str, Any]) -> Tables:
    (folder / "mapping.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_tables(folder)


def test_an_unnamed_table_is_as_the_contract_says(csv_folder: Path, small_tables: Tables) -> None:
    (csv_folder / "services.csv").rename(csv_folder / "Plans 2026.CSV")
    tables = loaded(csv_folder, {"services": {"file": "Plans 2026.CSV"}})
    for name in SCHEMA:
        assert_frame_equal(getattr(tables, name), getattr(small_tables, name))


def test_mapped_tables_never_count_as_synthetic(csv_folder: Path) -> None:
    assert load_tables(csv_folder).synthetic
    (csv_folder / "kids.csv").write_text((csv_folder / "children.csv").read_text())
    assert not loaded(csv_folder, {"children": {"file": "kids.csv"}}).synthetic


def test_a_mapping_may_lie_elsewhere_and_then_counts_alone(csv_folder: Path, tmp_path: Path) -> None:
    (csv_folder / "mapping.yaml").write_text("nonsense: {}")
    (tmp_path / "other.yaml").write_text("children: {codes: {sex: {F: M, M: F}}}")
    tables = load_tables(csv_folder, mapping=tmp_path / "other.yaml")
    assert tables.children["sex"].tolist() == ["M", "F", "M", "U"]
    with pytest.raises(StudyError, match="no such file"):
        load_tables(csv_folder, mapping=tmp_path / "none.yaml")


def test_columns_may_swap_and_one_may_fill_two(csv_folder: Path, small_tables: Tables) -> None:
    path = csv_folder / "incidents.csv"
    path.write_text(path.read_text().replace("occurred_at,recorded_at", "recorded_at,occurred_at"))
    both = {"occurred_at": "recorded_at", "recorded_at": "occurred_at"}
    assert_frame_equal(loaded(csv_folder, {"incidents": {"columns": both}}).incidents, small_tables.incidents)
    one = {"columns": {"recorded_at": "recorded_at", "occurred_at": "recorded_at"}, "ignore": ["occurred_at"]}
    incidents = loaded(csv_folder, {"incidents": one}).incidents
    assert incidents["occurred_at"].tolist() == incidents["recorded_at"].tolist()


def test_constants_fill_a_column_that_is_not_there_or_is_ignored(csv_folder: Path) -> None:
    content = {"residence": {"constants": {"hub": "Eden", "deprivation_decile": ""}}}
    with pytest.raises(DataError, match=r"residence\.hub: unknown column.*ignore in mapping\.yaml"):
        loaded(csv_folder, content)
    content["residence"]["ignore"] = ["hub", "deprivation_decile"]  # type: ignore[assignment]
    residence = loaded(csv_folder, content).residence
    assert residence["hub"].tolist() == ["Eden"] * 4
    assert residence["deprivation_decile"].isna().all()
    assert residence["deprivation_decile"].dtype == "Int8"


@pytest.mark.parametrize(
    ("table", "column", "cells", "codes", "expected"),
    [
        ("children", "sex", pa.array([1, 2, None, 9]), {"1": "M", "2": "F", "": "U"}, ["M", "F", "U", "9"]),
        ("children", "sex", pa.array(["F", "M"]).dictionary_encode(), {"F": "M", "M": "F"}, ["M", "F"]),
        ("children", "ethnicity", pa.array(["W1", "??", ""]), {"??": ""}, ["W1", "", ""]),
        ("children", "disability", pa.array([True, None]), {"": "false"}, ["true", "false"]),
        ("residence", "deprivation_decile", pa.array([1.0, float("nan")]), {"1": "10"}, ["10", ""]),
        ("residence", "end_date", pa.array(["31.12.9999", "x"], pa.large_string()), {"31.12.9999": ""}, ["", "x"]),
        ("children", "sex", pa.nulls(1), {"": "U"}, ["U"]),
        ("children", "sex", pa.array([], pa.string()), {"a": "U"}, []),
        ("children", "sex", pa.array([b"F"]), {"F": "M"}, [b"F"]),
    ],
)
def test_codes_of_every_sort_of_cell(table: str, column: str, cells: Any, codes: dict[str, str], expected: Any) -> None:
    mapping = TableMapping(codes={column: codes})
    assert mapping.translate(pa.chunked_array([cells]), SCHEMA[table][column]).to_pylist() == expected


def test_codes_and_names_apply_to_parquet_alike(parquet_folder: Path, small_tables: Tables) -> None:
    path = parquet_folder / "children.parquet"
    data = pq.read_table(path)
    sexes = pa.array([{"F": 2, "M": 1}.get(sex) for sex in data.column("sex").to_pylist()], pa.int64())
    data = data.set_column(data.column_names.index("sex"), "gender", sexes)
    pq.write_table(data, parquet_folder / "kids.parquet")
    content = {"file": "kids.parquet", "columns": {"sex": "gender"}, "codes": {"sex": {"1": "M", "2": "F", "": "U"}}}
    assert_frame_equal(loaded(parquet_folder, {"children": content}).children, small_tables.children)


def test_a_code_that_is_not_mapped_is_checked_by_the_rules(csv_folder: Path, set_cell: CellWriter) -> None:
    set_cell(csv_folder, "children", "sex", 2, "female")
    with pytest.raises(DataError) as caught:
        loaded(csv_folder, {"children": {"codes": {"sex": {"woman": "F"}}}})
    (problem,) = caught.value.problems
    assert (problem.column, problem.count, problem.rows) == ("sex", 1, (2,))
    assert "female" not in str(caught.value)


def test_text_that_a_format_does_not_read_is_counted_and_the_clock_is_never_read(
    csv_folder: Path, set_cell: CellWriter
) -> None:
    births = ["now", "today", "15/01/2009", "15/01/2009 "]
    for row, text in enumerate(births, start=1):
        set_cell(csv_folder, "children", "birth_date", row, text)
    with pytest.raises(DataError) as caught:
        loaded(csv_folder, {"children": {"dates": {"birth_date": "%d/%m/%Y"}}})
    (problem,) = caught.value.problems
    assert (problem.rule, problem.rows) == ("must be written as %d/%m/%Y", (1, 2, 4))


def test_a_native_date_needs_no_format(parquet_folder: Path, small_tables: Tables) -> None:
    tables = loaded(parquet_folder, {"children": {"dates": {"birth_date": "%d/%m/%Y"}}})
    assert_frame_equal(tables.children, small_tables.children)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kids: {}", "kids: unknown key. Use one of children, residence"),
        ("children: {colums: {}}", "children.colums: unknown key. Use one of file, columns, codes"),
        ("children: [a]", "children:"),
        ("children: {codes: {sex: F}}", "children.codes.sex:"),
        ("children: {columns: {sex: ''}}", "children.columns.sex:"),
        ("children: {columns: {sex: \"a\\eb\"}}", "children.columns.sex:"),
        ("children: {columns: {gender: sex}}", "children.columns.gender: no column of children. Use one of child_id,"),
        ("children: {dates: {dob: '%d%m%Y'}}", "children.dates.dob: no column"),
        ("children: {codes: {sex: {K: girl}}}", "children.codes.sex.K: must become one of F, M, U, got 'girl'"),
        ("children: {codes: {sex: {'': Q}}}", "children.codes.sex.'': must become one of F, M, U, got 'Q'"),
        ("children: {codes: {sex: {K: ''}}}", "children.codes.sex.K: must become one of F, M, U, got ''"),
        ("children: {codes: {child_id: {a: b}}}", "children.codes.child_id.a: the column takes no codes"),
        ("children: {codes: {birth_date: {x: 2012-01-01}}}", "the column takes no codes"),
        ("residence: {codes: {end_date: {x: 2012-01-01}}}", "must become one of '' (empty), got '2012-01-01'"),
        ("residence: {codes: {deprivation_decile: {worst: 11}}}", "must become one of 1, 2, 3"),
        ("incidents: {codes: {kind: {X: cin}}}", "incidents.codes.kind.X: must become one of domestic_abuse"),
        ("incidents: {codes: {grade: {X: huge}}}", "incidents.codes.grade.X: must become one of standard, medium"),
        ("missing_episodes: {codes: {from_care: {J: maybe}}}", "must become one of true"),
        ("children: {constants: {child_id: c1}}", "children.constants.child_id: an id can't be the same"),
        ("involvement: {constants: {incident_id: i1}}", "involvement.constants.incident_id: an id can't"),
        ("children: {constants: {sex: girl}}", "children.constants.sex: must be one of F, M, U"),
        ("children: {constants: {sex: ''}}", "children.constants.sex: must be filled"),
        ("children: {constants: {disability: perhaps}}", "children.constants.disability: must be true or false"),
        ("children: {constants: {birth_date: 1066-10-14}}", "children.constants.birth_date: must lie from 1900"),
        ("incidents: {constants: {grade: huge}}", "incidents.constants.grade: must be one of the grades"),
        ("children: {constants: {sex: F}, columns: {sex: s}}", "children.columns.sex: constants holds the column"),
        ("children: {columns: {sex: s}, ignore: [s]}", "children.ignore: s fills sex"),
        ("children: {dates: {sex: '%d%m%Y'}}", "children.dates.sex: only dates and times"),
        ("children: {dates: {birth_date: '%d/%m'}}", "children.dates.birth_date: must say day, month and year"),
        ("children: {dates: {birth_date: '%d/%m/%Y %'}}", "children.dates.birth_date: must say"),
        ("children: {dates: {birth_date: '%d/%m/%Y %d'}}", "children.dates.birth_date: must say"),
        ("children: {dates: {birth_date: '%x'}}", "children.dates.birth_date: must say"),
        ("children: {dates: {birth_date: '%d/%m/%Y %j'}}", "children.dates.birth_date: must say"),
        ("children: {dates: {birth_date: ISO8601}}", "children.dates.birth_date: must say"),
        ("children: {dates: {birth_date: mixed}}", "children.dates.birth_date: must say"),
        ("incidents: {dates: {occurred_at: '%d/%m/%Y %I:%M'}}", "incidents.dates.occurred_at: must say"),
        ("incidents: {dates: {occurred_at: '%Y-%m-%dT%H:%M%z'}}", "a zone (%z, %Z) is refused"),
        ("", "must name tables"),
        ("- children", "must name tables"),
        ("children: {file: a.csv}\nchildren: {}", "is not plain YAML at line 1"),
        ("children:\n  codes:\n    sex: {a: F, a: M}", "is not plain YAML at line 3"),
        ("children: {", "is not plain YAML"),
        ("children: {}\n---\nchildren: {}", "is not plain YAML"),
        ("{[a]: b}", "is not plain YAML"),
        (b"children: {file: \xff.csv}", "UTF-8"),
        ("children: {file: a\0.csv}", "is not plain YAML"),
    ],
)  # fmt: skip
def test_a_key_that_is_wrong_is_named_with_what_is_allowed(csv_folder: Path, text: str | bytes, said: str) -> None:
    message = refused(csv_folder, text)
    assert said in message
    assert "\x1b" not in message
    assert message.startswith(str(csv_folder / "mapping.yaml"))


def test_all_problems_of_a_mapping_come_at_once(csv_folder: Path) -> None:
    text = """
kids: {}
children: {colums: {}, columns: {gender: sex}, codes: {sex: {K: girl}}}
residence: {constants: {hub: ""}, dates: {start_date: "%z"}}
services: 7
"""
    message = refused(csv_folder, text)
    keys = re.findall(r"^  - ([\w.]+):", message, re.MULTILINE)
    assert sorted(keys) == [
        "children.codes.sex.K", "children.columns.gender", "children.colums", "kids",
        "residence.constants.hub", "residence.dates.start_date", "services",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "file",
    [
        "../c.csv",
        "/etc/hosts.csv",
        "a/b.csv",
        "a\\b.csv",
        "C:a.csv",
        "..",
        "kids",
        "kids.xlsx",
        ".",
        "~/.csv",
        "a\n.csv",
    ],
)
def test_a_file_name_with_a_path_is_refused(csv_folder: Path, file: str) -> None:
    message = refused(csv_folder, yaml.safe_dump({"children": {"file": file}}))
    assert "children.file: must be the name of a .csv or .parquet file" in message


def test_a_link_out_of_the_folder_is_refused(csv_folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text((csv_folder / "children.csv").read_text())
    (csv_folder / "kids.csv").symlink_to(outside)
    (csv_folder / "loop.csv").symlink_to(csv_folder / "loop.csv")
    for file in ("kids.csv", "loop.csv"):
        with pytest.raises(DataError, match=r"children: children\.file of the mapping names \w+\.csv, which must"):
            loaded(csv_folder, {"children": {"file": file}})
    (csv_folder / "kids.csv").unlink()
    (csv_folder / "kids.csv").symlink_to(csv_folder / "children.csv")
    assert len(loaded(csv_folder, {"children": {"file": "kids.csv"}}).children) == 4


def test_a_mapping_that_is_a_link_out_of_the_folder_is_refused(csv_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text("{}")
    (csv_folder / "mapping.yaml").symlink_to(tmp_path / "other.yaml")
    with pytest.raises(StudyError, match="leads out of the folder"):
        load_tables(csv_folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("children: !!python/object/apply:os.system [exit]", "no tag"),
        ("children: !!python/name:os.system", "no tag"),
        ("children: {file: !!binary aGk=}", "no tag"),
        ("children: &a {codes: *a}", "no tag"),
        ("a: &a {x: y}\nchildren: {<<: [*a, *a]}", "no tag"),
        ("children: " + "[" * 20_000, "nested too deep"),
        ("children: " + "{a: " * 20_000, "nested too deep"),
        ("\n".join(" " * depth + "a:" for depth in range(1_000)), "nested too deep"),
        ("# " + "x" * 1_000_001, "is larger than"),
    ],
)
def test_a_hostile_mapping_is_refused(csv_folder: Path, text: str, said: str) -> None:
    assert said in refused(csv_folder, text)


def test_a_mapping_that_is_a_folder_is_refused(csv_folder: Path) -> None:
    (csv_folder / "mapping.yaml").mkdir()
    with pytest.raises(StudyError, match="can't be read"):
        load_tables(csv_folder)


def test_a_mapping_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        DataMapping().children.file = "a.csv"  # type: ignore[misc]


def test_a_mapped_file_or_column_that_is_not_there_is_named_by_its_key(csv_folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        loaded(csv_folder, {"children": {"file": "kids.csv"}, "services": {"columns": {"kind": "type"}}})
    rules = [(problem.table, problem.column, problem.rule) for problem in caught.value.problems]
    assert rules == [
        ("children", "", "children.file of the mapping names kids.csv, which must be a file in the folder"),
        ("services", "kind", "the column that the mapping names in services.columns.kind must be there"),
        ("services", "kind", "unknown column"),
    ]


NAMES = st.text(st.characters(min_codepoint=32, exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=6)


def _renamed(frame: pd.DataFrame, column: Column, codes: dict[str, str], date_format: str | None) -> pd.Series:
    """A column as a user would write it."""
    values = frame[column.name]
    if date_format:
        return values.dt.strftime(date_format)
    if column.type in ("date", "datetime"):
        return values.map(lambda time: time.isoformat() if pd.notna(time) else None)
    texts = values.map(lambda value: str(value).lower() if isinstance(value, bool) else str(value), na_action="ignore")
    users = {ours: user for user, ours in codes.items()}
    return texts.astype("str").map(lambda text: users.get(text, text), na_action="ignore")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_renamed_tables_load_as_the_original_ones(small_tables: Tables, data: st.DataObject) -> None:
    content: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        for number, (name, table) in enumerate(SCHEMA.items()):
            frame = getattr(small_tables, name)
            users = data.draw(
                st.lists(NAMES, min_size=len(frame.columns) + 1, max_size=len(frame.columns) + 1, unique=True)
            )
            part: dict[str, Any] = {"file": f"t{number}.csv", "codes": {}, "dates": {}, "ignore": [users[-1]]}
            part["columns"] = dict(zip(frame.columns, users[:-1], strict=True))
            written = {users[-1]: pd.Series("x", index=frame.index)}
            for column in table.columns:
                if column.type in ("date", "datetime") and data.draw(st.booleans()):
                    ending = data.draw(st.sampled_from(TIMES)) if column.type == "datetime" else ""
                    part["dates"][column.name] = data.draw(st.sampled_from(FORMATS)) + ending
                if column.codes or column.type == "boolean":
                    ours = sorted({str(value).lower() if isinstance(value, bool) else str(value)
                                   for value in frame[column.name].dropna()})  # fmt: skip
                    texts = data.draw(st.lists(NAMES, min_size=len(ours), max_size=len(ours), unique=True))
                    part["codes"][column.name] = dict(zip(texts, ours, strict=True))
                codes, date_format = part["codes"].get(column.name, {}), part["dates"].get(column.name)
                written[part["columns"][column.name]] = _renamed(frame, column, codes, date_format)
            pd.DataFrame(written).to_csv(Path(place) / f"t{number}.csv", index=False)
            content[name] = part
        text = yaml.safe_dump(content, allow_unicode=data.draw(st.booleans()))
        (Path(place) / "mapping.yaml").write_text(text, encoding="utf-8")
        tables = load_tables(place)
    for name in SCHEMA:
        assert_frame_equal(getattr(tables, name), getattr(small_tables, name))
