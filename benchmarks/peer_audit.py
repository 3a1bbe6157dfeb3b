"""The other side of `audit.py`: Aequitas on the same rows. Runs in `.venv-peers` (see `peers.txt`)."""

from __future__ import annotations

import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

from measuring import Size, answer, timed


def measure_aequitas(folder: Path, size: Size) -> dict[str, Any]:
    """Point figures and disparities per group; it makes no intervals."""
    warnings.simplefilter("ignore")
    import pandas as pd
    from aequitas import Audit

    rows = pd.read_parquet(folder / "audit.parquet")[["label", "listed", "group"]]

    def audit() -> Audit:
        made = Audit(rows, score_column="listed", label_column="label", sensitive_attribute_column=["group"])
        made.audit()
        return made

    table = audit().metrics.sort_values("attribute_value")
    values = table[["pprev", "tpr", "fpr", "fnr", "precision"]].to_numpy(dtype=float).tolist()
    return {"seconds": timed(audit, size["runs"]), "values": values, "peer": f"Aequitas {version('aequitas')}"}


if __name__ == "__main__":
    answer({"aequitas": measure_aequitas})
