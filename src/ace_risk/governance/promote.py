"""Promoting a run: through the gate, into the registry, and out as the exported pack of its study."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ace_risk.cards.acceptances import ACCEPTANCES, Acceptance, read_acceptances
from ace_risk.cards.card import build_card
from ace_risk.commands import of_a_run, run_canary
from ace_risk.data.approval import load_approved
from ace_risk.data.files import write_file, writing_to
from ace_risk.data.profile import profile_data
from ace_risk.data.tables import Tables
from ace_risk.errors import RefusedError, StudyError, listing
from ace_risk.governance.contest import Contest, compare
from ace_risk.governance.gate import gate_reasons
from ace_risk.models.prepared import Prepared
from ace_risk.pipeline import prepare, write_card
from ace_risk.progress import progress
from ace_risk.tracking.pack import Pack, load_pack
from ace_risk.tracking.promotions import note_promotion
from ace_risk.tracking.registry import register_pack
from ace_risk.tracking.store import note_of


@dataclass(frozen=True)
class Verdict:
    """What the gate says: every reason against the run, and what else there is to tell."""

    reasons: list[str]
    told: list[str]


def promote(
    run: Path,
    data: Path | None = None,
    acceptances: Path | None = None,
    models: Path = Path("models"),
    tracking_uri: str | None = None,
    candidate: bool = False,
) -> list[str]:
    """Let a run through the gate: its pack becomes champion in the registry and is exported to `models/<study>`.

    Parameters
    ----------
    data
        The folder that the run was trained on; the canary and the comparison with the champion need it.
    acceptances
        Who accepts what isn't known well enough; by default `acceptances.yaml` in the run.
    models
        The folder of exported packs. Without a `tracking_uri` the registry lies beside it, in `mlflow.db`.
    candidate
        Register as challenger, whatever the gate says, and export nothing.

    Raises
    ------
    RefusedError
        Naming every reason at once; nothing is registered or exported then.
    """
    pack = load_pack(of_a_run(run))
    source = acceptances or run / ACCEPTANCES
    if acceptances is not None and not acceptances.is_file():
        raise StudyError(f"--acceptances: {acceptances} isn't there. Give a file that exists.")
    accepted = read_acceptances(source)
    verdict = judge(pack, accepted, data, models)
    if verdict.reasons and not candidate:
        raise RefusedError(listing(f"{run}: not promoted", verdict.reasons))
    if source != run / ACCEPTANCES:
        write_file(run / ACCEPTANCES, source.read_bytes())
    write_card(pack, run)
    alias = "challenger" if candidate else "champion"
    tags = {
        "verdict": pack.evaluation["verdict"],
        "fairness": (pack.audit or {}).get("answer", "not audited"),
        "gate": f"refuses for {len(verdict.reasons)} reasons" if verdict.reasons else "passed",
    }
    version = register_pack(
        pack, "challenger" if candidate else "champion", models.resolve().parent, tags=tags,
        description=note_of(run / "card.md"), artifacts=[run / "card.html", run / "card.md"], tracking_uri=tracking_uri,
    )  # fmt: skip
    lines = [*verdict.told, f"Pack {pack.short_id} is version {version} of {pack.study.name}, {alias}."]
    if candidate:
        return [*lines, *(f"Stands against it: {reason}" for reason in verdict.reasons)]
    exported = export(pack, models)
    for beside in (exported.parent, run):
        note_promotion(pack.id, beside)
    return [*lines, f"Exported: {exported}. To use it: ace-risk sign-off {exported}, then ace-risk list {exported}"]


def judge(pack: Pack, acceptances: tuple[Acceptance, ...], data: Path | None, models: Path) -> Verdict:
    """Everything that the gate looks at: the pack's own record, the canary and the champion."""
    card = build_card(pack.study, pack.evaluation, pack.audit or {}, pack.short_id, pack.versions, acceptances)
    reasons = gate_reasons(pack, card, acceptances, date.today())
    told: list[str] = []
    prepared = None
    if data is None:
        reasons.append("canary: not run. Give the data that the run was trained on (--data).")
    else:
        tables = read_data(pack, data)
        try:
            told += run_canary(pack.study, tables)
        except RefusedError as error:
            reasons.append(str(error))
        prepared = prepare_again(pack, tables)
    champion = models / pack.study.name
    contest: Contest = compare(pack, load_pack(champion) if champion.exists() else None, prepared)
    if contest.worse:
        reasons.append(f"champion: {contest.told}")
    return Verdict(reasons, [*told, contest.told])


def read_data(pack: Pack, data: Path) -> Tables:
    """The tables that a pack was trained on.

    Raises
    ------
    RefusedError
        If they are others, or may not be used.
    """
    aside = any(table.get("set_aside") for table in pack.profile.get("tables", {}).values())
    tables, permission = load_approved(data, pack.kinds, outcome=pack.study.outcome.name, quarantine=aside)
    if profile_data(data, tables, permission.statement, pack.kinds)["digest"] != pack.profile.get("digest"):
        raise RefusedError(f"{data}: not the data that the run was trained on (other fingerprints). Give those.")
    return tables


def prepare_again(pack: Pack, tables: Tables) -> Prepared:
    """The frames of the pack's study."""
    with progress("promote") as report:
        return prepare(pack.study, tables, report)


def export(pack: Pack, models: Path) -> Path:
    """Copy a pack to `models/<study>`, whole or not at all; only another pack is replaced.

    Raises
    ------
    PackError
        If something else, or a damaged pack, stands in the way.
    OutputError
        If it can't be written.
    """
    target = models / pack.study.name
    if target.exists():
        load_pack(target)
    sign = secrets.token_hex(4)
    part, old = (models / f".{target.name}.{sign}.{ending}" for ending in ("part", "old"))
    with writing_to(target):
        models.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copytree(pack.path, part)
            load_pack(part)
            if target.exists():
                target.rename(old)
            part.rename(target)
        finally:
            if old.exists() and not target.exists():
                old.rename(target)
            for left in (part, old):
                shutil.rmtree(left, ignore_errors=True)
    return target
