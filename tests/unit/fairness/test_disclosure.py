"""Small counts hidden so that nobody can work them out: a linear program tries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from ace_risk.errors import StudyError
from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.counts import METRICS, RESTS_ON
from ace_risk.fairness.disclosure import hide, suppress_gaps, suppress_small


def narrowest(counts: np.ndarray, hidden: np.ndarray) -> float:
    """The narrowest range of any hidden count above 0 that the shown counts and all sums allow."""
    places = np.argwhere(hidden)
    sign = np.array([1, 1, 1, 1, -1])
    rows = np.array([[(row == g) * sign[c] for row, c in places] for g in range(len(counts))])
    columns = np.array([[c == column for _, c in places] for column in range(5)])
    sums = [*(counts * sign * hidden).sum(axis=1), *(counts * hidden).sum(axis=0)]
    least = 0 if (counts[hidden] == 0).any() else 1
    ranges = []
    for unit in np.eye(len(places))[counts[hidden] > 0]:
        ends = [
            linprog(way * unit, A_eq=np.vstack([rows, columns]), b_eq=sums, bounds=(least, None)) for way in (1, -1)
        ]
        ranges.append(-ends[1].fun - ends[0].fun if ends[1].status == 0 else np.inf)
    return min(ranges, default=np.inf)


sizes = st.one_of(st.just(0), st.integers(1, 5), st.integers(6, 200))
tables = st.lists(st.tuples(sizes, sizes, sizes, sizes).filter(any), min_size=2, max_size=4)


@settings(deadline=None, max_examples=25)
@given(tables)
@example([(3, 0, 0, 0), (0, 9, 9, 9)])
@example([(1, 1, 1, 1), (1, 1, 1, 1)])
def test_no_hidden_count_can_be_worked_out(table):
    counts = np.array(table)
    counts = np.column_stack([counts, counts.sum(axis=1)])
    hidden = hide(counts, 6)
    assert hidden[(counts >= 1) & (counts <= 5)].all()
    assert hidden.all() or narrowest(counts, hidden) >= 1, "only a table hidden whole can't be made safer"


def test_nothing_is_hidden_where_nothing_is_small():
    counts = np.array([[9, 0, 6, 7, 22], [100, 6, 0, 6, 112]])
    assert not hide(counts, 6).any()
    assert not hide(np.array([[1, 2, 3, 4, 10]]), 1).any()


def audit_of_three_groups():
    counts = {"a": (60, 90, 700, 150), "b": (3, 40, 300, 57), "c": (20, 30, 200, 0)}
    label, listed, names = [], [], []
    for name, group in counts.items():
        for count, (positive, chosen) in zip(group, [(1, 1), (0, 1), (0, 0), (1, 0)], strict=True):
            label += [positive] * count
            listed += [chosen] * count
            names += [name] * count
    return audit_fairness(label, listed, pd.Series(names, name="group"), threshold=1)


def test_rates_are_hidden_exactly_where_a_count_that_they_rest_on_is_and_zeros_stay():
    audit = audit_of_three_groups()
    shown = suppress_small(audit.by_group, 6)
    assert shown.loc[1, "tp"] == "c"
    assert shown.loc[2, "fn"] == 0
    assert (shown["n"] == audit.by_group["n"]).all()
    assert (shown[["tp", "fn"]] == "c").sum().tolist() == [2, 2], "another group hides the same two counts"
    for row in shown.index:
        for metric in METRICS:
            rests = any(shown.loc[row, count] == "c" for count in RESTS_ON[metric][1])
            for name in (metric, f"{metric}_low", f"{metric}_high"):
                assert (shown.loc[row, name] == "c") == rests
                assert rests or shown.loc[row, name] == audit.by_group.loc[row, name]


def test_gaps_of_hidden_rates_are_hidden_and_verdicts_stay():
    audit = audit_of_three_groups()
    shown = suppress_gaps(audit.verdicts, suppress_small(audit.by_group, 6)).set_index(["metric", "group"])
    assert shown.loc[("tpr", "b"), ["gap", "gap_low", "gap_high", "n_needed"]].eq("c").all()
    assert shown.loc[("fpr", "b"), "gap"] != "c"
    assert shown["verdict"].tolist() == audit.verdicts["verdict"].tolist()


def test_a_single_group_is_the_total_and_is_hidden_whole():
    audit = audit_fairness([1, 0, 0, 0, 0, 0, 0, 0], range(8), pd.Series(["only"] * 8), list_size=1)
    shown = suppress_small(audit.by_group, 6)
    assert shown.loc[0, ["tp", "fp", "tn", "fn", "n"]].tolist() == [0, "c", "c", "c", "c"]


def test_attributes_are_made_safe_one_by_one():
    frame = pd.DataFrame({"x": ["p"] * 50 + ["q"] * 50, "y": ["r"] * 96 + ["s"] * 4})
    audit = audit_fairness([1, 0] * 50, [1, 1, 0, 0] * 25, frame, threshold=1)
    shown = suppress_small(audit.by_group, 6)
    assert not shown[shown["attribute"] == "x"].eq("c").any(axis=None)
    assert (shown.loc[shown["attribute"] == "y", ["n", "tp", "fp", "tn", "fn"]] == "c").all(axis=None)


def test_a_negative_limit_is_refused():
    with pytest.raises(StudyError, match="0 or more"):
        suppress_small(audit_of_three_groups().by_group, -1)


def test_a_handful_beside_two_large_groups_leaves_the_largest_its_figures():
    girls, boys, unknown = (170, 230, 6200, 640), (182, 218, 6822, 673), (1, 1, 20, 1)
    hidden = hide(np.array([[*cells, sum(cells)] for cells in (girls, boys, unknown)]), 6)
    assert not hidden[1].any()
    assert hidden[[0, 2]].all()
