"""A reason's sentence, filled with the counts and dates of the child's own records."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ace_risk.explanation.evidence import Evidence
from ace_risk.features.catalogue import FeatureSpec

_TIMES = {1: "once", 2: "twice"}
_WINDOWS = {
    30: "in the last month", 90: "in the last 3 months", 91: "in the last 3 months", 180: "in the last 6 months",
    365: "in the last 12 months", 730: "in the last 2 years",
}  # fmt: skip


def fill_sentence(
    spec: FeatureSpec,
    evidence: Evidence,
    value: float,
    cutoff: pd.Timestamp,
    since: pd.Timestamp,
    titles: Mapping[str, str],
) -> str:
    """The feature's sentence about one child.

    Parameters
    ----------
    spec
        The feature; its `reason` has slots `{times}` (once, twice, 3 times), `{count}` (the feature's value),
        `{plural}` (s unless the value is 1), `{first}`, `{last}`, `{window}`, `{days}` (since the last record) and
        `{kinds}` (each kind with its number, e.g. "domestic abuse at home twice and neglect once").
    evidence
        The records behind it.
    value
        The feature's value.
    cutoff
        The instant at which things are known.
    since
        When the data start; `ever` is told as "since" that date, or the expiry's.
    titles
        What people call each kind.

    Examples
    --------
    >>> spec = FeatureSpec("missing", ["missing"], "count", 365, reason="Reported missing {times} {window}.")
    >>> when = pd.Timestamp("2025-05-12")
    >>> fill_sentence(spec, Evidence(2, when, when), 2.0, pd.Timestamp("2025-06-01"), pd.Timestamp("2018-01-01"), {})
    'Reported missing twice in the last 12 months.'
    """
    number = round(value)
    return spec.reason.format(
        times=times(evidence.number),
        count=f"{number:,}",
        plural="" if number == 1 else "s",
        first=day(evidence.first),
        last=day(evidence.last),
        window=window_words(spec, cutoff, since),
        days=f"{(cutoff - evidence.last).days:,}",
        kinds=joined([f"{titles.get(kind, kind)} {times(number)}" for kind, number in evidence.by_kind]),
    )


def times(number: int) -> str:
    """A number of times in words.

    Examples
    --------
    >>> times(1), times(3)
    ('once', '3 times')
    """
    return _TIMES.get(number, f"{number:,} times")


def joined(parts: list[str]) -> str:
    """Parts in one phrase.

    Examples
    --------
    >>> joined(["one", "two", "three"])
    'one, two and three'
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def window_words(spec: FeatureSpec, cutoff: pd.Timestamp, since: pd.Timestamp) -> str:
    """The window in words: "in the last 12 months", or "since" the first date that counts."""
    if spec.window_days is not None and spec.counted_days == spec.window_days:
        return _WINDOWS.get(spec.window_days, f"in the last {spec.window_days:,} days")
    start = since
    if spec.counted_days is not None:
        start = max(since, cutoff - pd.Timedelta(days=spec.counted_days))
    return f"since {start:%B %Y}"


def day(time: pd.Timestamp) -> str:
    """A date as people write it.

    Examples
    --------
    >>> day(pd.Timestamp("2026-05-12 23:10"))
    '12 May 2026'
    """
    return f"{time.day} {time:%B %Y}"
