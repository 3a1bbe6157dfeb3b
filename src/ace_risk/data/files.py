"""Writing whole or not at all: nothing half-written is ever left behind."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ace_risk.data.marker import refuse_foreign, write_marker
from ace_risk.data.unfinished import hidden_sibling, refuse_a_second, tidy
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
        tidy(target)
        refuse_foreign(target, kind)
        made = _make_parents(target)
        part = hidden_sibling(target, "part")
        part.mkdir()
    try:
        refuse_a_second(target, part)
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
            parts[target] = hidden_sibling(target, "part")
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


def _make_parents(target: Path) -> list[Path]:
    """Make the folders above `target`; returns those that are new, innermost first."""
    new = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    return new


def _take_place(part: Path, target: Path, kind: str) -> None:
    """Move `part` to `target`; the folder that stood there is put back if that fails."""
    if not target.exists():
        part.rename(target)
        return
    refuse_foreign(target, kind)
    old = hidden_sibling(target, "old")
    target.rename(old)
    try:
        part.rename(target)
    except BaseException:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
