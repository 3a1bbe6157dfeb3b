"""Files in which people write down who answers for what: a YAML list with an entry for each time that somebody did."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from ace_risk.data.plain_yaml import read_plain_yaml
from ace_risk.errors import StudyError
from ace_risk.kinds import validation_problems
from ace_risk.plans import Part

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that isn't empty."""

Entry = TypeVar("Entry", bound=Part)


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
