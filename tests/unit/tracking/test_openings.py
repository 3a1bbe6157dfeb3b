from __future__ import annotations

import json

import pytest

from ace_risk.errors import OutputError
from ace_risk.tracking.openings import LOG, log_opening, openings_record

OPENED = {"data": "d", "outcome": "o", "test_from": "2024-01-01", "test_to": "2024-10-01"}


def test_each_look_at_a_test_period_is_counted_and_another_period_is_another(tmp_path):
    assert openings_record(tmp_path, OPENED)["count"] == 1
    log_opening(tmp_path, OPENED, "pack1")
    assert openings_record(tmp_path, OPENED)["count"] == 2
    log_opening(tmp_path, OPENED, "pack2")
    assert "3 times" in openings_record(tmp_path, OPENED)["note"]
    assert openings_record(tmp_path, OPENED | {"data": "other"})["count"] == 1
    assert openings_record(tmp_path, OPENED | {"test_to": "2025-01-01"})["count"] == 1
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert [line["pack"] for line in lines] == ["pack1", "pack2"]


def test_a_log_that_was_tampered_with_is_refused(tmp_path):
    (tmp_path / LOG).write_text("not a log\n")
    with pytest.raises(OutputError, match=r"can't be read as a log"):
        openings_record(tmp_path, OPENED)
