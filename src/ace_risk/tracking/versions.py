"""Which versions a model was made with: of Python, of the libraries, and of this code."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGE = "ace-risk"


def library_versions() -> dict[str, str]:
    """Versions of Python, of ace-risk and of each library that it needs, without importing any of them.

    Returns
    -------
    dict
        Name to version; a library that is not installed is left out.

    Examples
    --------
    >>> sorted({"python", "pandas", "scikit-learn"} & set(library_versions()))
    ['pandas', 'python', 'scikit-learn']
    """
    versions = {"python": platform.python_version()}
    for name in (PACKAGE, *_needed()):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _needed() -> list[str]:
    """Names of the libraries that the installed package asks for, sorted."""
    try:
        requirements = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return []
    return sorted({match[0] for line in requirements if (match := re.match(r"[A-Za-z0-9._-]+", line))})


def git_commit() -> str:
    """The commit that the checkout stands at from which the package runs; "" if it runs from no checkout.

    Files changed since that commit don't show in it.

    Examples
    --------
    >>> len(git_commit()) in (0, 40)
    True
    """
    return checkout_commit(Path(__file__).resolve().parents[3])


def checkout_commit(root: Path) -> str:
    """The commit that a checkout stands at; "" if the folder is not the top of one, or git can't say.

    An installed package may lie inside somebody else's checkout, so folders above `root` are not asked.
    """
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return ""
    command = [git, "-C", str(root), "rev-parse", "--verify", "HEAD"]
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        answer = subprocess.run(  # noqa: S603  (a fixed command on our own folder)
            command, capture_output=True, text=True, timeout=10, check=True, env=surroundings
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    commit = answer.stdout.strip()
    return commit if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit) else ""
