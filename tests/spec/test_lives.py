"""The first and the last day of a child's records as pictures: one column a day (at midnight), the cutoff at `|`.

B the day of birth, on which the first home begins      x an incident at home      b both on one day
D the day of a death, recorded that day      L a death that is recorded only after the cutoff
* a death on the day of the cutoff
"""

from __future__ import annotations

import pandas as pd
import pytest

from ace_risk import Outcome, Tables, build_cohort, build_history, build_labels
from ace_risk.data.schema import SCHEMA
from ace_risk.features.cohort import censoring_reasons
from ace_risk.plans import CohortRule

DAY = pd.Timedelta(days=1)
FIRST = pd.Timestamp("2024-02-25").as_unit("us")
HORIZON = 5
TYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "integer": "Int8", "boolean": "boolean"}

BIRTHS = [
    # title, picture, incidents at home that are the child's
    ("an incident at home on the day of birth is the child's", "b...|", 1),
    ("an incident at home on the day before birth is not", "xB..|", 0),
    ("only what came from the day of birth on is", "xxbx|", 2),
]
NOT_LISTED, NO_LABEL = "not in the cohort", "in the cohort, without a label"
DEATHS = [
    # title, picture, what becomes of the row; the outcome window has 5 days
    ("a death that is known at the cutoff", "x.D.|", NOT_LISTED),
    ("a death before the cutoff that nobody has recorded yet", "x.L.|", NO_LABEL),
    ("a death on the day of the cutoff", "x...*", NO_LABEL),
    ("a death within the outcome window", "x...|...D", NO_LABEL),
    ("a death on the first day after the outcome window", "x...|....D", "in the cohort, with a label"),
]


def tables_of(**rows) -> Tables:
    """The six tables with some rows, which end long after the picture does."""
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(rows.get(name, []), columns=table.column_names)
        frames[name] = frame.astype({column.name: TYPES.get(column.type, "str") for column in table.columns})
    return Tables(**frames, data_end=FIRST + 99 * DAY)


def read_life(picture: str, born: pd.Timestamp | None = None) -> tuple[Tables, pd.Timestamp]:
    """The tables and the cutoff that a picture shows; a child without a day of birth in it was born on `born`."""
    days = {mark: [FIRST + DAY * at for at, found in enumerate(picture) if found == mark] for mark in "BbxDL*|"}
    cutoff = (days["|"] + days["*"])[0]
    born = (days["B"] + days["b"] + [born])[0]
    deaths = [(day, day) for day in days["D"] + days["*"]] + [(day, cutoff) for day in days["L"]]
    incidents = [
        [f"i{at}", day, day, "neglect", None, "h", None, "police"] for at, day in enumerate(days["x"] + days["b"])
    ]
    return tables_of(
        children=[["a", born, "F", None, None, None]],
        residence=[["a", "h", born, None, "Eden", 3, born]],
        incidents=incidents,
        services=[["s", "a", "death", day, None, recorded, None] for day, recorded in deaths],
    ), cutoff


@pytest.mark.parametrize(("title", "picture", "expected"), BIRTHS, ids=[case[0] for case in BIRTHS])
def test_picture_of_a_birth(title, picture, expected):
    tables, _ = read_life(picture)
    assert len(build_history(tables)) == expected


@pytest.mark.parametrize(("title", "picture", "expected"), DEATHS, ids=[case[0] for case in DEATHS])
def test_picture_of_a_death(title, picture, expected):
    tables, cutoff = read_life(picture, born=FIRST - 3_000 * DAY)
    history = build_history(tables)
    cohort = build_cohort(tables, history, CohortRule(), [cutoff])
    if expected == NOT_LISTED:
        assert cohort.empty
        return
    assert build_labels(history, cohort, Outcome(["cin"], HORIZON)).isna().tolist() == [expected == NO_LABEL]
    reasons = censoring_reasons(cohort, tables, CohortRule(), HORIZON)
    assert reasons == {"data_end": 0, "dies": int(expected == NO_LABEL), "comes_of_age": 0, "leaves_area": 0}
