"""A study of one's own, from empty tables to done: the folder to fill, and what is left to do before training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ace_risk.cards.card import given_text
from ace_risk.data.starter import STUDY_FILE, write_starter
from ace_risk.data.tables import Tables
from ace_risk.errors import AceRiskError
from ace_risk.evaluate.list_size import smallest_list
from ace_risk.models.prepared import Prepared
from ace_risk.models.train import rows_with_both
from ace_risk.pipeline import prepare
from ace_risk.progress import progress
from ace_risk.study import Study


def init(folder: Path) -> list[str]:
    """Write a folder to fill, and say how."""
    write_starter(folder)
    return [
        f"Written: {folder}",
        "1. Let the controller of the data fill in approval.yaml. Until then no command opens the tables.",
        "2. Fill the six tables; dictionary.md says what each column holds. If your files, columns or codes are called",
        "   otherwise, put your files there instead, and say in mapping.yaml what is called what.",
        f"3. Say in {STUDY_FILE} who answers, how many places there are, and the bar, before you train.",
        f"4. Run `ace-risk check {folder}` until it says that nothing is left. It names every rule that is broken.",
        f"5. `ace-risk train --config {folder / STUDY_FILE} --data {folder} --out RUN`",
    ]


def what_is_left(config: Path, folder: Path, study: Study, tables: Tables) -> list[str]:
    """What is left to do before a study can be trained on tables that hold the contract.

    Returns
    -------
    list of str
        A numbered line each, with what to do; if nothing is left, the command that trains.
    """
    left = [*_open_places(config, study), *_enough(study, tables)]
    if left:
        return ["Left to do before training:", *(f"{number}. {line}" for number, line in enumerate(left, 1))]
    return [
        "Nothing is left to do before training. Read the bar, the places and the outcome in the study once more, then:",
        f"ace-risk train --config {config} --data {folder} --out RUN",
    ]


def _open_places(config: Path, study: Study) -> Iterator[str]:
    """What the study still holds in brackets; a model card without it has gaps, and the gate refuses it."""
    named = {
        "owner": study.owner,
        "contact": study.contact,
        "stop.who": study.stop.who,
        "stop.by_when": study.stop.by_when,
    }
    empty = [name for name, text in named.items() if not given_text(text)]
    if empty:
        yield f"{config}: {', '.join(empty)}: say who and how soon; they stand on the model card."


def _enough(study: Study, tables: Tables) -> Iterator[str]:
    """Whether there are enough records, for long enough, for the study's cohort, outcome, folds and places."""
    try:
        with progress("check") as report:
            prepared = prepare(study, tables, report)
    except AceRiskError as error:
        yield str(error)
        return
    if (prepared.labels == 1).any():
        yield from _periods(prepared, study.referrals.places)
    else:
        yield (
            f"outcome {study.outcome.name}: never recorded within {study.outcome.horizon_days} days of a cutoff. "
            f"It counts {', '.join(study.outcome.kinds)}: load those records, or choose another outcome."
        )
    recorded = set(prepared.history["kind"].unique())
    unseen = sorted({kind for spec in prepared.catalogue for kind in spec.kinds} - recorded)
    if unseen:
        yield (
            f"no record of the kind {', '.join(unseen)}, so features of it alone say nothing. "
            "Map your codes to it, or take those features out of the catalogue."
        )


def _periods(prepared: Prepared, places: int) -> Iterator[str]:
    """Each period that a model is learnt from or judged on needs outcomes, and lists longer than the places."""
    for fold in prepared.folds:
        for period, rows in zip((f"training before {fold.name}", fold.name), prepared.folds.rows(fold), strict=True):
            try:
                known = rows_with_both(prepared.labels, rows, period)
                if period == fold.name:
                    smallest_list(places, len(known), prepared.cohort["cutoff"].iloc[known])
            except AceRiskError as error:
                yield str(error)
