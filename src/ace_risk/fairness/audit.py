"""The fairness audit at list size: rates per group with intervals, and verdicts against declared margins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ace_risk.errors import DataError
from ace_risk.evaluate.list_size import select_top
from ace_risk.fairness.counts import COUNTS, METRICS, Attribute, Ints, confusion_cells, count_groups, rates
from ace_risk.fairness.inputs import read_input
from ace_risk.fairness.intervals import Spread, household_spreads, independent_spread, wilson
from ace_risk.fairness.verdicts import OPEN, OUTSIDE, WITHIN, reference_of, verdict_table

BY_ROW = "95 %: Wilson for rates, MOVER from exact limits for gaps; the list held fixed"
BY_HOUSEHOLD = BY_ROW + "; at the number of independent rows that resampled households show"


@dataclass(frozen=True, eq=False)
class FairnessAudit:
    """What an audit found. Every rate follows from the counts in `by_group`.

    Attributes
    ----------
    by_group
        One row per attribute and group: attribute, group, n, tp, fp, tn, fn, then selection_rate, tpr, fpr, fnr, ppv,
        each followed by its `_low` and `_high` (95 % Wilson, both ends included). An undefined rate is NaN.
    verdicts
        One row per attribute, metric and group other than the reference (the largest group): attribute, metric, group,
        reference, gap, gap_low, gap_high, verdict, n_needed; see :func:`ace_risk.fairness.verdicts.verdict_table`.
    settings
        list_size, threshold, margins (per metric), n_boot, seed, interval (the method), rows, positives, selected,
        households (their number, or None).
    """

    by_group: pd.DataFrame
    verdicts: pd.DataFrame
    settings: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Plain lists, numbers and words, ready for JSON; undefined figures are None."""
        return {
            "by_group": plain_records(self.by_group),
            "verdicts": plain_records(self.verdicts),
            "settings": {**self.settings, "margins": dict(self.settings["margins"])},
        }

    def answer(self, metrics: Sequence[str] = ("tpr",)) -> str:
        """The worst verdict over these metrics: `outside`, else `not enough evidence`, else `within`.

        Where there is nothing to compare, because each attribute has one group only, it is `not enough evidence`.

        Raises
        ------
        DataError
            If a metric is unknown, or none is named.
        """
        unknown = [metric for metric in metrics if metric not in METRICS]
        if unknown or not metrics:
            raise DataError(f"metrics: got {', '.join(unknown) or 'none'}. Name one or more of {', '.join(METRICS)}.")
        found = set(self.verdicts.loc[self.verdicts["metric"].isin(list(metrics)), "verdict"])
        return next((word for word in (OUTSIDE, OPEN, WITHIN) if word in found), OPEN)


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
        Replicates of the households, and the seed of every draw. Without households intervals are closed form.

    Returns
    -------
    FairnessAudit

    Raises
    ------
    DataError
        Naming every wrong argument at once.

    Notes
    -----
    How intervals are made, and from which sources, is said in :mod:`ace_risk.fairness.intervals`. Verdicts are made
    one comparison at a time: among many, a few will say `outside` by chance.

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
    )
    if threshold is not None:
        selected = given.score >= threshold
    else:
        assert list_size is not None
        selected = select_top(given.score, list_size, tie_key=given.tie_key, seed=seed)
    cells = confusion_cells(given.label, selected)
    tables = [count_groups(attribute, cells) for attribute in given.attributes]
    references = [reference_of(table) for table in tables]
    if given.households is None:
        spreads = [independent_spread(table) for table in tables]
    else:
        spreads = household_spreads(given.attributes, references, cells, given.households, int(n_boot), int(seed))
    parts = list(zip(given.attributes, tables, references, spreads, strict=True))
    settings = {
        "list_size": None if list_size is None else int(list_size),
        "threshold": None if threshold is None else float(threshold),
        "margins": given.margins,
        "n_boot": int(n_boot),
        "seed": int(seed),
        "interval": BY_ROW if given.households is None else BY_HOUSEHOLD,
        "rows": len(cells),
        "positives": int(given.label.sum()),
        "selected": int(selected.sum()),
        "households": None if given.households is None else int(given.households.max()) + 1,
    }
    return FairnessAudit(
        by_group=stack(rate_table(attribute, table, spread) for attribute, table, _, spread in parts),
        verdicts=stack(verdict_table(*part, given.margins) for part in parts),
        settings=settings,
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
    low, high = wilson(rate, spread.effective)
    for place, metric in enumerate(METRICS):
        columns[metric] = rate[:, place]
        columns[f"{metric}_low"], columns[f"{metric}_high"] = (low[:, place], high[:, place])
    return pd.DataFrame(columns)


def stack(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The tables of all attributes, one below the other."""
    return pd.concat(list(tables), ignore_index=True)


def plain_records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """One mapping per row, of words, numbers, booleans and None only."""
    return [{str(name): plain(value) for name, value in record.items()} for record in table.to_dict("records")]


def plain(value: Any) -> Any:
    """A cell as JSON knows it."""
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)
