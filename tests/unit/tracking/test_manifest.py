"""The manifest: what it lists, and everything that it refuses."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ace_risk.errors import PackError
from ace_risk.tracking.manifest import MANIFEST, verify_manifest, write_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files, one of them in a folder of its own, with their manifest."""
    (tmp_path / "more").mkdir()
    for name, text in {"b.json": "{}\n", "a.csv": "x\n", "more/ä c.txt": "ö\n"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    write_manifest(tmp_path)
    return tmp_path


def problems(folder: Path) -> list[str]:
    with pytest.raises(PackError) as caught:
        verify_manifest(folder)
    assert caught.value.exit_code == 5
    return [line.removeprefix("  - ") for line in str(caught.value).split("\n")[1:]]


def test_lists_every_file_but_itself_sorted(folder: Path) -> None:
    lines = (folder / MANIFEST).read_text(encoding="utf-8").splitlines()
    assert lines == [
        f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}"
        for name in ("a.csv", "b.json", "more/ä c.txt")
    ]


def test_is_what_sha256sum_checks(folder: Path) -> None:
    answer = subprocess.run(["sha256sum", "--check", "--strict", MANIFEST], cwd=folder, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr


def test_id_is_the_digest_of_the_manifest(folder: Path) -> None:
    expected = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    assert verify_manifest(folder) == write_manifest(folder) == expected


def test_names_every_difference_at_once(folder: Path) -> None:
    (folder / "a.csv").write_text("y\n")
    (folder / "b.json").unlink()
    (folder / "new.txt").write_text("")
    (folder / "more" / "x.PKL").write_text("")
    assert problems(folder) == [
        "a.csv: was changed",
        "b.json: is missing",
        "more/x.PKL: looks like a pickle, which can run code; a pack holds none",
        "new.txt: is not in manifest.sha256",
    ]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_is_known_by_its_first_bytes(folder: Path, protocol: int) -> None:
    (folder / "b.json").write_bytes(pickle.dumps({"a": 1}, protocol=protocol))
    assert problems(folder) == ["b.json: looks like a pickle, which can run code; a pack holds none"]


@pytest.mark.parametrize("name", ["m.pkl", "m.pickle", "m.joblib", "m.joblib.gz", ".pkl"])
def test_a_pickle_is_known_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(PackError, match="looks like a pickle"):
        write_manifest(tmp_path)
    assert not (tmp_path / MANIFEST).exists()


def test_a_name_that_only_sounds_like_a_pickle_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "pickle.json").write_text("{}")
    assert write_manifest(tmp_path) == verify_manifest(tmp_path)


@pytest.mark.parametrize("leads_to", ["a.csv", "more", "/etc", "nowhere"])
def test_refuses_symbolic_links(folder: Path, leads_to: str) -> None:
    (folder / "link").symlink_to(leads_to)
    assert problems(folder) == ["link: is a symbolic link; a pack holds plain files only"]


def test_refuses_a_listed_file_that_became_a_link_to_the_same_content(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    (folder / "a.csv").rename(elsewhere)
    (folder / "a.csv").symlink_to(elsewhere)
    assert problems(folder) == ["a.csv: is a symbolic link; a pack holds plain files only"]


def test_refuses_a_linked_manifest(folder: Path) -> None:
    (folder / MANIFEST).rename(folder / "more" / "m")
    (folder / MANIFEST).symlink_to("more/m")
    with pytest.raises(PackError, match="is a symbolic link"):
        verify_manifest(folder)


def test_refuses_a_pipe_without_waiting_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert problems(folder) == ["pipe: is not a plain file"]


@pytest.mark.parametrize(
    "path", ["../x", "/etc/passwd", "more/../../x", "a//b", "./a.csv", "C:/x", "more\\x", "more/", ".."]
)
def test_refuses_lines_that_leave_the_folder(folder: Path, path: str) -> None:
    content = (folder / MANIFEST).read_bytes()
    (folder / MANIFEST).write_bytes(content + f"{'0' * 64}  {path}\n".encode())
    assert problems(folder) == ["manifest.sha256: line 4 names a path outside the folder"]


def test_a_hostile_path_is_never_opened(folder: Path) -> None:
    outside = folder.parent / f"{folder.name}-outside"
    outside.write_text("x")
    digest = hashlib.sha256(b"x").hexdigest()
    (folder / MANIFEST).write_text(f"{digest}  ../{outside.name}\n")
    assert "manifest.sha256: line 1 names a path outside the folder" in problems(folder)


@pytest.mark.parametrize(
    "line", ["nothing", "", f"{'0' * 63}  a", f"{'A' * 64}  a", f"{'0' * 64} a", f"{'0' * 64}  a\x1b[2J"]
)
def test_refuses_lines_that_are_no_digest_and_path(folder: Path, line: str) -> None:
    with (folder / MANIFEST).open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert problems(folder) == ["manifest.sha256: line 4 is not a digest, two spaces and a path"]


def test_refuses_bytes_that_are_not_utf8(folder: Path) -> None:
    (folder / MANIFEST).write_bytes(b"\xff\xfe")
    assert problems(folder)[0] == "manifest.sha256: is not UTF-8 text"


@pytest.mark.parametrize("change", ["reversed", "repeated", "no end"])
def test_the_same_files_have_one_manifest_only(folder: Path, change: str) -> None:
    lines = (folder / MANIFEST).read_bytes().splitlines(keepends=True)
    spoilt = {"reversed": lines[::-1], "repeated": [*lines, lines[-1]], "no end": [*lines, b"0"]}[change]
    (folder / MANIFEST).write_bytes(b"".join(spoilt))
    assert problems(folder) == ["manifest.sha256: lines must be sorted, each path once, with an end to every line"]


def test_refuses_names_that_a_line_cannot_hold(tmp_path: Path) -> None:
    (tmp_path / "two\nlines").write_text("x")
    (tmp_path / os.fsdecode(b"not-utf8-\xff")).write_text("x")
    with pytest.raises(PackError) as caught:
        write_manifest(tmp_path)
    assert str(caught.value).split("\n")[1:] == [
        "  - not-utf8-\\udcff: has a name that a manifest can't hold",
        "  - two\\nlines: has a name that a manifest can't hold",
    ]


def test_a_folder_without_manifest_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"manifest\.sha256 can't be read"):
        verify_manifest(tmp_path)
    with pytest.raises(PackError, match=r"manifest\.sha256 can't be read"):
        verify_manifest(tmp_path / "nowhere")


@given(content=st.binary(max_size=200))
def test_any_bytes_give_an_id_or_a_pack_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "a").write_bytes(b"a")
    (folder / MANIFEST).write_bytes(content)
    with pytest.raises(PackError):
        verify_manifest(folder)
