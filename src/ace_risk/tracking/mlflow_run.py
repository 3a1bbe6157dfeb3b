"""The MLflow run of a training: parameters, metrics, files, the model as MLflow loads it, and a run per trial.

Neither a person nor a machine is named in a run, and nothing in it is a row about a child.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ace_risk.tracking.pack import load_pack
from ace_risk.tracking.store import Store, finite, flatten, opened, quiet_mlflow, save_model

if TYPE_CHECKING:
    from mlflow.entities import Run

PARENT = "mlflow.parentRunId"
"""The tag by which MLflow shows a run beneath another."""


def log_training(
    run_folder: str | Path,
    experiment: str,
    run_name: str,
    *,
    params: Mapping[str, Any],
    metrics: Mapping[str, Any],
    tags: Mapping[str, str],
    artifacts: Iterable[str | Path],
    dataset_digest: str,
    trials: Sequence[Mapping[str, Any]] = (),
    tracking_uri: str | None = None,
    final_folder: str | Path | None = None,
) -> str:
    """Log one training to MLflow.

    Parameters
    ----------
    run_folder
        The folder of the run, which holds `pack/`. Without a `tracking_uri`, the store is made in it, as
        `mlflow.db` and `mlruns/`.
    experiment, run_name
        Names that people see.
    params, metrics
        Nested mappings; the names of the levels are joined with dots. A metric that is None, not a number
        or not finite is left out.
    tags
        Short texts.
    artifacts
        Files and folders to keep beside the pack and the model, e.g. pages.
    dataset_digest
        Fingerprint of the data. MLflow's own field takes its first 36 characters; the tag
        `dataset_digest` holds all of it.
    trials
        The trials of the search, as in `evaluation["search"]["trials"]`; each becomes a nested run.
    tracking_uri
        Any store that MLflow knows. None: an SQLite store in `run_folder`.
    final_folder
        Where `run_folder` will lie once it is complete, when it is moved afterwards (as
        :func:`ace_risk.data.files.output_folder` does): MLflow keeps the full path of its files.

    Returns
    -------
    str
        The run's id in MLflow.

    Raises
    ------
    PackError
        If the pack in `run_folder` is damaged.
    OutputError
        If the store can't be reached or refuses the run.
    """
    run_folder = Path(run_folder).resolve()
    pack = load_pack(run_folder)
    values = {key: "" if value is None else str(value) for key, value in flatten(params).items()}
    marks = {**tags, "pack": pack.id, "dataset_digest": dataset_digest}
    with quiet_mlflow(), tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "model"
        save_model(model, pack)
        with opened(run_folder, Path(final_folder or run_folder).resolve(), tracking_uri) as store:
            run = store.start(experiment, run_name, marks)
            store.log_values(run, values, finite(flatten(metrics)))
            store.log_dataset(run, dataset_digest)
            for path in (pack.path, model, *map(Path, artifacts)):
                store.log_file(run, path)
            log_trials(store, run, experiment, trials)
            store.client.set_terminated(run.info.run_id, "FINISHED")
    return str(run.info.run_id)


def log_trials(store: Store, run: Run, experiment: str, trials: Sequence[Mapping[str, Any]]) -> None:
    """A run of its own beneath the training's for every size that the search tried."""
    for trial in trials:
        tags = {PARENT: run.info.run_id, "chosen": "yes" if trial["chosen"] else "no"}
        child = store.start(experiment, f"size {trial['number']}", tags)
        store.log_values(
            child,
            {size: str(trial[size]) for size in ("max_features", "max_points", "max_cuts")},
            finite({name: trial.get(name) for name in ("features", "recall", "precision", "gap", "difference_error")}),
        )
        store.client.set_terminated(child.info.run_id, "FINISHED")
