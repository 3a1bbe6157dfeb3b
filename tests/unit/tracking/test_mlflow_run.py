"""The MLflow run of a training: what is in it, and what must never be."""

from __future__ import annotations

import contextlib
import getpass
import io
import json
import os
import pickletools
import shutil
import socket
import sqlite3
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import OutputError, PackError
from ace_risk.features.build import build_features
from ace_risk.tracking.mlflow_run import PARENT, log_training
from ace_risk.tracking.pack import load_pack
from ace_risk.tracking.store import _PATHS, SETTINGS, lead_here

PARAMS = {"seed": 7, "cohort": {"every_months": 3, "open_plan_kinds": ("cin", "s47")}, "hub": None}
METRICS = {"points": {"recall": 0.31, "ppv": float("nan"), "5 to 9 (n)": np.int64(12)}, "ok": True, "word": "x"}
MANY = {f"threshold_{number}": number / 7 for number in range(230)}
TRIALS = [
    {"number": number, "max_features": 12 - number, "max_points": 5, "max_cuts": 4, "features": 10 - number,
     "recall": 0.4 - number / 100, "precision": 0.3, "gap": None if number else 0.1, "difference_error": 0.01,
     "chosen": number == 2}
    for number in range(3)
]  # fmt: skip
DIGEST = "sha256:" + "ab" * 32


