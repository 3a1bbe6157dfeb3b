"""What another way of listing costs, and whom: children found per 100 places, over all and by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.errors import DataError
from ace_risk.evaluate.judged import JudgedRows
from ace_risk.fairness.audit import FairnessAudit, audit_fairness
from ace_risk.fairness.counts import Floats, Ints
from ace_risk.fairness.disclosure import SUPPRESSED, hidden_rates
from ace_risk.fairness.gaps import recall_gaps
from ace_risk.fairness.households import household_error, reach
from ace_risk.fairness.shares import Mask, ShownGroups, share_records, shown_number
from ace_risk.fairness.side_by_side import hidden_in_all
from ace_risk.study import Study


@dataclass(frozen=True, eq=False)
class Costs:
    """Sets lists beside the lists as they are, on the same rows.

    Attributes
    ----------
    study
        Margin, places, and the smallest numbers.
    rows, groups
        The judged rows, and their groups.
    before
        Whether each row is listed as it is.
    """

    study: Study
    rows: JudgedRows
    groups: pd.DataFrame
    before: Mask

    def audit(self, listed: Mask, names: list[str]) -> FairnessAudit:
        """The audit of some lists, held fixed."""
        return audit_fairness(
            self.rows.label, listed.astype(float), self.groups[names], threshold=0.5,
            margins=self.study.fairness.margin, households=self.rows.households,
            n_boot=self.study.fairness.replicates, seed=self.study.seed,
        )  # fmt: skip

    def widest(self) -> dict[str, Any]:
        """The declared attribute's pair of large groups that the lists find most differently, as it is.

        Raises
        ------
        DataError
            If no attribute has two groups in which the outcome followed often enough.
        """
        least = self.study.bar.smallest_group
        judged = recall_gaps(self.audit(self.before, list(self.study.fairness.primary_attributes)), least)
        if not judged.judged:
            raise DataError(
                f"mitigation: no declared attribute has two groups in which the outcome followed {least} times on the "
                "validation folds. More records are needed (bar.smallest_group)."
            )
        return max(judged.judged, key=lambda row: abs(row["gap"]))

    def shown_in_all(self, lists: Sequence[Mask], pair: Mapping[str, Any]) -> pd.DataFrame:
        """Which groups may be shown in every one of several ways of listing, for the attribute of a pair of groups."""
        audits = [self.audit(listed, [str(pair["attribute"])]) for listed in lists]
        return hidden_in_all([audit.by_group for audit in audits], self.study.fairness.suppress_below)

    def option(self, listed: Mask, pair: Mapping[str, Any], by_group: pd.DataFrame) -> dict[str, Any]:
        """The figures of one way of listing, for a pair's attribute; see `compare_mitigation`, `shown_in_all`."""
        followed, name = self.rows.label == 1, str(pair["attribute"])
        places = int(self.before.sum())
        audit = self.audit(listed, [name])
        [gap] = audit.verdicts[audit.verdicts["metric"].eq("tpr") & audit.verdicts["group"].eq(pair["group"])].to_dict(
            "records"
        )
        gone = bool({(name, pair[side], "tpr") for side in ("group", "reference")} & hidden_rates(by_group))
        homes = pd.factorize(self.rows.households.astype(str))[0].astype(np.int64)
        difference = 100 / places * (followed & listed).astype(float) - 100 / places * (followed & self.before)
        figures = zip(("change", "low", "high"), home_sum(difference, homes), strict=True)
        return {
            "found_per_100_places": 100 * int((followed & listed).sum()) / places,
            **dict(figures),
            "gap": {end: shown_number(gap[key], gone) for end, key in
                    (("gap", "gap"), ("low", "gap_low"), ("high", "gap_high"))} | {"verdict": gap["verdict"]},
            "by_group": self._by_group(listed, difference, name, by_group, homes, places),
        }  # fmt: skip

    def _by_group(
        self, listed: Mask, difference: Floats, name: str, by_group: pd.DataFrame, homes: Ints, places: int
    ) -> list[dict[str, Any]]:
        """Found, of the times the outcome followed, by group; hidden where the group may not be shown in every way."""
        followed = self.rows.label == 1
        shown = ShownGroups.of(self.groups[[name]], by_group, homes, self.study.fairness.suppress_below)
        [attribute] = shown.attributes
        records = []
        for place, now in enumerate(share_records(listed[followed], shown.take(followed))):
            hidden = now["part"] == SUPPRESSED
            change, low, high = home_sum(np.where(attribute.codes == place, difference, 0.0), homes)
            records.append(
                {
                    "group": now["group"],
                    "positives": now["rows"],
                    "found": SUPPRESSED if hidden else now["part"],
                    "found_per_100_places": SUPPRESSED if hidden else 100 * now["part"] / places,
                    "share": SUPPRESSED if hidden else now["share"],
                    "change": shown_number(change, hidden),
                    "low": shown_number(low, hidden),
                    "high": shown_number(high, hidden),
                }
            )
        return records


def home_sum(values: Floats, homes: Ints) -> tuple[float, float, float]:
    """A sum over rows with its 95 % interval, households drawn again: its variance is that of sums over households.

    Examples
    --------
    >>> total, low, high = home_sum(np.array([1.0, -1.0] * 50), np.arange(100))
    >>> total, round(low, 1), round(high, 1)
    (0.0, -19.9, 19.9)
    """
    total, away = float(values.sum()), reach(*household_error(values, homes))
    return total, total - away, total + away
