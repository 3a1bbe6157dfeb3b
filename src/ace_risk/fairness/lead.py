"""Lead time by group: how long before the outcome a child was first listed, and how sure the median is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ace_risk.fairness.counts import Attribute, Floats, Ints
from ace_risk.fairness.disclosure import SUPPRESSED, hide
from ace_risk.fairness.shares import Mask, ShownGroups, closed_rows, shown_number

LEAST = 10
"""Children below whom no median is told: it would be about one of them."""


def lead_chapter(
    children: npt.NDArray[Any],
    cutoffs: npt.NDArray[Any],
    days: Floats,
    listed: Mask,
    shown: ShownGroups,
    draws: int,
    seed: int,
) -> dict[str, Any]:
    """Days from a child's first listing to the outcome, by group; a child counts once, in its group on that day.

    Parameters
    ----------
    children, cutoffs, days
        Per row: the child, the list date, and the days to the outcome; NaN where it didn't follow.
    listed
        Whether the row was on its list.
    shown
        The groups of the rows.
    draws, seed
        How often households are drawn again, and the seed of the draws.

    Returns
    -------
    dict
        `overall` and `by_group`: attribute, group, children, median_days with low and high (95 %, both ends
        included). Hidden figures are "c"; those of too few children None.
    """
    frame = pd.DataFrame({"child": children, "cutoff": cutoffs, "days": days})
    first = frame[listed].dropna(subset=["days"]).sort_values("cutoff", kind="stable").drop_duplicates("child").index
    rows = np.zeros(len(frame), dtype=bool)
    rows[first] = True
    inside, told = shown.take(rows), days[rows]
    rng = np.random.default_rng(seed)
    everybody = Attribute("all", ["all"], np.zeros(len(told), dtype=np.int64))
    records = []
    for attribute in [everybody, *inside.attributes]:
        counts = np.bincount(attribute.codes, minlength=len(attribute.labels)).astype(np.int64)
        both = np.column_stack([counts, counts])
        hidden = hide(both, shown.hide_below, closed_rows(attribute, shown, 2), (1, 0))[:, 0]
        for place, group in enumerate(attribute.labels):
            here = attribute.codes == place
            figures = home_median(told[here], inside.homes[here], draws, rng)
            few = counts[place] < LEAST
            names = ("median_days", "low", "high")
            records.append(
                {
                    "attribute": attribute.name,
                    "group": str(group),
                    "children": SUPPRESSED if hidden[place] else int(counts[place]),
                    **{
                        name: shown_number(np.nan if few else value, hidden[place])
                        for name, value in zip(names, figures, strict=True)
                    },
                }
            )
    return {"overall": records[0], "by_group": records[1:]}


def home_median(days: Floats, homes: Ints, draws: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """The median of some days with its 95 % interval over resampled households (percentiles); NaN without any.

    The median of an even number is the lower of the two in the middle, here and in each draw.

    Examples
    --------
    >>> home_median(np.arange(101.0), np.arange(101), 400, np.random.default_rng(1))
    (50.0, 39.0, 59.0)
    """
    if not len(days):
        return np.nan, np.nan, np.nan
    order = np.argsort(days, kind="stable")
    _, home = np.unique(homes[order], return_inverse=True)
    number = int(home.max()) + 1
    drawn = rng.multinomial(number, np.full(number, 1 / number), size=draws)[:, home]
    so_far = np.cumsum(drawn, axis=1)
    middle = np.argmax(so_far * 2 >= so_far[:, [-1]], axis=1)
    ordered = days[order]
    low, high = np.quantile(ordered[middle], [0.025, 0.975], method="inverted_cdf")
    return float(ordered[(len(days) - 1) // 2]), float(low), float(high)
