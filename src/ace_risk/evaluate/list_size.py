"""How good a list of a given size is: one confusion table, and everything derived from it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ace_risk.errors import DataError, StudyError
from ace_risk.evaluate.inputs import check_lengths, check_whole, read_order, read_outcome, read_score
from ace_risk.evaluate.intervals import wilson_interval

SHARES = ("selection_rate", "precision", "recall", "fpr", "base_rate")
RATIOS = ("lift", "missed_per_100_places", "found_per_100_places")


@dataclass(frozen=True)
class ListEvaluation:
    """The confusion table of one or more lists of the same size, and the figures that follow from it.

    Recall and every other share speak of children already known to services. A figure that isn't
    defined (nobody with the outcome, say) is NaN, never 0.

    Attributes
    ----------
    tp, fp
        Rows on a list with, and without, the outcome recorded.
    fn, tn
        Rows not on a list with, and without, the outcome recorded.
    places
        Places on each list.
    lists
        Number of lists whose counts are pooled.

    Examples
    --------
    >>> result = ListEvaluation(tp=30, fp=70, tn=850, fn=50, places=100, lists=1)
    >>> result.precision, result.recall, result.lift, result.missed_per_100_places
    (0.3, 0.375, 3.75, 50.0)
    """

    tp: int
    fp: int
    tn: int
    fn: int
    places: int
    lists: int

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            object.__setattr__(self, name, check_whole(value, name, least=1 if name in ("places", "lists") else 0))
        if self.selected != self.places * self.lists:
            raise StudyError(f"tp + fp: must be places × lists = {self.places * self.lists:,}, got {self.selected:,}.")

    @classmethod
    def of(cls, followed: NDArray[np.bool_], listed: NDArray[np.bool_], places: int) -> ListEvaluation:
        """The table of rows for which the outcome followed or not, on lists of so many places or not."""
        tp, positives, selected = int((followed & listed).sum()), int(followed.sum()), int(listed.sum())
        fp, fn = selected - tp, positives - tp
        return cls(tp=tp, fp=fp, tn=len(followed) - tp - fp - fn, fn=fn, places=places, lists=selected // places)

    @property
    def n(self) -> int:
        """Rows in all."""
        return self.tp + self.fp + self.tn + self.fn

    @property
    def selected(self) -> int:
        """Rows on a list."""
        return self.tp + self.fp

    @property
    def positives(self) -> int:
        """Rows with the outcome recorded."""
        return self.tp + self.fn

    @property
    def missed(self) -> int:
        """Rows with the outcome recorded that are on no list."""
        return self.fn

    @property
    def selection_rate(self) -> float:
        """Share of rows that are on a list."""
        return ratio(*self._share("selection_rate"))

    @property
    def precision(self) -> float:
        """Share of the places that went to a row with the outcome recorded."""
        return ratio(*self._share("precision"))

    @property
    def recall(self) -> float:
        """Share of the rows with the outcome recorded that are on a list."""
        return ratio(*self._share("recall"))

    @property
    def fpr(self) -> float:
        """Share of the rows without the outcome recorded that are on a list."""
        return ratio(*self._share("fpr"))

    @property
    def base_rate(self) -> float:
        """Share of rows with the outcome recorded: the precision of lists drawn by lot."""
        return ratio(*self._share("base_rate"))

    @property
    def lift(self) -> float:
        """Precision divided by the base rate."""
        return ratio(self.tp * self.n, self.selected * self.positives)

    @property
    def missed_per_100_places(self) -> float:
        """Rows with the outcome recorded that are on no list, per 100 places."""
        return ratio(100 * self.fn, self.selected)

    @property
    def found_per_100_places(self) -> float:
        """Rows with the outcome recorded that are on a list, per 100 places."""
        return ratio(100 * self.tp, self.selected)

    def interval(self, name: str, level: float = 0.95) -> tuple[float, float]:
        """The Wilson interval of a share; NaN where the share isn't defined.

        Rows of one child or household on several lists count as separate here; resampling households
        gives intervals that know of this.

        Parameters
        ----------
        name
            `selection_rate`, `precision`, `recall`, `fpr` or `base_rate`.

        Raises
        ------
        StudyError
            Another name.
        """
        if name not in SHARES:
            raise StudyError(f"interval: only a share has one; use {', '.join(SHARES)}, got {name!r}.")
        return wilson_interval(*self._share(name), level)

    def to_dict(self) -> dict[str, Any]:
        """Counts, figures and intervals for JSON; a figure that isn't defined is None."""
        content: dict[str, Any] = asdict(self)
        content |= {"n": self.n, "selected": self.selected, "positives": self.positives, "missed": self.missed}
        for name in SHARES:
            low, high = self.interval(name)
            content |= {name: getattr(self, name), f"{name}_low": low, f"{name}_high": high}
        content |= {name: getattr(self, name) for name in RATIOS}
        return {key: None if isinstance(value, float) and isnan(value) else value for key, value in content.items()}

    def _share(self, name: str) -> tuple[int, int]:
        """The two counts that a share divides."""
        return {
            "selection_rate": (self.selected, self.n),
            "precision": (self.tp, self.selected),
            "recall": (self.tp, self.positives),
            "fpr": (self.fp, self.fp + self.tn),
            "base_rate": (self.positives, self.n),
        }[name]


