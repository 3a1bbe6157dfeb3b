"""Acceptances: named people who accept, for a while and for a reason, that something isn't known well enough."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from ace_risk.data.entries import Words, read_entries
from ace_risk.plans import Part

ACCEPTANCES = "acceptances.yaml"
"""Name of the file, in the folder of a run."""


class Acceptance(Part):
    """What somebody accepts; it never covers a verdict that says `outside` or `does not meet`.

    Attributes
    ----------
    name, role
        Who accepts, and as what.
    accepts
        `bar`, or attributes of the fairness audit such as `ethnicity`.
    reason
        Why, in a sentence that stands on the card.
    starts_on, expires_on
        First day on which it holds, and first day on which it no longer does.
    """

    name: Words
    role: Words
    accepts: Annotated[tuple[Words, ...], Field(min_length=1)]
    reason: Words
    starts_on: date
    expires_on: date

    @model_validator(mode="after")
    def _in_order(self) -> Acceptance:
        if self.expires_on <= self.starts_on:
            raise ValueError("expires_on must lie after starts_on")
        return self

    def holds(self, today: date) -> bool:
        """Whether it is in force on a day.

        Examples
        --------
        >>> from datetime import date
        >>> given = {"name": "A", "role": "Board", "reason": "Small groups.", "accepts": ["ethnicity"]}
        >>> accepted = Acceptance(**given, starts_on=date(2026, 1, 1), expires_on=date(2026, 7, 1))
        >>> accepted.holds(date(2026, 6, 30)), accepted.holds(date(2026, 7, 1))
        (True, False)
        """
        return self.starts_on <= today < self.expires_on


def read_acceptances(path: Path) -> tuple[Acceptance, ...]:
    """The acceptances in a file; see :func:`ace_risk.data.entries.read_entries`."""
    return read_entries(path, Acceptance)


def accepted(acceptances: Sequence[Acceptance], what: str, today: date) -> bool:
    """Whether somebody accepts it today."""
    return any(what in item.accepts and item.holds(today) for item in acceptances)
