"""Proofs that tables are synthetic, kept so that a world isn't made again for every command.

A proof is a file named after what it says: that these rows, with this end of the data, are what this world gives when
this very program makes it. It is looked for by what stands before the program now (the rows in memory, the stated
world, the program's own files), so a proof says nothing about other rows, another world or another release, wherever
it is copied to. It is believed only in a folder and a file that belong to the user and that nobody else may read or
write. Whoever can write there can change the program, or write an approval, as well: ADR 8.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import stat
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from ace_risk import kinds
from ace_risk.data.files import write_file
from ace_risk.data.package import arrow_table
from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables
from ace_risk.errors import OutputError
from ace_risk.plans import World

FORMAT = "ace-risk/synthetic-proof/1"
LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy")
"""What a world is made with, besides the program itself and Python."""
LONGEST = 100_000
"""Bytes of a proof; anything longer isn't one."""


def statement(tables: Tables, world: World) -> str:
    """What a proof says of tables and the world that they were made from; other rows or another program say otherwise.

    Parameters
    ----------
    tables
        The six tables as they are in memory.
    world
        The settings that they are said to come from.
    """
    said = {
        "format": FORMAT,
        "says": "this program made this world, and it had these rows",
        "world": world.model_dump(mode="json"),
        "rows": rows_digest(tables),
        "data_end": tables.data_end.isoformat(),
        "program": program_digest(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": f"{platform.python_version()} {platform.machine()}",
    }
    return json.dumps(said, indent=1, sort_keys=True) + "\n"


def is_kept(said: str) -> bool:
    """Whether a proof that says this is kept where only this user can have put it."""
    folder = proofs_folder()
    if folder is None or not _is_ours(folder):
        return False
    try:
        handle = os.open(folder / _name(said), os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    with os.fdopen(handle, "rb") as file:
        found = os.fstat(handle)
        return stat.S_ISREG(found.st_mode) and _is_private(found) and file.read(LONGEST) == said.encode()


def keep(said: str) -> None:
    """Keep a proof; where no private folder can be had, nothing is kept, and the next command makes the world again."""
    folder = proofs_folder()
    try:
        if folder is None:
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_ours(folder):
            write_file(folder / _name(said), said, private=True)
    except (OSError, OutputError):
        return


def proofs_folder() -> Path | None:
    """The user's own cache folder for proofs; None where there is no home, or no owner and mode of a file."""
    if os.name != "posix":
        return None
    try:
        caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return caches / "ace-risk-proofs" if caches.is_absolute() else None


def rows_digest(tables: Tables) -> str:
    """The SHA-256 of all rows of the six tables, in their order, with the names and types of their columns."""
    digest = hashlib.sha256()
    for name, table in SCHEMA.items():
        data = arrow_table(getattr(tables, name), table)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, data.schema) as stream:
            stream.write_table(data)
        digest.update(name.encode() + hashlib.sha256(sink.getvalue()).digest())
    return digest.hexdigest()


@cache
def program_digest() -> str:
    """The SHA-256 of every file of this program and of its kinds of record, by name and content."""
    return digest_of(program_files())


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """One SHA-256 of files, by name and content.

    Examples
    --------
    >>> digest_of([("a", b"12")]) == digest_of([("a1", b"2")])
    False
    """
    digest = hashlib.sha256()
    for name, content in files:
        digest.update(hashlib.sha256(name.encode()).digest() + hashlib.sha256(content).digest())
    return digest.hexdigest()


def program_files() -> Iterator[tuple[str, bytes]]:
    """Every file of the package, and what a world is made with beside it: name and content."""
    package = Path(kinds.__file__).resolve().parent
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(package).as_posix(), path.read_bytes()
    for name in ("kinds.yaml", "codes.yaml"):
        yield f"configs/{name}", (kinds.configs_folder() / name).read_bytes()


def _name(said: str) -> str:
    return f"{hashlib.sha256(said.encode()).hexdigest()}.json"


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder, not a link to one, that belongs to this user and that nobody else may enter."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and _is_private(found)


def _is_private(found: os.stat_result) -> bool:
    return found.st_uid == os.geteuid() and not found.st_mode & 0o077
