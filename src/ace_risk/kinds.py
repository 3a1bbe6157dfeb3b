"""Kinds of record and codes of columns, read from `configs/kinds.yaml` and `configs/codes.yaml`.

They are data, so a force with other kinds or codes edits the files. The library names few kinds itself: the five
enforcement kinds below, which are refused everywhere whatever a file says; `missing` and `moved_home`, which it makes
of episodes and moves; and `looked_after`, by which the audit groups children.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ace_risk.errors import StudyError

NEVER_OUTCOMES = frozenset({"arrest", "charge", "custody", "stop_search", "first_time_entry"})
"""Enforcement kinds that are refused as features and outcomes whatever `kinds.yaml` says."""

MISSING_ROLES = ("from_care", "from_home")
"""The roles that a history gives to missing episodes."""
_PLAIN = {
    "int_parsing": "must be a whole number, such as 28",
    "int_type": "must be a whole number, such as 28",
    "float_parsing": "must be a number, such as 0.2",
    "date_from_datetime_parsing": "must be a day, written as 2026-05-12",
    "date_parsing": "must be a day, written as 2026-05-12",
    "bool_parsing": "must be true or false",
    "model_type": "must hold keys and values",
    "dict_type": "must hold keys and values",
    "tuple_type": "must be a list, such as [a, b]",
    "list_type": "must be a list, such as [a, b]",
    "too_short": "needs at least one entry",
    "string_type": "must be text",
}
"""Plain words for what pydantic says of a wrong layout."""


class Kind(BaseModel):
    """One kind of record: what people read, how it is grouped, and what it may be used for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    domain: str
    household: bool = False
    grades: tuple[str, ...] = ()
    enforcement: bool = False
    statutory: bool = False
    ends_observation: bool = False
    parental_condition: bool = False


class KindsFile(BaseModel):
    """The layout of `kinds.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    incidents: dict[str, Kind]
    services: dict[str, Kind]
    derived: dict[str, Kind]

    @model_validator(mode="after")
    def _only_services_end_observation(self) -> KindsFile:
        wrong = sorted(name for name, kind in (self.incidents | self.derived).items() if kind.ends_observation)
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: only kinds under services can have ends_observation. Move it.")
        return self


@dataclass(frozen=True)
class Kinds:
    """Every kind of record and every code, by name.

    Attributes
    ----------
    incidents, services, derived
        Kinds by the table that they come from; `derived` are made when the history is built.
    codes
        For each coded column, its codes and what they mean.
    """

    incidents: dict[str, Kind]
    services: dict[str, Kind]
    derived: dict[str, Kind]
    codes: dict[str, dict[str, str]]

    @property
    def all(self) -> dict[str, Kind]:
        """Every kind that a history may hold."""
        return {**self.incidents, **self.services, **self.derived}

    @property
    def enforcement(self) -> frozenset[str]:
        """Kinds that may never be a feature, a reason or an outcome."""
        return NEVER_OUTCOMES | {name for name, kind in self.all.items() if kind.enforcement}

    @property
    def ends_observation(self) -> frozenset[str]:
        """Kinds, such as a death, from whose first day the child is no longer observed, nor listed once it is known."""
        return frozenset(name for name, kind in self.services.items() if kind.ends_observation)

    def refusal(self, names: Iterable[str]) -> str | None:
        """Why some kinds are refused as features, reasons and outcomes, or None when all may be used.

        Examples
        --------
        >>> load_kinds().refusal(["missing", "cin"]) is None
        True
        """
        names = set(names)
        problems = [enforcement_problem(names, self.enforcement)]
        ending = sorted(names & self.ends_observation)
        if ending:
            problems.append(
                f"{', '.join(ending)}: a kind that ends observation is refused as a feature, a reason or an outcome, "
                "because nobody is listed after it and support can't follow it. Remove it."
            )
        return " ".join(problem for problem in problems if problem) or None

    @property
    def roles(self) -> frozenset[str]:
        """Roles that a record of a history may have."""
        return frozenset(MISSING_ROLES) | frozenset(self.codes.get("role", ()))

    @property
    def household(self) -> frozenset[str]:
        """Kinds that are laid on every child who lived in the household."""
        return frozenset(name for name, kind in self.incidents.items() if kind.household)

    @property
    def parental_conditions(self) -> frozenset[str]:
        """Kinds that tell of a parent's health, drug or alcohol use, treatment or prison.

        They are named to a team only where the approval of the data permits it.
        """
        return frozenset(name for name, kind in self.all.items() if kind.parental_condition)


def configs_folder() -> Path:
    """Where the shipped configuration lies: in the installed package, or beside `src` in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "configs"
    return installed if installed.is_dir() else here.parents[1] / "configs"


