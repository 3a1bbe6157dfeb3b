"""What each command reads and writes; every function returns the lines that the command prints."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from ace_risk.data.approval import load_approved
from ace_risk.data.dictionary import DICTIONARY, data_dictionary
from ace_risk.data.files import output_folder, write_file
from ace_risk.data.marker import refresh_marker
from ace_risk.data.starter import STUDY_FILE
from ace_risk.data.tables import Tables
from ace_risk.data.validate import quality_summary
from ace_risk.errors import DataError, RefusedError, StudyError, listing
from ace_risk.fairness.since import read_audit
from ace_risk.features.canary import find_leaks, what_is_known
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import configs_folder, validation_problems
from ace_risk.pipeline import train_study, write_card, write_fairness
from ace_risk.plans import World
from ace_risk.progress import Report, progress
from ace_risk.readiness import what_is_left
from ace_risk.report.calibration_page import render_calibration
from ace_risk.report.clock import clock_at
from ace_risk.report.headers import start_header, world_header
from ace_risk.report.index_page import render_index
from ace_risk.report.start import START_LINKS, start_sentences
from ace_risk.study import Study, load_study
from ace_risk.team_commands import refer
from ace_risk.tracking.manifest import MANIFEST
from ace_risk.tracking.pack import load_pack
from ace_risk.world.shards import processors
from ace_risk.world.simulate import simulate

CALIBRATION = "calibration.csv"
"""Generated figures beside published ones; written with synthetic tables."""


def train(config: Path, data: Path, out: Path, quarantine: bool = False) -> list[str]:
    """Train, evaluate and audit a study's model."""
    evaluation = train_study(load_study(config), data, out, final=out, quarantine=quarantine)
    pack = load_pack(out)
    read = len(pack.model.feature_names_in_)
    return [
        *evaluation["sentences"],
        f"The model reads {read:,} of the {len(pack.catalogue):,} features on offer; pack/variables.csv says which.",
        f"The bar: {evaluation['verdict']}. Written: {out}",
    ]


def synth(config: Path, out: Path, workers: int | None = None) -> list[str]:
    """Make the synthetic world of a study, with the dictionary of its columns; by default one worker per processor."""
    study = load_study(config)
    if study.world is None:
        raise StudyError(f"{config}: world is missing. Add it, or choose a study that has one.")
    with output_folder(out, "six tables") as folder, progress("synth") as report:
        tables = make_world(study, study.world, folder, report, workers)
    sizes = [f"{row['rows']:>10,}  {row['table']}" for row in tables.summary().to_dict("records")]
    return [*sizes, f"Written: {out}"]


def make_world(study: Study, world: World, folder: Path, report: Report, workers: int | None) -> Tables:
    """Write a world's tables with the dictionary of their columns and the page of their calibration."""
    tables = simulate(world, folder, report, processors() if workers is None else workers)
    write_file(folder / DICTIONARY, data_dictionary(study.load_kinds()))
    figures = pd.read_csv(folder / CALIBRATION)
    write_file(folder / "calibration.html", render_calibration(figures, world_header(world)))
    refresh_marker(folder)
    return tables


def check(
    folder: Path, config: Path | None, mapping: Path | None = None, quarantine: bool = False, canary: bool = False
) -> list[str]:
    """Check a folder of tables, and summarise what it holds; with the canary, that nothing leaks.

    Real tables are opened only with an approval, which must permit the study: the one that is named, or else
    `study.yaml` in the folder. With a study, it also says what is left to do before training.
    """
    own = config or (folder / STUDY_FILE if (folder / STUDY_FILE).is_file() else None)
    study = load_study(own or configs_folder() / "demo.yaml")
    tables, permission = load_approved(
        folder, study.load_kinds(), mapping=mapping, quarantine=quarantine,
        outcome=study.outcome.name if own else None, kept_days=study.referrals.expires_days if own else None,
    )  # fmt: skip
    summary = quality_summary(tables)
    lines = [f"{row['table']:<18}{row['measure']:<56}{short(row['value'])}" for row in summary.to_dict("records")]
    aside = sum(tables.quarantined.values())
    held = f"{aside:,} rows were set aside; every rule" if aside else "Every rule"
    lines.append(f"{held} of the data contract holds. Data end: {tables.data_end:%Y-%m-%d}.")
    lines.append(permission.statement)
    lines += run_canary(study, tables) if canary else []
    return lines if own is None else [*lines, "", *what_is_left(own, folder, study, tables)]


