"""What may be done with a folder of tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ace_risk.data.approval import check_approval
from ace_risk.data.tables import Tables
from ace_risk.errors import RefusedError

APPROVAL = """\
controller: The Constabulary
lawful_basis: Data Protection Act 2018, Part 3
purpose: Early support
dpia_reference: DPIA 12
permitted_outcomes: [statutory_support]
starts_on: 2026-01-01
expires_on: 2026-07-01
"""
IN_FORCE = date(2026, 5, 12)


@pytest.fixture
def approved(tmp_path: Path) -> Path:
    (tmp_path / "approval.yaml").write_text(APPROVAL)
    return tmp_path


@pytest.fixture
def real(small_tables: Tables) -> Tables:
    return replace(small_tables, synthetic=False)


def refusal(folder: Path, tables: Tables, outcome: str | None = None, today: date = IN_FORCE) -> str:
    with pytest.raises(RefusedError) as caught:
        check_approval(folder, tables, outcome=outcome, today=today)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_synthetic_tables_need_no_approval(small_tables: Tables, tmp_path: Path) -> None:
    permission = check_approval(tmp_path, small_tables, outcome="anything")
    assert permission.synthetic
    assert permission.statement == "Synthetic data. No real child is described here."
    assert permission.expires_on is None


def test_an_approval_in_force_permits_and_says_until_when(approved: Path, real: Tables) -> None:
    permission = check_approval(approved, real, outcome="statutory_support", today=IN_FORCE)
    assert not permission.synthetic
    assert not permission.names_parental_conditions
    assert permission.expires_on == date(2026, 7, 1)
    assert permission.statement == "Approved by The Constabulary (DPIA 12); ends on 1 July 2026."


def test_no_approval_names_all_that_one_needs(real: Tables, tmp_path: Path) -> None:
    message = refusal(tmp_path, real)
    for key in ("controller", "lawful_basis", "purpose", "dpia_reference", "permitted_outcomes", "starts_on"):
        assert key in message
    assert "names_parental_conditions" not in message


def test_changed_synthetic_tables_are_told_so(real: Tables, csv_folder: Path) -> None:
    assert "changed after they were made" in refusal(csv_folder, real)


def test_everything_missing_is_named_at_once(approved: Path, real: Tables) -> None:
    (approved / "approval.yaml").write_text("controller: ' '\nlawfull_basis: x\npermitted_outcomes: []\n")
    message = refusal(approved, real)
    for key in ("controller", "lawful_basis", "lawfull_basis", "purpose", "dpia_reference", "permitted_outcomes"):
        assert f"{key}:" in message


@pytest.mark.parametrize(("today", "allowed"), [("2025-12-31", False), ("2026-01-01", True), ("2026-06-30", True)])
def test_the_first_day_counts(approved: Path, real: Tables, today: str, allowed: bool) -> None:
    day = date.fromisoformat(today)
    if allowed:
        assert check_approval(approved, real, today=day).expires_on == date(2026, 7, 1)
    else:
        assert "not in force before 1 January 2026" in refusal(approved, real, today=day)


def test_the_day_of_expiry_is_too_late_and_all_refusals_come_together(approved: Path, real: Tables) -> None:
    message = refusal(approved, real, outcome="missing_again", today=date(2026, 7, 1))
    assert "2 problems" in message
    assert "ended on 1 July 2026" in message
    assert "missing_again is not among statutory_support" in message


@pytest.mark.parametrize("text", ["", "- a\n", "controller: [\n", APPROVAL.replace("2026-07-01", "2025-07-01")])
def test_a_file_that_is_no_approval_is_refused(approved: Path, real: Tables, text: str) -> None:
    (approved / "approval.yaml").write_text(text)
    assert "approval.yaml" in refusal(approved, real)
