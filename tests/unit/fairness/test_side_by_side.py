"""What one list hides can't be worked out from another list of the same rows that stands beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.counts import COUNTS
from ace_risk.fairness.disclosure import SUPPRESSED, suppress_small
from ace_risk.fairness.side_by_side import hidden_in_all, suppress_beside

BELOW = 6


def two_lists(seed):
    """The audits of two lists of the same rows, with groups of very different sizes."""
    rng = np.random.default_rng(seed)
    groups = pd.DataFrame({"group": rng.choice(list("abcde"), 600, p=[0.6, 0.28, 0.06, 0.04, 0.02])})
    label = rng.random(600) < 0.15
    return [
        audit_fairness(label, rng.random(600) + label * lift, groups, list_size=60, n_boot=20).by_group
        for lift in (0.5, 0.2)
    ]


def pinned(tables, shown):
    """Small counts that every table with the shown counts and the known totals shares: a linear programme's answer."""
    groups, width = len(tables[0]), len(COUNTS)
    names = [(side, group, count) for side in range(len(tables)) for group in range(groups) for count in range(width)]
    at = {name: place for place, name in enumerate(names)}
    equal, wanted, bounds = [], [], []

    def row(pairs, value):
        line = np.zeros(len(names))
        for name, sign in pairs:
            line[at[name]] += sign
        equal.append(line)
        wanted.append(value)

    for side, (table, seen) in enumerate(zip(tables, shown, strict=True)):
        for group in range(groups):
            for name in COUNTS:
                told = seen[name].iloc[group]
                bounds.append((0, None) if told == SUPPRESSED else (told, told))
            if seen["n"].iloc[group] != SUPPRESSED:
                row([((side, group, count), 1) for count in range(width)], table["n"].iloc[group])
            if side:  # the same rows: the same positives and negatives
                for pair in ((0, 3), (1, 2)):
                    row([((s, group, c), 1 if s else -1) for s in (0, side) for c in pair], 0)
        for count, name in enumerate(COUNTS):
            row([((side, group, count), 1) for group in range(groups)], table[name].sum())
    found = []
    for (side, group, count), place in at.items():
        true = tables[side][COUNTS[count]].iloc[group]
        if bounds[place][1] is None and 0 < true < BELOW:
            goal = np.eye(len(names))[place]
            ends = [linprog(sign * goal, A_eq=equal, b_eq=wanted, bounds=bounds).fun * sign for sign in (1, -1)]
            if ends[1] - ends[0] < 1e-6:
                found.append((side, group, COUNTS[count]))
    return found


@pytest.mark.parametrize("seed", range(12))
def test_no_small_count_can_be_worked_out_from_both_lists(seed):
    first, second = two_lists(seed)
    shown = suppress_small(first, BELOW)
    assert pinned([first, second], [shown, suppress_beside(second, BELOW, shown)]) == []


def test_the_attack_finds_what_lists_hidden_one_by_one_give_away():
    given = [
        pinned([first, second], [suppress_small(first, BELOW), suppress_small(second, BELOW)])
        for first, second in map(two_lists, range(12))
    ]
    assert any(given)


def test_nothing_is_hidden_where_nothing_is_small():
    rng = np.random.default_rng(1)
    groups = pd.DataFrame({"group": rng.choice(["a", "b"], 600)})
    table = audit_fairness(rng.random(600) < 0.5, rng.random(600), groups, list_size=300, n_boot=20).by_group
    assert suppress_beside(table, BELOW, suppress_small(table, BELOW)).equals(table.astype(object))
    assert hidden_in_all([table, table], BELOW).equals(table.astype(object))


@pytest.mark.parametrize("seed", range(4))
def test_groups_hidden_in_all_are_the_same_and_their_sum_is_not_small(seed):
    tables = two_lists(seed)
    shown = hidden_in_all(tables, BELOW)
    hidden = shown["n"].eq(SUPPRESSED).to_numpy()
    assert hidden.any()
    for table in tables:
        counts = table[list(COUNTS)].to_numpy()
        assert not ((counts[~hidden] > 0) & (counts[~hidden] < BELOW)).any()
        together = counts[hidden].sum(axis=0)
        assert hidden.all() or not ((together > 0) & (together < BELOW)).any()
