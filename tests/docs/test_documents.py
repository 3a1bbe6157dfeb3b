"""What the documents say runs as they say it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


SHOWN = {
    "01-from-tables-to-a-list": ("trio", "missed_per_100_places"),
    "02-reading-a-points-card": ("nothing on record", "Gradient boosting"),
    "03-what-an-audit-sees": ("within", "outside", "not enough evidence"),
    "04-your-own-features-and-outcome": ("weekend_worry_count_180d", "enforcement records are refused"),
    "05-retrain-compare-promote": ("not promoted", "The canary is quiet", "On the same", "champion", "signed off by"),
}
"""What each notebook must have shown when it has run."""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path):
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    printed = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    assert [words for words in SHOWN[path.stem] if words not in printed] == []
    assert "Error" not in printed


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_kept_without_outputs_and_defines_nothing(path):
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert not re.search(r"^\s*(def|class) |\blambda\b", source, re.MULTILINE)
    assert "from ace_risk import" in source
    assert not any(cell.get("execution_count") for cell in notebook.cells)


def test_there_are_notebooks():
    assert [path.stem for path in NOTEBOOKS] == list(SHOWN)


def test_python_of_the_readme_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec(code[1], names)
    assert len(names["scores"]) == len(names["cohort"]) > 0


def test_commands_of_the_readme_run(demo, run_command, tmp_path):
    """Each `ace-risk` line, with the demo's study scaled down and paths in a folder of the test's own."""
    lines = re.findall(r"^ace-risk (.*?)(?:\s+#.*)?$", README, re.MULTILINE)
    commands = [shlex.split(line) for line in lines]
    assert [command[0] for command in commands] == ["synth", "check", "train", "audit", "card", "list", "review"]
    small = (ROOT / "configs" / "demo.yaml").read_text(encoding="utf-8")
    small = small.replace("children: 20000", "children: 1500").replace("places: 200", "places: 15")
    small = re.sub(r": (catalogue|aces|kinds|codes|outcomes)\.yaml", rf": {ROOT}/configs/\1.yaml", small)
    (tmp_path / "demo.yaml").write_text(small, encoding="utf-8")
    for command in commands:
        command = [part.replace("configs/demo.yaml", str(tmp_path / "demo.yaml")) for part in command]
        command = [re.sub(r"^out/", f"{tmp_path}/", part) for part in command]
        done = run_command(*command)
        assert done.returncode == 0, (command, done.stderr)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_links_of_the_readme_lead_somewhere(target):
    assert (ROOT / target).exists()


def test_pictures_of_the_readme_are_there_small_and_told_in_words():
    pictures = re.findall(r'<img src="([^"]+)" width="\d+" alt="([^"]+)">', README)
    assert len(pictures) == 3
    for path, words in pictures:
        assert (ROOT / path).stat().st_size < 120_000
        assert len(words.split()) >= 10


def test_the_readme_is_two_screens():
    assert len(README.splitlines()) <= 110


def test_makefile_explains_every_command():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"\.PHONY: (.*)", text)[1].split()
    explained = re.findall(r"^([a-z-]+):.*## ", text, re.MULTILINE)
    assert sorted(phony) == sorted(explained)
