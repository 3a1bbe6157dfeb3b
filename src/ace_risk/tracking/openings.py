"""The log of test openings: how often a test period was looked at before, so that nobody chooses by it unseen.

One line per training, in a file beside the runs, never rewritten. It holds what was opened and which pack came of
it, nothing about a child and no name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ace_risk.data.files import writing_to
from ace_risk.errors import OutputError
from ace_risk.report.clock import now

LOG = "test-openings.jsonl"
"""Name of the log, in the folder that holds the runs."""


def openings_record(folder: Path, opened: Mapping[str, str]) -> dict[str, Any]:
    """How often this test period of these data has been opened, this time included.

    Parameters
    ----------
    folder
        The folder that holds the runs.
    opened
        What is opened: digest of the data, outcome, and dates of the test period.

    Returns
    -------
    dict
        `count`, and a `note` on what it means.

    Raises
    ------
    OutputError
        If the log holds something that isn't a line of ours.
    """
    log = folder / LOG
    try:
        text = log.read_text(encoding="utf-8") if log.is_file() else ""
        lines = [json.loads(line) for line in text.splitlines() if line.strip()]
        count = 1 + sum(all(line[key] == value for key, value in opened.items()) for line in lines)
    except (ValueError, KeyError, TypeError, OSError):
        raise OutputError(f"{log}: can't be read as a log of test openings. Put the file back as it was.") from None
    return {"count": count, "note": openings_note(count)}


def log_opening(folder: Path, opened: Mapping[str, str], pack_id: str) -> None:
    """Add a line: what was opened, when, and which pack was judged on it.

    Raises
    ------
    OutputError
        If the log can't be written.
    """
    line = json.dumps({**opened, "pack": pack_id, "at": f"{now():%Y-%m-%dT%H:%M:%S}"}, sort_keys=True)
    with writing_to(folder / LOG), (folder / LOG).open("a", encoding="utf-8") as log:
        log.write(line + "\n")


def openings_note(count: int) -> str:
    """What the number of openings means, in a sentence.

    Examples
    --------
    >>> openings_note(1)
    'This is the first time that this test period was opened by a training into this folder.'
    """
    if count == 1:
        return "This is the first time that this test period was opened by a training into this folder."
    return (
        f"This test period was opened {count:,} times by trainings into this folder. Each look makes its figures a "
        "little too kind, if anything was changed because of an earlier one."
    )
