from __future__ import annotations

import numpy as np
import pandas as pd

from ace_risk.evaluate.churn import churn_record


def test_those_who_stay_are_counted_between_lists_that_follow_one_another():
    cutoffs = pd.to_datetime(["2024-01-01"] * 3 + ["2024-04-01"] * 3 + ["2024-07-01"] * 3).to_numpy()
    children = np.array(list("abcabcabc"))
    listed = np.array([1, 1, 0, 0, 1, 1, 1, 1, 0], dtype=bool)  # ab, bc, ab
    record = churn_record(children, cutoffs, listed)
    assert [(change["stayed"], change["new"], change["places"]) for change in record["changes"]] == [(1, 1, 2)] * 2
    assert record["changes"][0]["from"] == "2024-01-01"
    assert record["changes"][1]["to"] == "2024-07-01"
    assert record["stayed_share"] == 0.5


def test_a_single_list_has_no_churn():
    one = churn_record(np.array(["a"]), pd.to_datetime(["2024-01-01"]).to_numpy(), np.array([True]))
    assert one == {"changes": [], "stayed_share": None}
