"""The synthetic world of a study, and the biases planted in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from ace_risk.plans.part import Part, Share

Group = Literal["White", "Mixed", "Asian", "Black", "Other"]


class Biases(Part):
    """Biases planted in a synthetic world on purpose, to see whether an audit notices.

    Each has a strength from 0, off, to 1. They change what is recorded and decided, never true need.

    Attributes
    ----------
    over_contact
        Police name children of `over_contact_group` aged 10 or over in calls, searches and crimes that
        another child would not have been named in: at full strength two in three such children a year.
    adultification
        Concerns about Black children aged 13 or over go unrecorded: at full strength 60 of 100.
    care_home_calls
        Care homes call the police about small things: at full strength a call a quarter and child.
    missing_ethnicity
        Ethnicity is missing by what the child is recorded for, instead of for all children alike.
    threshold_gap
        Agencies start statutory work with children of `threshold_group` later than with others: at full
        strength at a third of the odds.
    """

    over_contact: Share = 0.0
    over_contact_group: Group = "Black"
    adultification: Share = 0.0
    care_home_calls: Share = 0.0
    missing_ethnicity: Share = 0.0
    threshold_gap: Share = 0.0
    threshold_group: Group = "Asian"


class World(Part):
    """The synthetic world: how many children, when, and what kind of place.

    Attributes
    ----------
    children
        Children under 18 who live in the area at the end of the data.
    start, end
        First day of records, and the day after the last one.
    profile
        Whose ethnic mix, deprivation and hubs: `cumbria` or `urban`.
    hubs
        Names of the local hubs.
    recording_seed
        Records the same truth anew: the same people, need and true events, with other draws of who notices, writes it
        down and decides. None, the usual, records it by `seed`.
    biases
        Biases planted on purpose; none by default.
    """

    children: Annotated[int, Field(ge=50, le=5_000_000)] = 20_000
    start: date = date(2018, 1, 1)
    end: date = date(2026, 1, 1)
    profile: Literal["cumbria", "urban"] = "cumbria"
    hubs: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "Allerdale", "Barrow", "Carlisle", "Copeland", "Eden", "South Lakeland",
    )  # fmt: skip
    seed: Annotated[int, Field(ge=0)] = 7
    recording_seed: Annotated[int | None, Field(ge=0, exclude_if=lambda seed: seed is None)] = None
    biases: Biases = Biases()

    @model_validator(mode="after")
    def _in_order(self) -> World:
        if self.end <= self.start:
            raise ValueError(f"end must lie after start, got start {self.start} and end {self.end}")
        if len(set(self.hubs)) < len(self.hubs):
            raise ValueError("hubs: each name may stand once")
        return self
