"""The records behind a feature: which of a child's own records it counts, and when they were."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ace_risk.features.catalogue import FeatureSpec
from ace_risk.features.time_rules import LONG_AGO, Times, counts, microseconds, times_or_far, window_start


@dataclass(frozen=True)
class Evidence:
    """The records behind one feature of one child at one cutoff.

    Attributes
    ----------
    number
        Records that count.
    first, last
        When the first and the last of them occurred.
    by_kind
        How many there are of each kind; the most frequent first, equal ones by name.
    """

    number: int
    first: pd.Timestamp
    last: pd.Timestamp
    by_kind: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, eq=False)
class Records:
    """One child's records as plain arrays, one entry per record.

    Attributes
    ----------
    kind, role, grade, source
        As in the history; None where empty.
    occurred, recorded, withdrawn
        In microseconds; `withdrawn` is `FAR` for a record that stands.
    """

    kind: NDArray[Any]
    role: NDArray[Any]
    grade: NDArray[Any]
    source: NDArray[Any]
    occurred: Times
    recorded: Times
    withdrawn: Times

    def known(self, cutoff: int, since: int = LONG_AGO) -> NDArray[np.bool_]:
        """Which records count at a cutoff, from an instant on (included), both in microseconds."""
        known: NDArray[np.bool_] = counts(self.occurred, self.recorded, since, cutoff, self.withdrawn)
        return known

    def find(self, spec: FeatureSpec, cutoff: pd.Timestamp) -> Evidence | None:
        """The records that a feature counts at a cutoff; None where there are none.

        For `days_in_spell` and `open` these are all known spells, however long ago they began.
        """
        at = np.array([instant(cutoff)])
        spells = spec.measure in ("days_in_spell", "open")
        start = LONG_AGO if spells else int(window_start(at, spec.counted_days)[0])
        chosen = self.known(int(at[0]), start) & np.isin(self.kind, spec.kinds)
        for values, allowed in ((self.role, spec.roles), (self.grade, spec.grades)):
            if allowed:
                chosen &= np.isin(values, allowed)
        times = self.occurred[chosen]
        if not len(times):
            return None
        kinds, numbers = np.unique(self.kind[chosen].astype(str), return_counts=True)
        by_kind = sorted(zip(kinds.tolist(), numbers.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))
        first, last = (pd.Timestamp(int(time), unit="us") for time in (times.min(), times.max()))
        return Evidence(len(times), first, last, tuple(by_kind))


def instant(time: pd.Timestamp) -> int:
    """A time as whole microseconds.

    Examples
    --------
    >>> instant(pd.Timestamp("1970-01-01 00:00:01"))
    1000000
    """
    return int(np.datetime64(time, "us").astype(np.int64))


def records_by_child(history: pd.DataFrame, children: Iterable[Hashable]) -> dict[Hashable, Records]:
    """The records of some children, by child; a child without any has an empty one.

    Parameters
    ----------
    history
        One row per child and record, from :func:`ace_risk.data.history.build_history`.
    children
        Whose records are wanted.
    """
    wanted = list(dict.fromkeys(children))
    own = history[history["child_id"].isin(wanted)]
    positions = own.groupby("child_id", sort=False).indices
    texts = {name: own[name].astype(object).to_numpy() for name in ("kind", "role", "grade", "source")}
    occurred = microseconds(own["occurred_at"], "history.occurred_at")
    recorded = microseconds(own["recorded_at"], "history.recorded_at")
    withdrawn = times_or_far(own, "withdrawn_at")
    none = np.array([], dtype=np.intp)
    found = {}
    for child in wanted:
        at = positions.get(child, none)
        found[child] = Records(
            **{name: text[at] for name, text in texts.items()},
            occurred=occurred[at],
            recorded=recorded[at],
            withdrawn=withdrawn[at],
        )
    return found
