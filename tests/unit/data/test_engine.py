"""The engine: what goes in comes out, in the contract's types, and nothing is left behind."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

from ace_risk.data.engine import TIME, collect, constant, least, stack, to_table
from ace_risk.errors import DataError

EVERY_TYPE = pd.DataFrame(
    {
        "child_id": pd.Series(["b", None, "é"], dtype="str"),
        "number": [2**53 + 1, -1, 0],
        "time": pd.Series(["2024-02-29T01:30:00.000001", None, "1900-01-01T00:00:00.0"], dtype="datetime64[us]"),
        "deprivation_decile": pd.array([10, None, 1], dtype="Int8"),
        "disability": pd.array([True, None, False], dtype="boolean"),
        "from_care": [True, False, True],
        "hours": [1.5, float("nan"), 0.1],
        "cutoff": [2**62, 0, -1],
    }
)


@pytest.mark.parametrize("frame", [EVERY_TYPE, EVERY_TYPE.iloc[:0], EVERY_TYPE.iloc[::-1]], ids=["all", "none", "odd"])
def test_what_goes_in_comes_out(frame):
    table = to_table(frame)
    back = collect(table.order_by("row").drop("row"), frame.dtypes.to_dict())
    pd.testing.assert_frame_equal(back, frame.reset_index(drop=True))


def test_times_are_microseconds_and_categories_are_their_words():
    times = pd.Series(pd.to_datetime(["2024-01-01"])).dt.as_unit("ns")
    table = to_table({"time": times, "kind": pd.Categorical(["cin"]), "nothing": pd.Series([None], dtype="object")})
    assert {name: str(table[name].type()) for name in table.columns} == {
        "time": TIME, "kind": "string", "nothing": "string", "row": "int64",
    }  # fmt: skip


def test_whole_numbers_become_times_without_going_through_floats():
    instant = pd.Timestamp("9999-12-30 23:59:59.999999").as_unit("us")
    micros = pd.Series([int(instant.asm8.astype("int64")), None], dtype="Int64")
    times = collect(to_table({"until": micros}).order_by("row").select("until"), {"until": "datetime64[us]"})["until"]
    assert times[0] == instant
    assert times.isna().tolist() == [False, True]


def test_a_stack_has_all_rows_and_empty_cells_where_a_part_lacks_the_column():
    parts = [to_table({"child_id": [7], "hours": [2.0]}), to_table({"child_id": [5, 5], "role": ["x", "y"]})]
    stacked = stack(parts, {"child_id": "", "role": "string", "hours": "float64"})
    rows = collect(stacked.order_by("child_id", "role"), {"role": "str"})
    assert rows["child_id"].tolist() == [5, 5, 7]
    assert rows["role"].tolist()[:2] == ["x", "y"]
    assert rows["role"].isna().tolist() == [False, False, True]
    assert rows["hours"].isna().tolist() == [True, True, False]


def test_the_least_passes_over_empty_cells():
    days = to_table({"first": pd.array([3, None], dtype="Int64"), "second": [9, 9]})
    assert collect(days.order_by("row").select(day=least(8, days.first, days.second)), {})["day"].tolist() == [3, 8]


def test_a_word_is_a_constant_and_not_a_column():
    assert collect(to_table({"role": ["x"]}).select(kind=constant("role")), {})["kind"].tolist() == ["role"]


def test_a_column_of_words_and_numbers_is_refused_without_showing_them():
    with pytest.raises(DataError, match="child_id: holds values of more than one type") as refused:
        to_table({"child_id": pd.Series(["SYN-1", 77], dtype="object")})
    assert "SYN" not in str(refused.value)
    assert "77" not in str(refused.value)


def test_nothing_is_fetched_and_no_file_is_left(tmp_path):
    code = (
        "from ace_risk.data.engine import _connect, collect, to_table\n"
        "collect(to_table({'a': [2, 1]}).order_by('a'), {})\n"
        "names = ('autoinstall_known_extensions', 'autoload_known_extensions', 'temp_directory')\n"
        "query = f'select value from duckdb_settings() where name in {names} order by name'\n"
        "print(_connect().raw_sql(query).fetchall())"
    )
    done = in_own_process(code, tmp_path)
    assert done.stdout.strip() == "[('false',), ('false',), ('',)]"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("first", ["import ace_risk", "import ace_risk.cli", "from ace_risk import build_cohort"])
def test_the_engine_is_imported_when_it_is_needed_and_not_before(first, tmp_path):
    code = f"import sys\n{first}\nprint(sorted({{'ibis', 'duckdb', 'sqlglot'}} & set(sys.modules)))"
    assert in_own_process(code, tmp_path).stdout.strip() == "[]"


def in_own_process(code, home):
    environment = {**os.environ, "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_CACHE_DIR": os.devnull}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.run(command, capture_output=True, text=True, cwd=home, check=True, env=environment)
