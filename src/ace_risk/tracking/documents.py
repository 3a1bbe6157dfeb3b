"""The documents of a pack as text: JSON in one spelling, and the list of variables."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.errors import PackError
from ace_risk.features.catalogue import Catalogue
from ace_risk.models.additive import AdditiveModel


def canonical_json(content: Any) -> str:
    r"""JSON that is the same text for the same content: sorted keys, two spaces, a new line at the end.

    A number that is not finite, NA and NaT become null, because JSON has no word for them.

    Examples
    --------
    >>> canonical_json({"b": float("nan"), "a": (1, 2.5)})
    '{\n  "a": [\n    1,\n    2.5\n  ],\n  "b": null\n}\n'
    """
    return json.dumps(_plain(content), indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    """A value as JSON knows it: mappings, lists, text, numbers, true, false and null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int):
        return value
    raise TypeError(f"a pack's documents hold plain values only, got {type(value).__name__}")


def read_document(folder: Path, name: str, may_be_null: bool = False) -> dict[str, Any]:
    """The object in a JSON file of a pack; empty if it is null and may be.

    Raises
    ------
    PackError
        If the file is absent, or holds anything but a JSON object.
    """
    try:
        content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError(f"{folder}: {name}.json is not in the pack. Get the pack again from where it came.") from None
    except (OSError, ValueError, RecursionError):
        content = ...
    if content is None and may_be_null:
        return {}
    if not isinstance(content, dict):
        raise PackError(f"{folder}: {name}.json must be a JSON object in UTF-8.")
    return content


def variables_csv(model: AdditiveModel, catalogue: Catalogue) -> str:
    """The list of variables as CSV text: one row per feature of the catalogue, in its order.

    The columns are `name`, `title`, `direction`, `domain` and `used` (`yes` if the model gives points for it).
    """
    used = {name for term in model.terms for name in term.features}
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["name", "title", "direction", "domain", "used"])
    for spec in catalogue:
        rows.writerow([spec.name, spec.title, spec.direction, spec.domain, "yes" if spec.name in used else "no"])
    return text.getvalue()
