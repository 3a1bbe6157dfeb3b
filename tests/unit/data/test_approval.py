"""What may be done with a folder of tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from ace_risk.data.approval import PERSON, check_approval, load_approved
from ace_risk.data.approval_file import Approval, needed_fields
from ace_risk.data.load import load_tables
from ace_risk.data.package import package_section, read_package, write_tables
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, RefusedError
from ace_risk.kinds import load_kinds
from ace_risk.plans import World
from ace_risk.world.simulate import simulate

IN_FORCE = date(2026, 5, 12)
ENDS = date(2026, 7, 1)
OLD = """\
controller: The Constabulary
lawful_basis: Data Protection Act 2018, Part 3
purpose: Early support
dpia_reference: DPIA 12
permitted_outcomes: [statutory_support]
starts_on: 2026-01-01
expires_on: 2026-07-01
"""
"""An approval as the first release asked for it."""


@pytest.fixture
def approved(tmp_path: Path, approve: Callable[..., Path]) -> Path:
    approve(tmp_path, expires_on=ENDS)
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
    made: Path, tmp_path: Path, change: Callable[[Tables], Tables], approve: Callable[..., Path]
) -> None:
    folder = rewritten(made, tmp_path / "forged", change)
    tables = load_tables(folder)
    message = refusal(folder, tables)
    assert "claim to be synthetic" in message
    assert "SYN-" not in message
    approve(folder)
    assert not check_approval(folder, tables, outcome="statutory_support", today=IN_FORCE).synthetic
    loaded, permission = load_approved(folder, load_kinds())
    assert not loaded.synthetic, "else a list would name what the approval doesn't permit"
    assert not permission.synthetic


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
    assert permission.expires_on == ENDS
    published = (
        "Approved by The Constabulary under UK GDPR (lawful basis: UK GDPR article 6(1)(e); assessment: DPIA 12) for: "
        "Early support. The approval ends on 1 July 2026; what names children is kept for 28 days at most."
    )
    people = "For use by Ada Holme and CCP team, Carlisle only; made by Ada Holme, by their own word."
    assert permission.statement == f"{published} {people}"
    assert permission.without_people().statement == published


def test_no_approval_names_all_that_one_needs_and_what_it_means(real: Tables, tmp_path: Path) -> None:
    message = refusal(tmp_path, real)
    for key, meaning in needed_fields().items():
        assert f"\n  {key}: {meaning}" in message
    assert list(needed_fields()) == list(Approval.model_fields)


@pytest.mark.parametrize("broken", [False, True])
def test_real_tables_are_not_opened_without_an_approval(
    csv_folder: Path, set_cell: Callable[..., None], approve: Callable[..., Path], broken: bool
) -> None:
    (csv_folder / "datapackage.json").unlink()
    if broken:
        set_cell(csv_folder, "children", "birth_date", 1, "long ago")
    with pytest.raises(RefusedError, match="needs an approval"):
        load_approved(csv_folder, load_kinds())
    approve(csv_folder, permitted_outcomes=["another"])
    with pytest.raises(RefusedError, match="statutory_support is not among another"):
        load_approved(csv_folder, load_kinds(), outcome="statutory_support")
    approve(csv_folder)
    if broken:
        with pytest.raises(DataError, match="birth_date"):
            load_approved(csv_folder, load_kinds())
    else:
        assert not load_approved(csv_folder, load_kinds())[1].synthetic


def test_tables_of_no_folder_are_believed_only_if_the_generator_made_them(small_tables: Tables, real: Tables) -> None:
    assert check_approval(None, small_tables).synthetic
    with pytest.raises(RefusedError, match="not loaded from a folder"):
        check_approval(None, real)


def test_an_approval_of_the_first_release_is_told_what_to_add(approved: Path, real: Tables) -> None:
    (approved / "approval.yaml").write_text(OLD)
    message = refusal(approved, real)
    assert "4 problems" in message
    for key in ("regime", "names_parental_conditions", "people_allowed", "retention_days"):
        assert f"{key}: is missing. Add it: {needed_fields()[key]}." in message


@pytest.mark.parametrize("person", ["", "Somebody Else", "ada holme", "CCP team"])
def test_only_whom_the_approval_names_is_let_through(
    approved: Path, real: Tables, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    monkeypatch.setenv(PERSON, person)
    message = refusal(approved, real)
    assert "among Ada Holme, CCP team, Carlisle" in message
    assert f'export {PERSON}="Ada Holme"' in message


def test_a_role_may_be_named_and_stands_on_what_is_made(
    approved: Path, real: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PERSON, " CCP team, Carlisle ")
    assert "made by CCP team, Carlisle, by" in check_approval(approved, real, today=IN_FORCE).people


@pytest.mark.parametrize(("kept", "allowed"), [(27, True), (28, True), (29, False), (None, True)])
def test_nothing_that_names_children_is_kept_longer_than_permitted(
    approved: Path, real: Tables, kept: int | None, allowed: bool
) -> None:
    if allowed:
        assert check_approval(approved, real, kept_days=kept, today=IN_FORCE).expires_on == ENDS
        return
    with pytest.raises(RefusedError, match=r"may be kept for 28, but the study keeps it for 29"):
        check_approval(approved, real, kept_days=kept, today=IN_FORCE)


@pytest.mark.parametrize(("back", "refused"), [(0, False), (1, False), (2, True), (400, True)])
def test_a_clock_that_was_set_back_is_noticed_by_the_records(
    tmp_path: Path, real: Tables, approve: Callable[..., Path], back: int, refused: bool
) -> None:
    """The records of the small tables go up to 1 January 2024; an approval that has ended would hold again."""
    approve(tmp_path, starts_on=date(2020, 1, 1))
    today = date(2024, 1, 1) - timedelta(back)
    if refused:
        assert "Set the clock right" in refusal(tmp_path, real, today=today)
    else:
        assert not check_approval(tmp_path, real, today=today).synthetic


def test_no_text_of_an_approval_starts_a_line_of_its_own(
    tmp_path: Path, real: Tables, approve: Callable[..., Path]
) -> None:
    approve(tmp_path, controller="Us.\nSigned off by everybody", people_allowed=["Ada Holme", "Bo\n\nLee"])
    told = check_approval(tmp_path, real, today=IN_FORCE).statement
    assert "Us. Signed off" in told
    assert "Bo Lee" in told
    assert told.isprintable()


def test_changed_synthetic_tables_are_told_so(real: Tables, csv_folder: Path) -> None:
    assert "changed after they were made" in refusal(csv_folder, real)


def test_everything_missing_is_named_at_once(approved: Path, real: Tables) -> None:
    (approved / "approval.yaml").write_text(
        "controller: ' '\nlawfull_basis: x\npermitted_outcomes: []\nretention_days: 0\n"
        "purpose: (say what for)\nexpires_on: 2020-01-01\n"
    )
    message = refusal(approved, real)
    assert "12 problems" in message
    for key in {*needed_fields(), "lawfull_basis"}:
        assert f"{key}:" in message


@pytest.mark.parametrize(("today", "allowed"), [("2025-12-31", False), ("2026-01-01", True), ("2026-06-30", True)])
def test_the_first_day_counts(approved: Path, real: Tables, today: str, allowed: bool) -> None:
    day = date.fromisoformat(today)
    if allowed:
        assert check_approval(approved, real, today=day).expires_on == ENDS
    else:
        assert "not in force before 1 January 2026" in refusal(approved, real, today=day)


def test_the_day_of_expiry_is_too_late_and_all_refusals_come_together(approved: Path, real: Tables) -> None:
    message = refusal(approved, real, outcome="missing_again", today=date(2026, 7, 1))
    assert "2 problems" in message
    assert "ended on 1 July 2026" in message
    assert "missing_again is not among statutory_support" in message


@pytest.mark.parametrize(
    "text",
    ["", "- a\n", "controller: [\n", "controller: !!python/object/apply:os.system [true]\n", "a: &x [1]\nb: *x\n"],
)
def test_a_file_that_is_no_approval_is_refused(approved: Path, real: Tables, text: str) -> None:
    (approved / "approval.yaml").write_text(text)
    assert "approval.yaml" in refusal(approved, real)
