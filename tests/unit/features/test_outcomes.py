from __future__ import annotations

import pandas as pd

from ace_risk import Outcome, build_labels

DAY = pd.Timedelta(days=1)


def test_an_outcome_that_follows_an_earlier_record_has_no_label_without_one():
    first = pd.Timestamp("2024-01-10").as_unit("us")
    history = pd.DataFrame(
        {
            "child_id": ["a", "a", "b"],
            "kind": "missing",
            "occurred_at": [first, first + 20 * DAY, first + 20 * DAY],
            "recorded_at": [first, first + 20 * DAY, first + 20 * DAY],
        }
    )
    cohort = pd.DataFrame(
        {"child_id": ["a", "a", "b"], "cutoff": [first, first + DAY, first + DAY], "observed_until": first + 99 * DAY}
    )
    labels = build_labels(history, cohort, Outcome(["missing"], 30, after_kinds=["missing"]))
    assert labels.isna().tolist() == [True, False, True]
    assert labels.iloc[1] == 1
    assert build_labels(history, cohort, Outcome(["missing"], 30)).tolist() == [1, 1, 1]