def short(value: object) -> str:
    """A figure in few digits.

    Examples
    --------
    >>> short(0.261709), short(12345), short("police")
    ('0.262', '12,345', 'police')
    """
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.3g}"
    return f"{int(value):,}" if isinstance(value, int | float) else str(value)


def run_canary(study: Study, tables: Tables) -> list[str]:
    """Disturb what was recorded from three cutoffs on, and say that nothing at them moved.

    Raises
    ------
    RefusedError
        Naming every feature, group or cohort that moved.
    DataError
        If no child is in the cohort at any of them, so that nothing could have moved.
    """
    kinds = study.load_kinds()
    build = what_is_known(study.cohort, Catalogue.from_yaml(study.catalogue, kinds), kinds)
    children: dict[pd.Timestamp, int] = {}

    def counted(tables: Tables, cutoff: pd.Timestamp) -> pd.DataFrame:
        known = build(tables, cutoff)
        children[cutoff] = len(known)
        return known

    first = tables.data_start
    cutoffs = [(first + (tables.data_end - first) * share).floor("D") for share in (0.4, 0.6, 0.8)]
    leaks = find_leaks(tables, cutoffs, counted, study.seed)
    if leaks:
        told = [f"{leak.column}: {leak.rows:,} rows moved at {leak.cutoff:%Y-%m-%d}" for leak in leaks]
        raise RefusedError(listing("canary: later records change what was known", told))
    days = ", ".join(f"{cutoff:%-d %B %Y} ({children[cutoff]:,} children)" for cutoff in cutoffs)
    if not any(children.values()):
        raise DataError(
            f"canary: nothing could be watched, as no child is in the cohort at {days}. Check the homes in residence, "
            "when records were made (recorded_at), and the cohort of the study."
        )
    return [
        f"The canary is quiet: nothing recorded from the cutoff on moved a feature, a group or the cohort at {days}."
    ]


def audit(run: Path, previous: Path | None = None) -> list[str]:
    """Write the fairness report of a run, with what changed since an earlier audit."""
    pack = load_pack(run)
    last = None if previous is None else read_audit(previous)
    made = write_fairness(pack, of_a_run(run), last)
    changes = made["since"]["sentences"] if last else []
    return [*made["sentences"], *changes, f"Written: {run / 'fairness.html'}"]


def card(run: Path) -> list[str]:
    """Write the model card of a run."""
    write_card(load_pack(run), of_a_run(run))
    return [f"Written: {run / 'card.html'}"]


def of_a_run(run: Path) -> Path:
    """The folder of a run; a pack by itself is refused, because a pack is never written into."""
    if (run / "pack").is_dir():
        return run
    if (run / MANIFEST).is_file():
        raise StudyError(
            f"{run}: is a pack, and a pack is never written into. Give the run that holds it as pack/, "
            "or copy the pack to a folder of its own as pack/."
        )
    what = "holds no pack" if run.is_dir() else "no such folder"
    raise StudyError(f"{run}: {what}. Give the run that ace-risk train wrote.")


def demo(out: Path, children: int | None = None, workers: int | None = None) -> list[str]:
    """The whole path on a synthetic world, with a page to start from; its clock stands at the end of the world."""
    study = scaled(load_study(configs_folder() / "demo.yaml"), children)
    world = study.world
    if world is None:
        raise StudyError("configs/demo.yaml: world is missing. Restore it.")
    with output_folder(out, "a demo") as folder, clock_at(world.end):
        data, run = folder / "data", folder / "run"
        with progress("synth") as report:
            make_world(study, world, data, report, workers)
        train_study(study, data, run, final=Path(out) / "run")
        refer(run, data, f"{world.end:%Y-%m-%d}", folder / "list")
        pack = load_pack(run)
        sentences = start_sentences(pack.evaluation, pack.audit or {})
        write_file(folder / "index.html", render_index(START_LINKS, sentences, start_header(pack)))
    return [*pack.evaluation["sentences"], "", f"Start here: {Path(out) / 'index.html'}"]


def scaled(study: Study, children: int | None) -> Study:
    """The study with another number of children, and places in proportion."""
    if children is None or study.world is None:
        return study
    places = max(1, round(study.referrals.places * children / study.world.children))
    changed = study.model_dump() | {
        "world": study.world.model_dump() | {"children": children},
        "referrals": study.referrals.model_dump() | {"places": places},
    }
    try:
        return Study.model_validate(changed)
    except ValidationError as error:
        raise StudyError.from_problems("--children", validation_problems(error)) from None
