"""The parts of a study: each is frozen, closed to keys that it doesn't know, and has each default written once."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=1, le=36_525)]


class Part(BaseModel):
    """A part of a study: frozen, and closed to keys that it doesn't know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AgeBand = Literal["under 1", "1 to 4", "5 to 9", "10 to 12", "13 to 15", "16 to 17"]
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
    biases: Biases = Biases()

    @model_validator(mode="after")
    def _in_order(self) -> World:
        if self.end <= self.start:
            raise ValueError(f"end must lie after start, got start {self.start} and end {self.end}")
        if len(set(self.hubs)) < len(self.hubs):
            raise ValueError("hubs: each name may stand once")
        return self


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


ModelKind = Literal["points_card", "binned_logistic", "boosted_table"]
"""The kinds of table that may be used: whole points, real-valued scores on the same bins, or a boosted table."""


class ModelPlan(Part):
    """The table that is learnt, and how large it may be.

    Attributes
    ----------
    kind
        `points_card`, `binned_logistic` or `boosted_table`.
    max_features, max_points, max_cuts
        The most features, the most points of a bin, and the most cut points of a feature. The search tries
        smaller ones too. A boosted table is bound by none of them.
    compare
        What stands beside the table in the evaluation, to say what its simplicity costs; `ceiling` is
        gradient boosting, which is never used.
    """

    kind: ModelKind = "points_card"
    max_features: Annotated[int, Field(ge=1, le=40)] = 12
    max_points: Annotated[int, Field(ge=1, le=20)] = 5
    max_cuts: Annotated[int, Field(ge=1, le=20)] = 5
    compare: tuple[ModelKind | Literal["ceiling"], ...] = ("binned_logistic", "boosted_table", "ceiling")


class SearchPlan(Part):
    """How the size of the table is chosen, on the validation folds only.

    Attributes
    ----------
    trials
        Sizes to try; 0 for none, which takes the largest that the model plan allows. A boosted table has no
        size to choose.
    choice
        `simplest_within_one_standard_error` of the best recall at list size, or the `best` itself.
    keep_at_least
        What the simplest must keep of the best recall, whatever the standard error: with few data the error is
        large, and simplicity would be bought with noise.
    storage
        Address of a database that keeps the trials, so that a killed search goes on where it stopped; empty for
        a file beside the run.
    """

    trials: Annotated[int, Field(ge=0, le=10_000)] = 20
    choice: Literal["simplest_within_one_standard_error", "best"] = "simplest_within_one_standard_error"
    keep_at_least: Share = 0.98
    storage: str = ""


class ChecksPlan(Part):
    """Fits beyond the model's own that say how far its figures can be trusted.

    Attributes
    ----------
    learning_shares
        Shares of the training families on which the table is learnt again; empty for no learning curve.
    unseen_families
        Whether the table is also judged on families that it never saw.
    """

    learning_shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.05, 0.1, 0.25, 0.5)
    unseen_families: bool = True


class ListPlan(Part):
    """The referral list: places per list, and how long a list may be used.

    Attributes
    ----------
    places
        Places on the list of all hubs, and on a hub's own list unless `places_by_hub` names it.
    places_by_hub, places_by_age_band
        Places of the list that are kept for the first children of a hub, or of an age band; whoever is next in
        line takes the others. None are kept by default.
    """

    places: Annotated[int, Field(ge=1)] = 200
    expires_days: Days = 28
    next_in_line: Annotated[int, Field(ge=0, le=200)] = 20
    places_by_hub: dict[str, Annotated[int, Field(ge=1)]] = {}
    places_by_age_band: dict[AgeBand, Annotated[int, Field(ge=1)]] = {}

    @model_validator(mode="after")
    def _enough_places(self) -> ListPlan:
        kept = sum(self.places_by_hub.values()) + sum(self.places_by_age_band.values())
        if kept > self.places:
            raise ValueError(f"places: {kept} are kept for hubs and age bands, but there are only {self.places}")
        return self

    def places_of(self, hub: str | None) -> int:
        """Places on the list of a hub, or of all hubs."""
        return self.places_by_hub.get(hub, self.places) if hub is not None else self.places


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
