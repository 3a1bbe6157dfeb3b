"""Writing tables, and knowing them again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ace_risk.data.package import fingerprints_match, read_package, write_tables
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, OutputError


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_the_same_tables_give_the_same_bytes(small_tables: Tables, tmp_path: Path, format: str) -> None:
    for place in ("a", "b"):
        write_tables(small_tables, tmp_path / place, extra={"seed": 7}, format=format)  # type: ignore[arg-type]
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted([*(f"{name}.{format}" for name in SCHEMA), "datapackage.json"])
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_how_the_rows_were_gathered_does_not_change_the_bytes(small_tables: Tables, tmp_path: Path) -> None:
    pieces = [small_tables.residence.iloc[[place]] for place in range(4)]
    write_tables(small_tables, tmp_path / "a", extra={})
    write_tables(replace(small_tables, residence=pd.concat(pieces)), tmp_path / "b", extra={})
    assert (tmp_path / "a/residence.parquet").read_bytes() == (tmp_path / "b/residence.parquet").read_bytes()


def test_the_package_describes_every_column_of_the_schema(small_tables: Tables, csv_folder: Path) -> None:
    package = json.loads((csv_folder / "datapackage.json").read_text())
    assert package["profile"] == "tabular-data-package"
    assert package["ace_risk"] == {"generator": "ace-risk", "data_end": "2024-01-01T00:00:00", "seed": 1}
    for resource, table in zip(package["resources"], SCHEMA.values(), strict=True):
        data = (csv_folder / resource["path"]).read_bytes()
        assert resource["bytes"] == len(data)
        assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        assert [field["name"] for field in resource["schema"]["fields"]] == table.column_names
        assert resource["schema"].get("primaryKey", "") == table.key
    involvement = package["resources"][3]["schema"]
    assert involvement["foreignKeys"][0] == {
        "fields": "incident_id",
        "reference": {"resource": "incidents", "fields": "incident_id"},
    }


def test_a_csv_table_reads_as_a_person_would_write_it(csv_folder: Path) -> None:
    assert (csv_folder / "children.csv").read_text().splitlines()[:3] == [
        "child_id,birth_date,sex,ethnicity,ethnicity_observed,disability",
        "c1,2012-03-01,F,W1,IC1,true",
        "c2,2014-07-09,M,M1,,",
    ]
    assert (csv_folder / "incidents.csv").read_text().splitlines()[1].split(",")[1] == "2019-05-12T14:03:00"


def test_parquet_files_carry_no_metadata_of_this_machine(parquet_folder: Path) -> None:
    for name in SCHEMA:
        assert pq.read_schema(parquet_folder / f"{name}.parquet").metadata is None


def test_a_generator_is_named_only_for_synthetic_tables(small_tables: Tables, tmp_path: Path) -> None:
    real = replace(small_tables, synthetic=False)
    write_tables(real, tmp_path, extra={"generator": "ace-risk", "data_end": "1999-01-01"})
    package = read_package(tmp_path)
    assert package is not None
    assert package["ace_risk"] == {"data_end": "2024-01-01T00:00:00"}


def test_fingerprints_match_until_any_file_changes(parquet_folder: Path) -> None:
    package = read_package(parquet_folder)
    assert package is not None
    assert fingerprints_match(parquet_folder, package)
    for name in SCHEMA:
        path = parquet_folder / f"{name}.parquet"
        whole = path.read_bytes()
        path.write_bytes(whole[:-1] + b"!")
        assert not fingerprints_match(parquet_folder, package)
        path.unlink()
        assert not fingerprints_match(parquet_folder, package)
        path.write_bytes(whole)
    assert fingerprints_match(parquet_folder, package)


def test_a_package_that_lists_other_files_does_not_match(parquet_folder: Path) -> None:
    package = read_package(parquet_folder)
    assert package is not None
    resources = package["resources"]
    outside = [{**resources[0], "path": f"../{parquet_folder.name}/children.parquet"}, *resources[1:]]
    for listed in (None, [], [1], resources[:5], [*resources, resources[0]], outside):
        assert not fingerprints_match(parquet_folder, {"resources": listed})
    assert not fingerprints_match(parquet_folder, {})


def test_a_folder_without_a_package_has_none(tmp_path: Path) -> None:
    assert read_package(tmp_path) is None
    (tmp_path / "datapackage.json").write_text("[1]")
    with pytest.raises(DataError, match=r"datapackage\.json"):
        read_package(tmp_path)


def test_a_folder_that_cannot_be_written_is_an_output_error(small_tables: Tables, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="in the way"):
        write_tables(small_tables, tmp_path / "file", extra={})
