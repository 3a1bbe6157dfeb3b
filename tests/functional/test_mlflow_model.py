"""The model as MLflow keeps it: found again after a move, and used by MLflow's own command line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ace_risk import build_cohort, build_features, build_history, load_pack
from ace_risk.tracking.store import quiet_mlflow

NO_NETWORK = """\
import socket


def note(word):
    with open({log!r}, "a", encoding="utf-8") as log:
        log.write(word + "\\n")


def refused(*_):
    note("tried")
    raise OSError("there is no network here")


note("loaded")


socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refused
"""


def client_of(run: Path):
    from mlflow.tracking import MlflowClient

    return MlflowClient(f"sqlite:///{run / 'mlflow.db'}", f"sqlite:///{run / 'mlflow.db'}")


def training_of(client):
    """The run of the training itself; those of the search hang beneath it."""
    runs = client.search_runs([client.get_experiment_by_name("demo").experiment_id])
    return next(run for run in runs if "mlflow.parentRunId" not in run.data.tags)


def features_of(demo, demo_tables) -> pd.DataFrame:
    pack = load_pack(demo / "run")
    history = build_history(demo_tables)
    cohort = build_cohort(demo_tables, history, pack.study.cohort)
    rows = cohort[cohort["cutoff"] == cohort["cutoff"].max()].head(60)
    return build_features(history, rows, pack.catalogue)[list(pack.model.feature_names_in_)]


def test_a_run_that_was_moved_gives_its_model_and_card_from_mlflow(run_command, demo, demo_tables, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(demo / "run", tmp_path / "first")
    assert run_command("card", tmp_path / "first").returncode == 0
    (tmp_path / "first").rename(moved)
    with quiet_mlflow():
        client = client_of(moved)
        assert client.list_artifacts(training_of(client).info.run_id) == [], "else this test could not fail"
        done = run_command("card", moved)
        assert done.returncode == 0, done.stderr
        run = training_of(client)
        assert run.data.tags["mlflow.note.content"].startswith("# Model card")
        card = client.download_artifacts(run.info.run_id, "card.html")
        assert "Model card" in Path(card).read_text(encoding="utf-8")
        import mlflow.pyfunc

        model = mlflow.pyfunc.load_model(client.download_artifacts(run.info.run_id, "model"))
        features = features_of(demo, demo_tables)
        pd.testing.assert_frame_equal(model.predict(features), load_pack(moved).score_features(features))


@pytest.mark.slow
def test_mlflow_s_own_command_scores_synthetic_rows_without_a_network(demo, demo_tables, tmp_path):
    """With cells that are empty (never happened), and one feature that is empty for every row."""
    with quiet_mlflow():
        client = client_of(demo / "run")
        artifacts = client.list_artifacts(training_of(client).info.run_id, "model")
        folder = Path(client.download_artifacts(training_of(client).info.run_id, "model"))
    assert {"model/MLmodel", "model/input_example.json"} <= {item.path for item in artifacts}
    described = (folder / "MLmodel").read_text(encoding="utf-8")
    assert "loader_module: ace_risk.tracking.pyfunc" in described
    assert "signature:" in described
    assert "python_model" not in described
    assert not [path for path in folder.rglob("*") if path.suffix in (".pkl", ".pickle", ".joblib")]
    features = features_of(demo, demo_tables).astype("float64")
    empty = next(name for name in features if "days_since" in name)
    features[empty] = np.nan
    assert features.isna().to_numpy().sum() >= len(features)
    split = features.to_dict("split", index=False)
    split["data"] = [[None if cell != cell else cell for cell in row] for row in split["data"]]
    (tmp_path / "rows.json").write_text(json.dumps({"dataframe_split": split}), encoding="utf-8")
    noted = tmp_path / "noted"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(NO_NETWORK.format(log=str(noted)), encoding="utf-8")
    path = [str(tmp_path / "site"), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-m", "mlflow", "models", "predict", "--env-manager", "local", "--model-uri", str(folder),
         "--input-path", "rows.json", "--content-type", "json", "--output-path", "scores.json"],
        capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path), "MLFLOW_DISABLE_TELEMETRY": "true"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert set(noted.read_text().split()) == {"loaded"}
    scores = pd.DataFrame(json.loads((tmp_path / "scores.json").read_text())["predictions"])
    expected = load_pack(demo / "run").score_features(features).reset_index(drop=True)
    pd.testing.assert_frame_equal(scores, expected)
    assert scores["score"].nunique() > 2
