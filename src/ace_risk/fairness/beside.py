"""Each group's rates beside the largest group's: what differences, ratios and verdicts are all made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ace_risk.fairness.counts import Floats, Ints, rates
from ace_risk.fairness.intervals import Spread, exact, gap_interval

Limits = tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class Beside:
    """The rates of all groups but the reference, and the reference's: arrays of groups × metrics, and of 1 × metrics.

    Attributes
    ----------
    others
        The places of the groups.
    rate, worth, correlation
        Each group's rates, the independent rows that they rest on, and their correlation with the reference's.
    reference_rate, reference_worth
        The reference's.
    level
        The coverage of intervals, one per metric.
    """

    others: Ints
    rate: Floats
    worth: Floats
    correlation: Floats
    reference_rate: Floats
    reference_worth: Floats
    level: Floats

    @classmethod
    def of(cls, counts: Ints, reference: int, spread: Spread, level: Floats) -> Beside:
        """The groups of one attribute: groups × COUNTS, and the place of the reference."""
        others = np.delete(np.arange(len(counts)), reference).astype(np.int64)
        rate, worth = rates(counts), spread.effective(level)
        return cls(
            others,
            rate[others],
            worth[others],
            spread.correlation[others],
            rate[[reference]],
            worth[[reference]],
            level,
        )

    @property
    def gap(self) -> Floats:
        """Each group's rate less the reference's."""
        return self.rate - self.reference_rate

    def limits(self, times: float | Floats = 1.0) -> tuple[Limits, Limits]:
        """The exact limits of the groups' rates and of the reference's, were there so many times as many rows."""
        reference_rate = np.broadcast_to(self.reference_rate, self.rate.shape)
        return (
            exact(self.rate, self.worth * times, self.level),
            exact(reference_rate, self.reference_worth * times, self.level),
        )

    def gap_limits(self, times: float | Floats = 1.0) -> Limits:
        """The interval of each gap, were there so many times as many rows; both ends are included."""
        limits, reference_limits = self.limits(times)
        return gap_interval(self.rate, limits, self.reference_rate, reference_limits, self.correlation)
