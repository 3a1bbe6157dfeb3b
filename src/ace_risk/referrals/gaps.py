"""What is not known about a child: gaps that a worker should keep in mind."""

from __future__ import annotations

import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.explanation.evidence import Records, instant
from ace_risk.explanation.sentences import day

SOURCES_ASKED = {"school": ("school", 5), "health": ("health services", 0)}
"""Sources whose silence is told: how they are named, and from which age on."""
NEWCOMER_DAYS = 730


def find_gaps(tables: Tables, records: Records, child_id: object, age_years: int, cutoff: pd.Timestamp) -> list[str]:
    """Sentences about what the records of one child don't say, as known at a cutoff.

    Parameters
    ----------
    tables
        The six tables.
    records
        The child's records.
    child_id, age_years
        The child, and their age.
    cutoff
        The instant at which things are known.
    """
    known = records.known(instant(cutoff))
    gaps = []
    heard = set(records.source[known])
    asked = [(source, words) for source, (words, from_years) in SOURCES_ASKED.items() if age_years >= from_years]
    silent = [words for source, words in asked if source not in heard]
    if silent:
        gaps.append(f"Nothing from {' or '.join(silent)} is on record.")
    gaps += _interviews(tables.missing_episodes, child_id, cutoff)
    gaps += _newcomer(tables, child_id, cutoff)
    return gaps


def _interviews(episodes: pd.DataFrame, child_id: object, cutoff: pd.Timestamp) -> list[str]:
    """Missing episodes without a return interview."""
    own = episodes[(episodes["child_id"] == child_id) & (episodes["recorded_at"] < cutoff)]
    without = int((~(own["return_interview_at"] < cutoff)).sum())
    if not without:
        return []
    return [f"No return interview is on record for {without} of {len(own)} missing episode{'s' * (len(own) != 1)}."]


def _newcomer(tables: Tables, child_id: object, cutoff: pd.Timestamp) -> list[str]:
    """A child who came to the area lately, when born elsewhere: earlier records may lie with others."""
    spells = tables.residence[tables.residence["child_id"] == child_id]
    spells = spells[(spells["start_date"] < cutoff) & (spells["recorded_at"] < cutoff)]
    born = tables.children.loc[tables.children["child_id"] == child_id, "birth_date"]
    if spells.empty or born.empty:
        return []
    arrived, birth = spells["start_date"].min(), born.iloc[0]
    lately = arrived > cutoff - pd.Timedelta(days=NEWCOMER_DAYS) and arrived > birth + pd.Timedelta(days=60)
    return [f"Came to the area on {day(arrived)}: earlier records may lie elsewhere."] if lately else []
