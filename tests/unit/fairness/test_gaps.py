from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.disclosure import hidden_rates, nesting, suppress_small
from ace_risk.fairness.gaps import group_records, largest_gap, recall_gaps
from ace_risk.fairness.result import plain_records


def made(rows=400, seed=2):
    rng = np.random.default_rng(seed)
    groups = pd.DataFrame({"sex": rng.choice(["Boys", "Girls"], rows), "hub": rng.choice(["A", "B", "C"], rows)})
    label = (rng.random(rows) < 0.4).astype(int)
    listed = rng.random(rows) < np.where(groups["hub"] == "C", 0.6, 0.2)
    return label, listed, groups


def test_the_largest_gap_is_that_of_a_plain_count():
    label, listed, groups = made()
    recall = {
        (name, group): listed[(groups[name] == group) & (label == 1)].mean()
        for name in groups
        for group in groups[name].unique()
    }
    spread = {name: [value for (of, _), value in recall.items() if of == name] for name in groups}
    expected = max(max(values) - min(values) for values in spread.values())
    gap, where = largest_gap(label, listed, groups, least=10)
    assert gap == pytest.approx(expected, abs=1e-12)
    assert where.startswith("hub: ")
    assert where.endswith("and C")


def test_groups_that_are_too_small_are_left_out():
    label, listed, groups = made()
    assert largest_gap(label, listed, groups, least=10_000) == (None, "")
    only_sex, where = largest_gap(label, listed, groups.assign(hub="A"), least=10)
    assert where.startswith("sex")
    assert only_sex is not None


def test_a_gap_that_would_give_a_small_count_away_is_left_out():
    label = np.repeat([1, 0], 200).astype(np.int8)
    care = pd.Series(np.where(np.arange(400) % 200 < 36, "ever", "never"))
    groups = pd.DataFrame({"care_status": care, "sex": np.where(np.arange(400) % 2, "Boys", "Girls")})
    for found, told in ((5, "sex"), (7, "care_status")):
        listed = (np.arange(400) % 200 < found) | (np.arange(400) % 200 > 120)
        gap, where = largest_gap(label, listed, groups, least=30, hide_below=6)
        assert where.startswith(told), (found, where)
        shown = largest_gap(label, listed, groups, least=30)
        assert shown[1].startswith("care_status")
        assert (gap == shown[0]) == (told == "care_status")


def test_a_group_that_is_just_large_enough_is_judged():
    label, listed, groups = made()
    least = int((label * (groups["sex"] == "Girls")).sum())
    other = int((label * (groups["sex"] == "Boys")).sum())
    audit = audit_fairness(label, listed.astype(float), groups[["sex"]], threshold=0.5)
    assert len(recall_gaps(audit, min(least, other)).judged) == 1
    assert not recall_gaps(audit, min(least, other) + 1).judged


def test_gaps_that_can_be_judged_are_told_from_those_that_can_not():
    label, listed, groups = made()
    groups.loc[:9, "hub"] = "tiny"
    audit = audit_fairness(label, listed.astype(float), groups, threshold=0.5)
    gaps = recall_gaps(audit, least=20)
    assert {(row["attribute"], row["group"]) for row in gaps.judged} == {
        (row["attribute"], row["group"])
        for row in audit.verdicts.to_dict("records")
        if row["metric"] == "tpr" and row["group"] != "tiny"
    }
    assert gaps.too_small == 1
    assert all(row["shown"] for row in gaps.judged)


def test_a_gap_may_not_be_shown_where_the_audit_hides_a_side_of_it_as_part_of_a_wider_group():
    label, listed, _ = made()
    fine = pd.Series(np.random.default_rng(3).choice(["A1", "A2", "B1", "B2"], len(label)))
    fine[fine.index[label == 1][:3]] = "A3"
    groups = pd.DataFrame({"ethnicity": fine.str[0], "ethnicity_18": fine})
    audit = audit_fairness(label, listed.astype(float), groups, threshold=0.5)
    hidden = hidden_rates(suppress_small(audit.by_group, 6, nesting(groups, "ethnicity_18", "ethnicity")))
    gaps = recall_gaps(audit, 10, hidden)
    shown = {(row["group"], row["reference"]): row["shown"] for row in gaps.judged}
    gone = {group for _, group, metric in hidden if metric == "tpr"}
    assert "A3" in gone
    assert len(gone) > 1, "a small part alone could be worked out from its whole"
    assert shown == {pair: gone.isdisjoint(pair) for pair in shown}
    assert not all(shown.values())


def test_group_records_are_the_counts_and_small_ones_are_hidden():
    label, listed, groups = made()
    audit = audit_fairness(label, listed.astype(float), groups, threshold=0.5)
    records = group_records(plain_records(suppress_small(audit.by_group, 0)), ("sex", "hub", "age_band"))
    assert list(records) == ["sex", "hub"]
    boys = (groups["sex"] == "Boys").to_numpy()
    [record] = [record for record in records["sex"] if record["group"] == "Boys"]
    assert record["tp"] == (listed & (label == 1) & boys).sum()
    assert record["listed"] == (listed & boys).sum()
    assert record["recall"] == pytest.approx(record["tp"] / record["positives"])
    assert record["precision"] == pytest.approx(record["tp"] / record["listed"])
    assert not record["hidden"]
    hidden = group_records(plain_records(suppress_small(audit.by_group, 10_000)), ["hub"])
    assert all(record["hidden"] and record["tp"] is None and record["recall"] is None for record in hidden["hub"])
