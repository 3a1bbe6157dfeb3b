"""What `make bench` compares: the work, both sides of it, what must be equal first, and what the reader should know."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

OURS, PEERS, POINTS_PEERS = "", ".venv-peers", ".venv-peers-points"
"""Environments: this one, and two of their own for peers with other pins."""

Answer = dict[str, Any]


class Different(Exception):
    """Both sides found other values, so their times can't be compared."""


@dataclass(frozen=True)
class Side:
    """A script, what it is asked, and the environment that it runs in."""

    script: str
    what: str
    environment: str = OURS


@dataclass(frozen=True)
class Data:
    """What makes data for comparisons, once however many want it, with its size in a full and in a quick run."""

    maker: Side
    full: Answer
    quick: Answer = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """One or more rows of the table, from one measurement of each side.

    Attributes
    ----------
    ours, peer
        Who does the work.
    works
        What is done, in words, by the name of the seconds in the answers.
    check
        From both answers to what was found to be equal, in words; raises `Different`.
    full, quick
        The size of the work; None leaves it out of a quick run.
    data
        What must be made first, in order.
    """

    ours: Side
    peer: Side
    works: dict[str, str]
    check: Callable[[Answer, Answer], str]
    full: Answer
    quick: Answer | None = None
    data: tuple[Data, ...] = ()


def same_values(ours: Answer, theirs: Answer) -> str:
    """Every value is the same."""
    if ours["checksum"] != theirs["checksum"]:
        raise Different("the values differ")
    return "every value equal"


def same_rates(ours: Answer, theirs: Answer) -> str:
    """Every rate of every group is the same, rounding apart."""
    if not np.allclose(ours["values"], theirs["values"], rtol=0, atol=1e-12):
        raise Different("the rates differ")
    return "rates equal to 1e-12"


def same_contributions(ours: Answer, theirs: Answer) -> str:
    """Every contribution is the same, rounding apart."""
    if not np.allclose(ours["values"], theirs["values"], rtol=0, atol=1e-9):
        raise Different("the contributions differ")
    return "contributions equal to 1e-9"


def both_add_up(ours: Answer, theirs: Answer) -> str:
    """Contributions of either model add up to its own score."""
    if max(ours["worst"], theirs["worst"]) > 1e-9:
        raise Different("contributions don't add up to the score")
    return "each adds up to its own model's score; two models"


def what_lists_reach(ours: Answer, theirs: Answer) -> str:
    """Nothing need be equal: what the lists of either reach."""
    return (
        f"AUC {ours['auc']:.3f} and {theirs['auc']:.3f}; reached per 100 places {ours['reached']:.1f} and "
        f"{theirs['reached']:.1f}"
    )


def same_frames(ours: Answer, theirs: Answer) -> str:
    """Cohort, features, labels and folds are the same; the models are two."""
    if ours["checksum"] != theirs["checksum"]:
        raise Different("cohort, features, labels or folds differ")
    return (
        f"every row, feature and label equal; reached per 100 places {ours['reached']:.1f} and {theirs['reached']:.1f}"
    )


WORLD = Data(Side("whole_path", "make_world"), {"study": "demo"})
COUNTY = Data(Side("whole_path", "make_world"), {"study": "cumbria"})
LATE = Data(Side("features", "make_late"), {"rows": 20_000}, {"rows": 500})
DISTINCT = Data(Side("features", "make_distinct"), {"rows": 2_000}, {"rows": 100})
COUNTS = Data(Side("features", "make_counts"), {"children": 1_200_000})
AUDITED = Data(Side("audit", "make_rows"), {"rows": 100_000, "groups": 40}, {"rows": 2_000, "groups": 4})
STUDY_ROWS = Data(Side("points", "make_rows"), {})
CARD = Data(Side("contributions", "make_card"), {"features": 10})

AUDIT = {"replicates": 1_000, "runs": 3, "peer_runs": 2, "few": 2, "more": 5}
MANY = {"children": 1_200_000, "runs": 3}
LISTS = {"places": 200, "runs": 3, "slow_runs": 1}
EXPLAINED = {"rows": 3, "background": 50, "runs": 3, "slow_runs": 2}

