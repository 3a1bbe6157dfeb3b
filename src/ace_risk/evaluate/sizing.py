"""Choosing the size of the table: the search on the validation folds, and where its trials are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ace_risk.evaluate.validation import FoldJudge, ValidationFolds
from ace_risk.models.search import Trial, best_trial, choose, search_size
from ace_risk.plans import ModelPlan
from ace_risk.study import Study

STORE = "search.db"
"""The trials of a finished search, in the run's folder."""


@dataclass(frozen=True)
class Sized:
    """What the search found.

    Attributes
    ----------
    plan
        The model plan with the size that was chosen.
    trials, errors, chosen
        Every trial; the standard error of its difference in recall from the best, on the same children; and the
        one chosen. Empty and None where nothing was searched.
    """

    plan: ModelPlan
    trials: tuple[Trial, ...] = ()
    errors: tuple[float, ...] = ()
    chosen: Trial | None = None

    def within(self, keep_at_least: float) -> list[bool]:
        """Whether each trial comes near enough to the best.

        Its recall lies at most one standard error beneath the best (Breiman and others 1984), and keeps that share of
        it.
        """
        best = best_trial(self.trials).judged.recall
        recalls = [trial.judged.recall for trial in self.trials]
        return [
            recall >= max(best - error, keep_at_least * best)
            for recall, error in zip(recalls, self.errors, strict=True)
        ]


def choose_size(
    study: Study, folds: ValidationFolds, store: Path, matter: str, report: Callable[[int], None] = lambda done: None
) -> Sized:
    """Search for the size of the study's table and choose by its rule.

    Nothing is searched where the study asks for no trials, has no validation fold, or learns a boosted table.

    Parameters
    ----------
    study, folds
        The study and its validation folds.
    store
        The file that keeps the trials, unless the study names a database.
    matter
        Digest of the data. A search goes on from kept trials only if data, study and seed are the same.
    report
        Called with the number of trials done.

    Raises
    ------
    DataError
        If a validation fold can't be trained on or judged.
    OutputError
        If the database of trials can't be used.
    """
    if not study.search.trials or not folds.parts or study.model.kind == "boosted_table":
        return Sized(study.model)
    judge = FoldJudge(folds, study.fairness.primary_attributes, study.bar.smallest_group, study.fairness.suppress_below)
    trials = search_size(
        study.model,
        study.search,
        judge,
        storage=study.search.storage or f"sqlite:///{store}",
        name=f"{study.name} {fingerprint(study, matter)}",
        seed=study.seed,
        report=report,
    )
    best = best_trial(trials).resize(study.model)
    errors = tuple(judge.difference_error(trial.resize(study.model), best) for trial in trials)
    chosen = choose(trials, study.search, Sized(best, tuple(trials), errors).within(study.search.keep_at_least))
    return Sized(chosen.resize(study.model), tuple(trials), errors, chosen)


def fingerprint(study: Study, matter: str) -> str:
    """A short digest of everything that a trial's figures rest on."""
    settings = study.model_dump(
        mode="json",
        include={"seed", "cohort", "outcome", "folds", "model", "referrals", "fairness", "bar"},
        exclude={"model": {"compare"}},
    )
    texts = [getattr(study, name).read_text(encoding="utf-8") for name in ("catalogue", "kinds", "codes")]
    content = json.dumps([settings, texts, matter], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def search_store(run: Path) -> Path:
    """Where the trials of a run are kept while it is made: beside it, so that they outlive a run that was killed."""
    return run.absolute().parent / f"{run.name}.{STORE}"


def keep_search(store: Path, folder: Path) -> None:
    """Move the trials of a finished search into the run's folder."""
    if store.is_file():
        store.replace(folder / STORE)