@pytest.fixture(scope="module")
def store(made: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One training logged in a folder that is then moved to where it belongs, as the pipeline does."""
    place = tmp_path_factory.mktemp("store")
    part, final = place / ".run.part", place / "a run  100% ö"
    working = tmp_path_factory.mktemp("working-folder-of-somebody")
    shutil.copytree(made.path, part / "pack")
    (part / "report.html").write_text("<p>Report</p>")
    for name in ("pyproject.toml", "uv.lock"):
        (working / name).write_text("# somebody's own")
    said = io.StringIO()
    with contextlib.chdir(working), contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        run_id = log_training(
            part, "demo", "first", params=PARAMS, metrics=METRICS | {"many": MANY}, tags={"verdict": "within"},
            artifacts=[part / "report.html"], dataset_digest=DIGEST, final_folder=final, trials=TRIALS,
        )  # fmt: skip
    part.rename(final)
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{final / 'mlflow.db'}"
    return SimpleNamespace(
        client=MlflowClient(uri, uri),
        uri=uri,
        run_id=run_id,
        folder=final,
        part=part,
        working=working,
        said=said.getvalue(),
    )


def tags_of(store: SimpleNamespace) -> dict[str, str]:
    return dict(store.client.get_run(store.run_id).data.tags)


def test_parameters_and_metrics_are_read_back(store: SimpleNamespace) -> None:
    run = store.client.get_run(store.run_id)
    assert run.data.params == {
        "seed": "7", "cohort.every_months": "3", "cohort.open_plan_kinds": "('cin', 's47')", "hub": "",
    }  # fmt: skip
    expected = {"points.recall": 0.31, "points.5 to 9 _n_": 12.0} | {f"many.{key}": v for key, v in MANY.items()}
    assert run.data.metrics == expected
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "first"
    assert store.client.get_experiment(run.info.experiment_id).name == "demo"


def test_the_data_are_known_by_their_fingerprint(store: SimpleNamespace) -> None:
    (used,) = store.client.get_run(store.run_id).inputs.dataset_inputs
    assert DIGEST.removeprefix("sha256:").startswith(used.dataset.digest)
    assert len(used.dataset.digest) == 36
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]
    assert tags_of(store)["dataset_digest"] == DIGEST


def test_files_are_found_where_the_folder_was_moved_to(store: SimpleNamespace, made: SimpleNamespace) -> None:
    assert [item.path for item in store.client.list_artifacts(store.run_id)] == ["model", "pack", "report.html"]
    assert not store.part.exists()
    local = store.client.download_artifacts(store.run_id, "pack")
    assert load_pack(local).id == made.id == tags_of(store)["pack"]


@pytest.mark.parametrize("copied", [False, True])
def test_a_store_that_was_moved_or_copied_is_led_to_its_files(
    store: SimpleNamespace, made: SimpleNamespace, tmp_path: Path, copied: bool
) -> None:
    """MLflow knows full paths only: after a move it finds nothing until the store is led to where it lies."""
    from mlflow.tracking import MlflowClient

    old, new = tmp_path / "old", tmp_path / "new 100% ö"
    shutil.copytree(store.folder, old)
    lead_here(old)
    shutil.copytree(old, new)
    if not copied:
        shutil.rmtree(old)
    lead_here(new)
    client = MlflowClient(f"sqlite:///{new / 'mlflow.db'}", f"sqlite:///{new / 'mlflow.db'}")
    assert [item.path for item in client.list_artifacts(store.run_id)] == ["model", "pack", "report.html"]
    found = Path(client.download_artifacts(store.run_id, "pack"))
    assert load_pack(found).id == made.id
    with contextlib.closing(sqlite3.connect(new / "mlflow.db")) as database:
        for table, column in _PATHS:
            paths = [str(path) for (path,) in database.execute(f'SELECT {column} FROM "{table}" WHERE {column} != ""')]
            assert all(path.startswith((new / "mlruns").as_uri()) for path in paths), table
    before = (new / "mlflow.db").read_bytes()
    lead_here(new)
    assert (new / "mlflow.db").read_bytes() == before


def test_a_store_whose_files_lie_elsewhere_is_left_alone(store: SimpleNamespace, tmp_path: Path) -> None:
    shutil.copyfile(store.folder / "mlflow.db", tmp_path / "mlflow.db")
    before = (tmp_path / "mlflow.db").read_bytes()
    lead_here(tmp_path)
    (tmp_path / "mlruns").mkdir()
    lead_here(tmp_path)
    assert (tmp_path / "mlflow.db").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00"])
def test_a_store_that_is_none_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mlflow.db").write_bytes(content)
    with pytest.raises(OutputError, match=r"mlflow\.db: can't be made to lead"):
        lead_here(tmp_path)


def test_every_trial_of_the_search_is_a_nested_run(store: SimpleNamespace) -> None:
    experiment = store.client.get_experiment_by_name("demo").experiment_id
    children = store.client.search_runs([experiment], f"tags.`{PARENT}` = '{store.run_id}'")
    found = {
        (run.info.run_name, run.data.params["max_features"], run.data.metrics["recall"], run.data.tags["chosen"])
        for run in children
    }
    assert found == {("size 0", "12", 0.4, "no"), ("size 1", "11", 0.39, "no"), ("size 2", "10", 0.38, "yes")}
    assert {run.info.run_name: "gap" in run.data.metrics for run in children} == {
        "size 0": True, "size 1": False, "size 2": False,
    }  # fmt: skip
    assert all(run.info.status == "FINISHED" and run.info.user_id == "" for run in children)


def test_nobody_is_named(store: SimpleNamespace) -> None:
    run = store.client.get_run(store.run_id)
    assert run.info.user_id == ""
    assert {key: value for key, value in run.data.tags.items() if key.startswith("mlflow.")} == {
        "mlflow.runName": "first", "mlflow.user": "", "mlflow.source.name": "", "mlflow.source.git.commit": "",
    }  # fmt: skip


def every_byte(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_child_person_or_machine_is_in_any_byte(store: SimpleNamespace, made: SimpleNamespace) -> None:
    hidden = {
        "somebody's own",
        *made.cohort["child_id"],
        str(Path.home()),
        str(store.working),
        store.working.name,
        str(store.part),
    }
    for name, content in every_byte(store.folder).items():
        found = [word for word in hidden if word.encode() in content]
        assert not found, f"{name} holds {len(found)} words that it must not hold"


def test_no_cell_of_the_database_names_the_user_or_the_host(store: SimpleNamespace) -> None:
    names = {getpass.getuser(), socket.gethostname()}
    checked = 0
    with sqlite3.connect(store.folder / "mlflow.db") as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                checked += len(row)
                assert not names & {str(cell) for cell in row}, table
    database.close()
    assert checked > 300


def test_nothing_is_pickled(store: SimpleNamespace) -> None:
    files = every_byte(store.folder)
    assert len(files) > 25
    for name, content in files.items():
        assert not {"pkl", "pickle", "joblib"} & set(name.lower().split("."))
        assert b"cloudpickle" not in content, name
        with pytest.raises((ValueError, IndexError, UnicodeDecodeError)):
            for _ in pickletools.genops(content):
                pass


def test_mlflow_loads_the_model_and_scores_the_same(store: SimpleNamespace, made: SimpleNamespace) -> None:
    features = build_features(made.history, made.cohort, made.catalogue)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*Any type hint is inferred as AnyType", category=UserWarning)
        import mlflow.pyfunc
    model = mlflow.pyfunc.load_model(store.client.download_artifacts(store.run_id, "model"))
    scored = model.predict(features)
    pd.testing.assert_frame_equal(scored, load_pack(made.path).score_features(features))
    assert [column["name"] for column in model.metadata.signature.inputs.to_dict()] == list(
        made.model.feature_names_in_
    )


def test_the_example_of_the_model_is_made_up(store: SimpleNamespace, made: SimpleNamespace) -> None:
    path = store.client.download_artifacts(store.run_id, "model/input_example.json")
    example = json.loads(Path(path).read_text())
    assert example["data"] == [[value] * len(made.model.terms) for value in (0.0, 1.0, 2.0)]


def test_a_second_training_joins_the_same_store(store: SimpleNamespace) -> None:
    run_id = log_training(
        store.folder, "demo", "second", params={}, metrics={}, tags={}, artifacts=[], dataset_digest=DIGEST
    )
    try:
        runs = store.client.search_runs([store.client.get_experiment_by_name("demo").experiment_id])
        assert {run.info.run_id for run in runs if PARENT not in run.data.tags} == {run_id, store.run_id}
    finally:
        store.client.delete_run(run_id)


def test_any_other_store_is_taken(store: SimpleNamespace, made: SimpleNamespace, tmp_path: Path) -> None:
    run = Path(shutil.copytree(made.path, tmp_path / "run" / "pack")).parent
    number = log_training(
        run, "demo", "elsewhere", params={"a": 1}, metrics={}, tags={}, artifacts=[], dataset_digest=DIGEST,
        tracking_uri=store.uri,
    )  # fmt: skip
    try:
        assert store.client.get_run(number).data.params == {"a": "1"}
        assert [item.path for item in store.client.list_artifacts(number)] == ["model", "pack"]
        assert [path.name for path in run.iterdir()] == ["pack"]
    finally:
        store.client.delete_run(number)


def test_an_address_that_is_no_store_is_one_clear_error(made: SimpleNamespace, tmp_path: Path) -> None:
    run = Path(shutil.copytree(made.path, tmp_path / "run" / "pack")).parent
    with pytest.raises(OutputError, match="MLflow: the run can't be logged") as caught:
        log_training(
            run, "demo", "x", params={}, metrics={}, tags={}, artifacts=[], dataset_digest=DIGEST,
            tracking_uri="nonsense://user:secret@host",
        )  # fmt: skip
    assert "secret" not in str(caught.value)


def test_a_damaged_pack_is_not_logged(pack_folder: Path) -> None:
    (pack_folder / "model.json").write_text("{}")
    with pytest.raises(PackError, match=r"model\.json: was changed"):
        log_training(
            pack_folder.parent, "demo", "x", params={}, metrics={}, tags={}, artifacts=[], dataset_digest=DIGEST
        )
    assert not (pack_folder.parent / "mlflow.db").exists()


def test_mlflow_is_imported_late_and_with_its_telemetry_off(tmp_path: Path) -> None:
    """A stand-in for MLflow tells what the environment is when it is imported."""
    (tmp_path / "mlflow.py").write_text(
        "import os\n"
        "print([os.environ.get(key) for key in ('MLFLOW_DISABLE_TELEMETRY', 'DO_NOT_TRACK')])\n"
        "raise SystemExit\n"
    )
    program = (
        "import sys, ace_risk.tracking.pyfunc; from ace_risk.tracking.store import quiet_mlflow;"
        "print('mlflow' in sys.modules); quiet_mlflow().__enter__()"
    )
    surroundings = {key: value for key, value in os.environ.items() if key not in SETTINGS}
    surroundings["PYTHONPATH"] = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=surroundings)
    assert answer.stdout.splitlines() == ["False", "['true', 'true']"], answer.stderr


def test_mlflow_says_nothing_and_sends_nothing(store: SimpleNamespace) -> None:
    from mlflow.telemetry.client import get_telemetry_client

    assert store.said == ""
    assert get_telemetry_client() is None


def test_a_path_that_the_store_cannot_have_is_refused(made: SimpleNamespace, tmp_path: Path) -> None:
    run = Path(shutil.copytree(made.path, tmp_path / "what?" / "pack")).parent
    with pytest.raises(OutputError, match="question mark"):
        log_training(run, "demo", "x", params={}, metrics={}, tags={}, artifacts=[], dataset_digest=DIGEST)
    assert [path.name for path in tmp_path.iterdir()] == ["what?"]
