"""Writing whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ace_risk.data.files import output_folder, write_file
from ace_risk.data.marker import MARKER, refresh_marker
from ace_risk.data.unfinished import hidden_sibling
from ace_risk.errors import OutputError


def write_run(path: Path, text: str) -> None:
    with output_folder(path) as folder:
        (folder / "page.html").write_text(text)


def fail_halfway(folder: Path, error: BaseException) -> None:
    (folder / "page.html").write_text("half")
    raise error


def everything(path: Path) -> list[str]:
    return sorted(str(found.relative_to(path)) for found in path.rglob("*"))


def test_nothing_stands_at_the_path_until_the_block_ends(tmp_path: Path) -> None:
    with output_folder(tmp_path / "run") as folder:
        (folder / "page.html").write_text("one")
        assert not (tmp_path / "run").exists()
        assert folder.parent == tmp_path
    assert everything(tmp_path) == ["run", f"run/{MARKER}", "run/page.html"]


def test_our_own_folder_and_an_empty_one_are_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with output_folder(tmp_path / "run") as folder:
        (folder / "old.html").write_text("old")
    write_run(tmp_path / "run", "new")
    assert everything(tmp_path) == ["run", f"run/{MARKER}", "run/page.html"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("Dear")
    with pytest.raises(OutputError, match="did not write"):
        write_run(tmp_path / "letters", "new")
    assert everything(tmp_path) == ["letters", "letters/dear.txt"]


def test_a_folder_that_others_filled_meanwhile_is_left_alone(tmp_path: Path) -> None:
    def fill() -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "dear.txt").write_text("Dear")

    with pytest.raises(OutputError, match="did not write"), output_folder(tmp_path / "run"):
        fill()
    assert everything(tmp_path) == ["run", "run/dear.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, FileNotFoundError])
def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, error: type[BaseException]) -> None:
    write_run(tmp_path / "run", "old")
    for path in ("run", "new/deep/run"):
        with pytest.raises(error), output_folder(tmp_path / path) as folder:
            fail_halfway(folder, error())
    assert everything(tmp_path) == ["run", f"run/{MARKER}", "run/page.html"]
    assert (tmp_path / "run" / "page.html").read_text() == "old"


def test_a_full_disk_is_an_output_error_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Free some space"), output_folder(tmp_path / "run") as folder:
        fail_halfway(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert everything(tmp_path) == []


def test_an_error_about_another_file_passes_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), output_folder(tmp_path / "run"):
        (tmp_path / "absent.csv").read_text()


def test_an_error_about_a_file_in_the_folder_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="can't be written"), output_folder(tmp_path / "run") as folder:
        (folder / ("x" * 300)).write_text("the name is too long")


@pytest.mark.parametrize("place", ["file", "file/run", "file/deep/run"])
def test_a_file_in_the_way_is_an_output_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="in the way"):
        write_run(tmp_path / place, "new")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_place_where_nobody_may_write_is_an_output_error() -> None:
    with pytest.raises(OutputError, match="can't be written") as caught:
        write_run(Path("/proc/ace-risk/run"), "new")
    assert caught.value.exit_code == 2
    with pytest.raises(OutputError, match="can't be written"):
        write_file("/proc/ace-risk/page.html", "new")


def test_a_file_is_replaced_whole_and_keeps_its_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "page.html"
    write_file(path, "old")
    write_file(path, "é\r\n")
    assert path.read_bytes() == b"\xc3\xa9\r\n"
    write_file(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    assert everything(tmp_path) == ["deep", "deep/page.html"]


def test_a_private_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "list.csv", "open")
    write_file(tmp_path / "list.csv", "closed", private=True)
    assert (tmp_path / "list.csv").stat().st_mode & 0o777 == 0o600


def test_a_folder_in_the_place_of_a_file_is_an_output_error_without_leftovers(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OutputError, match="in the way"):
        write_file(tmp_path / "page.html", "new")
    assert everything(tmp_path) == ["page.html"]


def test_a_folder_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    with output_folder(tmp_path / "out", "six tables") as folder:
        (folder / "children.csv").write_text("x")
    with pytest.raises(OutputError, match="holds six tables, not a run"), output_folder(tmp_path / "out", "a run"):
        pass
    assert (tmp_path / "out" / "children.csv").exists()


@pytest.mark.parametrize("name", ["page.html", "decisions.txt", "inner/more.txt"])
def test_a_folder_that_somebody_changed_is_left_alone(tmp_path: Path, name: str) -> None:
    write_run(tmp_path / "run", "old")
    (tmp_path / "run" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "run" / name).write_text("by hand")
    with pytest.raises(OutputError, match="1 file changed or added"):
        write_run(tmp_path / "run", "new")
    assert (tmp_path / "run" / name).read_text() == "by hand"


def test_files_added_by_us_and_inner_outputs_answer_for_themselves(tmp_path: Path) -> None:
    with output_folder(tmp_path / "demo", "a demo") as folder, output_folder(folder / "run", "a run") as run:
        (run / "page.html").write_text("one")
        (run / "mlflow.db").write_text("store")
    inner = tmp_path / "demo" / "run"
    (inner / "card.html").write_text("by a later command")
    (inner / "mlflow.db").write_text("opened by a reader")
    refresh_marker(inner)
    with output_folder(tmp_path / "demo", "a demo") as folder:
        (folder / "page.html").write_text("two")
    assert everything(tmp_path / "demo") == [MARKER, "page.html"]


@pytest.mark.parametrize("out", [".", "in", "in/deeper"])
def test_what_is_read_is_never_written_over(tmp_path: Path, out: str) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "table.csv").write_text("x")
    with pytest.raises(OutputError, match="overlaps"), output_folder(tmp_path / out, inputs=[tmp_path / "in"]):
        pass
    assert everything(tmp_path) == ["in", "in/table.csv"]


def dead_process() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def hidden(target: Path, ending: str, process: int) -> Path:
    """What a process of this machine would write beside a target."""
    ours = hidden_sibling(target, ending)
    return ours.with_name(ours.name.replace(f"-{os.getpid()}-", f"-{process}-"))


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    dead, other = (hidden(tmp_path / name, "part", dead_process()) for name in ("run", "running"))
    for folder in (dead, other):
        folder.mkdir()
        (folder / "half.txt").write_text("half")
    with output_folder(tmp_path / "run", "a run") as folder:
        (folder / "a.txt").write_text("whole")
    assert not dead.exists()
    assert (other / "half.txt").exists()


def test_what_a_living_process_writes_is_neither_touched_nor_written_twice(tmp_path: Path) -> None:
    living = hidden(tmp_path / "run", "part", os.getppid())
    living.mkdir()
    (living / "half.txt").write_text("half")
    with pytest.raises(OutputError, match=f"by another command .process {os.getppid()}.") as caught:
        write_run(tmp_path / "run", "second")
    assert caught.value.exit_code == 2
    assert everything(tmp_path) == [living.name, f"{living.name}/half.txt"]
    write_run(tmp_path / "other", "at the same time")
    assert (tmp_path / "other").is_dir()


def test_a_process_of_another_user_is_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = hidden(tmp_path / "run", "part", 4_000_000)
    theirs.mkdir()

    def refuse(process: int, signal: int) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "kill", refuse)
    with pytest.raises(OutputError, match=r"by another command .process 4000000\)\."):
        write_run(tmp_path / "run", "ours")
    assert theirs.exists()


def test_what_another_machine_writes_is_left_alone_until_it_is_forgotten(tmp_path: Path) -> None:
    theirs = tmp_path / f".run.00000000-{dead_process()}-0123abcd.part"
    theirs.mkdir()
    with pytest.raises(OutputError, match=r"by another command .process \d+ of another machine."):
        write_run(tmp_path / "run", "ours")
    assert everything(tmp_path) == [theirs.name]
    three_days_ago = time.time() - 3 * 24 * 3600
    os.utime(theirs, (three_days_ago, three_days_ago))
    write_run(tmp_path / "run", "ours")
    assert not theirs.exists()


def test_a_run_whose_replacement_was_killed_takes_its_place_again(tmp_path: Path) -> None:
    with output_folder(tmp_path / "run", "a run") as folder:
        (folder / "a.txt").write_text("first")
    (tmp_path / "run").rename(hidden(tmp_path / "run", "old", dead_process()))
    with pytest.raises(ValueError, match="on purpose"), output_folder(tmp_path / "run", "a run"):
        raise ValueError("on purpose")
    assert (tmp_path / "run" / "a.txt").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
