"""The audit's document: roles, ratios, lists made anew, crossed groups, truth, and nothing that gives a child away."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ace_risk.evaluate.list_size import select_top
from ace_risk.fairness.against_truth import is_apart, truth_section
from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.crossed import crossed_section
from ace_risk.fairness.disclosure import SUPPRESSED, nesting, suppress_small
from ace_risk.fairness.document import Ranked, build_audit
from ace_risk.plans import FairnessPlan

ROWS, PLACES = 4_000, 300
RNG = np.random.default_rng(21)
CODES = {"White - British": "White", "White - Irish": "White", "Black - African": "Black", "Not stated": "Not recorded"}
CODE = RNG.choice(list(CODES), ROWS, p=[0.6, 0.05, 0.3, 0.05])
GROUPS = pd.DataFrame(
    {
        "sex": RNG.choice(["Girls", "Boys"], ROWS),
        "ethnicity": pd.Series(CODE).map(CODES),
        "ethnicity_18": CODE,
        "age_band": RNG.choice(["5 to 9", "13 to 15"], ROWS),
        "care_status": RNG.choice(["ever", "never"], ROWS),
        "disability": RNG.choice(["yes", "no"], ROWS),
        "deprivation": RNG.choice(["most", "least"], ROWS),
        "hub": RNG.choice(["Eden", "Carlisle"], ROWS),
        "age_years": RNG.integers(5, 18, ROWS),
    }
)
NEED = RNG.random(ROWS)
LABEL = (RNG.random(ROWS) < 0.1 + 0.5 * NEED).astype(np.int8)
SCORE = NEED + RNG.normal(0, 0.2, ROWS)
LISTS = np.arange(ROWS) % 2
TIES = np.arange(ROWS)
LISTED = select_top(SCORE, PLACES, LISTS, TIES)
PLAN = FairnessPlan(replicates=100)


def document(answers=None, ranked=None):
    return build_audit(
        PLAN, LABEL, {"card": LISTED, "ppn_rule": ~LISTED}, {"card": "Card", "ppn_rule": "Notices"}, GROUPS,
        np.arange(ROWS) // 2, PLACES, 2, 3, ranked, answers,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made():
    answers = pd.DataFrame({"need": NEED, "in_need": np.where(NEED > 0.9, np.nan, NEED > 0.6)})
    return document(answers, Ranked(SCORE, LISTS, TIES, np.clip(SCORE, 0, 1)))


def test_it_is_json_and_names_every_attribute(made):
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert list(dict.fromkeys(row["attribute"] for row in made["by_group"])) == list(PLAN.attributes)


def test_five_comparisons_are_primary_and_the_rest_mirrors_or_explores(made):
    roles = {(row["attribute"], row["metric"]): row["role"] for row in made["verdicts"]}
    primary = {pair for pair, role in roles.items() if role == "primary"}
    assert primary == set(PLAN.primary)
    assert {pair for pair, role in roles.items() if role == "mirror"} == {(name, "fnr") for name, _ in PLAN.primary}
    assert made["primary_level"] == pytest.approx(1 - 0.05 / made["primary_comparisons"])
    assert made["primary_comparisons"] == sum(row["role"] == "primary" for row in made["verdicts"])


def test_each_comparison_has_its_ratio_and_its_list_made_anew(made):
    for row in made["verdicts"]:
        if SUPPRESSED in (row["gap"], row["ratio"]):
            assert {row[name] for name in ("gap", "ratio", "remade_low", "remade_high", "n_needed")} == {SUPPRESSED}
        else:
            assert row["remade_low"] <= row["gap_low"] <= row["gap"] <= row["gap_high"] <= row["remade_high"]
            assert row["ratio_low"] <= row["ratio"]
            assert (row["ratio"] > 1) == (row["gap"] > 0)


def test_without_scores_there_is_no_list_made_anew_and_without_truth_no_section():
    plain = document()
    assert plain["interval_reranked"] is None
    assert plain["truth"] is None
    assert plain["calibration"] is None
    assert "remade_low" not in plain["verdicts"][0]
    assert [record["basis"] for record in plain["adultification"]] == ["recorded outcome"]


def test_calibration_is_shown_of_groups_and_pools_whose_counts_are_not_hidden(made):
    counts = {
        (row["attribute"], row["group"]): SUPPRESSED in [row[name] for name in ("n", "tp", "fp", "tn", "fn")]
        for row in made["by_group"]
    } | {(row["attribute"], row["group"]): False for row in made["pooled"]}
    for row in made["calibration"]:
        assert (row["followed"] is None) == counts[row["attribute"], row["group"]]


def test_the_sections_of_a_synthetic_world_are_there(made):
    assert made["truth"]["rows"] == int((NEED <= 0.9).sum())
    assert [record["basis"] for record in made["adultification"]] == ["recorded outcome", "true need"]
    assert {row["attribute"] for row in made["calibration"]} == set(PLAN.primary_attributes)
    assert made["crossed"]["attribute"] == "ethnicity × sex × age_band"


def test_a_code_never_gives_away_what_is_hidden_of_its_group():
    groups = pd.DataFrame(
        {"whole": list("AAABBB") * 0 + ["A"] * 60 + ["B"] * 60, "part": ["a1"] * 30 + ["a2"] * 30 + ["b1"] * 60}
    )
    label = np.r_[np.ones(3), np.zeros(57), np.ones(30), np.zeros(30)]
    listed = np.r_[np.ones(3), np.ones(20), np.zeros(37), np.ones(15), np.zeros(15), np.ones(15), np.zeros(15)]
    audit = audit_fairness(label, listed, groups, threshold=0.5)
    nested = nesting(groups, "part", "whole")
    shown = suppress_small(audit.by_group, 6, nested).set_index(["attribute", "group"])
    for whole, parts in {"A": ["a1", "a2"], "B": ["b1"]}.items():
        for count in ("tp", "fp", "tn", "fn"):
            if shown.loc[("whole", whole), count] == SUPPRESSED:
                assert (shown.loc[[("part", part) for part in parts], count] == SUPPRESSED).all()
    assert shown.loc[("whole", "A"), "tp"] == SUPPRESSED
    plain = suppress_small(audit.by_group, 6).set_index(["attribute", "group"])
    assert not plain.loc[[("part", part) for part in ("a1", "a2", "b1")]].equals(
        shown.loc[[("part", part) for part in ("a1", "a2", "b1")]]
    ), "nesting hides more than each attribute alone does"


def test_crossed_groups_show_rounded_figures_and_small_ones_are_only_counted():
    names = ("ethnicity", "sex")
    audit = audit_fairness(LABEL, LISTED.astype(float), GROUPS[list(names)], threshold=0.5, intersections=True)
    section = crossed_section(audit, names, 6)
    table = audit.by_group[audit.by_group["attribute"] == "ethnicity × sex"]
    assert len(section["groups"]) + section["too_small"] == len(table)
    for row in section["groups"]:
        assert row["times"] % 10 == 0
        assert round(100 * row["tpr"]) == pytest.approx(100 * row["tpr"])
    large = crossed_section(audit, names, 10_000)
    assert (large["groups"], large["too_small"]) == ([], len(table))
    assert crossed_section(audit, ("sex",), 6) is None


def test_bias_in_the_label_shows_as_the_difference_between_records_and_true_need():
    """Support follows half as often for one group in need; the list goes by need, so only truth is even."""
    rng = np.random.default_rng(9)
    sex = rng.choice(["Girls", "Boys"], 20_000)
    need = rng.random(20_000) < 0.3
    followed = need & (rng.random(20_000) < np.where(sex == "Girls", 0.35, 0.8)) | (rng.random(20_000) < 0.1)
    listed = need & (rng.random(20_000) < 0.9)
    plan = FairnessPlan(attributes=("sex",), replicates=100)
    found = truth_section(
        plan, followed, listed, need.astype(float), pd.DataFrame({"sex": sex}), np.arange(20_000), {"sex": "Sex"}, 0
    )
    [row] = found["comparisons"]
    assert row["by_need"]["verdict"] == "within"
    assert row["by_records"]["verdict"] == row["by_services"]["verdict"] == "outside"
    assert row["apart"]
    assert "Sex, " in found["sentences"][1]


def test_a_world_without_anybody_in_need_says_so():
    plan = FairnessPlan(attributes=("sex",), replicates=100)
    found = truth_section(
        plan, LABEL, LISTED, np.zeros(ROWS), GROUPS[["sex"]], np.arange(ROWS), {}, 0
    )  # fmt: skip
    assert found["in_need"] == 0
    assert found["sentences"] == [
        "No child in these records was in high need, so nothing can be said against true need."
    ]
    assert not is_apart({"gap_low": None, "gap_high": None}, {"gap": 0.1})


ODD = {
    "nobody for whom the outcome followed": {"label": np.zeros(ROWS, dtype=np.int8)},
    "the outcome followed for all": {"label": np.ones(ROWS, dtype=np.int8)},
    "a group of one": {"sex": np.where(np.arange(ROWS) == 7, "Not recorded", "Girls")},
    "every cell missing": {"sex": [None] * ROWS, "ethnicity": ["Not recorded"] * ROWS,
                           "ethnicity_18": ["Not recorded"] * ROWS},
    "two hundred groups": {"hub": np.arange(ROWS) % 200},
    "everybody listed": {"listed": np.ones(ROWS, dtype=bool)},
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
def test_odd_data_give_a_whole_document_without_a_silent_figure(case):
    changes = dict(ODD[case])
    label, listed = changes.pop("label", LABEL), changes.pop("listed", LISTED)
    made = build_audit(
        PLAN, label, {"card": listed}, {"card": "Card"}, GROUPS.assign(**changes), np.arange(ROWS) // 2, PLACES, 2, 3
    )
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    assert len(made["sentences"]) >= 3
    for row in made["by_group"]:
        if row["tp"] == row["fn"] == 0:
            assert row["tpr"] is None, "undefined, never nought"
        small = [0 < row[name] < 6 for name in ("n", "tp", "fp", "tn", "fn") if row[name] != SUPPRESSED]
        assert not any(small)
    if case.startswith(("nobody", "every cell")):
        assert {row["verdict"] for row in made["verdicts"] if row["attribute"] in ("sex", "ethnicity")
                and row["metric"] == "tpr"} <= {"not enough evidence"}  # fmt: skip
    if case == "a group of one":
        [verdict] = [row for row in made["verdicts"] if row["attribute"] == "sex" and row["metric"] == "tpr"]
        assert verdict["verdict"] == "not enough evidence"
        assert verdict["gap"] in (None, SUPPRESSED), "undefined, or hidden"
