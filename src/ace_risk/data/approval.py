"""What may be done with a folder of tables: synthetic ones freely, any other only with an approval.

An approval is a file `approval.yaml` beside the tables, written by the controller of the data. It is a
record of a decision, not a lock: it makes the decision visible and lets it end. Who may use the data is the same:
no program can know who sits before it, and the name of a computer's account is no proof (accounts are shared, renamed
and borrowed). So whoever runs a command says who they are, only those whom the approval names are let through, and
what was said stands on every list. What keeps others out is who may open the folder, which the computer's owner sets.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pydantic import ValidationError

from ace_risk.data.approval_file import APPROVAL_FILE, Approval, in_words, needed_fields
from ace_risk.data.load import load_tables
from ace_risk.data.package import GENERATOR, fingerprints_match, package_section, read_package
from ace_risk.data.plain_yaml import read_plain_yaml
from ace_risk.data.synthetic import stated_world, why_not_synthetic
from ace_risk.data.tables import Tables
from ace_risk.errors import DataError, RefusedError, StudyError, listing
from ace_risk.kinds import Kinds, validation_problems

SYNTHETIC_STATEMENT = "Synthetic data. No real child is described here."
PERSON = "ACE_RISK_PERSON"
"""The environment variable in which whoever runs a command on real data says who they are."""


@dataclass(frozen=True)
class Permission:
    """What the data may be used for.

    Attributes
    ----------
    statement
        What stands on every output that is made from the data.
    names_parental_conditions
        True if pages may name a parent's health, drug or alcohol use, or prison.
    expires_on
        First day on which the data may no longer be used; None for synthetic data.
    people
        Who may use what names children, and who said they did; it stands on such outputs, after the statement.
    """

    synthetic: bool
    statement: str
    names_parental_conditions: bool
    expires_on: date | None = None
    people: str = ""

    def without_people(self) -> Permission:
        """The same for what names no child and may be published, such as a pack and its card: nobody is named."""
        return replace(self, statement=self.statement.removesuffix(self.people).rstrip(), people="")


def load_approved(
    folder: str | Path,
    kinds: Kinds,
    *,
    outcome: str | None = None,
    kept_days: int | None = None,
    mapping: str | Path | None = None,
    quarantine: bool = False,
) -> tuple[Tables, Permission]:
    """Load the six tables in a folder if they may be used; real ones aren't even opened without an approval.

    Parameters
    ----------
    kinds, mapping, quarantine
        As in :func:`ace_risk.data.load.load_tables`.
    outcome, kept_days
        As in :func:`check_approval`.

    Returns
    -------
    tuple
        The tables, whose `synthetic` is now proven and no longer a claim, and what they may be used for.

    Raises
    ------
    RefusedError
        If they may not be used, naming everything that is missing at once.
    DataError
        If they break the data contract.
    """
    if Path(folder).is_dir() and not _claims_to_be_synthetic(Path(folder)):
        _approved(Path(folder), "", outcome, kept_days, date.today())
    tables = load_tables(folder, kinds=kinds, mapping=mapping, quarantine=quarantine)
    permission = check_approval(folder, tables, outcome=outcome, kept_days=kept_days)
    return replace(tables, synthetic=permission.synthetic), permission


def check_approval(
    folder: str | Path | None,
    tables: Tables,
    *,
    outcome: str | None = None,
    kept_days: int | None = None,
    today: date | None = None,
) -> Permission:
    """Whether the tables in a folder may be used.

    Tables count as synthetic only if making their world again gives the same rows; see
    :mod:`ace_risk.data.synthetic`. Tables that were never in a folder (None) are believed, because only
    :func:`ace_risk.simulate` makes such.

    Parameters
    ----------
    outcome
        Name of the outcome that is to be learned, if any; an approval must list it.
    kept_days
        Days for which files that name children are to be kept, if any; an approval may allow fewer.
    today
        The day on which the approval must hold; today by default.

    Raises
    ------
    RefusedError
        If the tables are not synthetic and `approval.yaml` is absent, incomplete, not yet or no longer in
        force, or doesn't permit the outcome, the days or the person; it names everything that is missing at once.
    """
    today = today or date.today()
    if folder is None:
        if not tables.synthetic:
            raise RefusedError(
                "The tables were not loaded from a folder, so no approval of them can be read. Use load_tables(folder)."
            )
        return Permission(True, SYNTHETIC_STATEMENT, names_parental_conditions=True)
    doubt = why_not_synthetic(folder, tables) if tables.synthetic else ""
    if tables.synthetic and not doubt:
        return Permission(True, SYNTHETIC_STATEMENT, names_parental_conditions=True)
    reason = f"the tables claim to be synthetic, but {doubt}." if doubt else ""
    approval, person = _approved(Path(folder), reason, outcome, kept_days, today)
    if today < (tables.data_end - timedelta(days=1)).date():
        raise RefusedError(
            f"{folder}: the records go up to {in_words(tables.data_end.date())}, but by this computer's clock it is "
            f"{in_words(today)}, so nobody can say whether the approval holds. Set the clock right."
        )
    return _permission(approval, person)


def _permission(approval: Approval, person: str) -> Permission:
    people = f"For use by {_joined(approval.people_allowed)} only; made by {person}, by their own word."
    days = approval.retention_days
    statement = (
        f"Approved by {approval.controller} under {approval.regime} (lawful basis: {approval.lawful_basis}; "
        f"assessment: {approval.dpia_reference}) for: {approval.purpose.rstrip('.')}. The approval ends on "
        f"{in_words(approval.expires_on)}; what names children is kept for {days} day{'s' * (days != 1)} at most. "
        f"{people}"
    )
    return Permission(False, statement, approval.names_parental_conditions, approval.expires_on, people)


def _approved(
    folder: Path, reason: str, outcome: str | None, kept_days: int | None, today: date
) -> tuple[Approval, str]:
    """The approval in a folder, if it permits what is to be done, and who said they do it."""
    path = folder / APPROVAL_FILE
    if not path.is_file():
        raise RefusedError(_no_approval(path, reason or _not_known_to_be_synthetic(folder)))
    person = os.environ.get(PERSON, "").strip()
    asked = {"today": today, "outcome": outcome, "kept_days": kept_days, "person": person, "variable": PERSON}
    try:
        return Approval.model_validate(read_plain_yaml(path), context=asked), person
    except StudyError as error:
        raise RefusedError(str(error)) from None
    except ValidationError as error:
        needed = needed_fields()
        lines = [
            f"{key}: is missing. Add it: {needed[key]}."
            if line.endswith("is missing. Add it.") and (key := line.split(":")[0]) in needed
            else line
            for line in validation_problems(error)
        ]
        raise RefusedError(listing(str(path), lines)) from None


def _no_approval(path: Path, reason: str) -> str:
    """Why an approval is needed, what it must hold, and how it is written."""
    needed = "\n".join(f"  {name}: {meaning}" for name, meaning in needed_fields().items())
    return (
        f"{path.parent}: {reason} Ask the controller of the data for a text file {APPROVAL_FILE} in this folder, "
        f"with a line for each of these, written as `name: value` (docs/your-own-data.md has an example):\n{needed}"
    )


def _not_known_to_be_synthetic(folder: Path) -> str:
    if _made_here(folder):
        return (
            "the tables were changed after they were made (their fingerprints differ from datapackage.json), "
            "so they no longer count as synthetic and need an approval. Make them again, or:"
        )
    return "the tables are not known to be synthetic, so using them needs an approval."


def _claims_to_be_synthetic(folder: Path) -> bool:
    """Whether the tables have to be opened to know whether they are real: a whole claim, which the files fit."""
    try:
        package = read_package(folder) or {}
        return _made_here(folder) and stated_world(package) is not None and fingerprints_match(folder, package)
    except DataError:
        return False


def _made_here(folder: Path) -> bool:
    return package_section(read_package(folder)).get("generator") == GENERATOR


def _joined(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