def read_yaml(path: Path) -> Any:
    """The content of a YAML file, read by the safe loader only.

    Raises
    ------
    StudyError
        If the file is missing, is not UTF-8, or is not YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(f"{path}: no such file. Give the path of a YAML file that exists.") from None
    except IsADirectoryError:
        raise StudyError(f"{path}: is a folder. Give the path of a YAML file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: can't be read ({type(error).__name__}). Save it as UTF-8 text.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise StudyError(f"{path}: is not YAML{where}. Check indentation, colons and quotes.") from None
    except (ValueError, RecursionError) as error:
        found = "nested too deep" if isinstance(error, RecursionError) else f"not right ({error})"
        raise StudyError(f"{path}: a value is {found}. Correct it; a date is written as 2026-05-12.") from None


def validation_problems(error: ValidationError) -> list[str]:
    """Each problem of a pydantic error as one plain line: where, what, and what was found."""
    lines = []
    found_in = [item["loc"] for item in error.errors()]
    for item in error.errors():
        here = len(item["loc"])
        if item["type"] == "too_short" and any(len(loc) > here and loc[:here] == item["loc"] for loc in found_in):
            continue  # it is short only because its entries are wrong
        where = ".".join(str(part) for part in item["loc"]) or "file"
        if item["type"] == "extra_forbidden":
            lines.append(f"{where}: unknown key. Remove it, or check its spelling.")
        elif item["type"] == "missing":
            lines.append(f"{where}: is missing. Add it.")
        elif item["loc"] and item.get("input") is None:
            lines.append(f"{where}: is empty. Fill it in.")
        else:
            choices = f"must be {item['ctx']['expected']}" if item["type"] == "literal_error" else ""
            message = (
                choices
                or _PLAIN.get(item["type"])
                or item["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
            )
            found = item.get("input")
            shown = f" (got {found!r})" if isinstance(found, str | int | float | bool) else ""
            lines.append(f"{where}: {message}{shown}")
    return lines


@cache
def load_kinds(kinds: Path | None = None, codes: Path | None = None) -> Kinds:
    """The kinds and codes in two files; the shipped ones by default.

    Raises
    ------
    StudyError
        Naming every key that is unknown, missing or of the wrong type.

    Examples
    --------
    >>> "stop_search" in load_kinds().enforcement
    True
    """
    kinds_path = kinds or configs_folder() / "kinds.yaml"
    codes_path = codes or configs_folder() / "codes.yaml"
    try:
        file = KindsFile.model_validate(read_yaml(kinds_path))
    except ValidationError as error:
        raise StudyError.from_problems(str(kinds_path), validation_problems(error)) from None
    content = read_yaml(codes_path)
    if not isinstance(content, dict) or not all(isinstance(value, dict) for value in content.values()):
        raise StudyError(f"{codes_path}: each column needs a mapping from code to meaning.")
    table = {column: {str(code): str(text) for code, text in values.items()} for column, values in content.items()}
    return Kinds(file.incidents, file.services, file.derived, table)


def enforcement_problem(kinds: Iterable[str], enforcement: Iterable[str]) -> str | None:
    """Why these kinds are refused, or None when none of them is an enforcement kind.

    Examples
    --------
    >>> print(enforcement_problem(["missing"], {"arrest"}))
    None
    """
    refused = sorted(set(kinds) & (NEVER_OUTCOMES | set(enforcement)))
    if not refused:
        return None
    return (
        f"{', '.join(refused)}: enforcement records are refused as features, reasons and outcomes, "
        "because they show what services did to a child, not what the child needs. Remove them."
    )
