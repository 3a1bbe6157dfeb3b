"""The how-to for a user's own data does what it says: its tables, its mapping and its approval are run."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ace_risk.data.approval import check_approval
from ace_risk.data.history import build_history
from ace_risk.data.load import load_tables
from ace_risk.data.mapping import TableMapping
from ace_risk.errors import DataError, RefusedError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "your-own-data.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that the page shows."""
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"^`(\S+\.csv)`\n\n```csv\n(.*?)```", text, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(content, encoding="utf-8")
    mapping, approval = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "mapping.yaml").write_text(mapping, encoding="utf-8")
    (tmp_path / "approval.yaml").write_text(approval, encoding="utf-8")
    return tmp_path


def test_the_mapped_tables_are_those_of_the_contract(folder: Path) -> None:
    tables = load_tables(folder)
    assert tables.children["sex"].tolist() == ["F", "M"]
    assert tables.children["birth_date"].tolist() == [pd.Timestamp("2012-03-01"), pd.Timestamp("2014-07-09")]
    assert tables.children["ethnicity"].isna().all()
    assert tables.residence["end_date"].isna().all()
    assert tables.residence["recorded_at"][0] == pd.Timestamp("2012-03-05T09:00")
    assert tables.incidents[["kind", "source"]].to_numpy().tolist() == [
        ["domestic_abuse", "police"], ["school_exclusion", "school"],
    ]  # fmt: skip
    assert tables.incidents["grade"][0] == "high"
    assert tables.incidents["grade"].isna().tolist() == [False, True]
    assert tables.involvement["role"].tolist() == ["subject"]


def test_a_history_is_built_from_them(folder: Path) -> None:
    history = build_history(load_tables(folder))
    assert history.groupby("kind", observed=True).size().to_dict() == {
        "domestic_abuse": 2, "early_help": 1, "school_exclusion": 1,
    }  # fmt: skip


def test_they_need_the_approval_of_the_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (person,) = re.findall(r'export ACE_RISK_PERSON="(.+)"', PAGE.read_text(encoding="utf-8"))
    monkeypatch.setenv("ACE_RISK_PERSON", person)
    tables = load_tables(folder)
    assert not tables.synthetic
    assert not check_approval(folder, tables, outcome="statutory_support", today=date(2026, 5, 12)).synthetic
    (folder / "approval.yaml").unlink()
    with pytest.raises(RefusedError):
        check_approval(folder, tables)


def test_without_its_mapping_the_folder_is_refused(folder: Path) -> None:
    (folder / "mapping.yaml").unlink()
    with pytest.raises(DataError, match=r"children\.parquet or children\.csv"):
        load_tables(folder)


def test_the_page_explains_every_key() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(TableMapping.model_fields)
