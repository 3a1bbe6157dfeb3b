"""Whether the stated share is the share that is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from ace_risk.errors import DataError, StudyError
from ace_risk.evaluate.inputs import check_lengths, check_whole, read_outcome
from ace_risk.evaluate.intervals import wilson_interval
from ace_risk.evaluate.ranking import read_probability


@dataclass(frozen=True)
class Calibration:
    """The line through the log-odds: 1 and 0 for a model that says what is seen.

    Unpacks as ``slope, intercept``. Everything is NaN where the line isn't defined: one class only, one
    probability only, or probabilities that separate the classes.

    Attributes
    ----------
    slope
        Below 1, the probabilities are too far apart; above 1, too close together.
    intercept
        Fitted together with the slope.
    slope_low, slope_high, intercept_low, intercept_high
        95 % Wald intervals; where households were given, with a variance that lets the rows of one be alike.
    """

    slope: float
    intercept: float
    slope_low: float
    slope_high: float
    intercept_low: float
    intercept_high: float

    def __iter__(self) -> Iterator[float]:
        return iter((self.slope, self.intercept))


UNDEFINED = Calibration(nan, nan, nan, nan, nan, nan)


def calibration_fit(y_true: Any, probability: Any, households: Any = None) -> Calibration:
    """Logistic regression of the outcome on the log-odds of the probability (Cox 1958), by Newton's method.

    Where rows of one household are alike (siblings, one child on several lists), intervals that take them for
    separate rows are too narrow: with `households` the variance is the sandwich over households (Liang & Zeger 1986).

    Parameters
    ----------
    y_true
        0 and 1, or true and false.
    probability
        Strictly between 0 and 1.
    households
        The household of each row; None: every row stands for itself, and the variance is the model's.

    Raises
    ------
    DataError
        A probability is 0 or 1 exactly, or outside; labels are missing; lengths differ.

    Examples
    --------
    >>> slope, intercept = calibration_fit([0, 0, 0, 1, 0, 1, 1, 1], [0.25] * 4 + [0.75] * 4)
    >>> round(slope, 6), round(intercept, 6) + 0.0
    (1.0, 0.0)
    """
    outcome, p = read_outcome(y_true), read_probability(probability)
    check_lengths(y_true=outcome, probability=p)
    certain = int(((p == 0) | (p == 1)).sum())
    if certain:
        raise DataError(f"probabilities: {certain:,} are exactly 0 or 1, which has no log-odds.")
    x = logit(p)
    if not len(x) or outcome.all() or not outcome.any() or separated(x[outcome], x[~outcome]):
        return UNDEFINED
    design = np.column_stack([x, np.ones(len(x))])
    line = np.array([0.0, float(logit(outcome.mean()))])

    def loss(line: np.ndarray[Any, np.dtype[np.float64]]) -> float:
        log_odds = design @ line
        return float((np.logaddexp(0.0, log_odds) - outcome * log_odds).sum())

    for _ in range(100):
        fitted = expit(design @ line)
        information = design.T @ (design * (fitted * (1.0 - fitted))[:, None])
        step = np.linalg.solve(information, design.T @ (outcome - fitted))
        while loss(line + step) > loss(line) * (1 + 1e-14) and np.abs(step).max() > 1e-14:
            step = step / 2
        line = line + step
        if np.abs(step).max() < 1e-12 * max(1.0, np.abs(line).max()):
            break
    fitted = expit(design @ line)
    covariance = np.linalg.inv(design.T @ (design * (fitted * (1.0 - fitted))[:, None]))
    if households is not None:
        _, home = np.unique(np.asarray(households).astype(str), return_inverse=True)
        pull = design * (outcome - fitted)[:, None]
        by_home = np.column_stack([np.bincount(home, weights=column) for column in pull.T])
        covariance = covariance @ (by_home.T @ by_home) @ covariance
    half = norm.ppf(0.975) * np.sqrt(np.diag(covariance))
    (slope, intercept), low, high = line.tolist(), (line - half).tolist(), (line + half).tolist()
    return Calibration(slope, intercept, low[0], high[0], low[1], high[1])


def separated(with_outcome: Any, without: Any) -> bool:
    """Whether some cut of the log-odds splits the classes (touching allowed), or all are equal."""
    return bool(with_outcome.min() >= without.max() or with_outcome.max() <= without.min())


CUT_SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Shares of the rows at which bins are cut: finer at the top, where a list takes its rows from."""


def reliability(y_true: Any, probability: Any, bins: int | Sequence[float] = CUT_SHARES) -> pd.DataFrame:
    """Predicted and observed shares, in bins cut by order of the probability.

    Rows with the same probability are never split between bins, so a model with few different
    probabilities has fewer bins: such rows go to the bin in which their middle lies.

    Parameters
    ----------
    y_true
        0 and 1, or true and false.
    probability
        From 0 to 1.
    bins
        The number of bins of about equal numbers of rows, or the shares of rows, counted from the lowest
        probability, at which to cut.

    Returns
    -------
    DataFrame
        One row per bin, lowest first: low, high (least and greatest probability in it, both included), n,
        mean_predicted, observed, observed_low, observed_high (95 % Wilson interval).

    Raises
    ------
    DataError
        A probability lies outside 0 to 1; labels are missing; lengths differ.
    StudyError
        `bins` is no whole number from 1, or its shares don't rise or aren't between 0 and 1.

    Examples
    --------
    >>> table = reliability([0, 0, 1, 1], [0.1, 0.1, 0.9, 0.9], bins=2)
    >>> table[["low", "high", "n", "observed"]].to_dict("list")
    {'low': [0.1, 0.9], 'high': [0.1, 0.9], 'n': [2, 2], 'observed': [0.0, 1.0]}
    """
    outcome, p = read_outcome(y_true), read_probability(probability)
    check_lengths(y_true=outcome, probability=p)
    _, place, rows = np.unique(p, return_inverse=True, return_counts=True)
    middle = np.cumsum(rows) - rows / 2
    bin_of_value = np.searchsorted(_cuts(bins) * len(p), middle, side="right")
    frame = pd.DataFrame({"bin": bin_of_value[place], "p": p, "y": outcome})
    grouped = frame.groupby("bin", sort=True)
    table = grouped.agg(low=("p", "min"), high=("p", "max"), n=("p", "size"), mean_predicted=("p", "mean"))
    cases = grouped["y"].sum()
    table["observed"] = cases / table["n"]
    limits = [wilson_interval(int(k), int(n)) for k, n in zip(cases, table["n"], strict=True)]
    table["observed_low"] = [low for low, _ in limits]
    table["observed_high"] = [high for _, high in limits]
    return table.reset_index(drop=True)


def _cuts(bins: int | Sequence[float]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The shares of rows at which to cut."""
    if not isinstance(bins, Sequence):
        whole = check_whole(bins, "bins")
        return np.arange(1, whole) / whole
    cuts = np.asarray(bins, dtype=float)
    if not ((cuts > 0) & (cuts < 1)).all() or not (np.diff(cuts) > 0).all():
        raise StudyError(f"bins: shares must rise and lie between 0 and 1, got {list(bins)}.")
    return cuts
