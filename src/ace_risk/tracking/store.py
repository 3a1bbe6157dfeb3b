"""An MLflow store: opened without telemetry, written to without a name, a machine or a row about a child.

Only this package imports MLflow, and only when something is logged (the import takes seconds). Its telemetry is off
before that. Nothing is pickled: MLflow loads a model through :mod:`ace_risk.tracking.pyfunc`.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import shutil
import sqlite3
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ace_risk.errors import OutputError
from ace_risk.tracking.pack import Pack
from ace_risk.tracking.versions import PACKAGE

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.tracking import MlflowClient

STORE = "mlflow.db"
"""The SQLite store of a run, in the run's folder."""

ARTIFACTS = "mlruns"
"""The files of the SQLite store, in the run's folder."""

NOBODY = {"mlflow.user": "", "mlflow.source.name": "", "mlflow.source.git.commit": ""}
"""Tags that MLflow fills with a person, a path or a checkout unless they are there already."""

SETTINGS = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_UV_AUTO_DETECT": "false"}
"""Environment that MLflow is imported in: nothing is sent, and no file of the working folder is copied."""

NOTE = "mlflow.note.content"
"""The tag that MLflow shows as a run's description."""

LONGEST_NOTE = 5_000
"""Characters of a description that every store takes."""

_AT_ONCE = 100
_PATHS = (
    ("experiments", "artifact_location"), ("runs", "artifact_uri"), ("logged_models", "artifact_location"),
    ("model_versions", "source"), ("model_versions", "storage_location"),
)  # fmt: skip
_NOT_IN_NAMES = re.compile(r"[^\w\-. :/]")


def note_of(card: Path) -> str:
    """A card's Markdown as a description, cut after a whole section where it is too long."""
    text = card.read_text(encoding="utf-8")
    if len(text) <= LONGEST_NOTE:
        return text
    kept = text[: LONGEST_NOTE - 60]
    return kept[: kept.rindex("\n## ")] + "\n\nThe whole card is card.html among the files.\n"


def flatten(nested: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """One level out of many: names joined with dots, in names that MLflow takes.

    Examples
    --------
    >>> flatten({"cohort": {"every_months": 3}, "seed": 7})
    {'cohort.every_months': 3, 'seed': 7}
    """
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        key = above + _NOT_IN_NAMES.sub("_", str(name))
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{key}.")
        else:
            flat[key] = value
    return flat


def finite(values: Mapping[str, Any]) -> dict[str, float]:
    """The finite numbers among the values; true and false are no numbers.

    Examples
    --------
    >>> finite({"recall": 0.5, "precision": float("nan"), "note": "x", "passed": True})
    {'recall': 0.5}
    """
    return {
        key: float(value)
        for key, value in values.items()
        if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    }


@contextmanager
def quiet_mlflow() -> Iterator[None]:
    """Telemetry off, no log lines, and none of the warnings that MLflow makes about its own code.

    Raises
    ------
    OutputError
        If a store can't be reached, or refuses what it is asked.
    """
    os.environ.update(SETTINGS)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"mlflow\.")
        warnings.filterwarnings("ignore", message=r".*Any type hint is inferred as AnyType", category=UserWarning)
        import mlflow.pyfunc  # noqa: F401

        logging.getLogger("mlflow").setLevel(logging.ERROR)
        import sqlalchemy.exc
        from mlflow.exceptions import MlflowException

        try:
            yield
        except (MlflowException, sqlalchemy.exc.SQLAlchemyError) as error:
            reason = getattr(error, "error_code", type(error).__name__)
            raise OutputError(
                f"MLflow: the run can't be logged ({reason}). Check the tracking address, and that the disk has room."
            ) from None


def save_model(path: Path, pack: Pack) -> None:
    """Write the pack in the form that MLflow loads, with rows of made-up features as the example."""
    import mlflow.pyfunc
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    names = [str(name) for name in pack.model.feature_names_in_]
    mlflow.pyfunc.save_model(
        path,
        loader_module="ace_risk.tracking.pyfunc",
        data_path=str(pack.path),
        signature=ModelSignature(
            Schema([ColSpec("double", name) for name in names]),
            Schema([ColSpec("double", name) for name in ("support_need", "score")]),
        ),
        input_example=pd.DataFrame({name: [0.0, 1.0, 2.0] for name in names}),
        pip_requirements=[f"{PACKAGE}=={metadata.version(PACKAGE)}"],
    )


