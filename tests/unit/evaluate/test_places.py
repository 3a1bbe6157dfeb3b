"""Who takes the places, against trying every order of equal scores."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from ace_risk.evaluate.judged import JudgedRows
from ace_risk.evaluate.places import Places


def plainly_listed(score, ties, places, kept):
    """The first of each group with kept places, then whoever is next."""
    line = sorted(range(len(score)), key=lambda child: (-score[child], ties[child]))
    chosen = set()
    for members, number in kept:
        chosen |= set([child for child in line if members[child]][:number])
    for child in line:
        if len(chosen) < places:
            chosen.add(child)
    return chosen


@pytest.mark.parametrize("seed", range(25))
def test_a_place_is_held_without_ties_if_every_order_of_equal_scores_gives_it(seed):
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 3, 6).astype(float)
    hub = rng.integers(0, 3, 6)
    kept = tuple((hub == name, int(number)) for name, number in enumerate(rng.integers(0, 3, 2)))
    places = max(4, sum(number for _, number in kept))
    always = set(range(6))
    for ties in permutations(range(6)):
        line = Places(places, np.array(ties), kept)
        listed = plainly_listed(score, ties, places, kept)
        assert set(np.flatnonzero(line.listed(score))) == listed
        always &= listed
    for ties in ((0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0)):
        assert set(np.flatnonzero(Places(places, np.array(ties), kept).listed_without_ties(score))) == always


@pytest.mark.parametrize("seed", range(25))
def test_where_groups_overlap_no_place_is_called_held_that_an_order_of_equals_takes_away(seed):
    rng = np.random.default_rng(seed)
    score = rng.integers(2, 5, 6).astype(float)
    kept = tuple((rng.random(6) < 0.6, int(number)) for number in rng.integers(1, 4, 2))
    places = max(4, sum(number for _, number in kept))
    orders = [np.array(ties) for ties in permutations(range(6))]
    always = set.intersection(*(plainly_listed(score, ties, places, kept) for ties in orders))
    for ties in orders[::97]:
        line = Places(places, ties, kept)
        assert set(np.flatnonzero(line.listed(score))) == plainly_listed(score, ties, places, kept)
        assert set(np.flatnonzero(line.listed_without_ties(score))) <= always


def test_the_lists_of_a_report_are_those_that_a_team_gets():
    rng = np.random.default_rng(2)
    lists, score, hub = np.repeat([0, 1, 2], 40), rng.integers(0, 9, 120).astype(float), rng.integers(0, 4, 120)
    kept = ((hub == 1, 3), (hub == 2, 4))
    rows = JudgedRows(np.ones(120, np.int8), lists, rng.permutation(120), np.arange(120), np.arange(120), kept)
    expected = np.zeros(120, dtype=bool)
    for one in range(3):
        inside = np.flatnonzero(lists == one)
        given = plainly_listed(
            score[inside], rows.tie_key[inside], 10, [(members[inside], number) for members, number in kept]
        )
        expected[inside[list(given)]] = True
    np.testing.assert_array_equal(rows.top(score, 10), expected)
    assert not np.array_equal(expected, replace(rows, kept=()).top(score, 10))
    again = JudgedRows.together([rows.take(lists == 0), rows.take(lists > 0)])
    np.testing.assert_array_equal(again.top(score, 10), expected)
