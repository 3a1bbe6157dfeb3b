"""The six tables in memory."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from ace_risk.data.schema import SCHEMA
from ace_risk.data.tables import Tables


def test_the_summary_has_a_row_per_table(small_tables: Tables) -> None:
    summary = small_tables.summary()
    assert summary["table"].tolist() == list(SCHEMA) == list(small_tables.names)
    assert summary["rows"].tolist() == [4, 4, 4, 4, 2, 2]
    assert summary["columns"].tolist() == [6, 7, 8, 3, 9, 7]
    assert (summary["bytes"] > 0).all()


def test_tables_cannot_be_swapped(small_tables: Tables) -> None:
    with pytest.raises(FrozenInstanceError):
        small_tables.synthetic = False  # type: ignore[misc]
