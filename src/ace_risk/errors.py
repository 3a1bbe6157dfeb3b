"""Errors that speak to the person who ran the command.

Every error that a user can cause is an :class:`AceRiskError`: it says what is wrong, where, what was
found and what is allowed, and what to do. It never holds a child's id or value. Each class carries the
exit code of the command line (0 done, 1 a bug, 2 usage or study file, 3 data, 4 refused, 5 pack damaged).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


class AceRiskError(Exception):
    """Something that the user can put right; the message says how."""

    exit_code = 1


class StudyError(AceRiskError, ValueError):
    """The study file, the catalogue, a setting or a command's options are wrong; `problems` holds all, a line each."""

    exit_code = 2

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def from_problems(cls, what: str, problems: Iterable[str]) -> StudyError:
        """One error that names every problem found in `what`, a line each.

        Examples
        --------
        >>> print(StudyError.from_problems("demo.yaml", ["seed: must be 0 or more, got -1"]))
        demo.yaml: 1 problem
          - seed: must be 0 or more, got -1
        """
        lines = list(problems)
        return cls(listing(what, lines), lines)


class OutputError(AceRiskError):
    """The output folder can't be written, or holds something that isn't ours."""

    exit_code = 2


class RefusedError(AceRiskError):
    """A gate or an approval says no."""

    exit_code = 4


class PackError(AceRiskError, ValueError):
    """A pack was changed, is incomplete, or has a format that this version can't read."""

    exit_code = 5


@dataclass(frozen=True)
class Problem:
    """One broken rule of the data contract.

    Attributes
    ----------
    table, column
        Where; `column` is empty when the rule is about the whole table.
    rule
        What must hold, in plain words.
    count
        How many rows (or things) break it.
    rows
        Up to five example row numbers, counted from 1 without the header. Never values.
    fix
        What to do.
    """

    table: str
    column: str
    rule: str
    count: int
    rows: tuple[int, ...] = field(default=())
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.table}.{self.column}" if self.column else self.table
        text = f"{where}: {self.rule}"
        if self.rows or self.count > 1:
            text += f"; broken {self.count:,} time{'' if self.count == 1 else 's'}"
        if self.rows:
            text += f" (e.g. row {', '.join(str(row) for row in self.rows)} beneath the header)"
        return f"{text}. {self.fix}" if self.fix else text


class DataError(AceRiskError, ValueError):
    """The data break the contract; `problems` holds every broken rule at once."""

    exit_code = 3

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)

    @classmethod
    def from_problems(cls, what: str, problems: Sequence[Problem]) -> DataError:
        """One error that names every broken rule in `what`, a line each."""
        return cls(listing(what, [str(problem) for problem in problems]), problems)


def listing(what: str, lines: Sequence[str]) -> str:
    """A heading with a count, then one line per problem."""
    count = f"{len(lines)} problem{'' if len(lines) == 1 else 's'}"
    return "\n".join([f"{what}: {count}", *(f"  - {line}" for line in lines)])
