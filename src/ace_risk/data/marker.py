"""The marker of a folder that was written here: what it holds, so that nothing else is ever replaced.

A folder may be replaced only by another of its kind, and only while every file in it is one that was written here
and is unchanged. A list that a team has filled in, or a file that somebody put beside it, is never lost.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from ace_risk.errors import OutputError

MARKER = ".ace-risk"
"""A file of this name says what a folder holds."""
EXPIRES = ".expires"
"""A file of this name says from when a folder may no longer be used."""
STORES = ("mlflow.db", "mlruns")
"""Files and folders that other programs may change by reading them; their content isn't compared."""


def write_marker(folder: Path, kind: str) -> None:
    """Write down what a folder holds: its kind, and each file with its SHA-256."""
    files = {str(path.relative_to(folder)): _digest(path) for path in sorted(_files(folder))}
    text = json.dumps({"written by": "ace-risk", "kind": kind, "files": files}, indent=1, sort_keys=True)
    part = folder / f"{MARKER}.part"
    try:
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(folder / MARKER)
    finally:
        part.unlink(missing_ok=True)


def lapse(as_of: datetime, kept: timedelta, approved_until: date | None = None) -> datetime:
    """The moment from which an output may no longer be used: after its time, or when the approval of the data ends.

    Parameters
    ----------
    as_of, kept
        The time that the output is about, and how long it holds from then.
    approved_until
        The first day on which the data may no longer be used; None for synthetic data.

    Examples
    --------
    >>> lapse(datetime(2026, 1, 1), timedelta(days=28), date(2026, 1, 15))
    datetime.datetime(2026, 1, 15, 0, 0)
    """
    end = as_of + kept
    return end if approved_until is None else min(end, datetime.combine(approved_until, time()))


def write_expiry(folder: Path, expires_at: datetime) -> None:
    """Write down from when a folder may no longer be used, local time; `expire` deletes it then.

    Call it inside :func:`ace_risk.data.files.output_folder`, so that the marker covers it.
    """
    (folder / EXPIRES).write_text(f"{expires_at:%Y-%m-%dT%H:%M:%S}\n", encoding="utf-8")


def expiring_folders(folder: Path) -> Iterator[tuple[Path, datetime]]:
    """Every marked folder in a folder, or the folder itself, that has an expiry; links are not followed.

    A folder whose expiry can't be read is left out: nothing is deleted on a guess.
    """
    for place, inner, names in os.walk(folder, followlinks=False):
        inner.sort()
        if MARKER in names and EXPIRES in names and not Path(place).is_symlink():
            try:
                text = (Path(place) / EXPIRES).read_text(encoding="utf-8")
                yield Path(place), datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M:%S")
            except (OSError, ValueError):
                continue


def written_at(folder: Path) -> datetime:
    """When a folder's expiry was written, local time, by the clock of then."""
    return datetime.fromtimestamp((folder / EXPIRES).stat().st_mtime)


def outputs_inside(folder: Path) -> set[Path]:
    """The folders inside a folder that were written here and answer for themselves, at any depth."""
    inner = list(_marked_inside(folder))
    return set(inner).union(*map(outputs_inside, inner))


def refresh_marker(folder: Path) -> None:
    """Write a folder's marker again after writing more files into it; a folder without one is left as it is.

    Whole or not at all: without its marker a folder would count as somebody else's.
    """
    if (folder / MARKER).is_file():
        write_marker(folder, str(_read(folder).get("kind", "")))


def refuse_foreign(target: Path, kind: str) -> None:
    """Refuse to replace a folder that holds anything but an unchanged output of the same kind.

    Raises
    ------
    OutputError
        Saying what is in the way, and what to do.
    """
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{target}: a file is in the way. Move it, or give another path.")
    if not any(target.iterdir()):
        return
    if not (target / MARKER).is_file():
        raise OutputError(
            f"{target}: holds files that ace-risk did not write, so it is left alone. "
            "Give an empty or a new folder, or move those files."
        )
    found = str(_read(target).get("kind", ""))
    if found != kind:
        raise OutputError(f"{target}: holds {found or 'something else'}, not {kind or 'that'}. Give another folder.")
    changed = changed_files(target)
    if changed:
        names = ", ".join(changed[:3]) + (" …" if len(changed) > 3 else "")
        raise OutputError(
            f"{target}: {len(changed)} file{'s' * (len(changed) != 1)} changed or added since it was written "
            f"({names}), so it is left alone. Move them, or give another folder."
        )


def changed_files(folder: Path) -> list[str]:
    """Files of a marked folder that were changed or added since; folders inside with a marker answer for themselves."""
    files = _read(folder).get("files", {})
    known: dict[str, str] = files if isinstance(files, dict) else {}
    changed = []
    for path in sorted(_files(folder)):
        name = str(path.relative_to(folder))
        if known.get(name) != _digest(path):
            changed.append(name)
    for inner in sorted(_marked_inside(folder)):
        changed += [str((inner / name).relative_to(folder)) for name in changed_files(inner)]
    return changed


def _read(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _marked_inside(folder: Path) -> Iterator[Path]:
    """The outermost folders inside that have a marker of their own."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if (path / MARKER).is_file():
                yield path
            else:
                yield from _marked_inside(path)


def _files(folder: Path) -> Iterator[Path]:
    """Every file of a folder that no inner marker answers for, without its own marker and without stores."""
    for path in folder.iterdir():
        if path.name == MARKER or path.name in STORES:
            continue
        if path.is_dir() and not path.is_symlink():
            if not (path / MARKER).is_file():
                yield from _files(path)
        else:
            yield path


def _digest(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return "not a file"
    return hashlib.sha256(path.read_bytes()).hexdigest()
