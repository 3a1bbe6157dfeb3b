"""Signing a pack off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ace_risk.errors import StudyError
from ace_risk.report.natural import day
from ace_risk.tracking.pack import load_pack
from ace_risk.tracking.sign_off import add_sign_off


def sign_off(path: Path, name: str, role: str, until: str, note: str = "", without_gate: str = "") -> list[str]:
    """Record who answers for using a pack, and until when; the pack is verified first.

    Parameters
    ----------
    without_gate
        Why a pack that the gate didn't let through is to be used all the same; every list says so.

    Raises
    ------
    StudyError
        If `until` isn't a day to come, written as YYYY-MM-DD.
    RefusedError
        If the gate didn't let the pack through, and no reason is given.
    """
    try:
        ends = date.fromisoformat(until)
    except ValueError:
        raise StudyError(f"--until: {until!r} is not a day. Write it as YYYY-MM-DD, e.g. 2027-01-01.") from None
    pack = load_pack(path)
    written = add_sign_off(pack, name, role, ends, note, without_gate=without_gate)
    return [f"Pack {pack.short_id} is signed off by {name}, {role}, until {day(ends)}. Written: {written}"]
