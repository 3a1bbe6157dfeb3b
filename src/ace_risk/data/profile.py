"""What the data were: fingerprints and sums, never a row about a child."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from ace_risk.data.package import fingerprint
from ace_risk.data.read import find_file
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables


def profile_data(folder: Path, tables: Tables, statement: str) -> dict[str, Any]:
    """Fingerprints and sizes of the six tables.

    Parameters
    ----------
    folder
        Where the tables lie.
    tables
        The tables that were loaded from it.
    statement
        Whether they are synthetic or approved.

    Returns
    -------
    dict
        `digest` (one for all tables), `tables` (rows and SHA-256 of each), `data_end`, `synthetic`, `statement`.
    """
    sizes = {
        name: {"rows": len(getattr(tables, name)), "sha256": fingerprint(Path(str(find_file(folder, table))))}
        for name, table in SCHEMA.items()
    }
    joined = "".join(f"{name} {size['sha256']}\n" for name, size in sizes.items())
    return {
        "digest": hashlib.sha256(joined.encode()).hexdigest(),
        "tables": sizes,
        "data_end": tables.data_end.isoformat(),
        "synthetic": tables.synthetic,
        "statement": statement,
    }
