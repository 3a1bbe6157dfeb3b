"""Counts and rates per group, beside fairlearn's; groups of every kind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import (
    MetricFrame,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from sklearn.metrics import precision_score

from ace_risk.errors import DataError
from ace_risk.fairness.audit import audit_fairness
from ace_risk.fairness.counts import METRICS, RESTS_ON, read_groups


def precision(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return float(precision_score(y_true, y_pred, zero_division=np.nan))


REFERENCE = {
    "selection_rate": selection_rate,
    "tpr": true_positive_rate,
    "fpr": false_positive_rate,
    "fnr": false_negative_rate,
    "ppv": precision,
}


@pytest.fixture
def rows() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    label = rng.random(600) < 0.3
    return {"label": label.astype(int), "score": np.round(rng.normal(size=600) + label, 2)}


GROUPS = {
    "words": np.array(["Girl", "Boy", "Not known"]),
    "numbers": np.array([10, 2, 7]),
    "halves": np.array([0.5, -1.0, 3.25]),
    "booleans": np.array([True, False]),
    "missing": np.array(["White", "Asian", None], dtype=object),
    "some numbers missing": np.array([1.0, 2.0, np.nan]),
}


@pytest.mark.parametrize("kind", GROUPS)
def test_rates_equal_fairlearns_for_every_kind_of_group(rows, kind):
    column = pd.Series(np.random.default_rng(5).choice(GROUPS[kind], 600), name=kind)
    audit = audit_fairness(rows["label"], rows["score"], column, threshold=0.8)
    filled = column if column.notna().all() else column.astype(object).where(column.notna(), "Not recorded")
    ours = audit.by_group.set_index("group")
    assert set(ours.index) == set(filled)
    for group in ours.index:
        inside = (filled == group).to_numpy()
        frame = MetricFrame(
            metrics=REFERENCE,
            y_true=rows["label"],
            y_pred=(rows["score"] >= 0.8).astype(int),
            sensitive_features=pd.Series(inside, name="inside"),
        ).by_group.loc[True]
        for metric in METRICS:
            assert ours.loc[group, metric] == pytest.approx(frame[metric], abs=1e-12)


def test_several_attributes_and_all_of_them_crossed_equal_fairlearns(rows):
    rng = np.random.default_rng(6)
    groups = pd.DataFrame({"sex": rng.choice(["Girl", "Boy"], 600), "band": rng.choice([1, 2, 3], 600)})
    audit = audit_fairness(rows["label"], rows["score"], groups, list_size=151, intersections=True, seed=3)
    assert list(audit.by_group["attribute"].unique()) == ["sex", "band", "sex × band"]
    cut = np.sort(rows["score"])[-151]
    assert (rows["score"] >= cut).sum() == 151, "a tie at the cut would make the reference another list"
    frame = MetricFrame(
        metrics=REFERENCE, y_true=rows["label"], y_pred=(rows["score"] >= cut).astype(int), sensitive_features=groups
    )
    crossed = audit.by_group[audit.by_group["attribute"] == "sex × band"].set_index("group")
    assert len(crossed) == 6
    for (sex, band), expected in frame.by_group.iterrows():
        for metric in METRICS:
            assert crossed.loc[f"{sex} × {band}", metric] == pytest.approx(expected[metric], abs=1e-12)


@pytest.mark.parametrize("kind", GROUPS)
def test_rates_within_control_features_equal_fairlearns(rows, kind):
    """A control feature splits the audit: ours is one audit per part, or the crossed attribute."""
    rng = np.random.default_rng(9)
    column = pd.Series(rng.choice(GROUPS[kind], 600), name="kind")
    filled = column if column.notna().all() else column.astype(object).where(column.notna(), "Not recorded")
    control = pd.Series(rng.choice(["hub north", "hub south"], 600), name="hub")
    predicted = (rows["score"] >= 0.8).astype(int)
    frame = MetricFrame(
        metrics=REFERENCE,
        y_true=rows["label"],
        y_pred=predicted,
        sensitive_features=filled.astype(str),
        control_features=control,
    ).by_group
    crossed = audit_fairness(
        rows["label"], rows["score"], pd.DataFrame({"hub": control, "kind": column}), threshold=0.8, intersections=True
    ).by_group.set_index("group")
    for hub in control.unique():
        part = (control == hub).to_numpy()
        alone = audit_fairness(rows["label"][part], rows["score"][part], column[part], threshold=0.8).by_group
        for _, row in alone.iterrows():
            expected = frame.loc[(hub, str(row["group"]))]
            for metric in METRICS:
                assert row[metric] == pytest.approx(expected[metric], abs=1e-12)
                assert crossed.loc[f"{hub} × {row['group']}", metric] == pytest.approx(expected[metric], abs=1e-12)


def test_every_published_rate_follows_from_the_published_counts(rows):
    groups = pd.Series(np.random.default_rng(7).choice(list("abcdefgh"), 600))
    table = audit_fairness(rows["label"], rows["score"], groups, list_size=40).by_group
    assert (table["n"] == table[["tp", "fp", "tn", "fn"]].sum(axis=1)).all()
    for metric in METRICS:
        above, below = (table[list(part)].sum(axis=1) for part in RESTS_ON[metric])
        expected = (above / below.where(below > 0)).to_numpy()
        np.testing.assert_allclose(table[metric], expected, atol=1e-15, equal_nan=True)


def names(values: object, **more: bool) -> list[object]:
    return read_groups(pd.DataFrame({"a": values}), more.get("intersections", False))[0].labels


def test_groups_stand_in_natural_order_and_missing_ones_last():
    assert names(["10 to 12", "5 to 9", None, "under 1", "1 to 4"]) == [
        "1 to 4", "5 to 9", "10 to 12", "under 1", "Not recorded",
    ]  # fmt: skip
    assert names(pd.Series(["b", 10, 9.5, None, "a"], dtype=object)) == [9.5, 10, "a", "b", "Not recorded"]


def test_a_categorical_keeps_its_own_order_and_drops_what_does_not_occur():
    order = ["under 1", "1 to 4", "5 to 9", "10 to 12"]
    assert names(pd.Categorical(["5 to 9", "under 1", None], categories=order)) == ["under 1", "5 to 9", "Not recorded"]


def test_missing_cells_join_a_group_that_has_their_name_already():
    [attribute] = read_groups(pd.DataFrame({"a": ["Not recorded", None, "White"]}), False)
    assert attribute.labels == ["White", "Not recorded"]
    assert attribute.codes.tolist() == [1, 1, 0]


def test_groups_keep_their_own_values():
    assert names(pd.array([True, None, False], dtype="boolean")) == [False, True, "Not recorded"]
    assert names([3, 1, 2]) == [1, 2, 3]
    assert all(type(label) is int for label in names(np.array([3, 1, 2])))


def test_all_cells_missing_make_one_group():
    audit = audit_fairness([0, 1, 1], [1, 2, 3], pd.Series([None, None, None]), threshold=2)
    assert audit.by_group["group"].tolist() == ["Not recorded"]
    assert audit.verdicts.empty
    assert audit.answer() == "not enough evidence"


def test_crossed_groups_that_would_share_a_name_are_refused():
    frame = pd.DataFrame({"a": pd.Series([1, "1"], dtype=object), "b": ["x", "x"]})
    with pytest.raises(DataError, match="same name"):
        read_groups(frame, intersections=True)


def test_only_crossed_groups_that_occur_are_shown():
    frame = pd.DataFrame({"a": ["x", "y", "y"], "b": [10, 9, 10], "c": [True, True, True]})
    attribute = read_groups(frame, intersections=True)[-1]
    assert (attribute.name, attribute.labels) == ("a × b × c", ["x × 10 × True", "y × 9 × True", "y × 10 × True"])


CONTROLS = {
    "one control": ["hub"],
    "two controls": ["hub", "year"],
    "a control of numbers": ["year"],
}


@pytest.mark.parametrize("controls", CONTROLS)
def test_several_attributes_within_several_controls_equal_fairlearns_on_its_own_kinds_of_input(rows, controls):
    """fairlearn takes a frame with categories, numbers and booleans; missing cells stand under their name there."""
    rng = np.random.default_rng(12)
    sensitive = pd.DataFrame(
        {
            "sex": pd.Categorical(rng.choice(["Girl", "Boy"], 600), ["Girl", "Boy", "Not known"]),
            "recorded": rng.choice([True, False], 600),
            "band": pd.Series(rng.choice([0.5, 2.0, np.nan], 600)),
        }
    )
    control = pd.DataFrame({"hub": rng.choice(["north", "south"], 600), "year": rng.choice([2023, 2024], 600)})
    control = control[CONTROLS[controls]]
    filled = sensitive.astype(object).where(sensitive.notna(), "Not recorded").astype(str)
    expected = MetricFrame(
        metrics=REFERENCE,
        y_true=rows["label"].tolist(),
        y_pred=pd.Series(rows["score"] >= 0.8).astype(int),
        sensitive_features=filled,
        control_features=control,
    ).by_group
    ours = audit_fairness(
        rows["label"].tolist(), pd.Series(rows["score"]), pd.concat([control, sensitive], axis=1), threshold=0.8,
        intersections=True,
    ).by_group  # fmt: skip
    crossed = ours[ours["attribute"] == ours["attribute"].iloc[-1]].set_index("group")
    compared = 0
    for place, figures in expected.iterrows():
        group = " × ".join(map(str, place))
        if group not in crossed.index:
            assert figures.isna().all(), "fairlearn shows combinations that don't occur as NaN"
            continue
        compared += 1
        for metric in METRICS:
            below = crossed.loc[group, list(RESTS_ON[metric][1])].sum()
            if not below:  # fairlearn says nought, or NaN
                assert np.isnan(crossed.loc[group, metric])
            else:
                assert crossed.loc[group, metric] == pytest.approx(figures[metric], abs=1e-12)
    assert compared == len(crossed) > 10


def test_a_dictionary_of_lists_is_a_frame_as_it_is_for_fairlearn(rows):
    given = {"sex": ["Girl", "Boy"] * 300, "band": [1, 2, 3] * 200}
    ours = audit_fairness(rows["label"], rows["score"], given, threshold=0.8).by_group.set_index(["attribute", "group"])
    for name, column in given.items():
        frame = MetricFrame(
            metrics=REFERENCE, y_true=rows["label"], y_pred=rows["score"] >= 0.8, sensitive_features={name: column}
        ).by_group
        for group, figures in frame.iterrows():
            for metric in METRICS:
                assert ours.loc[(name, group), metric] == pytest.approx(figures[metric], abs=1e-12)


def test_where_fairlearn_says_nought_without_anybody_to_find_ours_is_undefined():
    group, label = ["six"] * 6 + ["rest"] * 6, [0] * 6 + [1, 0] * 3
    frame = MetricFrame(metrics=REFERENCE["tpr"], y_true=label, y_pred=[0] * 12, sensitive_features=group).by_group
    audit = audit_fairness(label, [0] * 12, pd.Series(group), threshold=1)
    assert frame["six"] == 0.0
    assert np.isnan(audit.by_group.set_index("group").loc["six", "tpr"])
    assert set(audit.verdicts.loc[audit.verdicts["metric"] == "tpr", "verdict"]) == {"not enough evidence"}
