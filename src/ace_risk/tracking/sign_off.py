"""Sign-offs: who answers for using a pack, and until when, in a file beside the pack, which stays as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ace_risk.data.approval import Permission, check_approval
from ace_risk.data.entries import PackId, Words, read_entries, write_entries
from ace_risk.errors import RefusedError, StudyError
from ace_risk.plans import Part
from ace_risk.report.natural import day
from ace_risk.tracking.promotions import is_promoted

if TYPE_CHECKING:
    from ace_risk.data.tables import Tables
    from ace_risk.tracking.pack import Pack

SIGN_OFFS = "sign-off.yaml"
"""Name of the file, in the folder that holds the pack."""


class SignOff(Part):
    """One sign-off.

    Attributes
    ----------
    pack
        The whole id of the pack that it is for.
    name, role
        Who signs, and as what.
    signed_on, until
        First day on which it holds, and first day on which it no longer does.
    note
        Anything that must be known with it.
    without_gate
        Why it is used although the gate didn't let it through; empty if it did.
    """

    pack: PackId
    name: Words
    role: Words
    signed_on: date
    until: date
    note: str = ""
    without_gate: str = ""


def sign_offs_file(pack: Pack) -> Path:
    """Where the sign-offs of a pack lie: beside it."""
    return pack.path.absolute().parent / SIGN_OFFS


def read_sign_offs(path: Path) -> tuple[SignOff, ...]:
    """The sign-offs in a file; see :func:`ace_risk.data.entries.read_entries`."""
    return read_entries(path, SignOff)


def add_sign_off(
    pack: Pack,
    name: str,
    role: str,
    until: date,
    note: str = "",
    today: date | None = None,
    without_gate: str = "",
) -> Path:
    """Write a sign-off beside a pack, after those that are there.

    Parameters
    ----------
    without_gate
        Why a pack that the gate didn't let through is used all the same.

    Raises
    ------
    RefusedError
        If the gate didn't let the pack through, and no reason is given.
    StudyError
        If the name or the role is empty, or `until` isn't after today.
    OutputError
        If the file can't be written.
    """
    today = today or date.today()
    path = sign_offs_file(pack)
    problems = [f"--{key}: must not be empty." for key, text in (("name", name), ("role", role)) if not text.strip()]
    if until <= today:
        problems.append(f"--until: {day(until)} is not after today. Give the first day on which it no longer holds.")
    if problems:
        raise StudyError.from_problems("sign-off", problems)
    if is_promoted(pack):
        without_gate = ""
    elif not without_gate.strip():
        raise RefusedError(
            f"{pack.path}: not signed off. The gate has not let this pack through: run ace-risk promote first, and "
            "sign the pack that it exports. Whoever uses it all the same says why (--without-gate), and every list "
            "repeats it."
        )
    signed = SignOff(
        pack=pack.id, name=name, role=role, signed_on=today, until=until, note=note, without_gate=without_gate
    )
    write_entries(path, (*read_sign_offs(path), signed))
    return path


def permit_list(pack: Pack, tables: Tables, today: date | None = None) -> Permission:
    """Whether children may be listed from these tables with this pack: the one rule for commands and for Python.

    Tables that are proven to be synthetic may be; real ones need an approval that holds, that permits the outcome and
    the days for which lists are kept, and a sign-off of this very pack.

    Returns
    -------
    Permission
        Its statement, which stands on every list, ends with who signed the pack off.

    Raises
    ------
    RefusedError
        If the approval or the sign-off is missing, has ended, or permits something else.
    """
    study = pack.study
    permission = check_approval(
        tables.folder, tables, outcome=study.outcome.name, kept_days=study.referrals.expires_days, today=today
    )
    return signed_permission(pack, permission, today)


def signed_permission(pack: Pack, permission: Permission, today: date | None = None) -> Permission:
    """What data that may be used may be used for with this pack: its statement ends with who signed the pack off.

    Raises
    ------
    RefusedError
        If the data aren't synthetic and no sign-off of the pack holds.
    """
    signed = sign_off_statement(pack, permission.synthetic, today)
    return replace(permission, statement=f"{permission.statement} {signed}")


def sign_off_statement(pack: Pack, synthetic: bool, today: date | None = None) -> str:
    """Who signed a pack off and until when, in a sentence for every list that is made with it.

    Parameters
    ----------
    synthetic
        True if the data are proven to be synthetic: then a pack may be used without a sign-off, and the sentence says
        that there is none.

    Raises
    ------
    RefusedError
        If the data are not synthetic and no sign-off of this very pack holds today.
    """
    today = today or date.today()
    ours = [item for item in read_sign_offs(sign_offs_file(pack)) if item.pack == pack.id]
    holding = [item for item in ours if item.signed_on <= today < item.until]
    if holding:
        last = max(holding, key=lambda item: (item.until, item.signed_on, item.name))
        note = f" {last.note}" if last.note else ""
        if last.without_gate:
            note += f" The gate has not let this model through; it is used because: {last.without_gate}"
        return f"Signed off by {last.name}, {last.role}, until {day(last.until)}.{note}"
    if synthetic:
        return "Nobody has signed this model off; it may be shown on synthetic data only."
    ended = f"; the last one ended on {day(max(item.until for item in ours))}" if ours else ""
    raise RefusedError(
        f"{pack.path}: nobody has signed this pack off for use{ended}: no sign-off of it lies beside it. If the pack "
        "that ace-risk promote exported is signed, give that one. Else whoever answers for it runs: "
        'ace-risk sign-off PACK --name "…" --role "…" --until YYYY-MM-DD'
    )
