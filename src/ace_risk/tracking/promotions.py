"""Promotions: which packs the gate let through, in a file beside the pack, which stays as it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ace_risk.data.entries import PackId, read_entries, write_entries
from ace_risk.plans import Part

if TYPE_CHECKING:
    from ace_risk.tracking.pack import Pack

PROMOTIONS = "promotions.yaml"
"""Name of the file, in the folder that holds the pack."""


class Promotion(Part):
    """One pack that the gate let through.

    Attributes
    ----------
    pack
        The whole id of the pack.
    promoted_on
        The day.
    """

    pack: PackId
    promoted_on: date


def note_promotion(pack_id: str, beside: Path, today: date | None = None) -> None:
    """Write down, beside a pack, that the gate let it through.

    Parameters
    ----------
    pack_id
        The whole id of the pack.
    beside
        Where the pack lies: a run, or the folder of exported packs.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    path = beside / PROMOTIONS
    promoted = Promotion(pack=pack_id, promoted_on=today or date.today())
    kept = [item for item in read_entries(path, Promotion) if item.pack != pack_id]
    write_entries(path, (*kept, promoted))


def is_promoted(pack: Pack) -> bool:
    """Whether the gate let this very pack through, by what is written beside it.

    Raises
    ------
    StudyError
        If the file can't be read as promotions.
    """
    return any(item.pack == pack.id for item in read_entries(pack.path.absolute().parent / PROMOTIONS, Promotion))
