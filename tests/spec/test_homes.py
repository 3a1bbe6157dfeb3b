"""Moves between homes as pictures: one column a day (at midnight), the cutoff at `|`.

a b an incident at home A or B, recorded at once      A the first day in home A; without it, since long ago
B the first day in home B, recorded at once      h the same, recorded only at R
E the child leaves home A for no other home      ! the cutoff, on the day on which home B is recorded
"""

from __future__ import annotations

import pandas as pd
import pytest

from ace_risk import Catalogue, FeatureSpec, Tables, build_features, build_history
from ace_risk.data.schema import SCHEMA

DAY = pd.Timedelta(days=1)
FIRST = pd.Timestamp("2024-02-25").as_unit("us")
TYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "integer": "Int8", "boolean": "boolean"}

HOMES = [
    # title, picture, incidents at home that are the child's, moves; both as known at the cutoff
    ("what happened before the move was at the child's home", ".a.B..|", 1, 1),
    ("what happened at the old home after the move was not", "..B.a.|", 0, 1),
    ("what happened at the new home was", "..B.b.|", 1, 1),
    ("until the move is recorded, the child is taken to be at the old home", "..h.a.|.R", 1, 0),
    ("that holds for a move recorded at the instant of the cutoff", "..h.a.!", 1, 0),
    ("once the move is recorded, it no longer counts", "..h.a.R.|", 0, 1),
    ("what happens at the new home is not known to concern the child", "..h.b.|.R", 0, 0),
    ("once the move is recorded, it is", "..h.b.R.|", 1, 1),
    ("an end without a next home is known when it comes", "..E.a.|", 0, 0),
    ("it stays known if the child comes back later", "..E.a.|..B", 0, 0),
    ("a first home is no move", "...A.a|", 1, 0),
    ("a home before it that is recorded later makes it none", "h..A.a|.R", 1, 0),
    ("once that home is recorded, there was a move", "h..A.R|", 0, 1),
]


def read_homes(picture: str) -> tuple[Tables, pd.Timestamp]:
    """The tables and the cutoff that a picture shows."""
    at = {mark: FIRST + DAY * place for place, mark in enumerate(picture) if mark not in ".ab"}
    cutoff = at["|"] if "|" in at else at["!"]
    first = at.get("A", FIRST - 999 * DAY)
    second = at.get("B", at.get("h"))
    recorded = at.get("R", at.get("!")) if "h" in at else second
    homes = {"a": [first, at.get("E"), first]}
    if second is not None:
        homes["b"] = [second, first if second < first else None, recorded]
        homes["a"][1] = homes["a"][1] or (second if first < second else None)
    rows = {
        "children": [["c", FIRST - 999 * DAY, "F", None, None, None]],
        "residence": [["c", home, start, end, "Eden", 3, known] for home, (start, end, known) in homes.items()],
        "incidents": [
            [f"i{place}", FIRST + DAY * place, FIRST + DAY * place, "neglect", None, mark, None, "police"]
            for place, mark in enumerate(picture) if mark in "ab"
        ],
    }  # fmt: skip
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(rows.get(name, []), columns=table.column_names)
        frames[name] = frame.astype({column.name: TYPES.get(column.type, "str") for column in table.columns})
    return Tables(**frames, data_end=FIRST + 99 * DAY), cutoff


@pytest.mark.parametrize(("title", "picture", "incidents", "moves"), HOMES, ids=[case[0] for case in HOMES])
def test_picture_of_homes(title, picture, incidents, moves):
    tables, cutoff = read_homes(picture)
    cohort = pd.DataFrame({"child_id": ["c"], "cutoff": [cutoff]})
    specs = [FeatureSpec("incident", ["neglect"], "count"), FeatureSpec("moved", ["moved_home"], "count")]
    known = build_features(build_history(tables), cohort, Catalogue(specs))
    assert known.iloc[0].tolist() == [incidents, moves]
