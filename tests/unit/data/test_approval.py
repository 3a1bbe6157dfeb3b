"""What may be done with a folder of tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from ace_risk.data.approval import check_approval
from ace_risk.data.load import load_tables
from ace_risk.data.package import package_section, read_package, write_tables
from ace_risk.data.tables import Tables
from ace_risk.errors import RefusedError
from ace_risk.plans import World
from ace_risk.world.simulate import simulate

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


WORLD = World(children=50, seed=11)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the generator wrote."""
    folder = tmp_path_factory.mktemp("made") / "data"
    simulate(WORLD, folder)
    return folder


def rewritten(made: Path, folder: Path, change: Callable[[Tables], Tables]) -> Path:
    """The folder with changed tables, and a forged datapackage.json whose fingerprints are right."""
    section = package_section(read_package(made))
    write_tables(replace(change(load_tables(made)), synthetic=True), folder, extra=section)
    assert load_tables(folder).synthetic
    return folder


def one_cell(tables: Tables) -> Tables:
    services = tables.services.copy()
    services.loc[0, "start_date"] -= pd.Timedelta(1, "D")
    return replace(tables, services=services)


def one_child(tables: Tables) -> Tables:
    more = tables.children.iloc[[0]].assign(child_id="SYN-0000000000")
    return replace(tables, children=pd.concat([tables.children, more], ignore_index=True))


def one_child_less(tables: Tables) -> Tables:
    gone = tables.children["child_id"].iloc[-1]
    kept = {
        name: (frame := getattr(tables, name))[frame["child_id"] != gone].reset_index(drop=True)
        for name in ("children", "residence", "involvement", "missing_episodes", "services")
    }
    return replace(tables, **kept)


def another_end(tables: Tables) -> Tables:
    return replace(tables, data_end=tables.data_end + pd.Timedelta(1, "D"))


@pytest.mark.parametrize("change", [one_cell, one_child, one_child_less, another_end])
def test_a_changed_world_is_not_synthetic_whatever_its_fingerprints(
    made: Path, tmp_path: Path, change: Callable[[Tables], Tables]
) -> None:
    folder = rewritten(made, tmp_path / "forged", change)
    tables = load_tables(folder)
    message = refusal(folder, tables)
    assert "claim to be synthetic" in message
    assert "SYN-" not in message
    (folder / "approval.yaml").write_text(APPROVAL)
    assert not check_approval(folder, tables, outcome="statutory_support", today=IN_FORCE).synthetic


def test_a_folder_written_again_as_it_was_is_synthetic(made: Path, tmp_path: Path) -> None:
    folder = rewritten(made, tmp_path / "again", lambda tables: tables)
    assert check_approval(folder, load_tables(folder)).synthetic


@pytest.mark.parametrize("config", [None, {"children": 50}, {"children": "many"}, WORLD.model_dump(mode="json")])
def test_real_tables_with_a_forged_package_are_refused(
    small_tables: Tables, tmp_path: Path, config: dict[str, object] | None
) -> None:
    """The same made-up children stand for real ones: the fingerprints are right, and the world says something else."""
    write_tables(small_tables, tmp_path, extra={"seed": 11, "config": config})
    tables = load_tables(tmp_path)
    assert tables.synthetic
    assert "claim to be synthetic" in refusal(tmp_path, tables)


def refusal(folder: Path, tables: Tables, outcome: str | None = None, today: date = IN_FORCE) -> str:
    with pytest.raises(RefusedError) as caught:
        check_approval(folder, tables, outcome=outcome, today=today)
    assert caught.value.exit_code == 4
    return str(caught.value)


def test_synthetic_tables_need_no_approval(made: Path) -> None:
    permission = check_approval(made, load_tables(made), outcome="anything")
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
