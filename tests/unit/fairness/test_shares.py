"""Shares by group: intervals beside the audit's own, and small counts that nobody can work out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.counts import Attribute
from ace_risk.fairness.disclosure import SUPPRESSED, suppress_small
from ace_risk.fairness.intervals import wilson
from ace_risk.fairness.shares import ShownGroups, home_share, share_records, split_records

RNG = np.random.default_rng(8)


def shown(codes, labels, below=0, homes=None, closed=()):
    rows = np.arange(len(codes)) if homes is None else homes
    return ShownGroups([Attribute("sex", labels, np.asarray(codes))], set(closed), rows, below)


def test_single_households_give_wilsons_interval():
    part = RNG.random(400) < 0.3
    share, low, high = home_share(part, np.arange(400))
    expected = wilson(np.array([part.mean()]), np.array([399.0]))
    assert (share, low, high) == pytest.approx((part.mean(), expected[0][0], expected[1][0]))
    assert home_share(np.ones(0, dtype=bool), np.ones(0, dtype=np.int64)) == pytest.approx((np.nan,) * 3, nan_ok=True)


def test_households_widen_the_interval_as_resampling_them_does():
    homes = np.repeat(np.arange(300), 4)
    part = np.repeat(RNG.random(300) < 0.4, 4) & (RNG.random(1200) < 0.9)
    _, low, high = home_share(part, homes)
    audit = audit_fairness(
        np.ones(1200), part.astype(float), pd.Series(["a"] * 1200), threshold=1, households=homes, n_boot=4000
    )
    row = audit.by_group.iloc[0]
    assert (low, high) == pytest.approx((row["selection_rate_low"], row["selection_rate_high"]), abs=0.003)
    alone = home_share(part, np.arange(1200))
    assert high - low > 1.5 * (alone[2] - alone[1])


def test_a_share_of_one_counts_households_and_not_rows():
    _, low, _ = home_share(np.ones(40, dtype=bool), np.repeat(np.arange(10), 4))
    assert low == pytest.approx(wilson(np.ones(1), np.full(1, 10.0))[0][0])


def test_shares_are_those_of_plain_counting():
    codes = RNG.integers(0, 3, 900)
    part = RNG.random(900) < 0.2 + 0.2 * codes
    for row in share_records(part, shown(codes, ["a", "b", "c"])):
        inside = codes == "abc".index(row["group"])
        assert (row["rows"], row["part"], row["share"]) == (inside.sum(), part[inside].sum(), part[inside].mean())


@pytest.mark.parametrize("parts", [(2, 9, 9), (1, 1, 9), (8, 8, 8), (0, 3, 9), (2, 2, 2)])
def test_no_small_part_can_be_worked_out_by_brute_force(parts):
    """Rows of each group and the total are known; hidden parts are 1 or more, and so is the rest of their group."""
    rows = 10
    codes = np.repeat([0, 1, 2], rows)
    part = np.concatenate([np.arange(rows) < number for number in parts])
    told = [row["part"] for row in share_records(part, shown(codes, ["a", "b", "c"], below=3))]
    choices = [range(1, rows) if cell == SUPPRESSED else [cell] for cell in told]
    fitting = np.array([table for table in product(*choices) if sum(table) == sum(parts)])
    for place, number in enumerate(parts):
        if 0 < number < 3 or 0 < rows - number < 3:
            assert len(set(fitting[:, place])) > 1


def test_a_group_that_the_audit_hides_is_hidden_and_one_more_with_it():
    codes = np.repeat([0, 1, 2], 50)
    records = share_records(np.arange(150) % 3 == 0, shown(codes, ["a", "b", "c"], 6, closed={("sex", "c")}))
    assert [row["part"] for row in records].count(SUPPRESSED) == 2
    assert records[2]["rows"] == SUPPRESSED


def test_kinds_of_a_group_add_up_and_small_ones_are_hidden_in_two_groups():
    codes, kind = np.repeat([0, 1], 60), np.r_[[0] * 2, [1] * 58, [0] * 20, [1] * 40]
    records = split_records(kind, ["x", "y"], shown(codes, ["a", "b"], 6))
    assert [row["part"] for row in records] == [SUPPRESSED] * 4
    plain = split_records(kind, ["x", "y"], shown(codes, ["a", "b"]))
    assert [row["part"] for row in plain] == [2, 58, 20, 40]
    assert all(row["share"] == row["part"] / 60 for row in plain)


def test_pools_stand_for_their_members():
    sex = pd.Series(["Boys"] * 400 + ["Girls"] * 300 + ["Not recorded"] * 12, name="sex")
    label = np.arange(712) % 2
    audit = audit_fairness(label, np.arange(712) % 3 == 0, sex, threshold=1)
    groups = ShownGroups.of(sex.to_frame(), suppress_small(audit.by_group, 6), np.arange(712), 6)
    assert groups.attributes[0].labels == ["Boys", "Girls and Not recorded"]
    assert not any(groups.is_closed("sex", group) for group in groups.attributes[0].labels)


def test_groups_without_rows_have_no_share():
    records = share_records(np.zeros(3, dtype=bool), shown([0, 0, 0], ["a", "b"]))
    assert [(row["rows"], row["share"], row["low"]) for row in records] == [(3, 0.0, 0.0), (0, None, None)]
    nobody = ShownGroups([Attribute("sex", ["a"], np.zeros(0, dtype=np.int64))], set(), np.zeros(0, dtype=np.int64), 6)
    assert share_records(np.zeros(0, dtype=bool), nobody)[0]["share"] is None
    assert split_records(np.zeros(0, dtype=np.int64), ["x"], nobody)[0]["share"] is None
