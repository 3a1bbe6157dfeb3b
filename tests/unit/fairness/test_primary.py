"""Primary comparisons: declared beforehand, held together, and what the answer rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from ace_risk.errors import DataError
from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.intervals import exact, gap_interval

RNG = np.random.default_rng(8)
N = 6_000
GROUPS = pd.DataFrame({"sex": RNG.choice(["Girl", "Boy"], N), "band": RNG.choice(["a", "b", "c", "d"], N)})
LABEL, SCORE = RNG.random(N) < 0.4, RNG.random(N)
PRIMARY = (("sex", "tpr"), ("band", "tpr"))


def audit(**more):
    return audit_fairness(LABEL, SCORE, GROUPS, threshold=0.5, **more)


def row(found, attribute, metric, group):
    table = found.verdicts
    return table[table["attribute"].eq(attribute) & table["metric"].eq(metric) & table["group"].eq(group)].iloc[0]


def test_without_a_declaration_every_interval_has_95_percent_and_the_answer_rests_on_every_tpr():
    found = audit()
    assert found.settings["primary"] == []
    assert found.settings["primary_level"] == pytest.approx(0.95)
    assert found.primary["metric"].tolist() == ["tpr"] * 4
    assert found.answer() == found.answer(("tpr",))


def test_declared_comparisons_share_five_in_a_hundred_among_all_their_groups():
    found = audit(primary=PRIMARY)
    assert found.settings["primary_comparisons"] == 1 + 3
    assert found.settings["primary_level"] == pytest.approx(1 - 0.05 / 4)
    assert found.primary["attribute"].tolist() == ["sex", "band", "band", "band"]


def test_the_wider_interval_is_the_closed_form_at_that_level_and_other_rows_stay():
    plain, found = audit(), audit(primary=PRIMARY)
    rates = found.by_group.set_index(["attribute", "group"])
    told = row(found, "sex", "tpr", found.primary["group"].iloc[0])
    tail = 0.05 / 4 / 2

    def limits(group):
        tp, fn = rates.loc[("sex", group), ["tp", "fn"]]
        return tp / (tp + fn), beta.ppf(tail, tp, fn + 1), beta.ppf(1 - tail, tp + 1, fn)

    (one, low, high), (other, other_low, other_high) = limits(told["group"]), limits(told["reference"])
    assert told["gap_low"] == pytest.approx(one - other - np.hypot(one - low, other_high - other), abs=1e-12)
    assert told["gap_high"] == pytest.approx(one - other + np.hypot(high - one, other - other_low), abs=1e-12)
    others = ~plain.verdicts["metric"].isin(["tpr", "fnr"])
    pd.testing.assert_frame_equal(plain.verdicts[others], found.verdicts[others])
    primary = ~others
    assert (found.verdicts["gap_high"][primary] > plain.verdicts["gap_high"][primary]).all()


def test_the_share_missed_is_the_same_comparison_backwards():
    found = audit(primary=(("sex", "fnr"), ("sex", "tpr")))
    assert found.settings["primary"] == [["sex", "tpr"]]
    one, other = (row(found, "sex", metric, found.verdicts["group"].iloc[0]) for metric in ("tpr", "fnr"))
    assert (one["gap_low"], one["gap_high"]) == (pytest.approx(-other["gap_high"]), pytest.approx(-other["gap_low"]))
    assert (one["verdict"], one["n_needed"]) == (other["verdict"], other["n_needed"])


def test_the_answer_rests_on_the_declared_comparisons_only():
    label = np.ones(N)
    listed = np.where(GROUPS["band"] == "a", 0.0, 1.0)
    found = audit_fairness(label, listed, GROUPS, threshold=0.5, margins=0.1, primary=(("sex", "tpr"),))
    assert found.answer(("tpr",)) == "outside"
    assert found.answer() == "within"


def test_groups_that_can_get_no_verdict_are_not_counted():
    groups = pd.Series(["a"] * 50 + ["b"] * 50 + ["one"] + ["nobody"] * 9, name="g")
    label = [1, 0] * 50 + [1] + [0] * 9
    found = audit_fairness(label, np.arange(110), groups, threshold=50, primary=(("g", "tpr"),))
    assert found.settings["primary_comparisons"] == 1


def test_simultaneous_intervals_hold_together_in_at_least_95_of_100_audits():
    """Eight groups with one true rate, 20,000 times: how often any interval of a gap leaves out nought."""
    n = np.array(200.0)
    rate = np.random.default_rng(3).binomial(200, 0.4, size=(20_000, 8)) / 200

    def any_missed(level):
        low, high = exact(rate, n, level)
        reference = rate[:, [0]]
        ends = gap_interval(rate, (low, high), reference, (low[:, [0]], high[:, [0]]), np.array(0.0))
        return ((ends[0] > 0) | (ends[1] < 0))[:, 1:].any(axis=1).mean()

    groups = pd.Series(np.repeat(list("abcdefgh"), 200), name="g")
    found = audit_fairness(np.ones(1600), rate.ravel()[:1600], groups, threshold=0.5, primary=(("g", "tpr"),))
    assert found.settings["primary_comparisons"] == 7
    assert any_missed(found.settings["primary_level"]) <= 0.05
    assert any_missed(0.95) > 0.1, "one at a time they don't hold together: the correction does something"


@pytest.mark.parametrize(
    "wrong", [(("age", "tpr"),), (("sex", "recall"),), (), ("sex",), 3, (("sex", "tpr", 1),), ((["sex"], "tpr"),)]
)
def test_a_wrong_declaration_is_refused(wrong):
    with pytest.raises(DataError, match="primary"):
        audit(primary=wrong)
