"""The manifest of a pack: one line per file, so that a changed, missing or added file is seen.

`manifest.sha256` has the layout that `sha256sum --check` reads: the digest, two spaces, the path. The
SHA-256 of the manifest's own bytes is the pack's id.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

from ace_risk.errors import PackError, listing

MANIFEST = "manifest.sha256"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f\x7f]+)")
_PICKLE_ENDINGS = {"pkl", "pickle", "joblib"}
_PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))


def write_manifest(folder: str | Path) -> str:
    """Write the manifest of every file in a folder, and give the id that follows from it.

    Parameters
    ----------
    folder
        The pack's folder, complete but for its manifest.

    Returns
    -------
    str
        The id: 64 hexadecimal digits. The same files give the same id.

    Raises
    ------
    PackError
        Naming every file that may not be in a pack: a symbolic link, a pickle, or no plain file at all.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "model.json").write_text("{}")
    ...     written = write_manifest(folder)
    ...     written == verify_manifest(folder)
    True
    """
    folder = Path(folder)
    digests, refused = _digests(folder)
    if refused:
        raise PackError(listing(f"{folder}: can't become a pack", _lines(refused)))
    content = _content(digests)
    (folder / MANIFEST).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def verify_manifest(folder: str | Path) -> str:
    """Check every file of a pack against its manifest, and give the pack's id.

    Returns
    -------
    str
        The SHA-256 of the manifest's bytes: 64 hexadecimal digits.

    Raises
    ------
    PackError
        Naming at once (paths only) every changed, missing or extra file, symbolic link and pickle, and every
        line of the manifest that is not a digest and a path inside the folder.
    """
    folder = Path(folder)
    try:
        if stat.S_ISLNK((folder / MANIFEST).lstat().st_mode):
            raise PackError(f"{folder}: {MANIFEST} is a symbolic link. Use the pack as it was written.")
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise PackError(
            f"{folder}: {MANIFEST} can't be read ({type(error).__name__}). Give the folder of a pack, "
            "or a run that holds one under pack/."
        ) from None
    listed, problems = _listed(content)
    found, differing = _digests(folder)
    for path in listed.keys() | found.keys():
        if path in found and path not in listed:
            differing[path] = f"is not in {MANIFEST}"
        elif path not in found:
            differing.setdefault(path, "is missing")
        elif found[path] != listed[path]:
            differing[path] = "was changed"
    problems += _lines(differing)
    if problems:
        what = f"{folder}: the pack is not as it was written. Get it again from where it came"
        raise PackError(listing(what, problems))
    return hashlib.sha256(content).hexdigest()


def pack_folder(path: Path) -> Path:
    """The folder of the pack itself, for a pack or a run.

    Raises
    ------
    PackError
        If there is none, or it is a symbolic link.
    """
    inner = path / "pack"
    if not (path / MANIFEST).exists() and not inner.exists():
        raise PackError(f"{path}: holds no pack. Give the folder of a run, as train wrote it, or of a pack.")
    if (path / MANIFEST).exists() or not inner.exists():
        return path
    if inner.is_symlink():
        raise PackError(f"{inner}: is a symbolic link. Give the folder that it leads to.")
    return inner


def _content(digests: dict[str, str]) -> bytes:
    """The bytes of a manifest, sorted by path."""
    return "".join(f"{digests[path]}  {path}\n" for path in sorted(digests)).encode("utf-8")


def _listed(content: bytes) -> tuple[dict[str, str], list[str]]:
    """Paths and digests that a manifest lists, and what is wrong with its lines."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return {}, [f"{MANIFEST}: is not UTF-8 text"]
    digests: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.split("\n")[:-1], start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            problems.append(f"{MANIFEST}: line {number} is not a digest, two spaces and a path")
        elif _leaves_folder(match[2]):
            problems.append(f"{MANIFEST}: line {number} names a path outside the folder")
        else:
            digests[match[2]] = match[1]
    if not problems and _content(digests) != content:
        problems.append(f"{MANIFEST}: lines must be sorted, each path once, with an end to every line")
    return digests, problems


def _leaves_folder(path: str) -> bool:
    """True for a path that is absolute, climbs, or is written in more than one way."""
    return "\\" in path or ":" in path or any(part in ("", ".", "..") for part in path.split("/"))


def _digests(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The digest of every plain file but the manifest, and why each other one may not be in a pack."""
    digests: dict[str, str] = {}
    refused: dict[str, str] = {}
    for path in _walk(folder):
        name = path.relative_to(folder).as_posix()
        if name != MANIFEST:
            problem, digest = _read(path, name)
            if problem:
                refused[name] = problem
            else:
                digests[name] = digest
    return digests, refused


def _lines(problems: dict[str, str]) -> list[str]:
    """One line per path, sorted; a path's unprintable characters are shown as escapes."""
    return [f"{_printable(path)}: {problems[path]}" for path in sorted(problems)]


def _printable(path: str) -> str:
    return path if path.isprintable() else path.encode("unicode_escape").decode("ascii")


def _walk(folder: Path) -> list[Path]:
    """Everything in a folder that is not itself a folder, without following links; sorted."""
    paths = []
    for place, folders, files in os.walk(folder, followlinks=False):
        links = [name for name in folders if (Path(place) / name).is_symlink()]
        paths += [Path(place) / name for name in [*files, *links]]
    return sorted(paths)


def _read(path: Path, name: str) -> tuple[str, str]:
    """Why a file may not be in a pack ("" if it may), and its digest."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return "is a symbolic link; a pack holds plain files only", ""
    if not stat.S_ISREG(mode):
        return "is not a plain file", ""
    if _PICKLE_ENDINGS & set(path.name.lower().split(".")[1:]):
        return "looks like a pickle, which can run code; a pack holds none", ""
    if not name.isprintable() or _leaves_folder(name):
        return "has a name that a manifest can't hold", ""
    try:
        with path.open("rb") as file:
            if file.read(2) in _PICKLE_STARTS:
                return "looks like a pickle, which can run code; a pack holds none", ""
            file.seek(0)
            return "", hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"can't be read ({type(error).__name__})", ""