def ratio(part: int, whole: int) -> float:
    """`part` over `whole`; NaN where `whole` is 0."""
    return part / whole if whole else nan


def evaluate_at_list_size(
    y_true: Any, score: Any, list_size: int, *, lists: Any = None, tie_key: Any = None, seed: int = 0
) -> ListEvaluation:
    """Put the top `list_size` rows of each list on it, and count who had the outcome recorded.

    Parameters
    ----------
    y_true
        One per row: 0 and 1, or true and false, none missing. Rows are matched by position.
    score
        Any finite number per row; more is listed first.
    list_size
        Places on each list.
    lists
        The list (cutoff) that each row stands for; None: all rows are one list.
    tie_key
        Breaks ties of the score, smaller first. Rows that are equal in both, or all ties where it is None, are
        drawn by lot from `seed`.
    seed
        From 0.

    Raises
    ------
    DataError
        Labels or scores are missing or not finite, lengths differ, or a list has fewer rows than places.
    StudyError
        `list_size` or `seed` is no whole number in range.

    Examples
    --------
    >>> evaluate_at_list_size([1, 0, 1, 0], [0.9, 0.8, 0.2, 0.1], 2).to_dict()["recall"]
    0.5
    """
    outcome = read_outcome(y_true)
    values = read_score(score)
    check_lengths(y_true=outcome, score=values)
    chosen = select_top(values, list_size, lists, tie_key, seed)
    return ListEvaluation.of(outcome, chosen, int(list_size))


def select_top(score: Any, list_size: int, lists: Any = None, tie_key: Any = None, seed: int = 0) -> NDArray[np.bool_]:
    """Which rows are among the top `list_size` of their list.

    Parameters are those of `evaluate_at_list_size`.

    Returns
    -------
    array of bool
        One per row; exactly `list_size` are true in each list.

    Examples
    --------
    >>> select_top([3, 5, 5, 1], 2, tie_key=["d", "c", "b", "a"]).tolist()
    [False, True, True, False]
    """
    list_size = check_whole(list_size, "list_size")
    ranks = list_ranks(score, lists, tie_key, seed)
    smallest_list(list_size, len(ranks), lists)
    return ranks <= list_size


def smallest_list(list_size: int, rows: int, lists: Any = None) -> int:
    """The rows of the smallest list, which must be at least `list_size`.

    Raises
    ------
    DataError
        There are no rows, or a list has fewer than that.
    """
    sizes = np.bincount(np.zeros(rows, dtype=np.intp) if lists is None else read_order(lists, "lists"))
    short = int((sizes < list_size).sum())
    if rows == 0 or short:
        least = int(sizes.min(initial=rows))
        raise DataError(
            f"list_size: {list_size:,} places, and {short:,} of {len(sizes):,} lists have fewer rows "
            f"(the smallest has {least:,}). Give fewer places, or more rows."
        )
    return int(sizes.min())


def list_ranks(score: Any, lists: Any = None, tie_key: Any = None, seed: int = 0) -> NDArray[np.intp]:
    """The rank of each row in its list, from 1 (highest score); ties as in `evaluate_at_list_size`.

    Examples
    --------
    >>> list_ranks([1, 3, 2, 9], lists=["a", "a", "a", "b"]).tolist()
    [3, 1, 2, 1]
    """
    values = read_score(score)
    rows = len(values)
    groups = np.zeros(rows, dtype=np.intp) if lists is None else read_order(lists, "lists")
    ties = np.zeros(rows, dtype=np.intp) if tie_key is None else read_order(tie_key, "tie_key")
    check_lengths(score=values, lists=groups, tie_key=ties)
    lot = np.random.default_rng(check_whole(seed, "seed", least=0)).permutation(rows)
    order = np.lexsort((lot, ties, -values, groups))
    sorted_groups = groups[order]
    starts = np.searchsorted(sorted_groups, sorted_groups, side="left")
    ranks = np.empty(rows, dtype=np.intp)
    ranks[order] = np.arange(rows) - starts + 1
    return ranks
