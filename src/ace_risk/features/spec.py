"""One feature: which records, what is measured on them, and what may be said about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import Formatter
from typing import Literal, get_args

from ace_risk.errors import StudyError
from ace_risk.kinds import enforcement_problem

Measure = Literal[
    "count", "ever", "change", "days_since_last", "days_since_first", "distinct_days", "distinct_kinds",
    "days_in_spell", "open", "sum", "mean", "max",
]  # fmt: skip
Direction = Literal["more_need", "less_need", "either"]
MEASURES: tuple[str, ...] = get_args(Measure)
NUMERIC_MEASURES = ("sum", "mean", "max")
LONGEST_DAYS = 36_525
"""The longest window and expiry: a hundred years."""
SLOTS = ("times", "count", "plural", "when", "first", "last", "window", "days", "kinds")
"""What the sentence of a feature may ask for, in braces."""
OUTCOME_CODE = (
    "how a case ended is refused in features, because it shows what services decided, and a case that was closed "
    "proves nothing. Remove it."
)
"""Why a feature may not read `outcome_code`."""
_LABEL = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class FeatureSpec:
    """One feature: which records, what is measured on them, and what may be said about it.

    Parameters
    ----------
    label
        Identifier, `[a-z][a-z0-9_]*`; the first part of the column's name.
    kinds
        Kinds of record that count. Enforcement kinds are refused.
    measure
        `count`, `ever` (1 or 0), `change` (the count in the window less the count in the window before it),
        `days_since_last`, `days_since_first` (whole 24-hour days, rounded down,
        NaN where nothing happened), `distinct_days`, `distinct_kinds`, `days_in_spell`, `open` (1 while a
        spell is open at the cutoff), or `sum`, `mean`, `max` of `column`.
    window_days
        Length of the window before the cutoff, in 24-hour days; None is ever.
    roles, grades
        Only records with one of these; empty for all.
    column
        Numeric column of the history for `sum`, `mean`, `max`.
    direction
        `more_need`: a larger value may only add need; `less_need`: only take away; `either`.
    domain, title, reason, support
        The group that reasons are gathered under, the words that people read, the sentence with slots
        (`SLOTS`; see `explanation.sentences.fill_sentence`), and the names of support options.
    expires_days
        A record older than this no longer counts, whatever the window; None for never.

    Raises
    ------
    StudyError
        Naming everything that is wrong with the feature.

    Examples
    --------
    >>> FeatureSpec("missing", ["missing"], "count", 365).name
    'missing_count_365d'
    """

    label: str
    kinds: tuple[str, ...]
    measure: Measure
    window_days: int | None = None
    roles: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    column: str = ""
    direction: Direction = "either"
    domain: str = ""
    title: str = ""
    reason: str = ""
    support: tuple[str, ...] = ()
    expires_days: int | None = None

    def __post_init__(self) -> None:
        for name in ("kinds", "roles", "grades", "support"):
            value = getattr(self, name)
            object.__setattr__(self, name, (value,) if isinstance(value, str) else tuple(value))
        problems = list(self._problems())
        if problems:
            raise StudyError.from_problems(f"feature {self.label!r}", problems)

    def _problems(self) -> Iterator[str]:
        if not isinstance(self.label, str) or not _LABEL.fullmatch(self.label):
            yield "label: must start with a small letter and hold only a-z, 0-9 and _."
        if self.measure not in MEASURES:
            yield f"measure: {self.measure!r} is unknown. Use one of {', '.join(MEASURES)}."
        if self.direction not in get_args(Direction):
            yield f"direction: {self.direction!r} is unknown. Use one of {', '.join(get_args(Direction))}."
        if not self.kinds:
            yield "kinds: at least one kind is needed."
        for name in ("window_days", "expires_days"):
            value = getattr(self, name)
            if value is not None and (
                isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_DAYS
            ):
                yield f"{name}: must be whole days from 1 to {LONGEST_DAYS:,}, or empty for ever; got {value!r}."
        if (self.measure in NUMERIC_MEASURES) != bool(self.column):
            yield "column: sum, mean and max need the name of a numeric column, and no other measure takes one."
        if self.measure == "change" and self.window_days is None:
            yield "window_days: change needs a window to compare with the one before."
        if self.column == "outcome_code":
            yield f"column: {OUTCOME_CODE}"
        yield from self._sentence_problems()
        refused = enforcement_problem(self.kinds, ())
        if refused:
            yield f"kinds: {refused}"

    def _sentence_problems(self) -> Iterator[str]:
        slots = ", ".join(f"{{{slot}}}" for slot in SLOTS)
        try:
            asked = {name for _, name, _, _ in Formatter().parse(self.reason) if name is not None}
        except ValueError:
            yield f"reason: its braces don't match. Slots are {slots}."
            return
        for name in sorted(asked - set(SLOTS)):
            yield f"reason: {{{name}}} is unknown. Use {slots}."

    @property
    def name(self) -> str:
        """The column's name."""
        window = "ever" if self.window_days is None else f"{self.window_days}d"
        return f"{self.label}_{self.measure}_{window}"

    @property
    def counted_days(self) -> int | None:
        """Days before the cutoff in which records count: the shorter of window and expiry; None for ever."""
        days = [value for value in (self.window_days, self.expires_days) if value is not None]
        return min(days) if days else None
