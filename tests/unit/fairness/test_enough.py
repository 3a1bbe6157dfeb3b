"""What would be enough: records of everybody, so many times."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.audit import audit_fairness

GROUPS = pd.Series(["a"] * 300 + ["b"] * 200, name="g")
LISTED = np.r_[np.ones(150), np.zeros(150), np.ones(100), np.zeros(100)]


def audit(times: int = 1, **more):
    return audit_fairness(
        np.ones(500 * times), np.tile(LISTED, times), pd.concat([GROUPS] * times), threshold=0.5, **more
    )


def on_tpr(table):
    return table[table["metric"] == "tpr"].iloc[0]


@pytest.mark.parametrize("primary", [None, (("g", "tpr"), ("g", "ppv"))])
def test_that_many_times_the_records_settle_a_gap_of_nought_and_fewer_dont(primary):
    times = on_tpr(audit(primary=primary).enough)["times"]
    assert times > 3
    assert on_tpr(audit(int(np.ceil(times)), primary=primary).verdicts)["verdict"] == "within"
    assert on_tpr(audit(int(times) - 1, primary=primary).verdicts)["verdict"] == "not enough evidence"


def test_a_settled_comparison_needs_no_more_and_an_undefined_one_has_no_number():
    many = audit(40)
    assert on_tpr(many.enough)["times"] == 1
    nobody = audit_fairness(np.zeros(500), LISTED, GROUPS, threshold=0.5)
    assert np.isnan(on_tpr(nobody.enough)["times"])
    assert nobody.enough[["attribute", "metric", "group"]].equals(nobody.verdicts[["attribute", "metric", "group"]])
