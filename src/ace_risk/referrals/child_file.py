"""Files that name children, one a row: an earlier list, objections, and children whom a worker adds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from ace_risk.errors import StudyError
from ace_risk.report.csv_text import neutral

LONGEST_REASON = 200


def written_id(child: object) -> str:
    """A child's id as a list writes it, so that ids from data and ids from a list can be compared.

    Examples
    --------
    >>> written_id("=A1") == written_id("'=A1") == "'=A1"
    True
    """
    return str(neutral(str(child)))


def read_child_file(path: Path, option: str, columns: Sequence[str], what: str, give: str) -> pd.DataFrame:
    """The rows of a CSV file with a column `child_id` and others, as text.

    Raises
    ------
    StudyError
        If the file can't be read, or lacks a column.
    """
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError):
        frame = pd.DataFrame()
    if not {"child_id", *columns} <= set(frame.columns):
        raise StudyError(f"{option}: {path} is not {what}. Give {give}.")
    return frame


def as_in_data(written: Collection[str], children: pd.Series) -> frozenset[str]:
    """Ids that people wrote down, as the data write them: capitals, and spaces around an id, don't matter.

    Parameters
    ----------
    written
        The ids; one that matches nobody stays as it is.
    children
        The ids in the data.

    Examples
    --------
    >>> sorted(as_in_data({"c1 ", "C9"}, pd.Series(["C1", "C2"])))
    ['C1', 'C9']
    """
    if not written:
        return frozenset()
    wanted = {_plain(child): child for child in written}
    texts = children.map(written_id)
    keys = texts.map(_plain)
    matched = keys.isin(set(wanted))
    nobody = (child for key, child in wanted.items() if key not in set(keys[matched]))
    return frozenset([*texts[matched], *nobody])


def _plain(child: str) -> str:
    return child.removeprefix("'").strip().casefold()


def read_objections(path: Path) -> frozenset[str]:
    """The ids of the children who are to be left out, from a file with a column `child_id`.

    Raises
    ------
    StudyError
        If the file can't be read, or has no such column.
    """
    hint = "a CSV file in UTF-8 with a column child_id"
    rows = read_child_file(path, "--objections", (), "a file of objections", hint)
    return frozenset(rows["child_id"][rows["child_id"].str.strip() != ""].map(written_id))


def read_additions(path: Path) -> dict[str, str]:
    """The children whom a worker adds, and why, from a file with the columns `child_id` and `reason`.

    Raises
    ------
    StudyError
        If the file can't be read, lacks a column, or rows give no reason, one of more than 200 characters, or a
        child twice.
    """
    hint = "a CSV file in UTF-8 with the columns child_id and reason"
    rows = read_child_file(path, "--additions", ("reason",), "a file of additions", hint)
    ids, reasons = rows["child_id"].str.strip().map(written_id), rows["reason"].str.split().str.join(" ")
    checks = {
        "without a child_id": ids.str.strip() == "",
        "without a reason": reasons == "",
        f"with a reason of more than {LONGEST_REASON} characters": reasons.str.len() > LONGEST_REASON,
        "that name a child a second time": ids.duplicated(),
    }
    problems = [f"{int(bad.sum())} rows {what}. Correct them." for what, bad in checks.items() if bad.any()]
    if problems:
        raise StudyError.from_problems(f"--additions: {path}", problems)
    return dict(zip(ids, reasons, strict=True))
