"""The sections of a model card, typed and frozen. A gap is kept as a gap, never left out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ace_risk.plans import Part

NOT_GIVEN = "(not given)"
"""What stands where nobody has said anything yet."""


class CardOutcome(Part):
    """What the model learns to expect, and what that is and isn't."""

    title: str
    stands_for: str
    may_mislead: str
    horizon_days: int


class CardData(Part):
    """Which records, from when, and how many rows they gave."""

    start: str
    end: str
    children: int
    cohort_rows: int
    labelled_rows: int
    synthetic: bool
    statement: str


class CardPerformance(Part):
    """How well the lists did in the test period; shares from 0 to 1."""

    places: int
    lists: int
    table: dict[str, int]
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    lift: float | None
    calibration_slope: float | None
    sentences: tuple[str, ...]
    bar: tuple[dict[str, str], ...]
    verdict: str


class CardFairness(Part):
    """What the audit found, in one line and in counts of verdicts."""

    answer: str
    margin: float
    sentences: tuple[str, ...]
    within: int
    outside: int
    not_enough_evidence: int


class CardBin(Part):
    """One bin of a feature: what it says, its points, and the share of children in it."""

    text: str
    points: float
    share: float | None = None


class CardFeature(Part):
    """One feature of the points card."""

    feature: str
    title: str
    direction: str
    bins: tuple[CardBin, ...]


class Limit(Part):
    """Something that the model can't do or that speaks against it, and where that is known from."""

    text: str
    source: str


class StopCondition(Part):
    """What makes the work stop, who must act, and by when."""

    when: str
    who: str = ""
    by_when: str = ""


class ModelCard(Part):
    """Everything that a person needs to judge the model; empty text means that nobody has given it.

    Attributes
    ----------
    gaps
        The names of what hasn't been given.
    """

    title: str
    purpose: str
    out_of_scope: tuple[str, ...]
    owner: str
    contact: str
    outcome: CardOutcome
    data: CardData
    performance: CardPerformance
    fairness: CardFairness
    points: tuple[CardFeature, ...]
    intercept: float
    totals: tuple[dict[str, Any], ...] = ()
    limits: tuple[Limit, ...]
    human_decisions: tuple[str, ...]
    stop_conditions: tuple[StopCondition, ...]
    versions: dict[str, str] = Field(default_factory=dict)
    pack_id: str

    @property
    def gaps(self) -> list[str]:
        """What hasn't been given, in the order of the card."""
        named = {
            "owner": self.owner,
            "contact": self.contact,
            "purpose": self.purpose,
            "what the outcome stands in for": self.outcome.stands_for,
            "where the outcome may mislead": self.outcome.may_mislead,
        }
        gaps = [name for name, value in named.items() if not value]
        total = len(self.stop_conditions)
        unowned = sum(not condition.who for condition in self.stop_conditions)
        undated = sum(not condition.by_when for condition in self.stop_conditions)
        gaps += [f"who acts on {unowned} of {total} stop conditions"] * bool(unowned)
        gaps += [f"by when, for {undated} of {total} stop conditions"] * bool(undated)
        return gaps


def given(text: str) -> str:
    """The text, or a visible gap.

    Examples
    --------
    >>> given(""), given("Early help team")
    ('(not given)', 'Early help team')
    """
    return text or NOT_GIVEN
