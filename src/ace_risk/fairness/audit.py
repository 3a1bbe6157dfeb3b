"""The fairness audit at list size: rates per group with intervals, and verdicts against declared margins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from ace_risk.evaluate.list_size import list_ranks
from ace_risk.fairness.counts import COUNTS, METRICS, Attribute, Ints, confusion_cells, count_groups, rates
from ace_risk.fairness.enough import enough_table
from ace_risk.fairness.inputs import read_input
from ace_risk.fairness.intervals import LEVEL, Spread, household_spreads, independent_spread, wilson
from ace_risk.fairness.primary import simultaneous_levels
from ace_risk.fairness.ratios import ratio_table
from ace_risk.fairness.reranked import REMADE, Lists, reranked_spreads, reranked_table
from ace_risk.fairness.result import FairnessAudit
from ace_risk.fairness.verdicts import reference_of, verdict_table

__all__ = ["FairnessAudit", "audit_fairness"]

BY_ROW = "95 %: Wilson for rates, MOVER from exact limits for gaps; the list held fixed"
BY_HOUSEHOLD = BY_ROW + "; at the number of independent rows that resampled households show"


def audit_fairness(
    y_true: Any,
    score: Any,
    groups: Any,
    *,
    list_size: int | None = None,
    threshold: float | None = None,
    margins: float | Mapping[str, float] = 0.05,
    households: Any = None,
    tie_key: Any = None,
    intersections: bool = False,
    n_boot: int = 1000,
    seed: int = 0,
    lists: Any = None,
    primary: Sequence[tuple[str, str]] | None = None,
) -> FairnessAudit:
    """Compare who is listed, found and missed between groups, with what the numbers can and can't tell.

    Input is positional: row i of each argument is the same child and date, and indexes are ignored.

    Parameters
    ----------
    y_true
        0 or 1 (or booleans), one per row. Rows whose outcome isn't known must be dropped first.
    score
        Any finite number, one per row; higher comes first.
    groups
        A DataFrame with a column per attribute, or a Series. Missing cells form the group "Not recorded".
    list_size, threshold
        Exactly one: the number of rows listed from the top, or the score at and above which a row is listed.
        A list may also be made elsewhere: give 1 and 0 for listed or not as the score, and 0.5 as the threshold.
    margins
        The difference that matters, above 0, as a share (0.05 is five in a hundred): one for all metrics, or one for
        each of selection_rate, tpr, fpr, fnr and ppv.
    households
        One per row, any hashable; rows without one stand alone. Intervals then allow for siblings being alike.
    tie_key
        Settles equal scores at the cut, smaller first. Without it a shuffle from `seed` does.
    intersections
        Also compare all attributes crossed, as one attribute named "a × b × c".
    n_boot, seed
        Replicates of the households and of lists made anew, and the seed of every draw. Without households intervals
        of the list held fixed are closed form.
    lists
        One per row, any hashable: which list the row competes on, where there are several; `list_size` is the places
        on each. One list if not given.
    primary
        The comparisons that the answer rests on, declared before looking: pairs of an attribute and a metric. Their
        gaps and ratios have intervals that hold together in 95 of 100 audits; the rest is exploratory.

    Returns
    -------
    FairnessAudit

    Raises
    ------
    DataError
        Naming every wrong argument at once.

    Notes
    -----
    How intervals are made, and from which sources, is said in :mod:`ace_risk.fairness.intervals`; lists made anew in
    :mod:`ace_risk.fairness.reranked`. Without `primary`, and for exploratory comparisons, verdicts are made one at a
    time: among many, a few will say `outside` by chance.

    Examples
    --------
    >>> hub = pd.Series(list("aaabbb"), name="hub")
    >>> audit = audit_fairness([1, 1, 0, 0, 1, 0], [9, 8, 7, 3, 2, 1], hub, list_size=3)
    >>> audit.by_group[["group", "tp", "fp", "tn", "fn", "tpr"]].to_dict("records")[1]
    {'group': 'b', 'tp': 0, 'fp': 0, 'tn': 2, 'fn': 1, 'tpr': 0.0}
    >>> audit.answer()
    'not enough evidence'
    """
    given = read_input(
        y_true,
        score,
        groups,
        list_size=list_size,
        threshold=threshold,
        margins=margins,
        households=households,
        tie_key=tie_key,
        intersections=intersections,
        n_boot=n_boot,
        seed=seed,
        lists=lists,
        primary=primary,
    )
    ranks = None
    if threshold is not None:
        selected = given.score >= threshold
    else:
        assert list_size is not None
        ranks = list_ranks(given.score, given.lists, given.tie_key, seed)
        selected = ranks <= list_size
    cells = confusion_cells(given.label, selected)
    tables = [count_groups(attribute, cells) for attribute in given.attributes]
    references = [reference_of(table) for table in tables]
    if given.households is None:
        spreads = [independent_spread(table) for table in tables]
    else:
        spreads = household_spreads(given.attributes, references, cells, given.households, int(n_boot), int(seed))
    levels, comparisons = simultaneous_levels(given.attributes, tables, references, given.primary)
    parts = list(zip(given.attributes, tables, references, spreads, levels, strict=True))
    remade = None
    if ranks is not None and list_size is not None:
        made = Lists(given.label, ranks, given.lists, int(list_size))
        remade = reranked_spreads(
            made, given.attributes, tables, references, spreads, given.households, int(n_boot), int(seed)
        )
    settings = {
        "list_size": None if list_size is None else int(list_size),
        "threshold": None if threshold is None else float(threshold),
        "margins": given.margins,
        "n_boot": int(n_boot),
        "seed": int(seed),
        "interval": BY_ROW if given.households is None else BY_HOUSEHOLD,
        "interval_reranked": None if remade is None else REMADE,
        "primary": [list(pair) for pair in given.primary],
        "primary_comparisons": comparisons,
        "primary_level": 1 - (1 - LEVEL) / max(comparisons, 1),
        "rows": len(cells),
        "positives": int(given.label.sum()),
        "selected": int(selected.sum()),
        "households": None if given.households is None else int(given.households.max()) + 1,
    }
    return FairnessAudit(
        by_group=stack(rate_table(attribute, table, spread) for attribute, table, _, spread, _ in parts),
        verdicts=stack(verdict_table(*part[:4], given.margins, part[4]) for part in parts),
        settings=settings,
        ratios=stack(ratio_table(*part) for part in parts),
        enough=stack(enough_table(*part[:4], given.margins, part[4]) for part in parts),
        reranked=None
        if remade is None
        else stack(reranked_table(*part[:3], spread, part[4]) for part, spread in zip(parts, remade, strict=True)),
    )


def rate_table(attribute: Attribute, counts: Ints, spread: Spread) -> pd.DataFrame:
    """One row per group: its counts, then each rate with its 95 % interval."""
    columns: dict[str, Any] = {
        "attribute": [attribute.name] * len(counts),
        "group": pd.Series(attribute.labels, dtype=object),
        "n": counts.sum(axis=1),
    }
    columns |= {name: counts[:, place] for place, name in enumerate(COUNTS)}
    rate = rates(counts)
    low, high = wilson(rate, spread.effective())
    for place, metric in enumerate(METRICS):
        columns[metric] = rate[:, place]
        columns[f"{metric}_low"], columns[f"{metric}_high"] = (low[:, place], high[:, place])
    return pd.DataFrame(columns)


def stack(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The tables of all attributes, one below the other."""
    return pd.concat(list(tables), ignore_index=True)
