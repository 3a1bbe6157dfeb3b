"""Who takes the places, against trying every order of equal scores."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from ace_risk.referrals.places import Places


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
