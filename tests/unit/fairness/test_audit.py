"""The audit as a whole: what it selects, what it refuses, and what changes nothing."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ace_risk.errors import DataError
from ace_risk.fairness.audit import audit_fairness

LABEL = [1, 0, 1, 0, 1, 0]
SCORE = [6, 5, 4, 3, 2, 1]
GROUPS = pd.DataFrame({"sex": list("abaabb")})


def test_the_columns_are_those_of_the_contract():
    audit = audit_fairness(LABEL, SCORE, GROUPS, list_size=3)
    metrics = ["selection_rate", "tpr", "fpr", "fnr", "ppv"]
    assert audit.by_group.columns.tolist() == ["attribute", "group", "n", "tp", "fp", "tn", "fn"] + [
        f"{metric}{end}" for metric in metrics for end in ("", "_low", "_high")
    ]
    assert audit.verdicts.columns.tolist() == [
        "attribute", "metric", "group", "reference", "gap", "gap_low", "gap_high", "verdict", "n_needed",
    ]  # fmt: skip
    assert audit.verdicts["metric"].tolist() == metrics
    assert str(audit.verdicts["n_needed"].dtype) == "Int64"


def test_a_threshold_takes_rows_at_it():
    audit = audit_fairness(LABEL, SCORE, GROUPS, threshold=4)
    assert audit.settings["selected"] == 3
    assert audit.settings["list_size"] is None


def test_a_tie_at_the_cut_goes_to_the_smaller_key_and_else_to_the_seed():
    groups = pd.Series(["first", "second"])
    for key in (["a", "b"], ["b", "a"]):
        table = audit_fairness([1, 1], [5, 5], groups, list_size=1, tie_key=key).by_group
        assert table["tp"].tolist() == [int(key[0] == "a"), int(key[1] == "a")]
    drawn = {tuple(audit_fairness([1, 1], [5, 5], groups, list_size=1, seed=seed).by_group["tp"]) for seed in range(20)}
    assert drawn == {(1, 0), (0, 1)}


def test_indexes_are_ignored():
    plain = audit_fairness(LABEL, SCORE, GROUPS, list_size=2, households=[1, 1, 2, 2, 3, 3])
    moved = audit_fairness(
        pd.Series(LABEL, index=list("fedcba")),
        pd.Series(SCORE, index=range(10, 16)),
        GROUPS.set_axis([3, 3, 1, 1, 0, 0]),
        list_size=2,
        households=pd.Series([1, 1, 2, 2, 3, 3], index=list("xyzuvw")),
    )
    pd.testing.assert_frame_equal(plain.by_group, moved.by_group)
    pd.testing.assert_frame_equal(plain.verdicts, moved.verdicts)


@pytest.mark.parametrize(
    "label", [np.array(LABEL, dtype=bool), pd.array(LABEL, dtype="Int8"), [float(value) for value in LABEL], LABEL]
)
def test_labels_may_be_of_any_kind(label):
    assert audit_fairness(label, SCORE, GROUPS, list_size=2).settings["positives"] == 3


WRONG = {
    "NaN score": ({"score": [np.nan, 1, 1, 1, 1, 1]}, "score: 1 row NaN or infinite"),
    "missing score": ({"score": pd.array([None, 1, 1, 1, 1, 1], dtype="Int64")}, "score: 1 row NaN"),
    "infinite score": ({"score": [np.inf, -np.inf, 1, 1, 1, 1]}, "score: 2 rows NaN or infinite"),
    "words as score": ({"score": list("abcdef")}, "score: must be numbers"),
    "lengths": ({"score": [1, 2]}, "y_true 6, score 2, groups 6"),
    "length of groups": ({"groups": GROUPS.head(2)}, "the lengths differ"),
    "length of households": ({"households": [1]}, "households 1"),
    "length of tie_key": ({"tie_key": [1]}, "tie_key 1"),
    "label 2": ({"y_true": [2, 0, 1, 0, 1, 0]}, "y_true: 1 row neither 0 nor 1"),
    "label in words": ({"y_true": list("100101")}, "y_true: 6 rows neither"),
    "label missing": ({"y_true": pd.array([None, 0, 1, 0, 1, 0], dtype="Int8")}, "Drop rows of unknown outcome"),
    "neither": ({"list_size": None}, "got neither"),
    "both": ({"threshold": 0.5}, "got both"),
    "no places": ({"list_size": 0}, "from 1 to the number of rows"),
    "too many places": ({"list_size": 7}, r"number of rows \(6\), got 7"),
    "half a place": ({"list_size": 2.5}, "list_size: must be a whole number"),
    "threshold NaN": ({"list_size": None, "threshold": float("nan")}, "threshold: must be a finite"),
    "margin of nought": ({"margins": 0}, "margins: must be above 0"),
    "negative margin": ({"margins": -0.1}, "margins: must be above 0"),
    "NaN margin": ({"margins": float("nan")}, "margins: must be above 0"),
    "a margin left out": ({"margins": {"tpr": 0.1}}, "no margin for selection_rate, fpr, fnr, ppv"),
    "an unknown margin": (
        {"margins": dict.fromkeys(["selection_rate", "tpr", "fpr", "fnr", "ppv", "npv"], 0.1)},
        "npv",
    ),
    "no replicate": ({"n_boot": 0}, "n_boot: must be a whole number, 1 or more"),
    "no column": ({"groups": pd.DataFrame(index=range(6))}, "there is no column"),
    "twice the same column": ({"groups": pd.concat([GROUPS, GROUPS], axis=1)}, "stands twice"),
    "lists as groups": ({"groups": pd.Series([[1]] * 6)}, "can't be a group"),
    "lists as households": ({"households": [[1]] * 6}, "can't be an id"),
    "tie_key missing": ({"tie_key": [1, None, 1, 1, 1, 1]}, "tie_key: 1 row without one"),
    "tie_key of two kinds": ({"tie_key": [1, (2,), "a", 1, 1, 1]}, "can't be put in order"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_is_refused_in_plain_words(case):
    change, words = WRONG[case]
    arguments = {"y_true": LABEL, "score": SCORE, "groups": GROUPS, "list_size": 3} | change
    with pytest.raises(DataError, match=words):
        audit_fairness(**arguments)


def test_no_rows_are_refused():
    with pytest.raises(DataError, match="there are none"):
        audit_fairness([], [], pd.DataFrame({"a": []}), threshold=0)


def test_all_problems_are_named_at_once():
    with pytest.raises(DataError, match="4 problems") as caught:
        audit_fairness([0, 3], [1, np.nan], pd.Series(list("ab")), margins=0, n_boot=0, threshold=1)
    assert all(name in str(caught.value) for name in ("y_true", "score", "margins", "n_boot"))


def test_one_class_only_leaves_rates_undefined_and_settles_nothing_on_them():
    audit = audit_fairness([0] * 400, range(400), pd.Series(["a", "b"] * 200), list_size=100)
    assert audit.by_group[["tpr", "tpr_low", "tpr_high", "fnr"]].isna().all(axis=None)
    assert (audit.by_group["ppv"] == 0).all()
    found = audit.verdicts.set_index("metric")["verdict"]
    assert found["tpr"] == found["fnr"] == "not enough evidence"


def test_five_hundred_categories_and_groups_of_one_are_no_error():
    rng = np.random.default_rng(1)
    codes = np.concatenate([rng.integers(0, 499, 1500), [499]])
    audit = audit_fairness(rng.integers(0, 2, 1501), rng.random(1501), pd.Series(codes), list_size=300)
    assert len(audit.by_group) == len(np.unique(codes))
    assert set(audit.verdicts.loc[audit.verdicts["group"] == 499, "verdict"]) == {"not enough evidence"}


def test_the_dictionary_is_json_without_nan():
    groups = pd.DataFrame({"a": [True, False, True, None, True, True], "b": [1.5, 2, 2, 2, 2, np.nan]})
    content = audit_fairness(LABEL, SCORE, groups, list_size=2, intersections=True).to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    first = content["by_group"][0]
    assert first["group"] is False
    assert first["fpr"] == 1.0
    assert first["tpr"] is None
    assert content["verdicts"][0]["n_needed"] is None or type(content["verdicts"][0]["n_needed"]) is int


def test_the_same_seed_gives_the_same_audit():
    rng = np.random.default_rng(4)
    arguments = (rng.integers(0, 2, 300), rng.integers(0, 5, 300), pd.Series(rng.choice(list("abc"), 300)))
    first, second = (
        audit_fairness(*arguments, list_size=70, households=rng_homes, seed=5).to_dict()
        for rng_homes in [np.arange(300) // 3] * 2
    )
    assert first == second


rows = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from("abc"), st.integers(0, 8)), min_size=2, max_size=30
)


@settings(deadline=None, max_examples=25)
@given(rows=rows, order=st.randoms(use_true_random=False), size=st.integers(1, 30), homes=st.booleans())
def test_the_order_of_rows_changes_nothing(rows, order, size, homes):
    def audit(numbered):
        key, parts = [number for number, _ in numbered], list(zip(*(row for _, row in numbered), strict=True))
        return audit_fairness(
            parts[0],
            parts[1],
            pd.Series(parts[2]),
            list_size=min(size, len(rows)),
            tie_key=key,
            households=parts[3] if homes else None,
            n_boot=5,
        )

    numbered = list(enumerate(rows))
    first = audit(numbered)
    order.shuffle(numbered)
    second = audit(numbered)
    pd.testing.assert_frame_equal(first.by_group, second.by_group, rtol=1e-9)
    pd.testing.assert_frame_equal(first.verdicts, second.verdicts, rtol=1e-9)


@settings(deadline=None, max_examples=25)
@given(rows=rows, names=st.permutations(["x", "y", "z"]))
def test_other_names_for_the_groups_change_nothing_but_the_names(rows, names):
    label, score, group, _ = (list(part) for part in zip(*rows, strict=True))
    rename = dict(zip("abc", names, strict=True))
    first = audit_fairness(label, score, pd.Series(group), threshold=2).by_group
    second = audit_fairness(label, score, pd.Series([rename[name] for name in group]), threshold=2).by_group
    first["group"] = first["group"].map(rename).astype(object)
    pd.testing.assert_frame_equal(first.set_index("group").sort_index(), second.set_index("group").sort_index())
