"""The six tables in memory, with the instant up to which their records were collected."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ace_risk.data.schema import SCHEMA

SOON = pd.Timedelta(days=31)
"""How long after an incident its record still counts as made at the time."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The six tables, each with exactly the columns of the schema, in its order.

    Dates and times are `datetime64[us]` without a zone, ids and codes `str`, `deprivation_decile` is `Int8`,
    `disability` is `boolean`, `from_care` is `bool`. A missing value is an empty cell.

    Attributes
    ----------
    data_end
        The instant up to which records were collected; nothing is recorded at or after it.
    synthetic
        True if the tables say that the synthetic world made them; see :mod:`ace_risk.data.approval` for the proof.
    quarantined
        How many rows of each table were set aside on loading because they broke a rule; they are not in the
        frames. Tables that lost no row are not named.
    folder
        Where they were loaded from, and where their approval lies; None if they never were in a folder.

    Examples
    --------
    >>> list(Tables.__dataclass_fields__)[:3]
    ['children', 'residence', 'incidents']
    """

    children: pd.DataFrame
    residence: pd.DataFrame
    incidents: pd.DataFrame
    involvement: pd.DataFrame
    missing_episodes: pd.DataFrame
    services: pd.DataFrame
    data_end: pd.Timestamp
    synthetic: bool = False
    quarantined: dict[str, int] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the six tables, in the order of the schema."""
        return tuple(SCHEMA)

    @property
    def data_start(self) -> pd.Timestamp:
        """When records begin: the first incident that was recorded soon, within `SOON` of happening.

        An incident of long ago that came to notice late says nothing about when records began. Where none was
        recorded soon it is the first time of recording; NaT where there are no incidents.
        """
        occurred, recorded = self.incidents["occurred_at"], self.incidents["recorded_at"]
        soon = occurred[recorded - occurred <= SOON]
        start: pd.Timestamp = recorded.min() if soon.empty else soon.min()
        return start

    def summary(self) -> pd.DataFrame:
        """Size of each table: one row per table, with its `rows`, `columns` and `bytes` in memory."""
        frames = {name: getattr(self, name) for name in self.names}
        return pd.DataFrame(
            {
                "table": list(frames),
                "rows": [len(frame) for frame in frames.values()],
                "columns": [frame.shape[1] for frame in frames.values()],
                "bytes": [int(frame.memory_usage(deep=True).sum()) for frame in frames.values()],
            }
        )
