"""Rebuilding a pack: the same study on the same data must give the same model."""

from __future__ import annotations

from pathlib import Path

from ace_risk.data.approval import load_approved
from ace_risk.data.profile import profile_data
from ace_risk.errors import RefusedError, listing
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.prepared import Prepared
from ace_risk.models.sameness import model_differences
from ace_risk.models.train import train_table
from ace_risk.pipeline import prepare
from ace_risk.plans import ModelPlan
from ace_risk.progress import progress
from ace_risk.tracking.pack import Pack, load_pack

MOST_TOLD = 10


def rebuild(path: Path, data: Path) -> list[str]:
    """Train again from a pack alone, and say that the model is the same; nothing is written.

    The study, the catalogue, the kinds, the codes and the adverse experiences come from the pack, and the size of the
    table from its record of the search, which isn't searched again.

    Raises
    ------
    RefusedError
        If the model isn't the same, naming where the two differ; or if the data may not be used.
    """
    pack = load_pack(path)
    aside = any(table.get("set_aside") for table in pack.profile.get("tables", {}).values())
    tables, permission = load_approved(data, pack.kinds, outcome=pack.study.outcome.name, quarantine=aside)
    same_data = profile_data(data, tables, permission.statement, pack.kinds)["digest"] == pack.profile.get("digest")
    with progress("rebuild") as report:
        prepared = prepare(pack.study, tables, report)
        report(0.60, "model")
        model = retrain(pack, prepared)
    differences = model_differences(pack.model, model)
    about = "The data are those that it was trained on." if same_data else (
        "The data are not those that it was trained on: their fingerprints differ."
    )  # fmt: skip
    if differences:
        told = [*differences[:MOST_TOLD], *(["…"] if len(differences) > MOST_TOLD else [])]
        raise RefusedError(listing(f"{path}: the model is not the same when it is trained again. {about}", told))
    return [f"The model is the same: pack {pack.short_id}, {len(model.terms)} terms. {about}"]


def retrain(pack: Pack, prepared: Prepared) -> AdditiveModel:
    """The table of the pack's study and size, trained on its training rows."""
    rows, _ = prepared.folds.rows(prepared.folds.test)
    plan = chosen_plan(pack)
    return train_table(
        plan.kind, prepared.features, prepared.labels, rows, plan, prepared.catalogue, pack.study.seed
    )  # fmt: skip


def chosen_plan(pack: Pack) -> ModelPlan:
    """The model plan of the size that the search chose; the study's own where nothing was searched."""
    search = pack.evaluation.get("search")
    if not search:
        return pack.study.model
    chosen = next(trial for trial in search["trials"] if trial["chosen"])
    return pack.study.model.model_copy(update={key: chosen[key] for key in ("max_features", "max_points", "max_cuts")})
