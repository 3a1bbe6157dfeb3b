"""The folder to fill: what it holds, and that it is refused until somebody has filled it."""

from __future__ import annotations

import re
import stat
import subprocess

import pytest
import yaml

from ace_risk.data.approval import check_approval
from ace_risk.data.approval_file import Approval
from ace_risk.data.load import load_tables
from ace_risk.data.mapping import load_mapping
from ace_risk.data.schema import SCHEMA
from ace_risk.data.starter import STUDY_FILE, study_name, write_starter
from ace_risk.errors import DataError, OutputError, RefusedError
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import load_kinds
from ace_risk.study import load_study


@pytest.fixture
def folder(tmp_path):
    write_starter(tmp_path / "North & West")
    return tmp_path / "North & West"


def test_the_study_loads_with_its_own_files(folder):
    study = load_study(folder / STUDY_FILE)
    assert study.name == "north-west"
    assert study.world is None
    assert {path.parent for path in (study.catalogue, study.kinds, study.codes, study.aces)} == {folder}
    assert len(Catalogue.from_yaml(study.catalogue, study.load_kinds())) > 50


def test_the_tables_have_their_columns_and_only_the_owner_reads_them(folder):
    for table in SCHEMA.values():
        path = folder / f"{table.name}.csv"
        assert path.read_text(encoding="utf-8") == ",".join(table.column_names) + "\n"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_repository_around_the_folder_takes_no_table(folder):
    git = ("git", "-C", str(folder))
    subprocess.run([*git, "init", "--quiet"], check=True)
    (folder / "people.xlsx").write_bytes(b"")
    found = subprocess.run([*git, "status", "--porcelain", "-uall"], check=True, capture_output=True, text=True).stdout
    assert "study.yaml" in found
    assert not re.search(r"csv|xlsx|approval", found)


def test_empty_tables_say_what_to_fill_them_with(folder):
    with pytest.raises(DataError) as refused:
        load_tables(folder)
    told = {problem.table: problem.fix for problem in refused.value.problems}
    assert list(told) == ["children", "residence", "incidents"]
    assert told["incidents"] == "Fill it, one row per incident, or export it again."


def test_the_mapping_names_every_column_and_changes_none(folder):
    mapping = load_mapping(folder, None, load_kinds())
    for table in SCHEMA.values():
        assert mapping.of(table).user_columns(table) == {name: name for name in table.column_names}
        assert list(mapping.of(table).columns) == table.column_names


def test_the_form_of_the_approval_asks_for_every_key_and_is_refused_until_it_is_filled(folder, demo_tables):
    form = yaml.safe_load((folder / "approval.yaml").read_text(encoding="utf-8"))
    assert list(form) == list(Approval.model_fields)
    own = demo_tables.__class__(**{**vars(demo_tables), "synthetic": False})
    with pytest.raises(RefusedError) as refused:
        check_approval(folder, own)
    assert all(f"- {name}: " in str(refused.value) for name in form)


def test_a_folder_that_holds_anything_is_left_as_it_is(tmp_path):
    (tmp_path / "notes.txt").write_text("ours", encoding="utf-8")
    with pytest.raises(OutputError, match="isn't empty"):
        write_starter(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_nothing_is_left_when_it_fails_on_the_way(tmp_path, monkeypatch):
    monkeypatch.setattr("ace_risk.data.starter.COPIED", ("no-such-file.yaml",))
    with pytest.raises(FileNotFoundError):
        write_starter(tmp_path / "deep" / "ours")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "expected"), [("ours", "ours"), ("Été 2026", "t-2026"), ("!!", "own-study")])
def test_any_folder_gives_a_name_that_a_study_may_have(tmp_path, name, expected):
    assert study_name(tmp_path / name) == expected
