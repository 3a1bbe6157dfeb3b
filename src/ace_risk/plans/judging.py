"""What is audited, what makes the work stop, and the bar."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ace_risk.plans.part import Part, Share

Attribute = Literal[
    "sex", "ethnicity", "ethnicity_18", "age_band", "care_status", "disability", "deprivation", "hub",
]  # fmt: skip
Metric = Literal["selection_rate", "tpr", "fpr", "fnr", "ppv"]


class FairnessPlan(Part):
    """What the audit compares, and what counts as a difference that matters.

    Attributes
    ----------
    attributes
        What children are grouped by.
    primary
        The comparisons that the answer rests on, each an attribute and a rate, declared before the audit. Their
        intervals hold together; every other comparison is exploratory.
    crossed
        Attributes that are also compared crossed with each other, without figures of small groups; empty for none.
    margin
        The largest difference that doesn't matter, as a share.
    replicates
        How often households are drawn again.
    suppress_below
        The smallest count above 0 that is shown.
    """

    attributes: Annotated[tuple[Attribute, ...], Field(min_length=1)] = (
        "sex", "ethnicity", "ethnicity_18", "age_band", "care_status", "disability", "deprivation", "hub",
    )  # fmt: skip
    primary: Annotated[tuple[tuple[Attribute, Metric], ...], Field(min_length=1, max_length=5)] = (
        ("sex", "tpr"), ("ethnicity", "tpr"), ("age_band", "tpr"), ("care_status", "tpr"), ("deprivation", "tpr"),
    )  # fmt: skip
    crossed: tuple[Attribute, ...] = ("ethnicity", "sex", "age_band")
    margin: Annotated[float, Field(gt=0, lt=1)] = 0.05
    replicates: Annotated[int, Field(ge=100, le=100_000)] = 1_000
    suppress_below: Annotated[int, Field(ge=0, le=100)] = 6

    @property
    def primary_attributes(self) -> tuple[Attribute, ...]:
        """The attributes of the primary comparisons, each once."""
        return tuple(dict.fromkeys(attribute for attribute, _ in self.primary))

    @model_validator(mode="before")
    @classmethod
    def _defaults_among_attributes(cls, given: Any) -> Any:
        """A plan that names its attributes only keeps those of the default comparisons that are about them."""
        if not isinstance(given, dict) or not isinstance(given.get("attributes"), (list, tuple)):
            return given
        named, fields = given["attributes"], cls.model_fields
        defaults = {
            "primary": tuple(pair for pair in fields["primary"].default if pair[0] in named),
            "crossed": tuple(name for name in fields["crossed"].default if name in named),
        }
        return {**defaults, **given}

    @model_validator(mode="after")
    def _compared(self) -> FairnessPlan:
        missing = sorted({*self.primary_attributes, *self.crossed} - set(self.attributes))
        if missing:
            raise ValueError(f"primary, crossed: {', '.join(missing)} must also stand under attributes")
        return self


class StopPlan(Part):
    """Who acts when a stop condition of the model card is met, and how soon; empty or in brackets if not yet known.

    Attributes
    ----------
    who
        A role or a name: this person stops the work.
    by_when
        How soon after it was noticed, in words.
    """

    who: str = ""
    by_when: str = ""


class Bar(Part):
    """What the model must reach to be used, declared before training.

    Attributes
    ----------
    precision_at_least
        Share of the places that go to a child for whom the outcome follows.
    recall_gain_over_ace_count
        How many more of them are listed than by counting adverse experiences, as a share.
    expected_over_observed, calibration_slope
        Lowest and highest allowed.
    largest_gap_between_groups, smallest_group
        The largest difference in recall from an attribute's largest group, among groups for whom the outcome
        followed at least `smallest_group` times.
    """

    precision_at_least: Share = 0.2
    recall_gain_over_ace_count: Annotated[float, Field(ge=0)] = 0.1
    expected_over_observed: tuple[float, float] = (0.8, 1.25)
    calibration_slope: tuple[float, float] = (0.8, 1.2)
    largest_gap_between_groups: Annotated[float, Field(gt=0, le=1)] = 0.2
    smallest_group: Annotated[int, Field(ge=1)] = 30

    @model_validator(mode="after")
    def _in_order(self) -> Bar:
        for name in ("expected_over_observed", "calibration_slope"):
            low, high = getattr(self, name)
            if low > high:
                raise ValueError(f"{name}: the first must not be above the second, got {low} and {high}")
        return self
