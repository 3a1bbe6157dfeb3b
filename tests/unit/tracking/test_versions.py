"""Versions of what a model was made with."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import sklearn

from ace_risk.tracking.versions import checkout_commit, git_commit, library_versions


def git(folder: Path, *command: str) -> str:
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    names = {"GIT_AUTHOR_NAME": "x", "GIT_COMMITTER_NAME": "x", "GIT_AUTHOR_EMAIL": "", "GIT_COMMITTER_EMAIL": ""}
    answer = subprocess.run(
        ["git", *command], cwd=folder, env=surroundings | names, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "first")
    return tmp_path


def test_versions_are_those_that_run() -> None:
    versions = library_versions()
    assert versions["python"] == platform.python_version()
    assert versions["pandas"] == pd.__version__
    assert versions["scikit-learn"] == sklearn.__version__
    assert {"ace-risk", "numpy", "mlflow", "shap"} <= set(versions)


def test_nothing_is_imported_to_know_them() -> None:
    program = (
        "import sys; from ace_risk.tracking.versions import library_versions; library_versions(); "
        "print(sorted({'numpy', 'pandas', 'sklearn', 'mlflow'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_commit_is_the_checkouts(checkout: Path) -> None:
    assert checkout_commit(checkout) == git(checkout, "rev-parse", "HEAD")


def test_the_surroundings_do_not_lead_to_another_checkout(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = git(checkout, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", str(checkout / "nowhere"))
    assert checkout_commit(checkout) == expected


def test_a_folder_inside_somebody_elses_checkout_has_no_commit(checkout: Path) -> None:
    (checkout / "inside").mkdir()
    assert checkout_commit(checkout / "inside") == ""


def test_a_checkout_without_a_commit_has_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    assert checkout_commit(tmp_path) == ""


def test_without_git_there_is_no_commit(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert checkout_commit(checkout) == ""


def test_the_packages_own_commit_is_a_commit_or_nothing() -> None:
    root = Path(__file__).parents[3]
    expected = git(root, "rev-parse", "HEAD") if (root / ".git").exists() else ""
    assert git_commit() == expected
