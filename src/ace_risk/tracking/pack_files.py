"""The files of a pack: what lies in its folder, and writing them.

A pack is written once, into a fresh folder, and never changed. It holds JSON, YAML and CSV text only, no row
about a child, and nothing that could run code. The same content gives the same bytes, and so the same id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ace_risk.errors import PackError
from ace_risk.features.catalogue import Catalogue
from ace_risk.models.additive import AdditiveModel
from ace_risk.study import Study
from ace_risk.tracking.documents import canonical_json, variables_csv
from ace_risk.tracking.manifest import write_manifest
from ace_risk.tracking.resampled_file import RESAMPLED, check_resampled, resampled_text

FORMAT = {"format": "ace-risk/pack", "version": 2}
"""What `format.json` says in every pack that this version writes and reads; 2 holds `resampled.json`."""

STUDY_FILES = ("catalogue", "aces", "kinds", "codes")
"""The parts of a study that are files of their own."""


def write_pack(
    folder: str | Path,
    *,
    model: AdditiveModel,
    study: Study,
    catalogue_yaml: str,
    evaluation: Mapping[str, Any],
    audit: Mapping[str, Any] | None,
    profile: Mapping[str, Any],
    versions: Mapping[str, Any],
    resampled: Sequence[AdditiveModel] = (),
) -> str:
    """Write a pack into a fresh folder.

    Parameters
    ----------
    folder
        Made if it doesn't exist; must be empty. Write it inside :func:`ace_risk.data.files.output_folder`, as
        `pack/` of a run, so that it appears whole or not at all.
    catalogue_yaml
        The text of the catalogue that the features were built with.
    evaluation, audit, profile, versions
        Documents of plain values; `profile` holds the data's fingerprints and sums, never a row about a child.
    resampled
        The tables of :func:`ace_risk.models.resampled.resample_tables`. Without them a list marks nobody as near
        the cut-off, and says so.

    Returns
    -------
    str
        The pack's id.

    Raises
    ------
    PackError
        If the folder holds files already, the model uses a feature that the catalogue doesn't have, or a resampled
        table reads other features than the model.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise PackError(f"{folder}: holds files already. A pack is written once, into an empty folder.")
    texts = {f"{key}.yaml": getattr(study, key).read_text(encoding="utf-8") for key in STUDY_FILES}
    texts["catalogue.yaml"] = catalogue_yaml
    for name, text in texts.items():
        _write(folder / name, text)
    catalogue = Catalogue.from_yaml(folder / "catalogue.yaml", kinds=study.load_kinds())
    check_features(folder, model, catalogue)
    check_resampled(folder, resampled, model)
    names = {key: f"{key}.yaml" for key in STUDY_FILES}
    documents = {
        "format": FORMAT,
        "study": study.model_dump(mode="json") | names,
        "evaluation": evaluation,
        "audit": audit,
        "profile": profile,
        "versions": versions,
    }
    for name, document in documents.items():
        _write(folder / f"{name}.json", canonical_json(document))
    _write(folder / "model.json", canonical_json(json.loads(model.to_json())))
    _write(folder / RESAMPLED, resampled_text(resampled))
    _write(folder / "variables.csv", variables_csv(model, catalogue))
    return write_manifest(folder)


def check_features(folder: Path, model: AdditiveModel, catalogue: Catalogue) -> None:
    """Refuse a model that needs a feature which the catalogue can't build."""
    unknown = sorted(set(model.feature_names_in_) - set(catalogue.names))
    if unknown:
        raise PackError(
            f"{folder}: the model uses {', '.join(unknown)}, which catalogue.yaml doesn't list. "
            "Pack a model with the catalogue that it was trained on."
        )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
