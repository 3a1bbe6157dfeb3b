"""Mitigation, compared and not chosen, for a run whose data are at hand."""

from __future__ import annotations

from pathlib import Path

from ace_risk.commands import of_a_run
from ace_risk.data.approval import load_approved
from ace_risk.data.files import write_file
from ace_risk.data.marker import refresh_marker
from ace_risk.data.profile import profile_data
from ace_risk.errors import DataError, StudyError
from ace_risk.fairness.mitigation import compare_mitigation
from ace_risk.governance.rebuild import chosen_plan
from ace_risk.pipeline import MITIGATION, prepare
from ace_risk.progress import progress
from ace_risk.tracking.documents import canonical_json
from ace_risk.tracking.pack import load_pack


def mitigate(run: Path, data: Path | None) -> None:
    """Compare ways to lessen a difference between groups, and write `mitigation.json` into the run.

    Only the validation folds are looked at, so the test period isn't opened and nothing is logged.

    Raises
    ------
    StudyError
        If there are no data, or the run is a bare pack.
    DataError
        If the data are not those that the pack was trained on.
    """
    if data is None:
        raise StudyError("--mitigation: the tables are needed, to learn again. Give them as --data DIR.")
    pack = load_pack(run)
    of_a_run(run)
    aside = any(table.get("set_aside") for table in pack.profile.get("tables", {}).values())
    tables, permission = load_approved(data, pack.kinds, outcome=pack.study.outcome.name, quarantine=aside)
    if profile_data(data, tables, permission.statement, pack.kinds)["digest"] != pack.profile.get("digest"):
        raise DataError(f"{data}: these are not the tables that the pack was trained on. Give those, or train again.")
    with progress("mitigation") as report:
        prepared = prepare(pack.study, tables, lambda share, step: report(0.3 * share, step))
        trials = (pack.evaluation.get("search") or {}).get("trials", ())
        compared = compare_mitigation(
            pack.study, prepared, chosen_plan(pack), trials, lambda share, step: report(0.1 + 0.9 * share, step)
        )
    write_file(run / MITIGATION, canonical_json({**compared, "pack": pack.id}))
    refresh_marker(run)
