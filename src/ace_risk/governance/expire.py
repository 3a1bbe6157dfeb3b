"""Deleting outputs that name children once their date has passed."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from ace_risk.data.files import writing_to
from ace_risk.data.marker import changed_files, expiring_folders, outputs_inside, written_at
from ace_risk.data.unfinished import half_written, is_being_written
from ace_risk.errors import RefusedError, StudyError, listing
from ace_risk.report.natural import clock


def expire(folder: Path, even_if_changed: bool = False, now: datetime | None = None) -> list[str]:
    """Delete every list in a folder, or the folder itself if it is one, that may no longer be used.

    Only folders that ace-risk wrote and that say when they expire are deleted, and those that a command which was
    stopped left half-written. One in which a file was changed or added, such as a list with decisions filled in, is
    left unless it is asked for: the decisions have to be kept somewhere first. One that holds an output which hasn't
    expired is always left. Links are never followed: what they lead to stays. Dates are judged by the clock, which
    nobody but the computer's owner can vouch for: one set forward deletes too early, one set back is told by what was
    written after it.

    Parameters
    ----------
    now
        Local time; the clock's by default.

    Returns
    -------
    list of str
        What was deleted, a line each, and whether the clock can be right.

    Raises
    ------
    StudyError
        If there is no such folder.
    RefusedError
        If a list was left because it was changed or holds another; the others are deleted all the same.
    """
    if not folder.is_dir() or folder.is_symlink():
        raise StudyError(f"{folder}: no such folder. Give the folder that holds the lists.")
    now = now or datetime.now()
    found = [(path, when) for path, when in expiring_folders(folder) if not is_being_written(path, folder)]
    lapsed = {path: when for path, when in found if when <= now}
    changed = {path: names for path in lapsed if (names := changed_files(path))}
    kept = {path: names for path in lapsed if (names := [str(inner) for inner in outputs_inside(path) - lapsed.keys()])}
    left = kept | ({} if even_if_changed else {path: names for path, names in changed.items() if path not in kept})
    unfinished = half_written(folder)
    later = [path for path, _ in found if written_at(path) > now + timedelta(days=1)]
    deleted = []
    for path, when in reversed(lapsed.items()):  # what lies deeper goes first
        if path in left:
            continue
        with writing_to(path):
            shutil.rmtree(path)
        also = f", {len(changed[path])} of its files changed or added" if path in changed else ""
        deleted.append(f"deleted: {path} (expired on {clock(when)}{also})")
    for path in unfinished:
        shutil.rmtree(path, ignore_errors=True)
        deleted.append(f"deleted: {path} (left half-written by a command that was stopped)")
    if left:
        told = [f"left: {path} ({', '.join(sorted(names)[:3])})" for path, names in left.items()]
        what = (
            f"{folder}: changed or added to since they were written, or holding what hasn't expired, so not deleted. "
            "Keep what is needed elsewhere; for changed files, then use --even-if-changed"
        )
        raise RefusedError(listing(what, [*told, *deleted]))
    doubt = [f"By the clock it is {clock(now)}, and {path} was written later: set the clock right." for path in later]
    return [*(deleted or [f"Nothing in {folder} has expired."]), *doubt]
