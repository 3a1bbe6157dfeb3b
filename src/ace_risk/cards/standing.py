"""What every model card says, whatever the model: what it is not for, what speaks against it, who decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ace_risk.cards.sections import Watched
from ace_risk.report.natural import number, of_100, share
from ace_risk.study import Study

OUT_OF_SCOPE = (
    "Saying whether a child will break the law, or how likely that is.",
    "Any enforcement: arrest, charge, custody, search, tasking or surveillance.",
    "Refusing, delaying or ending support for a child, listed or not.",
    "Deciding whether a statutory threshold is met. That needs an assessment by a professional.",
    "Any decision without a person who has read the child's records.",
    "Children with no record in the period considered. The model can't find them.",
    "Real records without a written approval, a data protection impact assessment and a named owner.",
)

LIMITS = (
    (
        "It learns what services recorded. A child whose need nobody saw, or nobody acted on, counts as a child "
        "without need.",
        "how the outcome is defined",
    ),
    (
        "Four English local authorities let researchers build models for eight outcomes in children's social care. "
        "By the published accounts none reached the standard set beforehand, most of the children concerned were "
        "missed, and the authors saw good grounds for doubt.",
        "What Works for Children's Social Care, 2020, as reported in the trade press; not checked against the original",
    ),
    (
        "High accuracy in a headline can mean little: a police tool in England was announced with 98% accuracy for "
        "one of its groups, and was later criticised for what it used and for what that figure left out.",
        "press reports on the Durham tool HART, 2017 to 2018",
    ),
    (
        "What counts as a need for statutory support depends on each area's front door: in one study 5 of 100 police "
        "notifications of domestic abuse led to an assessment by a social worker.",
        "Community Care, 5 November 2010, on a 2009 study",
    ),
    (
        "Many events are never recorded: up to 7 of 10 episodes in which a child goes missing are not reported to "
        "the police.",
        "a safeguarding partnership's briefing on missing children",
    ),
    (
        "Contact with services is unequal, so records are too. Ethnicity is missing in 19% to 61% of police records, "
        "depending on the data set, and where it is missing is no accident.",
        "inspectorate and press reports on ethnicity data in English and Welsh police records",
    ),
    (
        "Small groups can't be judged. Where too few children of a group are in the data, the audit says that the "
        "evidence isn't enough, and that is not a pass.",
        "the fairness report",
    ),
)

HUMAN_DECISIONS = (
    "Read the child's records and the reasons, and decide whether an offer makes sense. The list is a place to start.",
    "Check how the family can be reached safely before any message, call or visit.",
    "Offer support; the family decides. A no is written down as a no to this offer and as nothing else.",
    "If significant harm is suspected, follow the safeguarding procedure instead of the list.",
    "Write down the decision and its reason for every child on the list, also when nothing is offered.",
    "Add a child who isn't on the list whenever professional judgement says so.",
)


WATCHING = (
    "Every quarter, train again on the records up to then, into a folder of its own: its last test period is the "
    "latest time that can be judged. Compare it with the test of this model. Before that, check the data and that "
    "nothing leaks (ace-risk check --canary)."
)
"""How a model in use is watched."""


def monitoring(study: Study, model: Mapping[str, Any], answer: str) -> tuple[Watched, ...]:
    """What is worked out again each quarter, what it was in the test, and where the study lets the work stop.

    Parameters
    ----------
    model
        The model's record in the evaluation.
    answer
        The audit's verdict in one word.
    """
    low, high = study.bar.calibration_slope
    return (
        Watched(
            what="Places that went to a child for whom the outcome followed",
            now=of_100(model["precision"]),
            stop=f"fewer than {of_100(study.bar.precision_at_least)}",
        ),
        Watched(
            what="Calibration slope",
            now=number(model["calibration_slope"], 2),
            stop=f"below {number(low, 1)} or above {number(high, 1)}",
        ),
        Watched(
            what="Whether the list reaches children of every group alike",
            now=answer,
            stop=f"outside the margin of {share(study.fairness.margin)} for any group, unless it can be explained",
        ),
    )


def stop_conditions(study: Study) -> tuple[str, ...]:
    """What makes the work stop, with the study's own thresholds."""
    low, high = study.bar.calibration_slope
    return (
        f"Fewer than {of_100(study.bar.precision_at_least)} children listed are followed by the outcome in a "
        "quarterly review.",
        f"The calibration slope leaves the range {number(low, 1)} to {number(high, 1)} in a quarterly review.",
        f"For any group, an audit finds a difference outside the margin of {share(study.fairness.margin)} that nobody "
        "can explain and put right.",
        "A source of records changes, stops, or arrives later than the study allows for.",
        "A list is used for enforcement, or passed on outside its purpose, even once.",
        "Decisions aren't written down for one child in ten or more on a list.",
        "The ethics board, the owner or the data protection officer asks for it.",
    )
