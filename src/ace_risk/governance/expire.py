"""Deleting outputs that name children once their date has passed."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from ace_risk.data.files import writing_to
from ace_risk.data.marker import changed_files, expiring_folders
from ace_risk.errors import RefusedError, StudyError, listing
from ace_risk.report.natural import clock


def expire(folder: Path, even_if_changed: bool = False, now: datetime | None = None) -> list[str]:
    """Delete every list in a folder, or the folder itself if it is one, that may no longer be used.

    Only folders that ace-risk wrote and that say when they expire are deleted. One in which a file was changed or
    added, such as a list with decisions filled in, is left unless it is asked for: the decisions have to be kept
    somewhere first.

    Parameters
    ----------
    now
        Local time; the clock's by default.

    Returns
    -------
    list of str
        What was deleted, a line each.

    Raises
    ------
    StudyError
        If there is no such folder.
    RefusedError
        If a list was left because it was changed; the others are deleted all the same.
    """
    if not folder.is_dir() or folder.is_symlink():
        raise StudyError(f"{folder}: no such folder. Give the folder that holds the lists.")
    now = now or datetime.now()
    lapsed = [(path, when) for path, when in expiring_folders(folder) if when <= now]
    changed = {path: names for path, _ in lapsed if (names := changed_files(path))}
    deleted = []
    for path, when in lapsed:
        if path in changed and not even_if_changed:
            continue
        with writing_to(path):
            shutil.rmtree(path)
        also = f", {len(changed[path])} of its files changed or added" if path in changed else ""
        deleted.append(f"deleted: {path} (expired on {clock(when)}{also})")
    if changed and not even_if_changed:
        left = [f"left: {path} ({', '.join(names[:3])})" for path, names in changed.items()]
        what = f"{folder}: changed or added to since they were written, so not deleted. Keep what is needed, then use "
        raise RefusedError(listing(f"{what}--even-if-changed", [*left, *deleted]))
    return deleted or [f"Nothing in {folder} has expired."]