@dataclass(frozen=True)
class Store:
    """An open store.

    Attributes
    ----------
    location
        URI under which new experiments keep their files; None lets the store decide.
    folder
        Where the files of `location` lie now; None if MLflow brings them there itself.
    """

    client: MlflowClient
    location: str | None
    folder: Path | None

    def start(self, experiment: str, run_name: str, tags: Mapping[str, str]) -> Run:
        """Begin a run, and its experiment if it is new.

        The client, unlike `mlflow.start_run`, collects nothing about who runs what where.
        """
        known = self.client.get_experiment_by_name(experiment)
        number = known.experiment_id if known else self.client.create_experiment(experiment, self.location)
        return self.client.create_run(number, run_name=run_name, tags={**tags, **NOBODY})

    def log_values(self, run: Run, params: Mapping[str, str], metrics: Mapping[str, float]) -> None:
        """Log parameters and metrics, as many at once as MLflow takes."""
        from mlflow.entities import Metric, Param

        now = time.time_ns() // 1_000_000
        entries = [Param(key, value) for key, value in params.items()]
        values = [Metric(key, value, now, 0) for key, value in metrics.items()]
        for first in range(0, max(len(entries), len(values)), _AT_ONCE):
            batch = slice(first, first + _AT_ONCE)
            self.client.log_batch(run.info.run_id, metrics=values[batch], params=entries[batch])

    def log_dataset(self, run: Run, digest: str) -> None:
        """Log which data were used, by fingerprint; where they lie is not told."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        dataset = Dataset("six tables", digest.removeprefix("sha256:")[:36], "fingerprint", "{}")
        use = InputTag("mlflow.data.context", "training")
        self.client.log_inputs(run.info.run_id, [DatasetInput(dataset, [use])])

    def log_file(self, run: Run, path: Path) -> None:
        """Keep a file, or a folder under its own name."""
        if self.folder is None or self.location is None:
            self.client.log_artifact(run.info.run_id, str(path))
            return
        place = self.folder / run.info.artifact_uri.removeprefix(f"{self.location}/")
        place.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, place / path.name)
        else:
            shutil.copyfile(path, place / path.name)


def lead_here(folder: Path) -> None:
    """Make the SQLite store in a folder lead to its files, if they lie beside it; else nothing is written.

    MLflow keeps the full path of every file, so that the record of a folder that was moved or copied leads to where the
    folder was. It has no way to keep them relative to the store.

    Raises
    ------
    OutputError
        If the store can't be read, or can't be written and has to be.
    """
    if not (folder / STORE).is_file():
        return
    here = (folder.resolve() / ARTIFACTS).as_uri()
    try:
        with contextlib.closing(sqlite3.connect(folder / STORE)) as database, database:
            ((first,),) = database.execute("SELECT artifact_location FROM experiments WHERE experiment_id = 0")
            there = first.removesuffix("/0")
            known = [uri.removeprefix(f"{there}/") for (uri,) in database.execute("SELECT artifact_uri FROM runs")]
            if there == here or not any((folder / ARTIFACTS / path).is_dir() for path in known):
                return
            for table, column in _PATHS:
                database.execute(
                    f"UPDATE {table} SET {column} = ? || substr({column}, ?) "  # noqa: S608  (names of ours)
                    f"WHERE substr({column}, 1, ?) = ?",
                    (here, len(there) + 1, len(there) + 1, f"{there}/"),
                )
                database.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (here, there))  # noqa: S608
    except (sqlite3.Error, ValueError) as error:
        raise OutputError(
            f"{folder / STORE}: can't be made to lead to its files here ({type(error).__name__}). Put the file back as "
            "it was, in a folder where you may write."
        ) from None


@contextmanager
def opened(run_folder: Path, final: Path, tracking_uri: str | None) -> Iterator[Store]:
    """Open the store that was named, or make the SQLite store of the run's folder."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
    from mlflow.tracking import MlflowClient

    if tracking_uri is not None:
        yield Store(MlflowClient(tracking_uri, tracking_uri), None, None)
        return
    if "?" in run_folder.as_posix():
        raise OutputError(f"{final}: MLflow can't keep its store under a path with a question mark. Give another path.")
    tracking_uri = f"sqlite:///{(run_folder / STORE).as_posix()}"
    location = (final / ARTIFACTS).as_uri()
    new = [path for path in (run_folder / STORE, run_folder / ARTIFACTS) if not path.exists()]
    lead_here(run_folder)
    database = None
    try:
        # Made here, because a client would note the working folder as the place of the default experiment.
        database = SqlAlchemyStore(tracking_uri, location)
        yield Store(MlflowClient(tracking_uri, tracking_uri), location, run_folder / ARTIFACTS)
    except BaseException:
        for path in new:  # a store that was begun and not finished couldn't be opened again
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        raise
    finally:
        if database is not None:
            database.engine.dispose()
