"""Who is considered, what is looked for afterwards, and how time is cut."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ace_risk.plans.part import Days, Part


class CohortRule(Part):
    """Who is considered, and when.

    A child is in the cohort at a cutoff if, as known then, they are under `under_age_years`, live in the
    area, have a record within `seen_within_days`, and have no open spell of `open_plan_kinds`.
    """

    every_months: Annotated[int, Field(ge=1, le=24)] = 3
    under_age_years: Annotated[int, Field(ge=1, le=25)] = 18
    seen_within_days: Days = 730
    open_plan_kinds: tuple[str, ...] = ("cin", "s47", "cpp", "looked_after")


class OutcomePlan(Part):
    """What the model learns to expect, and what that is and isn't.

    Attributes
    ----------
    title
        What follows, in words, without the time: that is told from `horizon_days`.
    kinds, horizon_days
        Records whose start within the horizon after the cutoff counts.
    after_kinds
        Only children with an earlier known record of one of these; empty for the whole cohort.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "statutory_support"
    title: str = "statutory support recorded"
    kinds: Annotated[tuple[str, ...], Field(min_length=1)] = ("cin", "s47", "cpp", "looked_after")
    after_kinds: tuple[str, ...] = ()
    horizon_days: Days = 365
    purpose: str = "To offer early support before statutory work is needed."
    stands_for: str = "A family's need for help, as far as services saw it and acted on it."
    may_mislead: str = "It records what services did. Need that nobody saw, or nobody acted on, counts as none."

    @property
    def full_title(self) -> str:
        """What follows and by when, e.g. "statutory support recorded within 12 months"."""
        months = round(self.horizon_days / 30.4375)
        whole = abs(self.horizon_days - months * 30.4375) < 3 and months > 0
        return f"{self.title} within {f'{months} months' if whole else f'{self.horizon_days:,} days'}"


class FoldPlan(Part):
    """How cutoffs are cut into training, validation and test.

    Attributes
    ----------
    history_years
        Years of data before the first cutoff.
    recording_lag_days
        Days added to the horizon before training rows may be used, so that late records have arrived.
    validation_folds, validation_cutoffs, test_cutoffs
        Number of expanding folds that choices are made on, and cutoffs in each and in the final test.
    """

    history_years: Annotated[float, Field(ge=0, le=20)] = 2
    recording_lag_days: Annotated[int, Field(ge=0, le=3_660)] = 30
    validation_folds: Annotated[int, Field(ge=0, le=20)] = 2
    validation_cutoffs: Annotated[int, Field(ge=1, le=60)] = 2
    test_cutoffs: Annotated[int, Field(ge=1, le=60)] = 4
