"""How well features tell a group: planted proxies, noise, and families that would give it away."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ace_risk.fairness.counts import Attribute
from ace_risk.fairness.proxies import family_auc, proxies_chapter, tell_group
from ace_risk.fairness.shares import ShownGroups


def chapter(features, codes, families, used=("a",)):
    shown = ShownGroups([Attribute("sex", ["Girls", "Boys"], codes)], set(), np.arange(len(codes)), 6)
    return proxies_chapter(features, used, {"a": "First", "b": "Second"}, families, shown, 1)


def test_a_planted_proxy_is_found_and_named_and_noise_is_a_guess():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 2, 1_200)
    features = pd.DataFrame({"a": rng.normal(size=1_200), "b": codes + rng.normal(0, 0.5, 1_200)})
    [found] = chapter(features, codes, np.arange(1_200))
    girls = found["groups"][0]
    assert girls["all_low"] > 0.88
    assert girls["used_auc"] == pytest.approx(0.5, abs=0.06)
    assert found["telling"][0] == {
        "title": "Second", "group": "Girls", "auc": pytest.approx(roc_auc_score(codes == 0, features["b"])),
    }  # fmt: skip


def test_a_family_is_never_on_both_sides():
    """Families share a group and a feature that nobody else has: only a sibling could give the group away."""
    rng = np.random.default_rng(4)
    families = np.repeat(np.arange(150), 6)
    codes = np.repeat(rng.integers(0, 2, 150), 6)
    own = np.repeat(rng.permutation(150), 6).astype(float)[:, None]

    def told(kept_together):
        share, fold = tell_group(own, codes, kept_together, 0)
        return family_auc(codes == 1, share[:, 1], families, fold)

    apart, mixed = told(families), told(rng.permutation(900))
    assert apart[1] < 0.5 < apart[2]
    assert mixed[1] > 0.6


def test_the_area_is_scikit_learns_and_its_interval_holds_the_truth():
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(200):
        inside = rng.random(300) < 0.3
        score = np.round(rng.normal(size=300) + inside, 1)
        auc, low, high = family_auc(inside, score, np.arange(300), np.zeros(300, dtype=int))
        assert auc == pytest.approx(roc_auc_score(inside, score), abs=1e-12)
        held += low <= 0.7602 <= high
    assert 0.9 <= held / 200 <= 0.99


def test_only_pairs_of_one_fold_are_compared():
    rng = np.random.default_rng(7)
    inside, score, fold = rng.random(200) < 0.4, rng.normal(size=200), rng.integers(0, 3, 200)
    parts = [(inside[fold == one], score[fold == one]) for one in range(3)]
    pairs = np.array([part.sum() * (~part).sum() for part, _ in parts])
    expected = sum(n * roc_auc_score(part, own) for n, (part, own) in zip(pairs, parts, strict=True)) / pairs.sum()
    assert family_auc(inside, score, np.arange(200), fold)[0] == pytest.approx(expected, abs=1e-12)


def test_small_groups_are_not_told():
    codes = np.r_[np.zeros(500, dtype=int), np.ones(20, dtype=int)]
    assert chapter(pd.DataFrame({"a": np.arange(520.0), "b": 1.0}), codes, np.arange(520)) == []
    assert np.isnan(family_auc(np.ones(5, dtype=bool), np.arange(5.0), np.arange(5), np.arange(5))[0])
