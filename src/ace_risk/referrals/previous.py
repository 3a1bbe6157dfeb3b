"""The list before this one: who was on it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ace_risk.errors import StudyError


def read_previous(path: Path) -> pd.DataFrame:
    """The rows of an earlier `referrals.csv`, as text.

    Raises
    ------
    StudyError
        If the file can't be read, or isn't a referral list.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError):
        frame = pd.DataFrame()
    if "child_id" not in frame.columns or "rank" not in frame.columns:
        raise StudyError(f"--previous: {path} is not a referral list. Give the referrals.csv of an earlier list.")
    return frame
