"""What the data were: fingerprints and sums, never a row about a child."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ace_risk.data.mapping import MAPPING_FILE, DataMapping, load_mapping
from ace_risk.data.package import fingerprint
from ace_risk.data.read import find_file
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.kinds import Kinds


def profile_data(folder: Path, tables: Tables, statement: str, kinds: Kinds) -> dict[str, Any]:
    """Fingerprints and sizes of the six tables.

    Parameters
    ----------
    folder
        Where the tables lie.
    tables
        The tables that were loaded from it.
    statement
        Whether they are synthetic or approved.
    kinds
        The kinds of record; a `mapping.yaml` in the folder is read with them.

    Returns
    -------
    dict
        `digest` (one for all tables and their mapping), `tables` (rows, rows set aside and SHA-256 of each),
        `data_end`, `synthetic`, `statement`.
    """
    mapping = load_mapping(folder, None, kinds) or DataMapping()
    sizes = {
        name: {
            "rows": len(getattr(tables, name)),
            "set_aside": tables.quarantined.get(name, 0),
            "sha256": fingerprint(Path(str(find_file(folder, table, mapping.of(table).file)))),
        }
        for name, table in SCHEMA.items()
    }
    joined = "".join(f"{name} {size['sha256']}\n" for name, size in sizes.items())
    if (folder / MAPPING_FILE).is_file():
        joined += f"{MAPPING_FILE} {fingerprint(folder / MAPPING_FILE)}\n"
    return {
        "digest": hashlib.sha256(joined.encode()).hexdigest(),
        "tables": sizes,
        "data_end": tables.data_end.isoformat(),
        "synthetic": tables.synthetic,
        "statement": statement,
    }
