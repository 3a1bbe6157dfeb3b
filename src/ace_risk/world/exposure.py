"""How long children lived in the area: what rates are per."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ace_risk.data.tables import Tables
from ace_risk.plans import World


@dataclass(frozen=True)
class Exposure:
    """The tables, with how long each child lived here and when.

    Attributes
    ----------
    lives
        One row per child who lived here: child_id, birth_date, sex, `since` and `until`, the first day and the
        day after the last one within the period.
    start, end
        The period.
    """

    tables: Tables
    lives: pd.DataFrame
    start: pd.Timestamp
    end: pd.Timestamp

    def years(self, low: float = 0, high: float = 18) -> float:
        """Years that children lived here aged `low` up to, not including, `high`."""
        born = self.lives["birth_date"]
        since = self.lives["since"].clip(lower=born + pd.Timedelta(days=365.25 * low))
        until = self.lives["until"].clip(upper=born + pd.Timedelta(days=365.25 * high))
        days = (until - since).dt.total_seconds().clip(lower=0).sum() / 86_400
        return float(days / 365.25)

    def march_days(self) -> list[pd.Timestamp]:
        """The last days of March from the second year on."""
        days = [pd.Timestamp(year, 3, 31) for year in range(self.start.year + 1, self.end.year + 1)]
        return [day for day in days if self.start + pd.Timedelta(days=365) <= day < self.end]

    def living(self, day: pd.Timestamp) -> int:
        """How many children live here on a day."""
        return int(((self.lives["since"] <= day) & (day < self.lives["until"])).sum())


def make_exposure(tables: Tables, world: World) -> Exposure:
    """Who lived here, and for how long."""
    start, end = pd.Timestamp(world.start), pd.Timestamp(world.end)
    spells = tables.residence.assign(until=tables.residence["end_date"].fillna(end))
    lives = spells.groupby("child_id").agg(since=("start_date", "min"), until=("until", "max")).reset_index()
    lives = lives.merge(tables.children[["child_id", "birth_date", "sex"]], on="child_id")
    return Exposure(tables, lives, start, end)


def percent(part: float, whole: float) -> float:
    """A share in percent; not a number where there is nothing to share.

    Examples
    --------
    >>> percent(1, 4)
    25.0
    """
    return 100 * float(part) / float(whole) if whole else float("nan")
