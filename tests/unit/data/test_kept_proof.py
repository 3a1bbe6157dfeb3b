"""Kept proofs that tables are synthetic: what they hold, when they are believed, and that cheating with them fails."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from ace_risk.data import synthetic
from ace_risk.data.approval import check_approval
from ace_risk.data.kept_proof import digest_of, is_kept, keep, program_files, proofs_folder, rows_digest, statement
from ace_risk.data.load import load_tables
from ace_risk.data.package import PACKAGE_FILE, package_section, read_package, write_tables
from ace_risk.data.synthetic import stated_world
from ace_risk.data.tables import Tables
from ace_risk.errors import RefusedError
from ace_risk.plans import World
from ace_risk.world.simulate import simulate

WORLD = World(children=50, seed=11)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the generator wrote."""
    folder = tmp_path_factory.mktemp("made") / "data"
    simulate(WORLD, folder)
    return folder


@pytest.fixture
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, as a new process finds it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setattr(synthetic, "_PROVEN", set())
    folder = proofs_folder()
    assert folder is not None
    return folder


@pytest.fixture
def forged(made: Path, tmp_path: Path) -> Path:
    """The world with one cell changed, and a datapackage.json whose fingerprints are right."""
    tables = load_tables(made)
    services = tables.services.copy()
    services.loc[0, "start_date"] -= pd.Timedelta(1, "D")
    folder = tmp_path / "forged"
    write_tables(replace(tables, services=services), folder, extra=package_section(read_package(made)))
    return folder


def allowed(folder: Path) -> bool:
    """Whether a new process would take the tables of a folder for synthetic."""
    synthetic._PROVEN.clear()
    try:
        return check_approval(folder, load_tables(folder)).synthetic
    except RefusedError:
        return False


def said_of(folder: Path) -> str:
    world = stated_world(read_package(folder) or {})
    assert world is not None
    return statement(load_tables(folder), world)


def test_a_proof_is_private_and_names_no_child(made: Path, proofs: Path) -> None:
    assert allowed(made)
    (proof,) = proofs.iterdir()
    assert stat.S_IMODE(proofs.stat().st_mode) == 0o700
    assert stat.S_IMODE(proof.stat().st_mode) == 0o600
    assert "SYN-" not in proof.read_text()
    assert json.loads(proof.read_text())["world"] == WORLD.model_dump(mode="json")
    assert is_kept(said_of(made))


def test_a_kept_proof_is_used_and_is_no_lock(forged: Path, proofs: Path) -> None:
    """Whoever can write in the private folder can forge a proof, as they could write an approval: ADR 8 says so."""
    assert not allowed(forged)
    keep(said_of(forged))
    assert allowed(forged)


def other_seed(package: dict[str, dict[str, dict[str, object]]]) -> None:
    package["ace_risk"]["config"]["seed"] = 12


def other_end(package: dict[str, dict[str, object]]) -> None:
    package["ace_risk"]["data_end"] = "2030-01-01T00:00:00"


@pytest.mark.parametrize("edit", [other_seed, other_end])
def test_an_edited_package_is_refused_after_the_proof(
    made: Path, proofs: Path, tmp_path: Path, edit: Callable[[object], None]
) -> None:
    assert allowed(made)
    copy = tmp_path / "copy"
    write_tables(load_tables(made), copy, extra=package_section(read_package(made)))
    assert allowed(copy)
    package = read_package(copy)
    edit(package)
    (copy / PACKAGE_FILE).write_text(json.dumps(package))
    assert not allowed(copy)


def test_an_edited_file_is_refused_after_the_proof(made: Path, forged: Path, proofs: Path, tmp_path: Path) -> None:
    assert allowed(made)
    assert not allowed(forged)
    mixed = tmp_path / "mixed"
    write_tables(load_tables(made), mixed, extra=package_section(read_package(made)))
    (mixed / "services.parquet").write_bytes((forged / "services.parquet").read_bytes())
    assert not allowed(mixed)


def test_a_proof_of_another_folder_is_worth_nothing(made: Path, forged: Path, proofs: Path, tmp_path: Path) -> None:
    assert allowed(made)
    (honest,) = proofs.iterdir()
    keep(said_of(forged))
    (named,) = [path for path in proofs.iterdir() if path != honest]
    named.write_bytes(honest.read_bytes())
    assert not allowed(forged)
    named.write_text(honest.read_text().replace(rows_digest(load_tables(made)), rows_digest(load_tables(forged))) + " ")
    assert not allowed(forged)
    for place in (forged, tmp_path):
        (place / honest.name).write_bytes(honest.read_bytes())
    assert not allowed(forged)


def open_folder(proofs: Path) -> None:
    proofs.chmod(0o755)


def open_file(proofs: Path) -> None:
    next(proofs.iterdir()).chmod(0o604)


def linked_folder(proofs: Path) -> None:
    proofs.symlink_to(proofs.rename(proofs.with_name("elsewhere")))


def linked_file(proofs: Path) -> None:
    proof = next(proofs.iterdir())
    proof.symlink_to(proof.rename(proofs.parent / "proof"))


@pytest.mark.parametrize("loosen", [open_folder, open_file, linked_folder, linked_file])
def test_a_proof_that_others_could_have_put_there_is_not_believed(
    forged: Path, proofs: Path, loosen: Callable[[Path], None]
) -> None:
    keep(said_of(forged))
    assert allowed(forged)
    loosen(proofs)
    assert not allowed(forged)


def test_another_program_needs_its_own_proof(made: Path) -> None:
    files = dict(program_files())
    assert {"world/simulate.py", "data/synthetic.py", "configs/kinds.yaml"} <= set(files)
    changed = files | {"world/simulate.py": files["world/simulate.py"] + b"#"}
    assert digest_of(files.items()) in said_of(made)
    assert digest_of(changed.items()) not in said_of(made)


def test_without_a_place_to_keep_it_the_world_is_made_again(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert allowed(made)
    assert not is_kept(said_of(made))


def test_rows_are_told_apart(small_tables: Tables) -> None:
    turned = replace(small_tables, services=small_tables.services.iloc[::-1].reset_index(drop=True))
    assert rows_digest(small_tables) == rows_digest(replace(small_tables, synthetic=not small_tables.synthetic))
    assert rows_digest(turned) != rows_digest(small_tables)
