"""Worked examples for a printed card: made-up children, put together from the card's own bins.

No child's record is read. For a total, the bins are those that most rows have, so far as they can stand together:
nobody has a last record 10 days ago and no record in the last year.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil, inf, log
from typing import Any

from ace_risk.features.catalogue import FeatureSpec

LONG_AGO, NEVER = 1e6, 1e9
"""Days: further back than any record; and no record at all, which is further still."""
KEPT = 12
"""How many ways to reach about the same total are followed further."""
STEPS = 120
"""Into how many steps the range of totals is cut for that, where points are no whole numbers."""
COUNTED = ("count", "ever", "distinct_days", "distinct_kinds")
"""Measures that are 0 where there is no record in the window, and only there."""
ABOVE_NOTHING = ("change", "sum", "mean", "max")
"""Measures that lie above 0 only where there is a record in the window."""


@dataclass(frozen=True)
class Line:
    """A bin of a feature, as a line of the card.

    Attributes
    ----------
    spec
        The feature.
    text, points, share
        The bin in words, its points, and the share of training rows in it.
    low, high
        The bin holds `low <= x < high`; None is open.
    missing
        Whether it is the bin of missing values.
    """

    spec: FeatureSpec
    text: str
    points: float
    share: float
    low: float | None = None
    high: float | None = None
    missing: bool = False

    def as_record(self, **more: str) -> dict[str, Any]:
        """Plain values: text, points and share; with `title` given, that instead of the share."""
        return {**more, "text": self.text, "points": self.points} | ({} if more else {"share": self.share})

    @property
    def last_record(self) -> tuple[float, float]:
        """Days since the last record that the line allows: from the first number up to, not including, the second."""
        spec = self.spec
        outside = NEVER if spec.counted_days is None else float(spec.counted_days)
        low, high = self.low or 0.0, LONG_AGO if self.high is None else self.high
        if spec.measure in (*COUNTED, *ABOVE_NOTHING) and low > 0 and not self.missing:
            return 0.0, min(outside, LONG_AGO)
        if spec.measure in COUNTED and not self.missing:
            return (outside, inf) if high <= 1 else (0.0, inf)
        if spec.measure in ("days_since_last", "days_since_first"):
            if self.missing:
                return outside, inf
            return (low if spec.measure == "days_since_last" else 0.0), high
        return 0.0, inf


@dataclass(frozen=True)
class Example:
    """A made-up child: a line for each feature, the total, and the position of the total's group."""

    lines: tuple[Line, ...]
    total: float
    group: int


def worked_examples(
    features: Sequence[Sequence[Line]], intercept: float, groups: Sequence[tuple[float, float, float]]
) -> list[Example]:
    """Made-up children with a total near the middle of the lowest, the middle and the top group of totals.

    Parameters
    ----------
    features
        The lines of each feature; lines without rows are not used.
    intercept
        What every total starts from.
    groups
        Lowest first: the lowest and highest total among the rows of each, both included, and their median.

    Returns
    -------
    list
        Lowest total first; a group that no made-up child reaches is left out. The same card gives the same examples.

    Examples
    --------
    >>> asb = FeatureSpec("asb", ["asb_nuisance"], "count", 365, title="Calls about noise")
    >>> lines = [Line(asb, "0", 0, 0.8, None, 1), Line(asb, "1 or more", 2, 0.2, 1, None)]
    >>> [(example.total, example.lines[0].text) for example in worked_examples([lines], 1.0, [(1, 1, 1), (3, 3, 3)])]
    [(1.0, '0'), (3.0, '1 or more')]
    """
    ways = ways_to_totals(features, intercept)
    examples = []
    for place in sorted({0, len(groups) // 2, len(groups) - 1} if groups else set()):
        first, last, middle = groups[place]
        inside = [way for way in ways if first - 1e-9 <= way.total <= last + 1e-9]
        if inside:
            best = min(inside, key=lambda way: (round(abs(way.total - middle), 2), -way.usual))
            examples.append(Example(best.lines, best.total, place))
    return examples


@dataclass(frozen=True)
class Way:
    """Lines chosen so far, their total, and how usual they are (sum of the logarithms of their shares)."""

    lines: tuple[Line, ...]
    total: float
    usual: float


def ways_to_totals(features: Sequence[Sequence[Line]], intercept: float) -> list[Way]:
    """Lines that can stand together, one per feature: for each total the most usual ways found to reach it."""
    points = [line.points for lines in features for line in lines]
    whole = all(float(value).is_integer() for value in points)
    width = 1.0 if whole else max(sum(max(abs(line.points) for line in lines) for lines in features), 1.0) * 2 / STEPS
    ways = [Way((), intercept, 0.0)]
    for lines in features:
        longer: defaultdict[int, list[tuple[float, Way, Line]]] = defaultdict(list)
        for way in ways:
            for line in lines:
                if line.share > 0:
                    step = round((way.total + line.points) / width)
                    longer[step].append((way.usual + log(line.share), way, line))
        ways = [way for step in sorted(longer) for way in _most_usual(longer[step])]
    return ways


def _most_usual(longer: list[tuple[float, Way, Line]]) -> list[Way]:
    """The most usual ways made longer by a line, of those whose lines can stand together."""
    longer.sort(key=lambda found: -found[0])
    fitting = (found for found in longer if all(fit_together(found[2], other) for other in found[1].lines))
    return [Way((*way.lines, line), way.total + line.points, usual) for usual, way, line in islice(fitting, KEPT)]


def fit_together(one: Line, other: Line) -> bool:
    """Whether one child can have both lines, as far as the last record and the counts tell.

    Examples
    --------
    >>> count = FeatureSpec("asb", ["asb_nuisance"], "count", 365, title="Calls")
    >>> since = FeatureSpec("asb", ["asb_nuisance"], "days_since_last", title="Days since a call")
    >>> some, never = Line(count, "1 or more", 2, 0.2, 1, None), Line(since, "never", 0, 0.7, missing=True)
    >>> fit_together(some, never), fit_together(some, Line(since, "0 to 29", 3, 0.1, None, 30))
    (False, True)
    """
    return _fits_within(one, other) and _fits_within(other, one)


def _fits_within(part: Line, whole: Line) -> bool:
    """Whether what `part` counts, if it is a part of what `whole` counts, leaves room for it."""
    narrow, wide = part.spec, whole.spec
    same_limits = (narrow.roles, narrow.grades) == (wide.roles, wide.grades)
    if not set(narrow.kinds) <= set(wide.kinds) or not (same_limits or not (wide.roles or wide.grades)):
        return True
    if whole.last_record[0] >= part.last_record[1]:
        return False
    if narrow.measure == wide.measure == "count" and (narrow.counted_days or inf) <= (wide.counted_days or inf):
        return ceil(part.low or 0) < (inf if whole.high is None else whole.high)
    return True
