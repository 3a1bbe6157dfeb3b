"""A small cell of `make planted`: the same truth recorded again, listed by the same model, in three views."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ace_risk.kinds import configs_folder
from ace_risk.plans import Biases


@pytest.fixture(scope="module")
def cell(tmp_path_factory):
    """Two recordings without bias, and the second with agencies that wait longer for one group."""
    folder = str(configs_folder().parent / "benchmarks")
    sys.path.insert(0, folder)
    try:
        import recordings

        fixed = recordings.fix(1_500, tmp_path_factory.mktemp("fixed"))
        asked = [(Biases(), 1), (Biases(), 2), (Biases(threshold_gap=1.0), 2)]
        return [recordings.record(fixed, biases, number) for biases, number in asked]
    finally:
        sys.path.remove(folder)
        sys.modules.pop("recordings", None)


def test_another_recording_has_other_records_and_outcomes_of_about_as_many(cell):
    one, other = cell[0]["records"], cell[1]["records"]
    assert not (len(one.label) == len(other.label) and np.array_equal(one.label, other.label))
    assert len(one.label) == pytest.approx(len(other.label), rel=0.1)
    assert one.label.mean() == pytest.approx(other.label.mean(), abs=0.04)


def test_the_views_are_of_the_same_rows(cell):
    for views in cell:
        records, need, services = (views[name] for name in ("records", "need", "services"))
        assert len(need.label) == len(services.label) <= len(records.label)
        assert np.array_equal(need.label, services.label)
        assert services.listed.sum() <= records.label.sum()
        assert 0.25 < records.listed.mean() <= 0.3


def test_need_stays_while_a_bias_moves_what_services_did(cell):
    without, withheld = (cell[place]["services"] for place in (1, 2))
    assert withheld.label.mean() == pytest.approx(without.label.mean(), abs=0.03)
    asian = [(one.groups["ethnicity"] == "Asian").to_numpy() for one in (without, withheld)]
    shares = [one.listed[who].mean() for one, who in zip((without, withheld), asian, strict=True)]
    assert shares[1] < 0.8 * shares[0]
