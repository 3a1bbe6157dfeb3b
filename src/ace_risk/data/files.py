"""Writing whole or not at all: nothing half-written is ever left behind."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ace_risk.data.marker import refuse_foreign, write_marker
from ace_risk.errors import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def output_folder(path: str | Path, kind: str = "", inputs: Iterable[str | Path] = ()) -> Iterator[Path]:
    """Write a folder whole or not at all.

    What an earlier process left half-written when it was killed is removed first. Yields a temporary folder beside
    `path`. When the block ends well it takes the place of `path`; when
    the block raises it is removed and `path` is as it was before. Only an empty folder is replaced, or one
    of the same kind that was written this way and that nobody has changed since.

    Parameters
    ----------
    path
        The folder to write.
    kind
        What it holds, in plain words, e.g. `a referral list`.
    inputs
        Folders that are read; writing into one of them, or over it, is refused.

    Raises
    ------
    OutputError
        If `path` holds something else, overlaps an input, is being written by another process, or can't be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with output_folder(Path(place) / "run", "a run") as folder:
    ...         _ = (folder / "a.txt").write_text("done")
    ...     sorted(file.name for file in (Path(place) / "run").iterdir())
    ['.ace-risk', 'a.txt']
    """
    target = Path(path).absolute()
    with writing_to(target):
        target = target.resolve()
        _refuse_overlap(target, inputs)
        _tidy(target)
        refuse_foreign(target, kind)
        made = _make_parents(target)
        part = _sibling(target, "part")
        part.mkdir()
    try:
        _refuse_a_second(target, part)
        with writing_to(target, part):
            yield part
            write_marker(part, kind)
            _take_place(part, target, kind)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def write_file(path: str | Path, content: bytes | str, private: bool = False) -> None:
    """Write one file whole or not at all; text is written as UTF-8, as it is given.

    Parameters
    ----------
    private
        True: only the owner may read and write the file (mode 0600).

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    write_files({Path(path): content}, private)


def write_files(contents: Mapping[Path, bytes | str], private: bool = False) -> None:
    """Write files that belong together: on a full disk all stay as they were; see :func:`write_file`."""
    parts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            target = path.absolute()
            parts[target] = _sibling(target, "part")
            with writing_to(target):
                target.parent.mkdir(parents=True, exist_ok=True)
                handle = os.open(parts[target], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
                with os.fdopen(handle, "wb") as file:
                    file.write(content.encode("utf-8") if isinstance(content, str) else content)
        for target, part in parts.items():
            with writing_to(target):
                part.replace(target)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


@contextmanager
def writing_to(target: Path, part: Path | None = None) -> Iterator[None]:
    """Turn the system's refusals to write into an :class:`OutputError` that says what to do.

    Parameters
    ----------
    part
        If given, only a full or read-only disk and errors about files inside `part` are turned; any other
        error comes from something else that the block did, and passes.
    """
    try:
        yield
    except OSError as error:
        ours = part is None or error.errno in _FULL or error.errno == errno.EROFS or _is_inside(error, part)
        if not ours:
            raise
        raise OutputError(f"{target}: can't be written ({_reason(error)}). {_way_out(error)}") from None


def _is_inside(error: OSError, part: Path) -> bool:
    return any(str(name).startswith(str(part)) for name in (error.filename, error.filename2) if name is not None)


def _reason(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else type(error).__name__


def _way_out(error: OSError) -> str:
    if error.errno in _FULL:
        return "Free some space, or give a path on another disk."
    if error.errno in _READ_ONLY:
        return "Give a path where you may write."
    if error.errno in {errno.EEXIST, errno.ENOTDIR, errno.EISDIR}:
        return "Something else is in the way: move it, or give another path."
    return "Give another path."


def _refuse_overlap(target: Path, inputs: Iterable[str | Path]) -> None:
    """Refuse to write into, over or around a folder that is read."""
    for given in inputs:
        source = Path(given).resolve()
        if source == target or source in target.parents or target in source.parents:
            raise OutputError(f"{target}: overlaps {given}, which is read. Give a folder of its own for the output.")


def _refuse_a_second(target: Path, part: Path) -> None:
    """Refuse what another process of this machine is writing; of two that begin at once, both may be refused."""
    others = [int(match[1]) for path, match in _left_beside(target) if match[2] == "part" and path != part]
    busy = [process for process in others if _is_running(process)]
    if busy:
        raise OutputError(
            f"{target}: is being written by another command (process {busy[0]}). Wait until it has ended, or give "
            "another path."
        )


def _make_parents(target: Path) -> list[Path]:
    """Make the folders above `target`; returns those that are new, innermost first."""
    new = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    return new


def _sibling(target: Path, ending: str) -> Path:
    return target.parent / f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.{ending}"


def _tidy(target: Path) -> None:
    """Undo what processes of this machine that are no more left beside `target`: half-written folders and old ones.

    An old folder takes its place again if its process was killed just before the new one took it.
    """
    for path, match in _left_beside(target):
        if _is_running(int(match[1])):
            continue
        if match[2] == "old" and not target.exists():
            path.rename(target)
        else:
            shutil.rmtree(path, ignore_errors=True)


def half_written(folder: Path) -> list[Path]:
    """The folders inside a folder, at any depth, that a process of this machine began and never finished.

    Their process is no more, so nothing will come of them; links are not followed.
    """
    found = []
    for place, inner, _ in os.walk(folder, followlinks=False):
        for name in sorted(inner):
            match = re.fullmatch(r"\..+\.(\d+)-[0-9a-f]{8}\.part", name)
            if match and not (Path(place) / name).is_symlink() and not _is_running(int(match[1])):
                found.append(Path(place) / name)
    return found


def _left_beside(target: Path) -> list[tuple[Path, re.Match[str]]]:
    """The folders beside `target` that a process writes or wrote to take its place, with process and ending."""
    pattern = re.compile(rf"\.{re.escape(target.name)}\.(\d+)-[0-9a-f]{{8}}\.(part|old)")
    siblings = sorted(target.parent.iterdir()) if target.parent.is_dir() else []
    found = [(path, pattern.fullmatch(path.name)) for path in siblings if path.is_dir() and not path.is_symlink()]
    return [(path, match) for path, match in found if match]


def _is_running(process: int) -> bool:
    """Whether a process of that number runs on this machine; another user's does, too."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _take_place(part: Path, target: Path, kind: str) -> None:
    """Move `part` to `target`; the folder that stood there is put back if that fails."""
    if not target.exists():
        part.rename(target)
        return
    refuse_foreign(target, kind)
    old = _sibling(target, "old")
    target.rename(old)
    try:
        part.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
