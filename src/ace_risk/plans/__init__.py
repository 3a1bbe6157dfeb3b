"""The parts of a study: each is frozen, closed to keys that it doesn't know, and has each default written once."""

from __future__ import annotations

from ace_risk.plans.cohort import CohortRule, FoldPlan, OutcomePlan
from ace_risk.plans.judging import Bar, FairnessPlan, StopPlan
from ace_risk.plans.lists import AgeBand, ListPlan
from ace_risk.plans.model import ChecksPlan, ModelKind, ModelPlan, SearchPlan
from ace_risk.plans.part import Part
from ace_risk.plans.world import Biases, World

__all__ = [
    "AgeBand", "Bar", "Biases", "ChecksPlan", "CohortRule", "FairnessPlan", "FoldPlan", "ListPlan", "ModelKind",
    "ModelPlan", "OutcomePlan", "Part", "SearchPlan", "StopPlan", "World",
]  # fmt: skip
