"""Loading: what is read, and every bad input that a folder can hold."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from ace_risk.data.history import build_history
from ace_risk.data.load import load_tables
from ace_risk.data.package import write_tables
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, Problem

CellWriter = Callable[[Path, str, str, int, str], None]


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(DataError) as caught:
        load_tables(folder)
    assert caught.value.exit_code == 3
    return list(caught.value.problems)


def only(folder: Path) -> Problem:
    found = problems(folder)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def where(found: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.table, problem.column) for problem in found]


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_tables_come_back_as_they_were_written(small_tables: Tables, tmp_path: Path, format: str) -> None:
    write_tables(small_tables, tmp_path, extra={}, format=format)  # type: ignore[arg-type]
    loaded = load_tables(tmp_path)
    for name in small_tables.names:
        assert_frame_equal(getattr(loaded, name), getattr(small_tables, name))
    assert loaded.data_end == small_tables.data_end
    assert loaded.synthetic


def test_a_table_may_have_no_rows_unless_the_schema_says_otherwise(csv_folder: Path) -> None:
    for name in SCHEMA:
        path = csv_folder / f"{name}.csv"
        path.write_text(path.read_text().splitlines()[0] + "\n")
    assert where(problems(csv_folder)) == [("children", ""), ("residence", ""), ("incidents", "")]


def test_an_optional_table_without_rows_keeps_its_types(csv_folder: Path, small_tables: Tables) -> None:
    path = csv_folder / "missing_episodes.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    loaded = load_tables(csv_folder).missing_episodes
    assert len(loaded) == 0
    assert loaded.dtypes.equals(small_tables.missing_episodes.dtypes)


def test_without_a_package_the_data_end_just_after_the_last_record(csv_folder: Path) -> None:
    (csv_folder / "datapackage.json").unlink()
    loaded = load_tables(csv_folder)
    assert loaded.data_end == pd.Timestamp("2023-12-31T01:00:00.000001")
    assert not loaded.synthetic


def test_changed_tables_are_no_longer_synthetic(csv_folder: Path, set_cell: CellWriter) -> None:
    set_cell(csv_folder, "children", "sex", 1, "M")
    assert not load_tables(csv_folder).synthetic


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        load_tables(tmp_path / "nowhere")


def test_a_missing_table_is_named_with_both_ways_out(csv_folder: Path) -> None:
    (csv_folder / "services.csv").unlink()
    problem = only(csv_folder)
    assert problem.table == "services"
    assert "services.parquet or services.csv" in problem.fix


def test_a_table_in_both_formats_is_refused(csv_folder: Path, parquet_folder: Path) -> None:
    (csv_folder / "services.parquet").write_bytes((parquet_folder / "services.parquet").read_bytes())
    assert "once" in only(csv_folder).rule


def test_a_folder_in_place_of_a_file_is_refused(csv_folder: Path) -> None:
    (csv_folder / "services.csv").unlink()
    (csv_folder / "services.parquet").mkdir()
    assert "not a folder" in only(csv_folder).rule


def test_columns_missing_unknown_and_twice_are_all_named(csv_folder: Path) -> None:
    path = csv_folder / "involvement.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(["incident_id,part,incident_id", *lines[1:]]) + "\n")
    found = problems(csv_folder)
    assert where(found) == [("involvement", name) for name in ("child_id", "role", "incident_id", "part")]


def test_a_file_without_a_header_shows_none_of_its_cells(csv_folder: Path) -> None:
    path = csv_folder / "children.csv"
    path.write_text("\n".join(path.read_text().splitlines()[1:]) + "\n")
    with pytest.raises(DataError) as caught:
        load_tables(csv_folder)
    assert "names of the columns" in str(caught.value)
    assert "c1" not in str(caught.value)


@pytest.mark.parametrize(
    ("table", "column", "text", "rule"),
    [
        ("children", "birth_date", "12/05/2016", "must be a date"),
        ("children", "birth_date", "2016-05-12T10:00", "must be a date"),
        ("children", "birth_date", "2016-02-30", "must be a date"),
        ("children", "birth_date", "", "must be filled"),
        ("children", "birth_date", "1066-10-14", "must lie from 1900"),
        ("children", "sex", "female", "must be one of F, M, U"),
        ("children", "ethnicity", "NA", "must be one of"),
        ("children", "disability", "perhaps", "must be true or false"),
        ("residence", "deprivation_decile", "2.5", "whole number"),
        ("residence", "deprivation_decile", "11", "from 1 to 10"),
        ("residence", "deprivation_decile", "1000", "from 1 to 10"),
        ("missing_episodes", "return_interview_at", "9999-12-31", "must lie from 1900"),
        ("incidents", "household_id", "h1\tflat", "plain text on one line"),
        ("residence", "end_date", "2011-01-01", "must not lie before start_date"),
        ("incidents", "occurred_at", "2019-05-12T14:03:00Z", "without a zone"),
        ("incidents", "recorded_at", "2019-05-12T14:02:59", "must not lie before occurred_at"),
        ("incidents", "kind", "mischief", "kind that kinds.yaml lists under incidents"),
        ("incidents", "kind", "cin", "kind that kinds.yaml lists under incidents"),
        ("incidents", "grade", "amber", "grades that kinds.yaml gives its kind"),
        ("incidents", "source", "rumour", "must be one of police"),
        ("involvement", "child_id", "c9", "must stand in children.child_id"),
        ("involvement", "incident_id", "i9", "must stand in incidents.incident_id"),
        ("missing_episodes", "child_id", "c9", "must stand in children.child_id"),
        ("missing_episodes", "missing_to", "2022-05-01T19:59:59", "must not lie before missing_from"),
        ("missing_episodes", "from_care", "", "must be filled"),
        ("services", "kind", "neglect", "kind that kinds.yaml lists under services"),
        ("services", "end_date", "2021-01-03", "must not lie before start_date"),
        ("services", "end_recorded_at", "2024-01-01", "at or after the end of the data"),
    ],
)
def test_one_bad_cell_is_one_problem_with_its_row_and_no_value(
    csv_folder: Path, set_cell: CellWriter, table: str, column: str, text: str, rule: str
) -> None:
    set_cell(csv_folder, table, column, 1, text)
    problem = only(csv_folder)
    assert (problem.table, problem.count, problem.rows) == (table, 1, (1,))
    assert rule in problem.rule
    assert problem.fix
    assert len(text) < 4 or text not in str(problem)


def test_a_repeated_id_is_reported_at_its_second_row(csv_folder: Path, set_cell: CellWriter) -> None:
    set_cell(csv_folder, "services", "service_id", 2, "s1")
    problem = only(csv_folder)
    assert (problem.column, problem.rule, problem.rows) == ("service_id", "must be unique", (2,))


def test_a_truncated_parquet_file_is_a_problem(parquet_folder: Path) -> None:
    path = parquet_folder / "incidents.parquet"
    whole = path.read_bytes()
    for length in (0, 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        found = problems(parquet_folder)
        assert where(found) == [("incidents", "")]
        assert "whole Parquet file" in found[0].rule


def test_a_parquet_file_with_a_flipped_byte_never_loads_as_synthetic(parquet_folder: Path) -> None:
    path = parquet_folder / "involvement.parquet"
    whole = path.read_bytes()
    for position in range(0, len(whole), 41):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x55]) + whole[position + 1 :])
        try:
            loaded = load_tables(parquet_folder)
        except DataError:
            continue
        assert not loaded.synthetic


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le"])
def test_another_encoding_is_a_problem(csv_folder: Path, set_cell: CellWriter, encoding: str) -> None:
    set_cell(csv_folder, "residence", "hub", 1, "Café" if encoding == "latin-1" else "Cafe")
    path = csv_folder / "residence.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    problem = only(csv_folder)
    assert "UTF-8" in problem.rule
    assert "Save it again as UTF-8" in problem.fix


def test_a_byte_order_mark_and_windows_line_ends_are_read(csv_folder: Path, small_tables: Tables) -> None:
    for name in SCHEMA:
        path = csv_folder / f"{name}.csv"
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert_frame_equal(load_tables(csv_folder).incidents, small_tables.incidents)


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_cells_that_are_parted_by_something_else_than_commas_are_said_so(csv_folder: Path, mark: str) -> None:
    path = csv_folder / "incidents.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", mark), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        load_tables(csv_folder)
    (problem,) = (problem for problem in caught.value.problems if problem.table == "incidents")
    assert "Put commas between the cells" in problem.fix


def test_times_may_have_a_space_and_no_seconds(csv_folder: Path, set_cell: CellWriter) -> None:
    set_cell(csv_folder, "incidents", "occurred_at", 1, "2019-05-12 14:03")
    assert load_tables(csv_folder).incidents["occurred_at"][0] == pd.Timestamp("2019-05-12T14:03")


@pytest.mark.parametrize("zone", ["Z", "+01:00", "+0100", " Europe/London", "-00:00"])
def test_a_time_with_a_zone_is_refused_among_others_without_and_says_what_to_do(
    csv_folder: Path, set_cell: CellWriter, zone: str
) -> None:
    set_cell(csv_folder, "incidents", "recorded_at", 2, "2021-08-02T08:00:00" + zone)
    problem = only(csv_folder)
    assert (problem.column, problem.rows) == ("recorded_at", (2,))
    assert "turn times with a zone into local time and leave the zone out" in problem.fix


def test_naive_times_are_local_and_stay_as_written_when_clocks_change(csv_folder: Path, set_cell: CellWriter) -> None:
    set_cell(csv_folder, "incidents", "occurred_at", 1, "2019-03-31T01:30:00")  # an hour that British clocks skip
    set_cell(csv_folder, "incidents", "recorded_at", 1, "2019-10-27T01:30:00")  # an hour that they repeat
    incident = load_tables(csv_folder).incidents.iloc[0]
    assert incident["recorded_at"] - incident["occurred_at"] == pd.Timedelta(days=210)


@pytest.mark.parametrize("text", ["1899-12-31", "2100-01-01", "0001-01-01", "9999-12-31"])
def test_dates_outside_1900_to_2099_are_refused(csv_folder: Path, set_cell: CellWriter, text: str) -> None:
    set_cell(csv_folder, "missing_episodes", "return_interview_at", 2, text)
    assert [problem.rule for problem in problems(csv_folder)] == ["must lie from 1900 to 2099"]


@pytest.mark.parametrize("text", ["1900-01-01", "2099-12-31"])
def test_the_first_and_last_day_are_allowed(csv_folder: Path, set_cell: CellWriter, text: str) -> None:
    set_cell(csv_folder, "children", "birth_date", 4, text)  # a child without a record
    assert load_tables(csv_folder).children["birth_date"][3] == pd.Timestamp(text)


@pytest.mark.parametrize("format", ["parquet", "csv"])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_rows_loads_the_same_rows_and_history(
    small_tables: Tables, tmp_path: Path, format: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    frames = {name: getattr(small_tables, name).sample(frac=1, random_state=rng) for name in SCHEMA}
    shuffled = Tables(**frames, data_end=small_tables.data_end, synthetic=True)
    write_tables(shuffled, tmp_path, extra={}, format=format)  # type: ignore[arg-type]
    loaded = load_tables(tmp_path)
    for name, table in SCHEMA.items():
        keys = [table.key] if table.key else table.column_names
        ours, theirs = (getattr(tables, name).sort_values(keys, ignore_index=True) for tables in (small_tables, loaded))
        assert_frame_equal(ours, theirs)
    assert_frame_equal(build_history(loaded), build_history(small_tables))


def test_an_id_that_reads_like_missing_is_kept(csv_folder: Path, set_cell: CellWriter) -> None:
    set_cell(csv_folder, "residence", "household_id", 1, "NA")
    assert load_tables(csv_folder).residence["household_id"][0] == "NA"


def test_rows_of_another_length_are_counted_and_later_rows_keep_their_numbers(
    csv_folder: Path, set_cell: CellWriter
) -> None:
    set_cell(csv_folder, "involvement", "role", 4, "bystander")
    path = csv_folder / "involvement.csv"
    lines = path.read_text().splitlines()
    lines[2] += ",more"
    path.write_text("\n".join(lines) + "\n")
    found = problems(csv_folder)
    assert [(problem.column, problem.count, problem.rows) for problem in found] == [("", 1, (2,)), ("role", 1, (4,))]


def test_ids_that_stand_in_rows_that_can_not_be_read_are_not_to_be_removed(csv_folder: Path) -> None:
    path = csv_folder / "children.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], f"{lines[1]},one more", *lines[2:]]) + "\n", encoding="utf-8")
    found = problems(csv_folder)
    assert ("children", "") in where(found)
    unknown = [problem for problem in found if problem.rule == "must stand in children.child_id"]
    assert unknown
    assert all(problem.fix.startswith("Mend the rows of children that can't be read first") for problem in unknown)


@pytest.mark.parametrize("text", ["1.23457E+11", "5E+09", "1,5e+12"])
def test_ids_that_a_spreadsheet_cut_short_are_a_problem(csv_folder: Path, set_cell: CellWriter, text: str) -> None:
    set_cell(csv_folder, "incidents", "incident_id", 1, text)
    found = [problem for problem in problems(csv_folder) if problem.column == "incident_id"]
    assert "must not be a number that a spreadsheet cut short, as 1.23E+11" in {problem.rule for problem in found}
    assert text not in str(found)


def test_several_broken_rules_come_in_one_error(csv_folder: Path, set_cell: CellWriter) -> None:
    (csv_folder / "services.csv").unlink()
    set_cell(csv_folder, "children", "birth_date", 2, "soon")
    set_cell(csv_folder, "children", "sex", 3, "x")
    set_cell(csv_folder, "involvement", "role", 1, "bystander")
    set_cell(csv_folder, "involvement", "role", 3, "bystander")
    found = problems(csv_folder)
    assert [(problem.table, problem.column, problem.count, problem.rows) for problem in found] == [
        ("children", "birth_date", 1, (2,)),
        ("children", "sex", 1, (3,)),
        ("involvement", "role", 2, (1, 3)),
        ("services", "", 1, ()),
    ]


def test_a_parquet_column_of_the_wrong_type_is_counted(parquet_folder: Path) -> None:
    path = parquet_folder / "incidents.parquet"
    data = pq.read_table(path)
    place = data.column_names.index("occurred_at")
    zoned = data.column("occurred_at").cast(pa.timestamp("us", tz="UTC"))
    pq.write_table(data.set_column(place, "occurred_at", zoned), path)
    problem = only(parquet_folder)
    assert (problem.column, problem.count) == ("occurred_at", 4)
    assert "without a zone" in problem.rule


def test_parquet_from_pandas_with_its_looser_types_is_read(parquet_folder: Path, small_tables: Tables) -> None:
    residence = small_tables.residence.astype({"deprivation_decile": "float64", "hub": "category"})
    residence["end_date"] = residence["end_date"].astype("datetime64[ns]")
    residence.to_parquet(parquet_folder / "residence.parquet")
    assert_frame_equal(load_tables(parquet_folder).residence, small_tables.residence)


def test_whole_number_ids_become_text(parquet_folder: Path, small_tables: Tables) -> None:
    numbers = {"h1": 101, "h2": 102}
    for name in ("residence", "incidents"):
        frame = getattr(small_tables, name)
        frame = frame.assign(household_id=frame["household_id"].map(numbers).astype("Int64"))
        frame.to_parquet(parquet_folder / f"{name}.parquet")
    assert load_tables(parquet_folder).incidents["household_id"].dropna().tolist() == ["101", "102"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "\x00", '{"ace_risk": {"data_end": 5}}', '{"ace_risk": {"data_end": "2024-13-01"}}']
)
def test_a_damaged_package_is_a_problem(csv_folder: Path, text: str) -> None:
    (csv_folder / "datapackage.json").write_text(text)
    assert only(csv_folder).table == "datapackage.json"


def test_a_record_at_the_data_end_is_outside_it(csv_folder: Path) -> None:
    path = csv_folder / "datapackage.json"
    content = json.loads(path.read_text())
    content["ace_risk"]["data_end"] = "2023-12-31T01:00:00"
    path.write_text(json.dumps(content))
    problem = only(csv_folder)
    assert (problem.table, problem.column, problem.rows) == ("missing_episodes", "recorded_at", (2,))


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=8)
CELLS = [(name, column.name) for name, table in SCHEMA.items() for column in table.columns]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cell=st.sampled_from(CELLS), row=st.integers(1, 2), text=st.text(max_size=12))
def test_a_damaged_cell_gives_tables_or_a_data_error(
    small_tables: Tables, set_cell: CellWriter, cell: tuple[str, str], row: int, text: str
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_tables(small_tables, folder, extra={}, format="csv")
        try:
            set_cell(folder, *cell, row, text)
        except UnicodeEncodeError:
            return
        try:
            loaded = load_tables(folder)
        except DataError as error:
            loaded, found = None, error.problems
        if loaded is None:
            assert found
        else:
            assert getattr(loaded, cell[0]).dtypes.equals(getattr(small_tables, cell[0]).dtypes)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hubs=st.lists(NAMES, min_size=4, max_size=4),
    delays=st.lists(st.integers(0, 10**12), min_size=4, max_size=4),
)
def test_csv_and_parquet_of_the_same_tables_load_alike(
    small_tables: Tables, hubs: list[str], delays: list[int]
) -> None:
    residence = small_tables.residence.assign(hub=pd.Series(hubs, dtype="str"))
    incidents = small_tables.incidents.copy()
    incidents["recorded_at"] = incidents["occurred_at"] + pd.to_timedelta(delays, unit="us").as_unit("us")
    frames = {name: getattr(small_tables, name) for name in SCHEMA}
    tables = Tables(**{**frames, "residence": residence, "incidents": incidents}, data_end=small_tables.data_end)
    with tempfile.TemporaryDirectory() as place:
        loaded = []
        for format in ("csv", "parquet"):
            write_tables(tables, Path(place) / format, extra={}, format=format)  # type: ignore[arg-type]
            loaded.append(load_tables(Path(place) / format))
        for name in SCHEMA:
            assert_frame_equal(getattr(loaded[0], name), getattr(loaded[1], name))
            assert_frame_equal(getattr(loaded[0], name), getattr(tables, name))
