"""What records showed, by the catalogue's domains: of children who were missed, and behind the reasons of a list."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.explanation.contributions import contributions
from ace_risk.explanation.reasons import STRENGTHS
from ace_risk.fairness.counts import Attribute, Ints
from ace_risk.fairness.shares import ENDS, Mask, ShownGroups, share_records, split_records
from ace_risk.features.catalogue import Catalogue
from ace_risk.models.additive import AdditiveModel

NONE, RARE, NO_REASON = "No record of any of these", "Another domain", "No reason adds points"
MISSED, FOUND = "missed", "found"
LEAST = 30
"""Places whose strongest reason is in a domain, below which the domain joins "Another domain"."""


def has_record(features: pd.DataFrame, name: str) -> Mask:
    """Whether a record stands behind a feature, per row: it is neither 0 nor missing, or tells days since one.

    Examples
    --------
    >>> has_record(pd.DataFrame({"a_days_since_last_ever": [0.0, np.nan]}), "a_days_since_last_ever").tolist()
    [True, False]
    """
    value = features[name].to_numpy(dtype=float)
    since = "_days_since_" in name
    return np.asarray(~np.isnan(value) & (since | (value != 0)))


def domain_table(features: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Whether each row's records show each domain: one boolean column per domain, strengths left out."""
    shown: dict[str, Mask] = {}
    for spec in catalogue:
        if spec.domain != STRENGTHS:
            shown[spec.domain] = shown.get(spec.domain, False) | has_record(features, spec.name)
    order = [name for name in catalogue.domains if name in shown] + [n for n in shown if n not in catalogue.domains]
    return pd.DataFrame({name: shown[name] for name in order})


def missed_chapter(
    domains: pd.DataFrame,
    titles: dict[str, str],
    label: npt.NDArray[Any],
    listed: Mask,
    shown: ShownGroups,
) -> dict[str, Any]:
    """Who is missed: what the records showed of those for whom the outcome followed, listed or not.

    Parameters
    ----------
    domains
        From `domain_table`, for every row.
    titles
        What people call each domain.
    label, listed
        Per row: whether the outcome followed, and whether it was listed.
    shown
        The groups of the rows.

    Returns
    -------
    dict
        `rows` (missed and found), and `domains`: per domain its `title`, its figures among the `missed` and the
        `found` (rows, part, share, low, high), and `by_group` among the missed. A row may show several domains.
    """
    followed = np.asarray(label) == 1
    missed = followed & ~listed
    sides = Attribute("side", [MISSED, FOUND], np.where(missed, 0, 1)[followed])
    both = ShownGroups([sides], set(), shown.homes[followed], shown.hide_below)
    among_missed = shown.take(missed)
    columns = {titles.get(name, name): domains[name].to_numpy(dtype=bool) for name in domains.columns}
    columns[NONE] = np.asarray(~domains.any(axis=1), dtype=bool)
    told = []
    for title, part in columns.items():
        by_side = {record.pop("group"): record for record in share_records(part[followed], both)}
        for record in by_side.values():
            del record["attribute"]
        told.append({"title": title, **by_side, "by_group": share_records(part[missed], among_missed)})
    return {"rows": {MISSED: int(missed.sum()), FOUND: int((followed & listed).sum())}, "domains": told}


def strongest_domains(model: AdditiveModel, features: pd.DataFrame, catalogue: Catalogue) -> tuple[Ints, list[str]]:
    """The domain of each row's strongest reason, as the list tells it, by number; and the domains by number.

    The points of a domain are those that its features add, where a record stands behind them
    (:mod:`ace_risk.explanation.reasons`). Equal domains: the one whose feature adds most, then the catalogue's order.
    The last number is that of rows to which nothing adds.
    """
    points, _ = contributions(model, features)
    specs = [spec for spec in catalogue if spec.domain != STRENGTHS and spec.reason and spec.name in points.columns]
    names = list(dict.fromkeys(spec.domain for spec in specs))
    total, most = np.zeros((2, len(features), len(names)))
    for spec in specs:
        place = names.index(spec.domain)
        added = np.where(has_record(features, spec.name), np.maximum(points[spec.name].to_numpy(), 0.0), 0.0)
        total[:, place] += added
        most[:, place] = np.maximum(most[:, place], added)
    best = np.round(total, 9) * 1e6 + np.round(most, 9)
    first = np.argmax(best, axis=1) if names else np.zeros(len(features), dtype=np.int64)
    return np.where(total.max(axis=1, initial=0.0) > 0, first, len(names)).astype(np.int64), names


def reasons_chapter(
    model: AdditiveModel, features: pd.DataFrame, catalogue: Catalogue, titles: dict[str, str], shown: ShownGroups
) -> dict[str, Any]:
    """The reasons shown: of the places given, how many had their strongest reason in each domain, by group.

    Parameters
    ----------
    model, features, catalogue
        The table, the features of the listed rows, and what they are.
    titles
        What people call each domain.
    shown
        The groups of the listed rows.

    Returns
    -------
    dict
        `rows`, `overall` (a record per domain) and `by_group`.
    """
    kind, names = strongest_domains(model, features, catalogue)
    kind, kinds = together(kind, [*(titles.get(name, name) for name in names), NO_REASON])
    everybody = Attribute("all", ["all"], np.zeros(len(kind), dtype=np.int64))
    whole = ShownGroups([everybody], set(), shown.homes, shown.hide_below)
    kept = ("kind", "rows", "part", *ENDS)
    overall = [{name: record[name] for name in kept} for record in split_records(kind, kinds, whole)]
    return {"rows": len(kind), "overall": overall, "by_group": split_records(kind, kinds, shown)}


def together(kind: Ints, names: list[str]) -> tuple[Ints, list[str]]:
    """Rare kinds as one: those of fewer than LEAST rows, and the next larger until they are as many; none is empty.

    Examples
    --------
    >>> kind, names = together(np.repeat([0, 1, 2, 3], [90, 28, 5, 0]), ["home", "school", "missing", "none"])
    >>> names, np.bincount(kind).tolist()
    (['home', 'Another domain'], [90, 33])
    """
    size = np.bincount(kind, minlength=len(names))
    by_size = [place for place in np.argsort(size, kind="stable").tolist() if size[place]]
    rare: list[int] = []
    for place in by_size:
        if size[place] < LEAST or 0 < sum(int(size[one]) for one in rare) < LEAST:
            rare.append(place)
    kept = [place for place in range(len(names)) if size[place] and (place not in rare or rare == [place])]
    if len(kept) == len(by_size):
        rare = []
    number = {place: kept.index(place) for place in kept} | dict.fromkeys(set(rare) - set(kept), len(kept))
    made = np.array([number.get(place, 0) for place in range(len(names))], dtype=np.int64)
    return made[kind], [names[place] for place in kept] + [RARE] * bool(rare)
