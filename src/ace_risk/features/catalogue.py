"""The catalogue: features as data. Code knows only the measures.

A catalogue file lists features under `features:`; each entry gives one or more columns, one for each window.
Names are made: `{label}_{measure}_{window}`, e.g. `missing_count_365d` or `missing_days_since_last_ever`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ace_risk.errors import StudyError
from ace_risk.features.spec import LONGEST_DAYS, NUMERIC_MEASURES, OUTCOME_CODE, Direction, FeatureSpec, Measure
from ace_risk.kinds import Kinds, load_kinds, read_yaml, validation_problems

__all__ = ["NUMERIC_MEASURES", "Catalogue", "Direction", "FeatureSpec", "SupportOption"]


def _window(value: Any) -> Any:
    """A window of a catalogue file, or why it is none."""
    if value == "ever" or (type(value) is int and 1 <= value <= LONGEST_DAYS):
        return value
    raise ValueError(f"must be a whole number of days from 1 to {LONGEST_DAYS:,}, or ever")


Window = Annotated[int | Literal["ever"], BeforeValidator(_window)]


class Entry(BaseModel):
    """One entry of a catalogue file: a feature over one or more windows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    title: str
    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    measure: Measure
    windows: Annotated[tuple[Window, ...], Field(min_length=1)] = ("ever",)
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
        repeated = _repeated(self.specs)
        if repeated:
            raise StudyError(f"catalogue: {repeated}")

    def __iter__(self) -> Iterator[FeatureSpec]:
        return iter(self.specs)

    def __len__(self) -> int:
        return len(self.specs)

    def __getitem__(self, name: str) -> FeatureSpec:
        for spec in self.specs:
            if spec.name == name:
                return spec
        raise KeyError(name)

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
            Naming every unknown key, kind, grade, role, domain or support option, every kind that is refused, and
            everything else that is wrong with a feature.
        """
        path, kinds = Path(path), kinds or load_kinds()
        content = read_yaml(path)
        problems: list[str] = []
        try:
            file = CatalogueFile.model_validate(content)
        except ValidationError as error:
            problems = [_by_label(problem, content) for problem in validation_problems(error)]
            readable = _readable_part(content, error)
            if readable is None:
                raise StudyError.from_problems(str(path), problems) from None
            file = readable
        problems += _unknown_names(file, kinds)
        specs: list[FeatureSpec] = []
        for entry in file.features:
            problems += _entry_problems(entry, file, kinds)
            try:
                specs += entry.specs()
            except StudyError as error:  # kinds are looked at above, with all that the file knows of them
                problems += [f"{entry.label}.{line}" for line in error.problems if not line.startswith("kinds:")]
        repeated = _repeated(specs)
        if problems or repeated:
            raise StudyError.from_problems(str(path), [*problems, *([repeated] if repeated else [])])
        return cls(specs, file.domains, file.support_options, file.safe_contact_kinds, file.kind_support)


def _readable_part(content: Any, error: ValidationError) -> CatalogueFile | None:
    """The file without the features that can't be read, so that what else is wrong is told; None if more is wrong."""
    unreadable = {item["loc"][1] for item in error.errors() if len(item["loc"]) > 1 and item["loc"][0] == "features"}
    if not unreadable:
        return None
    kept = [entry for number, entry in enumerate(content["features"]) if number not in unreadable]
    try:
        return CatalogueFile.model_validate({**content, "features": kept})
    except ValidationError:
        return None


def _repeated(specs: Iterable[FeatureSpec]) -> str:
    """Which names two features make, and what to do; empty if none."""
    names = [spec.name for spec in specs]
    repeated = sorted({name for name in names if names.count(name) > 1})
    return f"{', '.join(repeated)}: named twice. Give one of them another label." if repeated else ""


def _by_label(problem: str, content: Any) -> str:
    """A problem of the file's layout, with the feature's label in place of its number."""
    found = re.match(r"features\.(\d+)(.*)", problem, re.DOTALL)
    if not found:
        return problem
    entry = content["features"][int(found[1])]
    label = entry.get("label") if isinstance(entry, dict) else None
    rest = re.sub(r"^\.(outcome_codes?): unknown key.*", rf".\1: {OUTCOME_CODE}", found[2])
    return f"{label or f'feature {int(found[1]) + 1}'}{rest}"


def _unknown(where: str, names: Iterable[str], allowed: Iterable[str]) -> Iterator[str]:
    """Names that don't exist, each with the nearest that do; with all, if they are few."""
    known = sorted(set(allowed))
    for name in sorted(set(names) - set(known)):
        near = get_close_matches(name, known, 3)
        if near:
            yield f"{where}: {name} is unknown. Did you mean {' or '.join(near)}?"
        else:
            hint = f"Use one of: {', '.join(known)}." if 0 < len(known) <= 12 else "Check its spelling."
            yield f"{where}: {name} is unknown. {hint}"


def _unknown_names(file: CatalogueFile, kinds: Kinds) -> list[str]:
    """What the file names outside its features that doesn't exist."""
    options = {name for names in file.kind_support.values() for name in names}
    return [
        *_unknown("kind_support", file.kind_support, kinds.all),
        *_unknown("kind_support", options, file.support_options),
        *_unknown("safe_contact_kinds", file.safe_contact_kinds, kinds.all),
    ]


def _entry_problems(entry: Entry, file: CatalogueFile, kinds: Kinds) -> Iterator[str]:
    """What a feature names that doesn't exist or is refused."""
    known = kinds.all
    grades = {grade for name in entry.kinds if name in known for grade in known[name].grades}
    yield from _unknown(f"{entry.label}.kinds", entry.kinds, known)
    yield from _unknown(f"{entry.label}.grades", entry.grades, grades)
    yield from _unknown(f"{entry.label}.roles", entry.roles, kinds.roles)
    yield from _unknown(f"{entry.label}.support", entry.support, file.support_options)
    yield from _unknown(f"{entry.label}.domain", [entry.domain], file.domains)
    refused = kinds.refusal(entry.kinds)
    if refused:
        yield f"{entry.label}.kinds: {refused}"
