"""What a command writes before it takes its place, and what one that was killed left of it.

Such a folder or file lies hidden beside its target and names its machine and process, so that another command knows
whether somebody is still writing it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import time
from pathlib import Path

from ace_risk.errors import OutputError

_NAME = r"\.{target}\.(?P<machine>[0-9a-f]{{8}})-(?P<process>\d+)-[0-9a-f]{{8}}\.(?P<ending>part|old)"
_FORGOTTEN_SECONDS = 2 * 24 * 3600


def hidden_sibling(target: Path, ending: str) -> Path:
    """A new hidden path beside a target, for this process: `part` for what is begun, `old` for what it replaces."""
    return target.parent / f".{target.name}.{_machine()}-{os.getpid()}-{secrets.token_hex(4)}.{ending}"


def refuse_a_second(target: Path, part: Path) -> None:
    """Refuse what another process is writing; of two that begin at once, both may be refused.

    Raises
    ------
    OutputError
        If somebody else writes `target`.
    """
    for path, match in _beside(target):
        if match["ending"] == "part" and path != part and not _is_left(path, match):
            where = "" if match["machine"] == _machine() else " of another machine"
            raise OutputError(
                f"{target}: is being written by another command (process {match['process']}{where}). Wait until it "
                "has ended, or give another path."
            )


def tidy(target: Path) -> None:
    """Undo what processes that are no more left beside `target`: half-written folders and old ones.

    An old folder takes its place again if its process was killed just before the new one took it.
    """
    for path, match in _beside(target):
        if not _is_left(path, match):
            continue
        if match["ending"] == "old" and not target.exists():
            path.rename(target)
        else:
            shutil.rmtree(path, ignore_errors=True)


def half_written(folder: Path) -> list[Path]:
    """The folders inside a folder, at any depth, that a process began and never finished.

    Their process is no more, so nothing will come of them; links are not followed. Whether a process of another
    machine still runs can't be asked: what it began counts as left once nothing in it has changed for two days.
    """
    found = []
    for place, inner, _ in os.walk(folder, followlinks=False):
        for name in sorted(inner):
            path, match = Path(place) / name, _begun(name)
            if match and not path.is_symlink() and _is_left(path, match):
                found.append(path)
    return found


def is_being_written(path: Path, folder: Path) -> bool:
    """Whether a path inside a folder lies in what a command began and hasn't finished; see :func:`half_written`."""
    return any(_begun(name) for name in path.relative_to(folder).parts)


def _begun(name: str) -> re.Match[str] | None:
    """Whether a name is that of something begun, for whichever target."""
    match = re.fullmatch(_NAME.format(target=".+"), name)
    return match if match and match["ending"] == "part" else None


def _beside(target: Path) -> list[tuple[Path, re.Match[str]]]:
    """The folders beside `target` that a process writes or wrote to take its place."""
    pattern = re.compile(_NAME.format(target=re.escape(target.name)))
    siblings = sorted(target.parent.iterdir()) if target.parent.is_dir() else []
    found = [(path, pattern.fullmatch(path.name)) for path in siblings if path.is_dir() and not path.is_symlink()]
    return [(path, match) for path, match in found if match]


def _is_left(path: Path, match: re.Match[str]) -> bool:
    """Whether nobody writes a folder any more; on another machine, whether nothing changed in it for two days."""
    if match["machine"] == _machine():
        return not _is_running(int(match["process"]))
    changed = (_changed(Path(place) / name) for place, _, names in os.walk(path) for name in (".", *names))
    return time.time() - max(changed, default=0.0) > _FORGOTTEN_SECONDS


def _changed(path: Path) -> float:
    """When a file was changed last; now, if it has gone this moment."""
    try:
        return os.lstat(path).st_mtime
    except FileNotFoundError:
        return time.time()


def _is_running(process: int) -> bool:
    """Whether a process of that number runs on this machine; another user's does, too."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _machine() -> str:
    """A short digest of this machine's name; a container counts as a machine of its own."""
    return hashlib.blake2s(platform.node().encode(), digest_size=4).hexdigest()
