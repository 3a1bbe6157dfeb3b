"""Groups whose own figures must be hidden, put together: their sum gives nobody away, and a board can still read it.

Where a group is so small that its counts must be hidden, a larger one beside it is hidden too, since totals would give
the small one away. The two added up are no secret: they are the total less what is shown. So "Girls and Not recorded"
can stand beside "Boys", although neither "Girls" nor "Not recorded" can.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.fairness.counts import COUNTS, NOT_RECORDED
from ace_risk.fairness.disclosure import COLUMNS, SUPPRESSED
from ace_risk.fairness.result import FairnessAudit, plain_records

NAMED = 2
"""Groups named in the name of a pool before they are only counted."""

Pools = Mapping[str, list[Hashable]]
"""For an attribute, the groups that are put together."""


def pools_of(shown: pd.DataFrame) -> dict[str, list[Hashable]]:
    """The groups of each attribute with a hidden count; none where that is one group only, or all of them.

    Parameters
    ----------
    shown
        What :func:`ace_risk.fairness.disclosure.suppress_small` made.

    Examples
    --------
    >>> row = {"attribute": "sex", "tp": "c", "fp": 9, "tn": 9, "fn": "c", "n": 90}
    >>> boys = {**row, "group": "Boys", "tp": 40, "fn": 32}
    >>> pools_of(pd.DataFrame([{**row, "group": "Girls"}, {**row, "group": "Not recorded"}, boys]))
    {'sex': ['Girls', 'Not recorded']}
    """
    pools = {}
    for name, table in shown.groupby("attribute", sort=False):
        members = table.loc[table[list(COLUMNS)].isin([SUPPRESSED]).any(axis=1), "group"].tolist()
        if 1 < len(members) < len(table):
            pools[str(name)] = members
    return pools


def pool_name(members: Sequence[Hashable]) -> str:
    """What people read for some groups together.

    Examples
    --------
    >>> pool_name(["Girls", "Not recorded"]), pool_name(["A", "B", "C"])
    ('Girls and Not recorded', '3 groups together')
    """
    return " and ".join(map(str, members)) if len(members) <= NAMED else f"{len(members)} groups together"


def merge_pools(groups: pd.DataFrame, pools: Pools) -> pd.DataFrame:
    """The groups of each row, with those of a pool under one name; categories keep their order, the pool comes last.

    Parameters
    ----------
    groups
        A column per attribute.
    pools
        From `pools_of`; attributes without one are left as they are.

    Examples
    --------
    >>> sex = pd.DataFrame({"sex": ["Girls", "Boys", "Not recorded"]})
    >>> merge_pools(sex, {"sex": ["Girls", "Not recorded"]})["sex"].tolist()
    ['Girls and Not recorded', 'Boys', 'Girls and Not recorded']
    """
    merged = groups.copy()
    for name, members in pools.items():
        if name in merged.columns:
            merged[name] = _merged(merged[name], members)
    return merged


def pooled_records(
    audit: Callable[[pd.DataFrame], FairnessAudit], groups: pd.DataFrame, pools: Pools, hide_below: int
) -> list[dict[str, Any]]:
    """The figures of each pool, and its gap to the largest group; a pool of which a count is small is left out.

    Parameters
    ----------
    audit
        Audits some columns of groups; its intervals have 95 % each.
    groups
        Groups of each row.
    pools
        From `pools_of`.
    hide_below
        The smallest count above 0 that may be shown.

    Returns
    -------
    list of dict
        Per pool a row as in `by_group`, with `members`, `reference`, and the `gap`, `gap_low`, `gap_high` and `verdict`
        of the share listed, of the times the outcome followed (None where the pool is the largest group).
    """
    known = {name: members for name, members in pools.items() if name in groups.columns}
    if not known:
        return []
    found = audit(merge_pools(groups[list(known)], known))
    gaps = {(row["attribute"], row["group"]): row for row in plain_records(found.verdicts) if row["metric"] == "tpr"}
    records = []
    for row in plain_records(found.by_group):
        name, group = row["attribute"], row["group"]
        if group != pool_name(known[name]) or any(0 < row[count] < hide_below for count in COUNTS):
            continue
        beside = gaps.get((name, group), {})
        told = {key: beside.get(key) for key in ("reference", "gap", "gap_low", "gap_high", "verdict")}
        records.append({**row, "members": [str(member) for member in known[name]], **told})
    return records


def _merged(column: pd.Series, members: Sequence[Hashable]) -> pd.Series:
    together = pool_name(members)
    filled = column.astype(object).where(column.notna(), NOT_RECORDED)
    merged = filled.where(~filled.isin(members), together)
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return merged
    order = [*column.cat.categories, NOT_RECORDED]
    kept = dict.fromkeys(value for value in order if value not in members)
    return merged.astype(pd.CategoricalDtype([*kept, together]))
