"""What an audit found: tables in which every rate follows from stored counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ace_risk.errors import DataError
from ace_risk.fairness.counts import METRICS
from ace_risk.fairness.primary import primary_rows
from ace_risk.fairness.verdicts import OPEN, OUTSIDE, WITHIN


@dataclass(frozen=True, eq=False)
class FairnessAudit:
    """What an audit found. Every rate follows from the counts in `by_group`.

    Attributes
    ----------
    by_group
        One row per attribute and group: attribute, group, n, tp, fp, tn, fn, then selection_rate, tpr, fpr, fnr, ppv,
        each followed by its `_low` and `_high` (95 % Wilson, both ends included). An undefined rate is NaN.
    verdicts
        One row per attribute, metric and group other than the reference (the largest group): attribute, metric, group,
        reference, gap, gap_low, gap_high, verdict, n_needed; see :func:`ace_risk.fairness.verdicts.verdict_table`.
    settings
        list_size, threshold, margins (per metric), n_boot, seed, interval (the method), rows, positives, selected,
        households (their number, or None), interval_reranked (the method, or None), primary (the declared pairs),
        primary_comparisons (groups that are set beside a reference in them) and primary_level (coverage of each).
    ratios
        As `verdicts`, with ratio, ratio_low and ratio_high; see :func:`ace_risk.fairness.ratios.ratio_table`.
    enough
        For each row of `verdicts`, how many times as many records of everybody would settle it; see
        :func:`ace_risk.fairness.enough.enough_table`.
    reranked
        The gaps of `verdicts` with the interval of lists made anew, None with a threshold; see
        :mod:`ace_risk.fairness.reranked`. Verdicts don't rest on it.
    """

    by_group: pd.DataFrame
    verdicts: pd.DataFrame
    settings: dict[str, Any]
    ratios: pd.DataFrame
    enough: pd.DataFrame
    reranked: pd.DataFrame | None = None

    @property
    def primary(self) -> pd.DataFrame:
        """The verdicts that the answer rests on: those of the declared comparisons, else those of every `tpr`."""
        declared = tuple((name, metric) for name, metric in self.settings["primary"])
        rows = primary_rows(self.verdicts, declared) if declared else self.verdicts["metric"].eq("tpr")
        return self.verdicts[rows]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and words, ready for JSON; undefined figures are None."""
        return {
            "by_group": plain_records(self.by_group),
            "verdicts": plain_records(self.verdicts),
            "ratios": plain_records(self.ratios),
            "reranked": None if self.reranked is None else plain_records(self.reranked),
            "settings": {**self.settings, "margins": dict(self.settings["margins"])},
        }

    def answer(self, metrics: Sequence[str] | None = None) -> str:
        """The worst verdict over the primary comparisons: `outside`, else `not enough evidence`, else `within`.

        With `metrics` it is over all comparisons of these metrics. Where there is nothing to compare, because each
        attribute has one group only, it is `not enough evidence`.

        Raises
        ------
        DataError
            If a metric is unknown, or none is named.
        """
        if metrics is None:
            return worst(self.primary["verdict"])
        unknown = [metric for metric in metrics if metric not in METRICS]
        if unknown or not metrics:
            raise DataError(f"metrics: got {', '.join(unknown) or 'none'}. Name one or more of {', '.join(METRICS)}.")
        return worst(self.verdicts.loc[self.verdicts["metric"].isin(list(metrics)), "verdict"])


def worst(verdicts: Iterable[str]) -> str:
    """The worst of some verdicts; `not enough evidence` where there are none.

    Examples
    --------
    >>> worst(["within", "outside"]), worst([])
    ('outside', 'not enough evidence')
    """
    found = set(verdicts)
    return next((word for word in (OUTSIDE, OPEN, WITHIN) if word in found), OPEN)


def plain_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """One mapping per row, of words, numbers, booleans and None only."""
    return [{str(name): plain(value) for name, value in record.items()} for record in table.to_dict("records")]


def plain(value: Any) -> Any:
    """A cell as JSON knows it."""
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)
