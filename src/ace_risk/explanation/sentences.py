"""A reason's sentence, filled with the counts and dates of the child's own records."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from ace_risk.explanation.evidence import Evidence
from ace_risk.features.catalogue import FeatureSpec

_TIMES = {1: "once", 2: "twice"}
_WINDOWS = {
    30: "in the last month", 90: "in the last 3 months", 91: "in the last 3 months", 180: "in the last 6 months",
    365: "in the last 12 months", 730: "in the last 2 years", 731: "in the last 2 years",
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
        `{plural}` (s unless the value is 1), `{when}` (on the one day, or first and most recently), `{first}`,
        `{last}`, `{window}`, `{days}` (since the last record) and
        `{kinds}` (each kind with its number, e.g. "domestic abuse at home twice and neglect once").
    evidence
        The records behind it.
    value
        The feature's value.
    cutoff
        The instant at which things are known.
    since
        When the child's records can begin: the start of the data, or birth. A window that reaches back to it is told
        as "so far".
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
        when=when_words(evidence),
        first=day(evidence.first),
        last=day(evidence.last),
        window=window_words(spec, cutoff, since),
        days=f"{(cutoff - evidence.last).days:,}",
        kinds=joined([f"{titles.get(kind, kind)} {times(number)}" for kind, number in evidence.by_kind]),
    )


def when_words(evidence: Evidence) -> str:
    """When the records were: on their one day, or first on one and most recently on another.

    Examples
    --------
    >>> when_words(Evidence(2, pd.Timestamp("2025-03-04"), pd.Timestamp("2025-05-12")))
    'first on 4 March 2025, most recently on 12 May 2025'
    """
    first, last = day(evidence.first), day(evidence.last)
    return f"on {last}" if first == last else f"first on {first}, most recently on {last}"


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
    """The window in words: "in the last 12 months", "in the last 6 years", or "so far" where nothing lies before it."""
    days = spec.counted_days
    if days is None or cutoff - pd.Timedelta(days=days) <= since:
        return "so far"
    if days in _WINDOWS:
        return _WINDOWS[days]
    return f"in the last {round(days / 365.25)} years" if days > 730 else f"in the last {days:,} days"


def day(time: pd.Timestamp) -> str:
    """A date as people write it.

    Examples
    --------
    >>> day(pd.Timestamp("2026-05-12 23:10"))
    '12 May 2026'
    """
    return f"{time.day} {time:%B %Y}"
