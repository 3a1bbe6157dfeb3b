"""A folder of six tables and its `datapackage.json`, in the layout of a Frictionless Data Package (v1).

The same tables give the same bytes: fixed Parquet settings, no clock, no machine, no path in any file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ace_risk.data.files import writing_to
from ace_risk.data.schema import SCHEMA, Column, Table
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, Problem

PACKAGE_FILE = "datapackage.json"
GENERATOR = "ace-risk"
FORMATS = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
"""File formats that tables may have, with their media types."""

_ARROW_TYPES: dict[str, pa.DataType] = {
    "id": pa.string(),
    "code": pa.string(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "integer": pa.int8(),
    "boolean": pa.bool_(),
}
_FIELD_TYPES = {"id": "string", "code": "string"}


def write_tables(
    tables: Tables,
    folder: str | Path,
    *,
    extra: Mapping[str, Any],
    format: Literal["parquet", "csv"] = "parquet",
) -> None:
    """Write the six tables and `datapackage.json` into a folder.

    Parameters
    ----------
    folder
        Made if it doesn't exist. To write whole or not at all, use it inside
        :func:`ace_risk.data.files.output_folder`.
    extra
        What `datapackage.json` keeps under `ace_risk` beside `data_end`: seed, config, version. Must hold
        JSON values only. `generator` is set to `ace-risk` if `tables.synthetic`, and left out if not.

    Raises
    ------
    OutputError
        If the folder can't be written.
    """
    folder = Path(folder)
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in SCHEMA.items():
            data = arrow_table(getattr(tables, name), table)
            write = _write_parquet if format == "parquet" else _write_csv
            write(data, folder / f"{name}.{format}")
        text = json.dumps(
            _package(tables, folder, extra, format),
            indent=1,
            ensure_ascii=False,
            allow_nan=False,
        )
        (folder / PACKAGE_FILE).write_text(text + "\n", encoding="utf-8", newline="\n")


def arrow_table(frame: pd.DataFrame, table: Table) -> pa.Table:
    """A frame in the types that are written: the same rows give an equal table, however the frame came about."""
    arrays = {}
    for column in table.columns:
        array = pa.array(frame[column.name], from_pandas=True)
        if isinstance(array, pa.ChunkedArray):
            array = array.combine_chunks()
        arrays[column.name] = array.cast(_ARROW_TYPES[column.type])
    return pa.table(arrays)


def _write_parquet(data: pa.Table, path: Path) -> None:
    pq.write_table(
        data,
        path,
        compression="zstd",
        compression_level=3,
        row_group_size=1_000_000,
        version="2.6",
        data_page_version="1.0",
        use_dictionary=True,
        write_page_checksum=True,
        store_schema=False,
    )


def _write_csv(data: pa.Table, path: Path) -> None:
    texts = {name: _as_text(data.column(name)) for name in data.column_names}
    frame = pa.table(texts).to_pandas()
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells as they stand in a CSV file: ISO 8601 to the second, or to the microsecond where one needs it."""
    if not pa.types.is_timestamp(values.type):
        return values.cast(pa.string())
    whole = values.cast(pa.timestamp("s"), safe=False)
    if pc.all(pc.equal(whole.cast(pa.timestamp("us")), values)).as_py() is not False:
        values = whole
    return pc.replace_substring(values.cast(pa.string()), " ", "T")


def _package(tables: Tables, folder: Path, extra: Mapping[str, Any], format: str) -> dict[str, Any]:
    ours = {key: value for key, value in extra.items() if key not in ("generator", "data_end")}
    made = {"generator": GENERATOR} if tables.synthetic else {}
    title = "Synthetic world: no real child is described here" if tables.synthetic else "Six tables of records"
    return {
        "profile": "tabular-data-package",
        "name": "ace-risk-tables",
        "title": title,
        "resources": [_resource(table, folder / f"{name}.{format}") for name, table in SCHEMA.items()],
        "ace_risk": {**made, "data_end": tables.data_end.isoformat(), **ours},
    }


def _resource(table: Table, path: Path) -> dict[str, Any]:
    format = path.suffix[1:]
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    if table.key:
        schema["primaryKey"] = table.key
    keys = [column for column in table.columns if column.refers_to]
    if keys:
        schema["foreignKeys"] = [
            {
                "fields": column.name,
                "reference": dict(zip(("resource", "fields"), column.refers_to.split("."), strict=True)),
            }
            for column in keys
        ]
    return {
        "name": table.name,
        "path": path.name,
        "profile": "tabular-data-resource",
        "description": table.grain,
        "format": format,
        "mediatype": FORMATS[format],
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": fingerprint(path),
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": not column.optional}
    if column.low is not None:
        constraints["minimum"] = column.low
    if column.high is not None:
        constraints["maximum"] = column.high
    field = {
        "name": column.name,
        "type": _FIELD_TYPES.get(column.type, column.type),
        "description": column.meaning,
        "constraints": constraints,
    }
    return field | {"format": "any"} if column.type == "datetime" else field


def fingerprint(path: Path) -> str:
    """The SHA-256 of a file's bytes, as `sha256:` and 64 hexadecimal digits."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def read_package(folder: str | Path) -> dict[str, Any] | None:
    """The content of the folder's `datapackage.json`; None if there is none.

    Raises
    ------
    DataError
        If the file is there but is not a JSON object in UTF-8.
    """
    path = Path(folder) / PACKAGE_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        fix = "Restore it, or remove it and put an approval.yaml in the folder."
        raise DataError.from_problems(
            str(folder),
            [Problem(PACKAGE_FILE, "", "must be a JSON object in UTF-8", 1, fix=fix)],
        )
    return content


def fingerprints_match(folder: str | Path, package: Mapping[str, Any]) -> bool:
    """True if all six tables are listed once, lie in this folder and are unchanged since they were listed."""
    folder = Path(folder)
    resources = package.get("resources")
    if not isinstance(resources, list) or not all(isinstance(resource, dict) for resource in resources):
        return False
    if sorted(str(resource.get("name")) for resource in resources) != sorted(SCHEMA):
        return False
    for resource in resources:
        path = resource.get("path")
        if path not in [f"{resource['name']}.{format}" for format in FORMATS]:
            return False
        if not (folder / path).is_file() or fingerprint(folder / path) != resource.get("hash"):
            return False
    return True


def package_section(package: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a package keeps under `ace_risk`; empty if it has no such section."""
    section = (package or {}).get("ace_risk")
    return section if isinstance(section, dict) else {}
