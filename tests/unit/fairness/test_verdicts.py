"""Verdicts and the number of rows that it would take."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import DataError
from ace_risk.fairness.audit import FairnessAudit, audit_fairness


def built(margins=0.05, **groups: tuple[int, int, int, int]) -> FairnessAudit:
    """An audit of groups with these tp, fp, tn, fn."""
    label, listed, names = [], [], []
    for name, counts in groups.items():
        for count, (positive, chosen) in zip(counts, [(1, 1), (0, 1), (0, 0), (1, 0)], strict=True):
            label += [positive] * count
            listed += [chosen] * count
            names += [name] * count
    return audit_fairness(label, listed, pd.Series(names, name="group"), threshold=0.5, margins=margins)


def verdict(audit: FairnessAudit, metric: str) -> pd.Series:
    [row] = [row for _, row in audit.verdicts[audit.verdicts["metric"] == metric].iterrows()]
    return row


def test_the_largest_group_is_the_reference_and_has_no_row():
    audit = built(b=(5, 5, 5, 5), a=(9, 9, 9, 9), c=(9, 9, 9, 9))
    assert set(audit.verdicts["reference"]) == {"a"}, "of two as large, the first in order"
    assert set(audit.verdicts["group"]) == {"b", "c"}


def test_a_gap_is_the_groups_rate_less_the_references():
    audit = built(large=(50, 0, 100, 50), small=(10, 0, 20, 30))
    row = verdict(audit, "tpr")
    assert row["gap"] == pytest.approx(0.25 - 0.5)
    assert row["gap_low"] < row["gap"] < row["gap_high"]
    assert verdict(audit, "fnr")["gap"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("small", "expected"),
    [((1600, 0, 0, 2400), "within"), ((400, 0, 0, 3600), "outside"), ((3600, 0, 0, 400), "outside"),
     ((1400, 0, 0, 2600), "not enough evidence"), ((4, 0, 0, 6), "not enough evidence")],
)  # fmt: skip
def test_the_three_verdicts(small, expected):
    row = verdict(built(large=(2000, 0, 0, 3000), small=small), "tpr")
    inside = row["gap_low"] >= -0.05 and row["gap_high"] <= 0.05
    outside = row["gap_low"] > 0.05 or row["gap_high"] < -0.05
    assert row["verdict"] == expected == ("within" if inside else "outside" if outside else "not enough evidence")


def test_margins_may_differ_by_metric():
    margins = {"selection_rate": 0.05, "tpr": 0.3, "fpr": 0.05, "fnr": 0.05, "ppv": 0.05}
    audit = built(margins, large=(500, 0, 0, 500), small=(450, 0, 0, 550))
    assert verdict(audit, "tpr")["verdict"] == "within"
    assert verdict(audit, "fnr")["verdict"] == "not enough evidence"


def test_a_group_of_six_with_no_positives_is_undefined_and_settles_nothing():
    audit = built(large=(300, 100, 500, 100), six=(0, 0, 6, 0))
    six = audit.by_group.set_index("group").loc["six"]
    assert np.isnan([six["tpr"], six["tpr_low"], six["tpr_high"], six["fnr"], six["ppv"]]).all()
    assert six["fpr"] == 0
    row = verdict(audit, "tpr")
    assert np.isnan([row["gap"], row["gap_low"], row["gap_high"]]).all()
    assert row["verdict"] == "not enough evidence"
    assert pd.isna(row["n_needed"])


def test_a_group_of_one_settles_nothing_however_far_its_rate():
    audit = built(large=(0, 0, 1000, 1000), one=(1, 0, 0, 0))
    row = verdict(audit, "tpr")
    assert row["gap_low"] > 0.02
    assert set(audit.verdicts["verdict"]) == {"not enough evidence"}


def test_a_rate_that_rests_on_one_row_settles_nothing():
    margins = 0.01
    row = verdict(built(margins, large=(0, 0, 1000, 1000), group=(1, 0, 200, 0)), "tpr")
    assert row["gap_low"] > margins
    assert row["verdict"] == "not enough evidence"


def test_with_the_rows_needed_a_gap_of_nought_is_shown_as_within():
    large = (40_000, 0, 0, 60_000)
    needed = verdict(built(large=large, small=(20, 0, 0, 30)), "tpr")["n_needed"]
    enough = -(-int(needed) // 5)
    assert verdict(built(large=large, small=(2 * enough, 0, 0, 3 * enough)), "tpr")["verdict"] == "within"
    less = int(needed) * 9 // 50
    assert verdict(built(large=large, small=(2 * less, 0, 0, 3 * less)), "tpr")["verdict"] == "not enough evidence"


def test_with_the_rows_needed_a_gap_near_the_margin_is_told_from_it():
    large = (40_000, 0, 0, 60_000)
    row = verdict(built(large=large, small=(870, 0, 0, 1130)), "tpr")
    assert max(row["gap"] - row["gap_low"], row["gap_high"] - row["gap"]) < 0.05
    assert row["verdict"] == "not enough evidence"
    times = -(-int(row["n_needed"]) // 2000)
    assert times > 1
    assert verdict(built(large=large, small=(870 * times, 0, 0, 1130 * times)), "tpr")["verdict"] == "within"


def test_rows_needed_count_all_rows_of_the_group_not_only_those_below_the_line():
    large = (4_000, 0, 90_000, 6_000)
    rare = verdict(built(large=large, small=(4, 0, 90, 6)), "tpr")["n_needed"]
    common = verdict(built(large=large, small=(4, 0, 0, 6)), "tpr")["n_needed"]
    assert rare == pytest.approx(10 * common, rel=0.02)


def test_a_reference_that_is_too_small_leaves_no_number_of_rows():
    row = verdict(built(large=(10, 0, 0, 15), small=(4, 0, 0, 6)), "tpr")
    assert row["verdict"] == "not enough evidence"
    assert pd.isna(row["n_needed"])


def test_nought_of_six_needs_as_many_as_the_references_rate_does():
    large = (40_000, 0, 0, 60_000)
    none = verdict(built(large=large, small=(0, 0, 0, 6)), "tpr")["n_needed"]
    some = verdict(built(large=large, small=(2, 0, 0, 3)), "tpr")["n_needed"]
    assert none == pytest.approx(some, rel=0.02)


def test_decided_verdicts_need_no_rows():
    table = built(large=(2000, 50, 4000, 3000), small=(400, 40, 3000, 1600), tiny=(1, 1, 1, 1)).verdicts
    assert table.loc[table["verdict"] != "not enough evidence", "n_needed"].isna().all()
    needing = table.dropna(subset="n_needed")
    assert (needing.loc[needing["group"] == "tiny", "n_needed"] > 4).all()
    assert len(needing)


def test_the_answer_is_the_worst_verdict():
    audit = built(large=(2000, 0, 5000, 3000), alike=(800, 0, 2000, 1200))
    assert audit.answer() == "within"
    audit = built(large=(2000, 0, 5000, 3000), alike=(800, 0, 2000, 1200), tiny=(1, 0, 3, 1))
    assert audit.answer() == "not enough evidence"
    audit = built(large=(2000, 0, 5000, 3000), other=(100, 0, 2000, 1900), tiny=(1, 0, 3, 1))
    assert audit.answer(("tpr", "fpr")) == "outside"
    assert audit.answer(("selection_rate",)) == "outside"


@pytest.mark.parametrize("metrics", [(), ("recall",)])
def test_the_answer_needs_known_metrics(metrics):
    with pytest.raises(DataError, match="Name one or more"):
        built(large=(1, 1, 1, 1)).answer(metrics)
