"""Proxies: how well the features tell a group that no model reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GroupKFold

from ace_risk.fairness.counts import Attribute, Floats, Ints
from ace_risk.fairness.households import household_error, reach
from ace_risk.fairness.shares import Mask, ShownGroups

LEAST = 50
"""Rows of a group, and of all others, below which nothing is told of it."""
FOLDS = 3
TELLING = 3
"""Features named per attribute."""


def proxies_chapter(
    features: pd.DataFrame,
    used: tuple[str, ...],
    titles: dict[str, str],
    families: Ints,
    shown: ShownGroups,
    seed: int,
) -> list[dict[str, Any]]:
    """How well the features tell each group, from all of them and from those that the model reads.

    A forest learns the group from the features of two thirds of the families and tells it for the last third, in turn
    (so no child and no sibling is on both sides). The area under the curve is the chance that a row of the group gets a
    higher share than a row of another: 50 in 100 is a guess, 100 in 100 is certain.

    Parameters
    ----------
    features
        One row per child: the features on one list date.
    used
        Those that the model reads.
    titles
        What people call each feature.
    families
        Per row: the number of its family, kept together in a fold.
    shown
        The groups of the rows.
    seed
        Seed of the forest.

    Returns
    -------
    list of dict
        Per attribute: `attribute`, `telling` (the features that tell most by themselves: title, group, auc) and
        `groups` (group, all_auc and used_auc, each with its low and high: 95 %, families drawn together).
    """
    everything = _matrix(features)
    reads = everything[:, features.columns.get_indexer(pd.Index(used))]
    ranks = rankdata(everything, axis=0)
    told = []
    for attribute in shown.attributes:
        open_ = [
            place
            for place, group in enumerate(attribute.labels)
            if _is_large(attribute, place) and not shown.is_closed(attribute.name, group)
        ]
        if not open_:
            continue
        shares = {
            name: tell_group(matrix, attribute.codes, families, seed)
            for name, matrix in (("all", everything), ("used", reads))
            if matrix.shape[1]
        }
        groups = []
        for place in open_:
            record: dict[str, Any] = {"group": str(attribute.labels[place])}
            for name, (share, fold) in shares.items():
                figures = family_auc(attribute.codes == place, share[:, place], families, fold)
                record |= {f"{name}_{end}": value for end, value in zip(("auc", "low", "high"), figures, strict=True)}
            groups.append(record)
        telling = most_telling(ranks, list(features.columns), attribute, open_, titles)
        told.append({"attribute": attribute.name, "telling": telling, "groups": groups})
    return told


def tell_group(matrix: Floats, codes: Ints, families: Ints, seed: int) -> tuple[Floats, Ints]:
    """The share that a forest gives each group for each row, learnt on other families; and each row's fold.

    The shares are rows × groups. Shares of two folds come from two forests, and aren't to be set beside each other.
    """
    forest = ExtraTreesClassifier(n_estimators=25, max_depth=12, min_samples_leaf=10, random_state=seed)
    share, fold = np.zeros((len(codes), int(codes.max()) + 1)), np.zeros(len(codes), dtype=np.int64)
    splits = GroupKFold(min(FOLDS, len(np.unique(families)))).split(matrix, groups=families)
    for number, (learnt, told) in enumerate(splits):
        forest.fit(matrix[learnt], codes[learnt])
        share[np.ix_(told, forest.classes_)] = forest.predict_proba(matrix[told])
        fold[told] = number
    return share, fold


def family_auc(inside: Mask, score: Floats, families: Ints, fold: Ints) -> tuple[float, float, float]:
    """The area under the curve with its 95 % interval for families that are alike; only pairs of one fold are compared.

    Ties count half. The interval is that of DeLong and others (1988, Biometrics 44, 837-845), with the parts of a
    family added up (Obuchowski 1997, Biometrics 53, 567-578). Both ends are included, and cut at 0 and 1. All are NaN
    where there is no pair.

    Examples
    --------
    >>> score = np.arange(100.0)
    >>> auc, low, high = family_auc(np.array([True, False] * 50), score, np.arange(100), np.zeros(100, dtype=int))
    >>> round(auc, 2), low < auc < high
    (0.49, True)
    """
    placed, pairs = np.zeros(len(score)), np.zeros(len(score))
    for number in np.unique(fold):
        ours, others = (np.flatnonzero((fold == number) & side) for side in (inside, ~inside))
        both = np.concatenate([ours, others])
        among_all = rankdata(score[both])
        placed[ours] = among_all[: len(ours)] - rankdata(score[ours])
        placed[others] = len(ours) - (among_all[len(ours) :] - rankdata(score[others]))
        pairs[ours], pairs[others] = len(others), len(ours)
    whole = float(pairs[inside].sum())
    if not whole:
        return np.nan, np.nan, np.nan
    auc = float(placed[inside].sum() / whole)
    away = reach(*household_error((placed - auc * pairs) / whole, families))
    return auc, max(auc - away, 0.0), min(auc + away, 1.0)


def most_telling(
    ranks: Floats, names: list[str], attribute: Attribute, places: list[int], titles: dict[str, str]
) -> list[dict[str, Any]]:
    """The features that tell a group best by themselves: title (each once), group, auc (above one half: more of it)."""
    best: dict[str, tuple[float, float, str]] = {}
    for place, auc in zip(places, group_aucs(ranks, attribute, places).tolist(), strict=True):
        for name, value in zip(names, auc, strict=True):
            best[name] = max(best.get(name, (-1.0, 0.0, "")), (abs(value - 0.5), value, str(attribute.labels[place])))
    ranked = sorted(best, key=lambda name: (-round(best[name][0], 9), name))
    by_title = {titles.get(name, name): name for name in reversed(ranked)}
    told = sorted(by_title.items(), key=lambda pair: ranked.index(pair[1]))[:TELLING]
    return [{"title": title, "group": best[name][2], "auc": best[name][1]} for title, name in told]


def group_aucs(ranks: Floats, attribute: Attribute, places: list[int] | None = None) -> Floats:
    """The area under the curve of each feature for each group that is large enough: groups × features.

    Parameters
    ----------
    ranks
        Rows × features: each feature's ranks, equal values sharing the mean of theirs.
    attribute, places
        The groups of the rows, and which of them; those of enough rows if not given.

    Examples
    --------
    >>> sex = Attribute("sex", ["a", "b"], np.array([0, 0, 1, 1]))
    >>> group_aucs(np.array([[1.0], [2.0], [3.0], [4.0]]), sex, [1]).tolist()
    [[1.0]]
    """
    rows = len(attribute.codes)
    chosen = [place for place in range(len(attribute.labels)) if _is_large(attribute, place)]
    found = []
    for place in chosen if places is None else places:
        inside = attribute.codes == place
        ours = int(inside.sum())
        found.append((ranks[inside].mean(axis=0) - (ours + 1) / 2) / (rows - ours))
    return np.array(found).reshape(-1, ranks.shape[1])


def _is_large(attribute: Attribute, place: int) -> bool:
    inside = int((attribute.codes == place).sum())
    return min(inside, len(attribute.codes) - inside) >= LEAST


def _matrix(features: pd.DataFrame) -> Floats:
    """The features as numbers; never is later than any day, so that a tree can cut it off."""
    values = features.to_numpy(dtype=np.float64)
    return np.where(np.isnan(values), 1e6, values)
