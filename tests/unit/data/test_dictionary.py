"""The data dictionary leaves nothing out."""

from __future__ import annotations

import re

from ace_risk.data.dictionary import data_dictionary
from ace_risk.data.schema import SCHEMA
from ace_risk.kinds import Kind, Kinds, load_kinds


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_column_stands_in_its_table_with_its_meaning() -> None:
    text = data_dictionary(load_kinds())
    for name, table in SCHEMA.items():
        part = section(text, name)
        for column in table.columns:
            (line,) = [line for line in part.splitlines() if line.startswith(f"| `{column.name}` |")]
            assert column.meaning in line
            assert ("| yes |" if column.optional else "| no |") in line


def test_every_kind_and_code_is_explained() -> None:
    kinds = load_kinds()
    text = data_dictionary(kinds)
    for name, kind in {**kinds.incidents, **kinds.services}.items():
        assert re.search(rf"^\| `{name}` \| {re.escape(kind.title)} \|", text, re.MULTILINE)
    for column, codes in kinds.codes.items():
        part = section(text, f"Codes of `{column}`")
        for code, meaning in codes.items():
            assert f"| `{code}` | {meaning} |" in part


def test_every_row_of_a_grid_has_the_cells_of_its_head() -> None:
    odd = Kind(title="either | or", domain="home")
    kinds = load_kinds()
    text = data_dictionary(Kinds({"odd": odd}, kinds.services, kinds.derived, kinds.codes))
    assert "either \\| or" in text
    width = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line))
        if set(line) <= set("|- ") and cells:
            width = cells
        elif cells and width:
            assert cells == width
        else:
            width = 0
