"""The resampled tables of a pack: one JSON list, each table in its own checked document."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from ace_risk.errors import AceRiskError, PackError
from ace_risk.models.additive import AdditiveModel
from ace_risk.tracking.documents import canonical_json

RESAMPLED = "resampled.json"
"""A list of tables of scores, one per draw of households; empty where the kind of table can't be fitted again."""


def resampled_text(tables: Sequence[AdditiveModel]) -> str:
    """The tables as canonical JSON; each keeps the hash over its own content."""
    return canonical_json([json.loads(table.to_json()) for table in tables])


def read_resampled(folder: Path, model: AdditiveModel) -> tuple[AdditiveModel, ...]:
    """The resampled tables of a pack, which read the features that its model reads.

    Raises
    ------
    PackError
        If the file is absent, isn't a list of tables, or a table was changed or reads other features.
    """
    try:
        content = json.loads((folder / RESAMPLED).read_text(encoding="utf-8"))
        if not isinstance(content, list):
            raise PackError("it must be a JSON list.")
        tables = tuple(AdditiveModel.from_json(json.dumps(item)) for item in content)
    except FileNotFoundError:
        raise PackError(f"{folder}: {RESAMPLED} is not in the pack. Get the pack again from where it came.") from None
    except (AceRiskError, OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise PackError(f"{folder}: {RESAMPLED} can't be understood. {error}") from None
    check_resampled(folder, tables, model)
    return tables


def check_resampled(folder: Path, tables: Sequence[AdditiveModel], model: AdditiveModel) -> None:
    """Refuse tables that read other features than the model.

    Raises
    ------
    PackError
        If one does.
    """
    features = set(model.feature_names_in_)
    odd = sum(set(table.feature_names_in_) != features for table in tables)
    if odd:
        raise PackError(
            f"{folder}: {odd} of {len(tables)} tables in {RESAMPLED} read other features than the model. "
            "Make them from the model that is packed."
        )