COMPARISONS = [
    *[
        Comparison(
            Side("whole_path", "path"), Side("plain_path", "plain"),
            {
                "frames": f"tables to cohort, 85 features, labels and folds; {words}",
                "seconds": f"the whole path: the same, then a model learnt and its lists (ours a points card, the peer "
                f"logistic regression); {words}",
            },
            same_frames, {"study": world.full["study"], "runs": runs}, None, (world,),
        )
        for world, words, runs in ((WORLD, "20,000 children", 3), (COUNTY, "112,000 children", 2))
    ],
    Comparison(
        Side("features", "late"), Side("features", "plain"),
        {"seconds": "4 windowed counts, 20,000 rows, every cutoff distinct; a merge and group-bys"},
        same_values, {"runs": 5}, {"runs": 2}, (LATE,),
    ),
    Comparison(
        Side("features", "distinct"), Side("peer_features", "featuretools", PEERS),
        {"seconds": "4 counts by kind over 365 days, 2,000 rows, every cutoff distinct; one process"},
        same_values, {"runs": 5, "slow_runs": 2}, {"runs": 2, "slow_runs": 1}, (DISTINCT,),
    ),
    *[
        Comparison(
            Side("features", "counts"), Side("peer_features", what, PEERS),
            {"seconds": f"68 counts at one cutoff, 1.2 million children, 3.6 million records; {words}"},
            same_values, MANY, None, (COUNTS,),
        )
        for what, words in (
            ("duckdb", "result as an Arrow table"), ("duckdb_table", "result as a table of the database"),
            ("polars", "result as a frame"),
        )
    ],
    *[
        Comparison(
            Side("audit", what), Side("audit", "bootstrap"),
            {"seconds": f"audit of 100,000 rows, 40 groups, 5 rates, 1,000 replicates; ours resamples {words}, the "
             "peer rows (its time **extrapolated** from 5 replicates)"},
            same_rates, AUDIT, None, (AUDITED,),
        )
        for what, words in (("rows", "nothing, its intervals being closed form"), ("homes", "households"))
    ],
    Comparison(
        Side("audit", "rows"), Side("audit", "points"),
        {"seconds": "the same rows; ours with its intervals and verdicts, the peer point figures only"},
        same_rates, AUDIT, AUDIT | {"runs": 1}, (AUDITED,),
    ),
    Comparison(
        Side("audit", "rows"), Side("peer_audit", "aequitas", PEERS),
        {"seconds": "the same rows; ours with its intervals and verdicts, the peer point figures and disparities only"},
        same_rates, AUDIT, None, (AUDITED,),
    ),
    Comparison(
        Side("points", "card_of_indicators"), Side("peer_points", "fasterrisk", POINTS_PEERS),
        {"seconds": "a card of at most 12 columns and points from −5 to 5, learnt from 131 yes-or-no columns"},
        what_lists_reach, LISTS, None, (WORLD, STUDY_ROWS),
    ),
    *[
        Comparison(
            Side("points", "card"), Side("points", what), {"seconds": words}, what_lists_reach, LISTS, None,
            (WORLD, STUDY_ROWS),
        )
        for what, words in (
            ("logistic", "the card of 12 features, against logistic regression on all 65"),
            ("ebm", "the card of 12 features, against an explainable boosting machine on all 65 (4 bags, no pairs: "
             "lighter than its defaults)"),
        )
    ],
    Comparison(
        Side("contributions", "ours"), Side("contributions", "exact"),
        {"seconds": "contributions to a card of 10 features, 3 children, 50 rows behind them; the exact explainer"},
        same_contributions, EXPLAINED, None, (WORLD, STUDY_ROWS, CARD),
    ),
    Comparison(
        Side("contributions", "every"), Side("contributions", "trees"),
        {"seconds": "contributions for every judged row: ours to the card, the peer to gradient boosting on all 65 "
         "features; the tree explainer"},
        both_add_up, EXPLAINED, None, (WORLD, STUDY_ROWS, CARD),
    ),
]  # fmt: skip
