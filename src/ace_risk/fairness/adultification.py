"""Adultification: whether Black children of 13 and over are listed less for support than others with equal need."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import NOT_RECORDED
from ace_risk.fairness.standardised import difference_at_equal_need
from ace_risk.fairness.summary import per_1000
from ace_risk.fairness.verdicts import OPEN, OUTSIDE, WITHIN

FROM_AGE, GROUP = 13, "Black"
BANDS = 10
"""Bands of true need, each with as many rows."""


def adultification_records(
    groups: pd.DataFrame,
    label: npt.NDArray[Any],
    listed: npt.NDArray[np.bool_],
    households: npt.NDArray[Any],
    margin: float,
    hide_below: int,
    need: npt.NDArray[np.float64] | None = None,
) -> list[dict[str, Any]]:
    """Black children of 13 and over beside others of 13 and over, at equal need.

    Parameters
    ----------
    groups
        Per row `ethnicity` and `age_years`. Children whose ethnicity isn't recorded are on neither side.
    label, listed, households
        Per row: whether the outcome followed, whether the child was listed, and the household.
    margin
        The difference that matters.
    hide_below
        The smallest count above 0 that may be shown.
    need
        Per row: true need, NaN where unknown; None on real data, which can't know it.

    Returns
    -------
    list of dict
        At equal recorded outcome, and at equal true need where that is known: basis, rows, listed, other,
        difference, low, high, verdict and sentence; figures are None where they are hidden or can't be worked out.
        Rows are rounded to tens and shares to hundredths, so that exact counts of ethnicity and of age elsewhere don't
        give away what is left.
    """
    ethnicity = groups["ethnicity"].astype(str).to_numpy()
    old = groups["age_years"].to_numpy(dtype=float) >= FROM_AGE
    first, second = old & (ethnicity == GROUP), old & (ethnicity != GROUP) & (ethnicity != NOT_RECORDED)
    strata = {"recorded outcome": np.asarray(label).astype(np.int64)}
    if need is not None:
        known = ~np.isnan(need)
        first_known, second_known = first & known, second & known
        strata["true need"] = need_bands(need, first_known | second_known)
    return [
        _record(
            basis, stratum, listed, *((first_known, second_known) if basis == "true need" else (first, second)),
            households, margin, hide_below,
        )
        for basis, stratum in strata.items()
    ]  # fmt: skip


def need_bands(need: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The band of true need of each row, from 0: bands hold as many of the rows inside each; 0 where need is unknown.

    Examples
    --------
    >>> need_bands(np.arange(20.0), np.ones(20, dtype=bool))[[0, 1, 2, 19]].tolist()
    [0, 0, 1, 9]
    """
    if not inside.any():
        return np.zeros(len(need), dtype=np.int64)
    edges = np.quantile(need[inside], np.arange(1, BANDS) / BANDS)
    return np.searchsorted(edges, np.where(np.isnan(need), -np.inf, need), side="right").astype(np.int64)


def _record(
    basis: str,
    stratum: npt.NDArray[np.int64],
    listed: npt.NDArray[np.bool_],
    first: npt.NDArray[np.bool_],
    second: npt.NDArray[np.bool_],
    households: npt.NDArray[Any],
    margin: float,
    hide_below: int,
) -> dict[str, Any]:
    found = difference_at_equal_need(listed, first, second, stratum, households)
    counts = [int(part.sum()) for group in (first, second) for part in (group, group & listed, group & ~listed)]
    hidden = any(0 < count < hide_below for count in counts)
    told = bool(np.isfinite(found.low))
    verdict = OPEN
    if told and found.low >= -margin and found.high <= margin:
        verdict = WITHIN
    elif told and (found.low > margin or found.high < -margin):
        verdict = OUTSIDE
    figures = {
        "rows": round(found.rows, -1),
        "listed": float(np.round(found.rate, 2)),
        "other": float(np.round(found.other, 2)),
        "difference": float(np.round(found.rate - found.other, 3)),
        "low": float(np.round(found.low, 3)),
        "high": float(np.round(found.high, 3)),
    }
    shown = {name: None if hidden or not np.isfinite(value) else value for name, value in figures.items()}
    return {"basis": basis, **shown, "hidden": hidden, "verdict": verdict, "sentence": _sentence(basis, shown, verdict)}


def _sentence(basis: str, shown: dict[str, Any], verdict: str) -> str:
    who = f"{GROUP} children of {FROM_AGE} and over"
    equal = f"At equal {basis}"
    if shown["low"] is None:
        return f"{equal}, there is not enough evidence to say whether {who} are listed less often than others."
    figures = (
        f"of 1,000 {who}, {per_1000(shown['listed'])} were listed, beside {per_1000(shown['other'])} of others of that "
        f"age (difference {_signed(shown['difference'])}; {_signed(shown['low'])} to {_signed(shown['high'])})"
    )
    ends = {
        WITHIN: "which is within the margin.",
        OUTSIDE: "which is outside the margin.",
        OPEN: "which is not enough evidence to say whether that is within the margin.",
    }
    return f"{equal}, {figures}, {ends[verdict]}"


def _signed(share: float) -> str:
    return f"{round(1000 * share):+,}".replace("-", "−")
