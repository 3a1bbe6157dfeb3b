"""The sections of a model card, typed and frozen. A gap is kept as a gap, never left out."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ace_risk.cards.acceptances import Acceptance
from ace_risk.cards.questions import Questions
from ace_risk.plans import Part
from ace_risk.report.natural import count, of_100

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
    attributes: tuple[str, ...] = ()
    within: int
    outside: int
    not_enough_evidence: int


class CardTrial(Part):
    """A size of the table that was tried, and how it did on the validation folds; shares from 0 to 1."""

    number: int
    max_features: int
    max_points: int
    max_cuts: int
    features: int
    recall: float | None
    gap: float | None = None
    gap_where: str = ""
    chosen: bool = False
    within: bool = False


class CardSearch(Part):
    """How the size of the table was chosen, on the validation folds only.

    Attributes
    ----------
    rule
        The rule of choice, in words.
    trials
        Every size that was tried, in the order of trials.
    best_recall
        The highest recall of all trials.
    """

    rule: str
    trials: tuple[CardTrial, ...]
    best_recall: float

    @property
    def chosen(self) -> CardTrial:
        """The trial that the rule chose."""
        return next(trial for trial in self.trials if trial.chosen)

    @property
    def best(self) -> CardTrial:
        """The trial of the highest recall; among equals the one of fewest features."""
        reached = [trial for trial in self.trials if trial.recall is not None]
        return max(reached, key=lambda trial: (trial.recall, -trial.features, -trial.number))


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


class Watched(Part):
    """A figure that is worked out again each quarter: what it was in the test, and where the work stops."""

    what: str
    now: str
    stop: str


class ModelCard(Part):
    """Everything that a person needs to judge the model; empty text means that nobody has given it.

    Attributes
    ----------
    search
        How the size of the table was chosen; None if nothing was searched.
    test_openings
        How often the test period was looked at, in a sentence.
    acceptances
        Who accepts that something isn't known well enough, why, and until when.
    accountability
        What public bodies are asked (ALGO-CARE, Covenant, equality, data protection), with answers from the record.
    alternatives
        What stands beside the model in the evaluation, by title.
    monitoring
        What is worked out again each quarter, beside what it was in the test.
    lists_lapse_after_days
        How long a list may be used.
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
    search: CardSearch | None = None
    test_openings: str = ""
    acceptances: tuple[Acceptance, ...] = ()
    limits: tuple[Limit, ...]
    human_decisions: tuple[str, ...]
    stop_conditions: tuple[StopCondition, ...]
    alternatives: tuple[str, ...] = ()
    monitoring: tuple[Watched, ...] = ()
    lists_lapse_after_days: int
    accountability: tuple[Questions, ...] = ()
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


def search_sentences(search: CardSearch | None) -> list[str]:
    """How the size was chosen, in sentences: the rule, the chosen card beside the best, and the gaps between groups.

    Examples
    --------
    >>> search_sentences(None)
    ['The size of the card was not searched: it is the largest that the study allows.']
    """
    if search is None:
        return ["The size of the card was not searched: it is the largest that the study allows."]
    chosen, best = search.chosen, search.best
    tried = f"{count(len(search.trials))} size{'' if len(search.trials) == 1 else 's'} tried"
    sentences = [
        search.rule,
        f"Of {tried} on the validation folds, the one chosen has {counted(chosen.features)} and reaches "
        f"{of_100(chosen.recall)} times that support followed; the best has {counted(best.features)} and reaches "
        f"{of_100(best.recall)}.",
    ]
    if chosen.gap is None or best.gap is None:
        return [*sentences, "How far apart groups of children are could not be measured: the groups are too small."]
    return [
        *sentences,
        f"The largest gap between groups is {of_100(chosen.gap)} for the chosen card ({chosen.gap_where}), and "
        f"{of_100(best.gap)} for the best ({best.gap_where}).",
    ]


def counted(features: int) -> str:
    """A number of features, in words.

    Examples
    --------
    >>> counted(1), counted(5)
    ('1 feature', '5 features')
    """
    return f"{count(features)} feature{'' if features == 1 else 's'}"
