"""Inputs of every page: made up, and shaped like what the pipeline writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ace_risk.cards.card import build_card
from ace_risk.kinds import configs_folder
from ace_risk.referrals.card_lines import CardLine
from ace_risk.referrals.child_record import ChildRecord
from ace_risk.referrals.lanes import Lane
from ace_risk.referrals.what_if import WhatIf
from ace_risk.report.card_page import render_card
from ace_risk.report.child_page import render_child
from ace_risk.report.evaluation_page import render_evaluation
from ace_risk.report.fairness_page import render_fairness
from ace_risk.report.index_page import render_index
from ace_risk.report.list_page import render_list
from ace_risk.report.page import Header
from ace_risk.report.points_card_page import render_points_card
from ace_risk.report.review_page import render_review
from ace_risk.report.words import LIST_SAFETY, REPORT_SAFETY
from ace_risk.study import load_study

HUBS = ("Allerdale", "Barrow", "Carlisle", "Copeland", "Eden", "South Lakeland")
REASONS = (
    "Reported missing 4 times in the last 12 months, most recently on 3 November 2025.",
    "Domestic abuse at home was recorded twice in the last 12 months, most recently on 19 December 2025.",
    "Three police safeguarding notices were made in the last 3 months, the last on 21 December 2025.",
    "Parental drug or alcohol use was recorded 3 times since January 2018, most recently on 2 August 2025.",
    "Suspended or excluded from school twice in the last 12 months, most recently on 14 October 2025.",
    "Anti-social behaviour was recorded 5 times in the last 12 months, on 4 different days.",
    "A concern about exploitation was recorded on 30 September 2025.",
)
OPTIONS = (
    "school contact through Operation Encompass; children's domestic abuse service; support for the parent",
    "return home interview within 72 hours; Philomena form; talk with a trusted adult",
    "youth club, mentoring or sport; restorative conversation",
    "Team Around the Family; lead practitioner",
)


@pytest.fixture(scope="session")
def header() -> Header:
    return Header(
        title="Evaluation: demo on a synthetic world",
        what="How well lists of 200 places would have reached children whom statutory support followed.",
        made_from="study “demo”, 20,312 children, records up to 1 January 2026",
        made_at=datetime(2026, 1, 1, 9, 30),
        statement="Synthetic data: no real child appears here.",
        purpose="To find children who may benefit from early support, so that it can be offered to them.",
        outcome="statutory support recorded within 12 months",
        safety=REPORT_SAFETY,
        pack_id="3f9ac1d07e52",
        version="0.1.0",
        recompute="run `ace-risk train --config demo.yaml --data DIR --out RUN` with the pack's study file",
    )


@pytest.fixture(scope="session")
def list_header() -> Header:
    return Header(
        title="Referral list for 1 January 2026",
        what="Children whom the records suggest visiting first, with the reasons, for a person to decide on.",
        made_from="pack 3f9ac1d07e52 and records up to 1 January 2026",
        made_at=datetime(2026, 1, 1, 9, 30),
        expires_at=datetime(2026, 1, 29, 9, 30),
        statement="Synthetic data: no real child appears here.",
        purpose="To find children who may benefit from early support, so that it can be offered to them.",
        outcome="statutory support recorded within 12 months",
        safety=LIST_SAFETY,
        pack_id="3f9ac1d07e52",
        version="0.1.0",
        recompute="run `ace-risk list RUN --data DIR --as-of 2026-01-01 --places 200 --out DIR`",
    )


@pytest.fixture(scope="session")
def listing() -> dict[str, Any]:
    rows = [child(rank) for rank in range(1, 221)]
    return {"rows": rows[:200], "next_in_line": rows[200:], "places": 200, "hubs": list(HUBS)}


def child(rank: int) -> dict[str, Any]:
    rng = np.random.default_rng(rank)
    reasons = [REASONS[place] for place in rng.permutation(len(REASONS))[: 1 + rank % 4]]
    family = rank if rank % 7 else rank - 1
    return {
        "rank": rank,
        "child_id": f"SYN-{int(rng.integers(0, 2**40)):010x}",
        "hub": HUBS[rank % len(HUBS)],
        "age_years": int(rng.integers(0, 18)),
        "support_need": 0.62 - 0.002 * rank,
        "score": 19 - rank // 20,
        "band": "near the cut-off" if rank > 170 else "well inside",
        **{f"reason_{place + 1}": reasons[place] if place < len(reasons) else "" for place in range(4)},
        "strengths": "A trusted adult was named on 4 March 2025. Settled at school since September 2025."
        if rank % 3
        else "None on record yet: ask the child and the family.",
        "support_options": OPTIONS[rank % len(OPTIONS)],
        "data_gaps": "Nothing from school or health services is on record." if rank % 4 == 0 else "",
        "changed_since_last": "new" if rank % 9 == 0 else "still listed",
        "list_made_at": datetime(2026, 1, 1, 9, 30),
        "list_expires_at": datetime(2026, 1, 29, 9, 30),
        "pack": "3f9ac1d0",
        "visit": f"V{family:03d}",
        "safe_contact": any("Domestic abuse" in reason for reason in reasons),
        "new": rank % 9 == 0,
        "ethnicity": "B1",
        "sex": "F",
    }


MODELS = (
    ("points_card", "points card", 0.31, 0.42, 0.79),
    ("ace_count", "counting ACEs", 0.22, 0.30, 0.68),
    ("ppn_rule", "three notices in three months", 0.19, 0.26, 0.61),
    ("newest_first", "newest record first", 0.14, 0.19, 0.55),
)


@pytest.fixture(scope="session")
def evaluation() -> dict[str, Any]:
    models = [model_record(order, *model) for order, model in enumerate(MODELS)]
    return {
        "format": "ace-risk/evaluation/1",
        "study": {"name": "demo", "title": "Demo on a synthetic world"},
        "outcome": {
            "name": "statutory_support",
            "title": "statutory support recorded within 12 months",
            "stands_for": "A family's need for help, as far as services saw it and acted on it.",
            "may_mislead": "It records what services did. Need that nobody saw, or nobody acted on, counts as none.",
            "horizon_days": 365,
        },
        "data": {
            "start": "2018-01-01", "end": "2026-01-01", "children": 20312, "cohort_rows": 118442,
            "labelled_rows": 101236,
            "censored": {"data_end": 9120, "comes_of_age": 5874, "another reason": 2212},
            "synthetic": True, "statement": "Synthetic data: no real child appears here.",
        },
        "folds": [
            fold("validation 1", "validation", "2020-01-01", "2021-07-01", "2022-08-01", "2023-01-01"),
            fold("validation 2", "validation", "2020-01-01", "2022-01-01", "2023-02-01", "2023-07-01"),
            fold("test", "test", "2020-01-01", "2022-10-01", "2023-11-05", "2024-10-01"),
        ],
        "places": 200,
        "lists": 4,
        "models": models,
        "curve": [
            {"name": name, "title": title, "places": places, "recall": recall * (places / 200) ** 0.7,
             "precision": precision * (200 / places) ** 0.3}
            for name, title, precision, recall, _ in MODELS
            for places in (25, 50, 100, 150, 200, 250, 300, 400)
        ],
        "reliability": [
            {"low": low, "high": low + 0.08, "n": int(6000 * np.exp(-8 * low)) + 20, "mean_predicted": low + 0.04,
             "observed": low + 0.045 - 0.05 * low, "observed_low": max(0.0, low + 0.03 - 0.2 * low),
             "observed_high": low + 0.06 + 0.1 * low}
            for low in (0.0, 0.08, 0.16, 0.24, 0.32, 0.4, 0.48)
        ],
        "points_card": points_card(),
        "bar": [
            {"item": "Of 100 children listed, those for whom statutory support followed (200 places)",
             "needed": "at least 20", "got": "31 (28 to 34)", "verdict": "meets"},
            {"item": "More of the children for whom support followed than counting ACEs finds at the same places",
             "needed": "at least 10 in 100 more", "got": "41 (12 to 70)", "verdict": "meets"},
            {"item": "Calibration slope (1 means that shares are neither too bold nor too timid)",
             "needed": "0.80 to 1.20", "got": "0.96 (0.88 to 1.04)", "verdict": "meets"},
        ],
        "verdict": "meets",
        "sentences": [
            "On 4 lists of 200 places each, 248 of 800 children listed had statutory support recorded within 12 "
            "months: about 31 of every 100.",
            "Of 590 children already known to services for whom it followed, the lists reached 248 and missed 342.",
            "Counting adverse childhood experiences at the same places reaches 176: the points card finds 72 more "
            "than that.",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def measured(evaluation: dict[str, Any]) -> dict[str, Any]:
    """The sample as format /2, with everything measured; what it gains is made up in `measured.json`."""
    more = json.loads((Path(__file__).parent / "measured.json").read_text(encoding="utf-8"))
    tables = [
        model_record(0, *(model[key] for key in ("name", "title", "precision", "recall", "auc")))
        | {"kind": model["kind"]}
        for model in more["models"]
    ]
    ours, *rules = evaluation["models"]
    lines = [
        {"name": model["name"], "title": model["title"], "places": places,
         "recall": model["recall"] * (places / 200) ** 0.7, "precision": model["precision"] * (200 / places) ** 0.3}
        for model in tables
        for places in (25, 50, 100, 150, 200, 250, 300, 400)
    ]  # fmt: skip
    taken = ("models", "folds", "examples", "bar")
    return {
        **evaluation,
        **{key: value for key, value in more.items() if key not in taken},
        "format": "ace-risk/evaluation/2",
        "models": [ours | {"kind": "deployed"}, *tables, *(rule | {"kind": "rule"} for rule in rules)],
        "curve": [*evaluation["curve"][:8], *lines, *evaluation["curve"][8:]],
        "folds": [fold | found for fold, found in zip(evaluation["folds"], more["folds"], strict=True)],
        "points_card": evaluation["points_card"] | {"examples": more["examples"]},
        "bar": [*evaluation["bar"], more["bar"]],
    }


def fold(name: str, role: str, start: str, end: str, first: str, last: str) -> dict[str, Any]:
    return {"name": name, "role": role, "train_from": start, "train_to": end, "train_rows": 43210, "gap_to": first,
            "evaluate_from": first, "evaluate_to": last, "evaluate_rows": 9876, "positives": 987}  # fmt: skip


def model_record(order: int, name: str, title: str, precision: float, recall: float, auc: float) -> dict[str, Any]:
    hits = round(800 * precision)
    return {
        "name": name, "title": title,
        "table": {"tp": hits, "fp": 800 - hits, "fn": 590 - hits, "tn": 20000},
        "precision": precision, "precision_low": precision - 0.03, "precision_high": precision + 0.03,
        "recall": recall, "recall_low": recall - 0.04, "recall_high": recall + 0.04,
        "lift": precision / 0.03, "auc": auc, "average_precision": precision - 0.1,
        "brier": 0.081 if order == 0 else None,
        "calibration_slope": 0.96 if order == 0 else None,
        "calibration_slope_low": 0.88 if order == 0 else None,
        "calibration_slope_high": 1.04 if order == 0 else None,
        "calibration_intercept": -0.03 if order == 0 else None,
        "missed_per_100_places": (590 - hits) / 8,
    }  # fmt: skip


def points_card() -> dict[str, Any]:
    def feature(name: str, title: str, direction: str, *bins: tuple[str, int, float]) -> dict[str, Any]:
        return {"feature": name, "title": title, "direction": direction,
                "bins": [{"text": text, "points": points, "share": share} for text, points, share in bins]}  # fmt: skip

    return {
        "features": [
            feature("missing_count_365d", "times reported missing in the last 12 months", "more_need",
                    ("never", 0, 0.91), ("once", 1, 0.05), ("2 to 4 times", 3, 0.03), ("5 or more", 4, 0.01)),
            feature("domestic_abuse_count_365d", "domestic abuse at home recorded in the last 12 months", "more_need",
                    ("never", 0, 0.78), ("once", 1, 0.14), ("2 or more", 3, 0.08)),
            feature("ppn_days_since_last_ever", "days since the last police safeguarding notice", "either",
                    ("never", 0, 0.4), ("up to 90", 3, 0.1), ("91 to 365", 2, 0.2), ("more than 365", 1, 0.3)),
            feature("school_exclusion_count_365d", "suspensions or exclusions in the last 12 months", "more_need",
                    ("never", 0, 0.94), ("once or more", 2, 0.06)),
            feature("trusted_adult_ever", "a trusted adult named by the child", "less_need",
                    ("no", 0, 0.7), ("yes", -1, 0.3)),
        ],
        "intercept": -4,
        "totals": [
            {"total": total, "n": int(9000 * 0.6**total) + 12, "observed": 0.02 + 0.05 * total,
             "predicted": 0.018 + 0.052 * total}
            for total in range(12)
        ],
    }  # fmt: skip


GROUPS = {
    "sex": (("Girl", 4100, 280), ("Boy", 4600, 300), ("Not known", 90, 3)),
    "ethnicity": (("White", 6800, 440), ("Mixed", 240, 30), ("Asian", 260, 18), ("Black", 150, 12), ("Other", 80, 4),
                  ("Not recorded", 1260, 79)),
    "age_band": (("under 1", 300, 60), ("1 to 4", 1500, 140), ("5 to 9", 2200, 130), ("10 to 12", 1700, 90),
                 ("13 to 15", 2000, 120), ("16 to 17", 1090, 43)),
    "care_status": (("never looked after", 8500, 540), ("ever looked after", 290, 43)),
}  # fmt: skip
RATES = ("selection_rate", "tpr", "fpr", "fnr", "ppv")


@pytest.fixture(scope="session")
def audit() -> dict[str, Any]:
    by_group = [
        group_record(attribute, group, n, followed)
        for attribute, groups in GROUPS.items()
        for group, n, followed in groups
    ]
    verdicts = []
    for attribute, groups in GROUPS.items():
        reference = max(groups, key=lambda item: item[1])[0]
        for metric in RATES:
            verdicts += [
                verdict_record(attribute, metric, group, reference, n) for group, n, _ in groups if group != reference
            ]
    return {
        "format": "ace-risk/audit/1",
        "places": 200, "lists": 4, "margin": 0.05, "replicates": 1000, "suppress_below": 6,
        "rows": 8790, "positives": 583, "selected": 800,
        "by_group": by_group,
        "verdicts": verdicts,
        "answer": "not enough evidence",
        "sentences": [
            "The list reaches 42 of 100 girls and 41 of 100 boys whom support followed, of children already known.",
            "For 11 of 13 groups there are too few children to tell whether the list reaches them alike.",
            "No group was found to be outside the margin of 5 in 100.",
        ],
        "questions": [
            "Which law allows these records to be used for this purpose? Named in the model card, to be confirmed.",
            "Is a difference between groups explained by a legitimate aim, and is it proportionate?",
        ],
        "households": True,
        "interval_method": "Wilson for rates, MOVER from exact limits for gaps",
        "baselines": {"ace_count": {"title": "counting ACEs", "by_group": by_group, "verdicts": verdicts}},
        "chapters": chapters_record(),
    }  # fmt: skip


def chapters_record() -> dict[str, Any]:
    """Chapters of two groups; one figure is hidden, and one name would be a formula in a spreadsheet."""
    figures = {"rows": 90, "part": 30, "share": 0.33, "low": 0.25, "high": 0.43}
    hidden = dict.fromkeys(figures, "c")
    groups = [{"attribute": "sex", "group": "Girl"}, {"attribute": "sex", "group": "=Boy"}]
    by_group = [groups[0] | figures, groups[1] | hidden]
    auc = {f"{name}_{end}": value for name in ("all", "used") for end, value in
           (("auc", 0.62), ("low", 0.58), ("high", 0.66))}  # fmt: skip
    lead = {"children": 40, "median_days": 97.0, "low": 80.0, "high": 112.0}
    return {
        "missed": {"rows": {"missed": 90, "found": 60},
                   "domains": [{"title": "School", "missed": figures, "found": figures, "by_group": by_group}]},
        "reasons": {"rows": 90, "overall": [{"kind": "School", **figures}],
                    "by_group": [{**row, "kind": "School"} for row in by_group]},
        "lead_time": {"overall": {"attribute": "all", "group": "all", **lead},
                      "by_group": [groups[0] | lead, groups[1] | dict.fromkeys(lead, "c")]},
        "proxies": [{"attribute": "sex", "telling": [{"title": "Exclusions", "group": "=Boy", "auc": 0.41}],
                     "groups": [{"group": "Girl", **auc}]}],
        "swap": {"attributes": ["sex"], "rows": 90, "cells": 50, "changed": 0, "largest": 0.0,
                 "caution": "This says nothing about indirect discrimination"},
    }  # fmt: skip


def group_record(attribute: str, group: str, n: int, followed: int) -> dict[str, Any]:
    record: dict[str, Any] = {"attribute": attribute, "group": group, "n": n}
    if followed < 6:
        hidden: dict[str, Any] = dict.fromkeys(("tp", "fp", "tn", "fn"), "c")
        return record | hidden | {f"{rate}{end}": None for rate in RATES for end in ("", "_low", "_high")}
    rate = {"tpr": 0.42 - 0.02 * (followed % 3), "selection_rate": 0.09, "fpr": 0.07, "fnr": 0.58, "ppv": 0.31}
    hits = round(followed * rate["tpr"])
    record |= {"tp": hits, "fp": hits * 2, "fn": followed - hits, "tn": n - followed - 2 * hits}
    for name in RATES:
        half = 1.96 * float(np.sqrt(0.24 / followed))
        record |= {name: rate[name], f"{name}_low": max(0.0, rate[name] - half), f"{name}_high": rate[name] + half}
    return record


def verdict_record(attribute: str, metric: str, group: str, reference: str, n: int) -> dict[str, Any]:
    word = "within" if n > 4000 else "not enough evidence"
    needed = None if word == "within" else 40 * n
    half = 3 / n**0.5
    return {"attribute": attribute, "metric": metric, "group": group, "reference": reference, "gap": -0.02,
            "gap_low": -0.02 - half, "gap_high": -0.02 + half, "verdict": word, "n_needed": needed}  # fmt: skip


@pytest.fixture(scope="session")
def frame(listing: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(listing["rows"])


@pytest.fixture(scope="session")
def review_rows() -> list[dict[str, Any]]:
    return [
        {
            "visit": f"F{1 + place // 2:03d}", "child_id": f"SYN-{place:010x}", "hub": HUBS[place], "age_years": place,
            "recorded": ("Domestic abuse at home: once, on 31 December 2025 (graded high; the child was there).",),
            "known": "In the last 24 months: neglect twice, on 3 March 2025. Open now: early help.",
            "place": "" if place == 2 else "Would be number 3 on a list made now, of 200 places.",
            "flags": ("Still missing since 31 December 2025, as far as is recorded",) if place == 0 else (),
            "next_steps": ("Welfare follow-up: ask how the child is",) if place == 2 else (),
            "safe_contact": place < 2, "still_missing": place == 0, "welfare_only": place == 2,
        }
        for place in range(4)
    ]  # fmt: skip


@pytest.fixture(scope="session")
def child_record() -> ChildRecord:
    day, late = pd.Timestamp("2025-03-01"), pd.Timestamp("2025-06-01")
    return ChildRecord(
        child_id="SYN-0000000abc", hub="Eden", age_years=9, as_of=pd.Timestamp("2026-01-01"),
        made_at=datetime(2026, 1, 1, 9, 30), expires_at=datetime(2026, 1, 29), rank=312, considered=2_000, places=200,
        listed=False, score=3.0, lowest_listed=5.0, support_need=0.18, counted=0.21, band="",
        told={**child(4), "safe_contact": True},
        card=[CardLine("Missing episodes, last 365 days", "2 or more", 3.0), CardLine("Records of neglect", "0", 0.0)],
        moves=[("Going missing", 2.1), ("School", -0.4)], average=1.3,
        lanes=[Lane("Going missing", ((day, day), (day, late)), ()), Lane("Support so far", (), ((day, late),))],
        support=["Early help: 1 March 2025 to 1 June 2025."],
        what_if=[WhatIf("missing episode", day, 1.0, 900), WhatIf("neglect", late, 3.0, None)], single_records=5,
        comes_of_age=False, names_parental_conditions=True,
    )  # fmt: skip


PAGES = ("evaluation", "measured", "points-card", "fairness", "list", "card", "index", "review", "child")


@pytest.fixture(scope="session")
def pages(
    header: Header,
    list_header: Header,
    evaluation: dict[str, Any],
    measured: dict[str, Any],
    audit: dict[str, Any],
    listing: dict[str, Any],
    review_rows: list[dict[str, Any]],
    child_record: ChildRecord,
) -> dict[str, str]:
    """Every page, by its name in PAGES."""
    card = build_card(load_study(configs_folder() / "demo.yaml"), evaluation, audit, "3f9ac1d07e52", {"Python": "3.11"})
    links = [{"href": "list/referrals.html", "title": "The referral list", "what": "Whom to visit first, and why."}]
    sentences = {"For local teams": evaluation["sentences"], "For ethics boards": audit["sentences"]}
    return {
        "evaluation": render_evaluation(evaluation, header),
        "measured": render_evaluation(measured, header),
        "points-card": render_points_card(measured, replace(header, title="Points card")),
        "fairness": render_fairness(audit, replace(header, title="Fairness report")),
        "list": render_list(listing, list_header),
        "card": render_card(card, replace(header, title="Model card")),
        "index": render_index(links, sentences, replace(header, title="Start here")),
        "review": render_review(review_rows, replace(list_header, title="Daily review")),
        "child": render_child(child_record, replace(list_header, title="A child's page"), "support recorded"),
    }


class ParsedPage(HTMLParser):
    """Every element with its attributes, the visible text, and whether all elements are closed in order."""

    VOID = frozenset({"meta", "link", "br", "input", "img", "hr"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.misplaced: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.misplaced.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of this tag."""
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag: str = "") -> str:
        """The text inside this tag, or all text but style and script."""
        inside = [data for name, data in self.texts if name == tag or (not tag and name not in ("style", "script"))]
        return " ".join("".join(inside).split())


@pytest.fixture(scope="session")
def parse() -> Callable[[str], ParsedPage]:
    return ParsedPage
