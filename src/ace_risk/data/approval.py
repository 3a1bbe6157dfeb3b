"""What may be done with a folder of tables: synthetic ones freely, any other only with an approval.

An approval is a file `approval.yaml` beside the tables, written by the controller of the data. It is a
record of a decision, not a lock: it makes the decision visible and lets it end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ace_risk.data.package import GENERATOR, package_section, read_package
from ace_risk.data.synthetic import why_not_synthetic
from ace_risk.data.tables import Tables
from ace_risk.errors import RefusedError, StudyError, listing
from ace_risk.kinds import read_yaml, validation_problems

APPROVAL_FILE = "approval.yaml"
SYNTHETIC_STATEMENT = "Synthetic data. No real child is described here."

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Approval(BaseModel):
    """The content of `approval.yaml`; unknown keys are refused.

    Attributes
    ----------
    controller
        Who answers for the data.
    lawful_basis, purpose, dpia_reference
        Why the data may be used, what for, and where the data protection impact assessment is.
    permitted_outcomes
        Names of the outcomes (`outcome.name` of a study) that may be learned.
    names_parental_conditions
        True if pages may name a parent's health, drug or alcohol use, or prison.
    starts_on, expires_on
        First day on which the approval holds, and first day on which it no longer does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    controller: Text
    lawful_basis: Text
    purpose: Text
    dpia_reference: Text
    permitted_outcomes: Annotated[list[Text], Field(min_length=1)]
    names_parental_conditions: bool = False
    starts_on: date
    expires_on: date

    @model_validator(mode="after")
    def _in_order(self) -> Approval:
        if self.expires_on <= self.starts_on:
            raise ValueError("expires_on must lie after starts_on")
        return self


@dataclass(frozen=True)
class Permission:
    """What the data may be used for.

    Attributes
    ----------
    statement
        One line for every output that is made from the data.
    names_parental_conditions
        True if pages may name a parent's health, drug or alcohol use, or prison.
    expires_on
        First day on which the data may no longer be used; None for synthetic data.
    """

    synthetic: bool
    statement: str
    names_parental_conditions: bool
    expires_on: date | None = None


def check_approval(
    folder: str | Path, tables: Tables, *, outcome: str | None = None, today: date | None = None
) -> Permission:
    """Whether the tables in a folder may be used.

    Tables count as synthetic only if making their world again gives the same rows; see
    :mod:`ace_risk.data.synthetic`.

    Parameters
    ----------
    outcome
        Name of the outcome that is to be learned, if any; an approval must list it.
    today
        The day on which the approval must hold; today by default.

    Raises
    ------
    RefusedError
        If the tables are not synthetic and `approval.yaml` is absent, incomplete, not yet or no longer in
        force, or doesn't permit the outcome; it names everything that is missing at once.
    """
    doubt = why_not_synthetic(folder, tables) if tables.synthetic else ""
    if tables.synthetic and not doubt:
        return Permission(True, SYNTHETIC_STATEMENT, names_parental_conditions=True)
    path = Path(folder) / APPROVAL_FILE
    if doubt and not path.is_file():
        raise RefusedError(_no_approval(path, f"the tables claim to be synthetic, but {doubt}."))
    approval = _read_approval(path)
    problems = _problems(approval, outcome, today or date.today())
    if problems:
        raise RefusedError(listing(str(path), problems))
    statement = f"Approved by {approval.controller} ({approval.dpia_reference}); ends on {_day(approval.expires_on)}."
    return Permission(False, statement, approval.names_parental_conditions, approval.expires_on)


def _read_approval(path: Path) -> Approval:
    if not path.is_file():
        raise RefusedError(_no_approval(path, _not_known_to_be_synthetic(path.parent)))
    try:
        return Approval.model_validate(read_yaml(path))
    except StudyError as error:
        raise RefusedError(str(error)) from None
    except ValidationError as error:
        raise RefusedError(listing(str(path), validation_problems(error))) from None


def _no_approval(path: Path, reason: str) -> str:
    """Why an approval is needed, and what it must hold."""
    needed = ", ".join(name for name, field in Approval.model_fields.items() if field.is_required())
    return (
        f"{path.parent}: {reason} Ask the controller of the data for an {APPROVAL_FILE} in this folder, with {needed}."
    )


def _not_known_to_be_synthetic(folder: Path) -> str:
    if package_section(read_package(folder)).get("generator") == GENERATOR:
        return (
            "the tables were changed after they were made (their fingerprints differ from datapackage.json), "
            "so they no longer count as synthetic and need an approval. Make them again, or:"
        )
    return "the tables are not known to be synthetic, so using them needs an approval."


def _problems(approval: Approval, outcome: str | None, today: date) -> list[str]:
    problems = []
    if today < approval.starts_on:
        problems.append(
            f"starts_on: not in force before {_day(approval.starts_on)}. Wait, or ask for another approval."
        )
    if today >= approval.expires_on:
        problems.append(f"expires_on: ended on {_day(approval.expires_on)}. Ask the controller to renew it.")
    if outcome is not None and outcome not in approval.permitted_outcomes:
        allowed = ", ".join(approval.permitted_outcomes)
        problems.append(
            f"permitted_outcomes: {outcome} is not among {allowed}. Choose one of these, or ask for it to be added."
        )
    return problems


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
