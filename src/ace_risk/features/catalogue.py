"""The catalogue: features as data. Code knows only the measures.

A catalogue file lists features under `features:`; each entry gives one or more columns, one for each window.
Names are made: `{label}_{measure}_{window}`, e.g. `missing_count_365d` or `missing_days_since_last_ever`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ace_risk.errors import StudyError
from ace_risk.kinds import Kinds, enforcement_problem, load_kinds, read_yaml, validation_problems

Measure = Literal[
    "count", "ever", "change", "days_since_last", "days_since_first", "distinct_days", "distinct_kinds",
    "days_in_spell", "open", "sum", "mean", "max",
]  # fmt: skip
Direction = Literal["more_need", "less_need", "either"]
MEASURES: tuple[str, ...] = get_args(Measure)
NUMERIC_MEASURES = ("sum", "mean", "max")
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
        (`{times}`, `{count}`, `{first}`, `{last}`, `{window}`), and the names of support options.
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
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                yield f"{name}: must be a whole number of days, 1 or more, or empty for ever; got {value!r}."
        if (self.measure in NUMERIC_MEASURES) != bool(self.column):
            yield "column: sum, mean and max need the name of a numeric column, and no other measure takes one."
        if self.measure == "change" and self.window_days is None:
            yield "window_days: change needs a window to compare with the one before."
        refused = enforcement_problem(self.kinds, ())
        if refused:
            yield f"kinds: {refused}"

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


class Entry(BaseModel):
    """One entry of a catalogue file: a feature over one or more windows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    title: str
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    measure: Measure
    windows: Annotated[tuple[int | Literal["ever"], ...], Field(min_length=1)] = ("ever",)
    roles: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    column: str = ""
    direction: Direction = "either"
    domain: str
    reason: str = ""
    support: tuple[str, ...] = ()
    expires_days: int | None = None

    def specs(self) -> list[FeatureSpec]:
        """One feature for each window."""
        values = {key: getattr(self, key) for key in type(self).model_fields if key != "windows"}
        return [FeatureSpec(**values, window_days=None if window == "ever" else window) for window in self.windows]


class SupportOption(BaseModel):
    """Something that could be offered, and the ages that it suits: `from_years` is included, `under_years` isn't."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    from_years: Annotated[int, Field(ge=0)] = 0
    under_years: Annotated[int, Field(ge=1)] = 100

    def suits(self, age_years: int) -> bool:
        """Whether it can be offered at an age, in whole years."""
        return self.from_years <= age_years < self.under_years


class CatalogueFile(BaseModel):
    """The layout of a catalogue file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domains: dict[str, str]
    support_options: dict[str, SupportOption]
    kind_support: dict[str, tuple[str, ...]] = {}
    safe_contact_kinds: tuple[str, ...] = ()
    features: Annotated[tuple[Entry, ...], Field(min_length=1)]


class Catalogue:
    """An ordered list of features with different names.

    Parameters
    ----------
    specs
        The features.
    domains
        Titles of the domains, in the order in which people read them.
    support_options
        What could be offered, by name.
    kind_support
        For a kind of record, the options that answer it, whichever feature tells of it.
    safe_contact_kinds
        Kinds that call for "Check safe contact first".

    Raises
    ------
    StudyError
        If two features make the same name.

    Examples
    --------
    >>> Catalogue([FeatureSpec("asb", ["asb_nuisance"], "ever")]).names
    ['asb_ever_ever']
    """

    def __init__(
        self,
        specs: Iterable[FeatureSpec],
        domains: dict[str, str] | None = None,
        support_options: dict[str, SupportOption] | None = None,
        safe_contact_kinds: Iterable[str] = (),
        kind_support: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.specs = tuple(specs)
        self.domains = dict(domains or {})
        self.support_options = dict(support_options or {})
        self.safe_contact_kinds = tuple(safe_contact_kinds)
        self.kind_support = dict(kind_support or {})
        repeated = sorted({name for name in self.names if self.names.count(name) > 1})
        if repeated:
            raise StudyError(f"catalogue: {', '.join(repeated)}: named twice. Give one of them another label.")

    def __iter__(self) -> Iterator[FeatureSpec]:
        return iter(self.specs)

    def __len__(self) -> int:
        return len(self.specs)

    def __getitem__(self, name: str) -> FeatureSpec:
        return next(spec for spec in self.specs if spec.name == name)

    @property
    def names(self) -> list[str]:
        """The columns' names, in order."""
        return [spec.name for spec in self.specs]

    @property
    def directions(self) -> dict[str, Direction]:
        """The direction of each column."""
        return {spec.name: spec.direction for spec in self.specs}

    @classmethod
    def from_yaml(cls, path: str | Path, kinds: Kinds | None = None) -> Catalogue:
        """Read a catalogue file and check it against the kinds of record.

        Raises
        ------
        StudyError
            Naming every unknown key, kind, grade, domain or support option, and every enforcement kind.
        """
        path, kinds = Path(path), kinds or load_kinds()
        try:
            file = CatalogueFile.model_validate(read_yaml(path))
        except ValidationError as error:
            raise StudyError.from_problems(str(path), validation_problems(error)) from None
        problems = [problem for entry in file.features for problem in _entry_problems(entry, file, kinds)]
        for where, names, allowed in (
            ("kind_support", set(file.kind_support), set(kinds.all)),
            (
                "kind_support",
                {name for options in file.kind_support.values() for name in options},
                set(file.support_options),
            ),
            ("safe_contact_kinds", set(file.safe_contact_kinds), set(kinds.all)),
        ):
            problems += [f"{where}: {name} is unknown. Check its spelling." for name in sorted(names - allowed)]
        if problems:
            raise StudyError.from_problems(str(path), problems)
        specs = [spec for entry in file.features for spec in entry.specs()]
        return cls(specs, file.domains, file.support_options, file.safe_contact_kinds, file.kind_support)


def _entry_problems(entry: Entry, file: CatalogueFile, kinds: Kinds) -> Iterator[str]:
    """What an entry names that doesn't exist or is refused."""
    known = kinds.all
    grades = {grade for name in entry.kinds if name in known for grade in known[name].grades}
    for where, names, allowed in (
        ("kinds", entry.kinds, set(known)),
        ("grades", entry.grades, grades),
        ("support", entry.support, set(file.support_options)),
        ("domain", (entry.domain,), set(file.domains)),
    ):
        unknown = sorted(set(names) - allowed)
        if unknown:
            known_names = ", ".join(sorted(allowed)) or "none"
            yield f"{entry.label}.{where}: {', '.join(unknown)} is unknown. Use: {known_names}."
    refused = kinds.refusal(entry.kinds)
    if refused:
        yield f"{entry.label}.kinds: {refused}"
