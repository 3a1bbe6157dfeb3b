"""What making the list anew adds: rows or households are drawn again, and ranked again, in each replicate.

With the list held fixed, an interval asks how far the lists that were made treat groups alike. With the list made anew
it asks how far lists made in the same way would: the cut moves, and a place that one group gains another loses. Which
of the two is shown is always said. Verdicts rest on the list held fixed, because it is the list that was used, its
intervals are closed form, and their coverage is known.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.beside import Beside
from ace_risk.fairness.counts import COUNTS, Attribute, Floats, Ints, comparison_rows
from ace_risk.fairness.intervals import DRAWS_AT_ONCE, Spread, spread_of

REMADE = (
    "95 % or as the verdict's; from the same limits, with the variance of replicates in which the list is made anew"
)


class Lists:
    """The rows of each list from its top, and how many of them have a place.

    Parameters
    ----------
    label
        Whether the outcome followed, per row.
    ranks
        The rank of each row in its list, from 1.
    lists
        The number of each row's list.
    places
        Places on each list.
    """

    def __init__(self, label: npt.NDArray[np.bool_], ranks: Ints, lists: Ints, places: int) -> None:
        self.label, self.places = label.astype(np.int64), places
        order = np.lexsort((ranks, lists))
        self.parts = np.split(order, np.flatnonzero(np.diff(lists[order])) + 1)

    def cells(self, attribute: Attribute) -> Ints:
        """Group and outcome of each row, as one number."""
        return attribute.codes * 2 + self.label

    def redraw_rows(self, attribute: Attribute, n_boot: int, rng: np.random.Generator) -> Floats:
        """Counts of replicates × groups × COUNTS, each list made anew from as many of its own rows.

        Rows drawn with replacement and then ranked need not be drawn one by one. The place of the last row that is
        listed, as a share of the list's rows, is an order statistic of uniform numbers, so it has a beta distribution;
        given that, the cells above it and beneath it (group × outcome) are multinomial.
        """
        cell, size = self.cells(attribute), 2 * len(attribute.labels)
        total = np.zeros((2, n_boot, size))
        for part in self.parts:
            total += _redrawn_list(cell[part], size, min(self.places, len(part)), n_boot, rng)
        return _as_counts(total)

    def redraw_households(
        self, attributes: list[Attribute], households: Ints, n_boot: int, rng: np.random.Generator
    ) -> list[Floats]:
        """The same for each attribute, with households drawn again and all their rows with them."""
        cells = [self.cells(attribute) for attribute in attributes]
        sizes = [2 * len(attribute.labels) for attribute in attributes]
        totals = [np.zeros((2, n_boot, size)) for size in sizes]
        number = int(households.max()) + 1
        renumbered = _by_best_place(households, np.concatenate(self.parts), number)
        homes = [renumbered[part] for part in self.parts]
        step = max(1, DRAWS_AT_ONCE // number)
        for start in range(0, n_boot, step):
            for replicate in range(start, min(start + step, n_boot)):
                times = np.bincount(rng.integers(number, size=number), minlength=number).astype(float)
                for part, home in zip(self.parts, homes, strict=True):
                    drawn = times[home]
                    so_far = np.cumsum(drawn)
                    last = int(np.searchsorted(so_far, self.places)) + 1
                    listed = np.minimum(drawn[:last], self.places - so_far[:last] + drawn[:last])
                    for cell, size, total in zip(cells, sizes, totals, strict=True):
                        rows = cell[part]
                        total[0, replicate] += np.bincount(rows[:last], listed, minlength=size)
                        total[1, replicate] += np.bincount(rows, drawn, minlength=size)
        for total in totals:
            total[1] -= total[0]
        return [_as_counts(total) for total in totals]


def reranked_spreads(
    lists: Lists, attributes: list[Attribute], tables: list[Ints], references: list[int],
    spreads: list[Spread], households: Ints | None, n_boot: int, seed: int,
) -> list[Spread]:  # fmt: skip
    """What each attribute's rows are worth when the list is made anew in each replicate.

    Making the list anew is never taken to make anything more certain: rows are worth no more than with the list held
    fixed (`spreads`), and only a correlation with the reference that is as negative or more so counts.
    """
    rng = np.random.default_rng(seed)
    if households is None:
        draws = [lists.redraw_rows(attribute, n_boot, rng) for attribute in attributes]
    else:
        draws = lists.redraw_households(attributes, households, n_boot, rng)
    return [
        not_above(spread, spread_of(counts, drawn, reference, spread.homes, spread.worth))
        for counts, drawn, reference, spread in zip(tables, draws, references, spreads, strict=True)
    ]


def not_above(fixed: Spread, anew: Spread) -> Spread:
    """The less certain of two spreads, figure by figure."""
    return Spread(
        np.minimum(fixed.worth, anew.worth), np.minimum(fixed.correlation, anew.correlation), fixed.rows, fixed.homes
    )


def reranked_table(attribute: Attribute, counts: Ints, reference: int, spread: Spread, level: Floats) -> pd.DataFrame:
    """Gaps with the intervals of lists made anew: attribute, metric, group, reference, gap, gap_low, gap_high."""
    beside = Beside.of(counts, reference, spread, level)
    low, high = beside.gap_limits()
    return comparison_rows(attribute, reference, {"gap": beside.gap, "gap_low": low, "gap_high": high})


def _redrawn_list(cell: Ints, size: int, places: int, n_boot: int, rng: np.random.Generator) -> Floats:
    """Listed and not listed of one list's rows, from the top: 2 × replicates × cells."""
    rows = len(cell)
    whole = np.bincount(cell, minlength=size).astype(float)
    if places == rows:
        return np.stack([rng.multinomial(rows, whole / rows, size=n_boot), np.zeros((n_boot, size))])
    cut = np.sort(rng.beta(places, rows - places + 1, size=n_boot)) * rows
    last = np.minimum(cut.astype(np.int64), rows - 1)
    first_above = np.searchsorted(last, np.arange(rows), side="right")
    above = np.bincount(first_above * size + cell, minlength=(n_boot + 1) * size).reshape(-1, size)[:n_boot]
    upper = above.cumsum(axis=0).astype(float)
    upper[np.arange(n_boot), cell[last]] += cut - last
    lower = np.maximum(whole - upper, 0.0)
    listed = rng.multinomial(places - 1, upper / upper.sum(axis=1, keepdims=True))
    listed[np.arange(n_boot), cell[last]] += 1
    missed = rng.multinomial(rows - places, lower / lower.sum(axis=1, keepdims=True))
    return np.stack([listed, missed]).astype(float)


def _by_best_place(households: Ints, order: Ints, number: int) -> Ints:
    """Each row's household, numbered by its best place on a list: neither names nor the order of rows play a part."""
    best = np.full(number, len(order))
    np.minimum.at(best, households[order], np.arange(len(order)))
    return np.argsort(np.argsort(best, kind="stable"))[households].astype(np.int64)


def _as_counts(total: Floats) -> Floats:
    """From (listed, missed) × replicates × (group × outcome) to replicates × groups × COUNTS."""
    listed, missed = total.reshape(2, total.shape[1], -1, 2)
    columns = {"tp": listed[..., 1], "fp": listed[..., 0], "tn": missed[..., 0], "fn": missed[..., 1]}
    return np.stack([columns[name] for name in COUNTS], axis=-1)
