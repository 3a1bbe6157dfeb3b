"""Files in which people write down who answers for what: a YAML list with an entry for each time that somebody did."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from pydantic import StringConstraints, TypeAdapter, ValidationError

from ace_risk.data.files import write_file
from ace_risk.data.plain_yaml import read_plain_yaml
from ace_risk.errors import StudyError
from ace_risk.kinds import validation_problems
from ace_risk.plans import Part

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that isn't empty."""

Entry = TypeVar("Entry", bound=Part)


PackId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The whole id of a pack."""


def write_entries(path: Path, entries: Iterable[Part]) -> None:
    """Write entries as :func:`read_entries` reads them, in place of what the file held.

    Raises
    ------
    OutputError
        If the file can't be written.
    """
    content = [entry.model_dump(mode="json") for entry in entries]
    write_file(path, yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def read_entries(path: Path, kind: type[Entry]) -> tuple[Entry, ...]:
    """The entries in a file, a list of mappings; none if the file isn't there.

    Raises
    ------
    StudyError
        Naming every key that is missing, unknown or wrong; or if the file is not plain YAML.

    Examples
    --------
    >>> read_entries(Path("no-such-file.yaml"), Part)
    ()
    """
    if not path.is_file():
        return ()
    try:
        return tuple(TypeAdapter(list[kind]).validate_python(read_plain_yaml(path) or []))  # type: ignore[valid-type]
    except ValidationError as error:
        raise StudyError.from_problems(str(path), validation_problems(error)) from None
