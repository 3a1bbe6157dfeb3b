"""Pools: a board reads the large groups, and nobody works out the small ones."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.counts import COUNTS, METRICS
from ace_risk.fairness.disclosure import COLUMNS, SUPPRESSED, suppress_small
from ace_risk.fairness.pooled import merge_pools, pool_name, pooled_records, pools_of

BELOW = 6
KINDS = dict(zip(COUNTS, [(1, 1), (0, 1), (0, 0), (1, 0)], strict=True))


def rows_of(counts):
    """Label, listed and group of each row, for groups × (tp, fp, tn, fn)."""
    cells = [(name, *KINDS[kind]) for name, group in counts.items() for kind, n in zip(COUNTS, group, strict=True)
             for _ in range(n)]  # fmt: skip
    return pd.DataFrame(cells, columns=["group", "label", "listed"])


def audit_of(counts):
    rows = rows_of(counts)
    return audit_fairness(rows["label"], rows["listed"], rows["group"], threshold=1)


CUMBRIA = {"Boys": (1080, 1045, 39268, 3997), "Girls": (931, 941, 33289, 3255), "Not recorded": (2, 3, 159, 4)}


def test_a_tiny_group_hides_the_smaller_of_two_large_ones_and_their_pool_is_shown():
    audit = audit_of({name: [max(n // 20, 2) for n in group] for name, group in CUMBRIA.items()})
    shown = suppress_small(audit.by_group, BELOW).set_index("group")
    assert not (shown.loc["Boys"] == SUPPRESSED).any(), "the largest group keeps its figures"
    assert (shown.loc["Girls", ["tpr", "ppv"]] == SUPPRESSED).all()
    assert pools_of(shown.reset_index()) == {"group": ["Girls", "Not recorded"]}


def everything_that_fits(counts, shown):
    """Every table that has the shown counts and the sums of the true one, with hidden counts of 1 or more."""
    true = np.array(list(counts.values()))
    cells = shown[list(COUNTS)].to_numpy()
    columns = []
    for place, column in enumerate(cells.T):
        choices = [range(1, true[:, place].sum() + 1) if cell == SUPPRESSED else [cell] for cell in column]
        columns.append([choice for choice in product(*choices) if sum(choice) == true[:, place].sum()])
    tables = np.array([np.array(table).T for table in product(*columns)])
    known = [place for place, n in enumerate(shown["n"]) if n != SUPPRESSED]
    return tables[(tables.sum(axis=2)[:, known] == true.sum(axis=1)[known]).all(axis=1)]


@pytest.mark.parametrize(
    "counts",
    [
        {"a": (4, 4, 5, 4), "b": (3, 3, 4, 3), "c": (2, 1, 4, 3)},
        {"a": (5, 4, 4, 4), "b": (4, 3, 3, 3), "c": (1, 0, 3, 0)},
        {"a": (4, 4, 4, 4), "b": (3, 3, 3, 3), "c": (1, 0, 0, 0)},
        {"a": (4, 4, 4, 4), "b": (2, 3, 3, 3), "c": (4, 3, 3, 0)},
        {"a": (9, 9, 9, 9), "b": (4, 4, 4, 4), "c": (1, 3, 3, 3), "d": (2, 3, 1, 3)},
    ],
)
def test_no_small_count_can_be_worked_out_from_groups_pools_and_totals_by_brute_force(counts):
    below = 3
    audit = audit_of(counts)
    shown = suppress_small(audit.by_group, below)
    pools = pools_of(shown)
    frame = rows_of(counts)
    records = pooled_records(
        lambda groups: audit_fairness(frame["label"], frame["listed"], groups, threshold=1),
        frame[["group"]], pools, below,
    )  # fmt: skip
    fitting = everything_that_fits(counts, shown)
    for record in records:
        inside = [name in record["members"] for name in counts]
        pooled = fitting[:, inside].sum(axis=1)
        fitting = fitting[(pooled == [record[name] for name in COUNTS]).all(axis=1)]
    true = np.array(list(counts.values()))
    assert (fitting == true).all(axis=(1, 2)).any(), "the true table fits what is shown"
    for row, column in np.argwhere((true > 0) & (true < below)):
        assert len(set(fitting[:, row, column])) > 1


def test_a_pools_figures_are_those_of_its_members_added_up_with_the_audits_intervals():
    counts = {"a": (60, 90, 700, 150), "b": (3, 40, 300, 57), "c": (20, 30, 200, 10)}
    frame, audit = rows_of(counts), audit_of(counts)
    pools = pools_of(suppress_small(audit.by_group, BELOW))
    [record] = pooled_records(
        lambda groups: audit_fairness(frame["label"], frame["listed"], groups, threshold=1),
        frame[["group"]], pools, BELOW,
    )  # fmt: skip
    assert record["members"] == ["b", "c"]
    assert [record[name] for name in COUNTS] == [23, 70, 500, 67]
    added = audit_of({"a": counts["a"], "b and c": (23, 70, 500, 67)})
    expected = added.by_group.set_index("group").loc["b and c"]
    for metric in METRICS:
        assert record[metric] == expected[metric]
    gap = added.verdicts.set_index("metric").loc["tpr"]
    assert [record[name] for name in ("gap", "gap_low", "gap_high", "verdict")] == gap[
        ["gap", "gap_low", "gap_high", "verdict"]
    ].tolist()


def test_a_pool_of_which_a_count_is_small_is_left_out_and_a_whole_attribute_is_no_pool():
    counts = {"a": (60, 90, 700, 150), "b": (3, 2, 30, 7), "c": (9, 3, 20, 8)}
    frame, audit = rows_of(counts), audit_of(counts)
    pools = pools_of(suppress_small(audit.by_group, BELOW))
    assert pools == {"group": ["b", "c"]}
    few = lambda groups: audit_fairness(frame["label"], frame["listed"], groups, threshold=1)  # noqa: E731
    assert pooled_records(few, frame[["group"]], pools, BELOW) == []
    assert pooled_records(few, frame[["group"]], {}, BELOW) == []
    both = suppress_small(audit_of({"a": (9, 9, 9, 9), "b": (1, 9, 9, 9)}).by_group, BELOW)
    assert (both[list(COLUMNS)] == SUPPRESSED).any(axis=1).all()
    assert pools_of(both) == {}


def test_missing_cells_and_categories_join_their_pool():
    column = pd.Categorical(["x", None, "z", "y"], ["z", "y", "x"], ordered=True)
    merged = merge_pools(pd.DataFrame({"a": column, "b": 1}), {"a": ["x", "Not recorded"], "absent": ["p", "q"]})
    assert merged["a"].tolist() == ["x and Not recorded", "x and Not recorded", "z", "y"]
    assert merged["a"].cat.categories.tolist() == ["z", "y", "x and Not recorded"]
    assert merged["b"].tolist() == [1] * 4
    assert pool_name([1, 2]) == "1 and 2"
