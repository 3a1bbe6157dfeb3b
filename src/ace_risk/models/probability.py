"""From a total score to a probability: a monotone map that is stored with the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit

from ace_risk.errors import StudyError
from ace_risk.models.columns import Floats
from ace_risk.models.terms import as_floats, set_fields


@dataclass(frozen=True)
class LogisticMap:
    """Probability = 1 / (1 + exp(-(slope × total + intercept))); the slope is above 0, so more is never less.

    Examples
    --------
    >>> LogisticMap(slope=0.5, intercept=-1.0).probability(np.array([2.0])).tolist()
    [0.5]
    """

    slope: float
    intercept: float
    kind: ClassVar[str] = "logistic"

    def __post_init__(self) -> None:
        problems: list[str] = []
        (slope,) = as_floats([self.slope], "slope", problems)
        (intercept,) = as_floats([self.intercept], "intercept", problems)
        if not problems and slope <= 0:
            problems.append(f"slope: must be above 0, got {slope!r}")
        if problems:
            raise StudyError.from_problems("probability", problems)
        set_fields(self, slope=slope, intercept=intercept)

    def probability(self, total: Floats) -> Floats:
        """The probability for each total score, between 0 and 1."""
        return np.asarray(expit(self.slope * total + self.intercept), dtype=np.float64)

    def to_dict(self) -> dict[str, Any]:
        """The kind of map and its numbers."""
        return {"kind": self.kind, "slope": self.slope, "intercept": self.intercept}


ProbabilityMap = LogisticMap
