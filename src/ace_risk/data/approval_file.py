"""The layout of `approval.yaml`: what the controller of the data decides, and the checks of each decision."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

APPROVAL_FILE = "approval.yaml"


class Approval(BaseModel):
    """The content of `approval.yaml`: every key is needed, unknown ones are refused, and each says what it means.

    Read with a context (`today`, `outcome`, `kept_days`, `person`), it also refuses what it doesn't permit, so that
    whatever is wrong with it is told at once.

    Examples
    --------
    >>> list(needed_fields())[:3]
    ['controller', 'lawful_basis', 'regime']
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    controller: Annotated[str, Field(description="who answers for the data, such as Example Council")]
    lawful_basis: Annotated[str, Field(description="the article or section that allows the use")]
    regime: Annotated[str, Field(description="the law it falls under: UK GDPR, or Part 3 of the DPA 2018")]
    dpia_reference: Annotated[str, Field(description="where the data protection impact assessment is found")]
    purpose: Annotated[str, Field(description="what the data may be used for, in a sentence")]
    permitted_outcomes: Annotated[
        list[str], Field(min_length=1, description="a list: names of outcomes (outcome.name of a study) to learn")
    ]
    names_parental_conditions: Annotated[
        bool, Field(description="true or false: may reasons name a parent's health, drug or alcohol use, or prison")
    ]
    people_allowed: Annotated[
        list[str], Field(min_length=1, description="a list: names, or roles, of those who may use the data")
    ]
    starts_on: Annotated[date, Field(description="first day on which it holds, written as 2026-05-12")]
    expires_on: Annotated[date, Field(description="first day on which it no longer does, written as 2026-05-12")]
    retention_days: Annotated[int, Field(ge=1, description="for how many days at most what names children may be kept")]

    @field_validator("*")
    @classmethod
    def _given(cls, value: Any) -> Any:
        if isinstance(value, list):
            return [cls._given(item) for item in value]
        if not isinstance(value, str):
            return value
        text = " ".join(value.split())
        if not text:
            raise ValueError("must not be empty")
        if text.startswith("(") and text.endswith(")"):
            raise ValueError("only holds the place of an answer. Write it, without brackets around it")
        return text

    @field_validator("permitted_outcomes")
    @classmethod
    def _permits(cls, names: list[str], info: ValidationInfo) -> list[str]:
        outcome = (info.context or {}).get("outcome")
        if outcome is not None and outcome not in names:
            raise ValueError(
                f"{outcome} is not among {', '.join(names)}. Choose one of these, or ask for it to be added"
            )
        return names

    @field_validator("people_allowed")
    @classmethod
    def _allows(cls, people: list[str], info: ValidationInfo) -> list[str]:
        person = (info.context or {}).get("person")
        if person is not None and person not in people:
            told = f"{person} is not" if person else "nobody has said that they are"
            variable = info.context["variable"] if info.context else ""
            raise ValueError(
                f"{told} among {', '.join(people)}. Whoever is says so before the command, as in: "
                f'export {variable}="{people[0]}"'
            )
        return people

    @field_validator("starts_on")
    @classmethod
    def _has_begun(cls, day: date, info: ValidationInfo) -> date:
        if info.context and info.context["today"] < day:
            raise ValueError(f"not in force before {in_words(day)}. Wait, or ask for another approval")
        return day

    @field_validator("expires_on")
    @classmethod
    def _holds(cls, day: date, info: ValidationInfo) -> date:
        if info.context and info.context["today"] >= day:
            raise ValueError(f"ended on {in_words(day)}. Ask the controller to renew it")
        return day

    @field_validator("retention_days")
    @classmethod
    def _is_enough(cls, days: int, info: ValidationInfo) -> int:
        kept = (info.context or {}).get("kept_days")
        if kept is not None and kept > days:
            raise ValueError(
                f"what names children may be kept for {days}, but the study keeps it for {kept} "
                "(referrals.expires_days). Lower that and train again, or ask for more"
            )
        return days


def needed_fields() -> dict[str, str]:
    """What an approval must hold: each key, and what it means."""
    return {name: str(field.description) for name, field in Approval.model_fields.items()}


def in_words(day: date) -> str:
    """A day as people read it.

    Examples
    --------
    >>> in_words(date(2026, 5, 12))
    '12 May 2026'
    """
    return f"{day.day} {day:%B %Y}"
