"""Mitigation: each way does what it says, on validation rows only, and its price is counted."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, true_positive_rate

from ace_risk.evaluate.judged import JudgedRows
from ace_risk.evaluate.list_size import select_top
from ace_risk.evaluate.resampling import resampled_ratios
from ace_risk.fairness.constrained import constrained_fit, one_hot
from ace_risk.fairness.costs import Costs, home_sum
from ace_risk.fairness.disclosure import SUPPRESSED
from ace_risk.fairness.mitigation import AS_IS, CAUTION, TITLES
from ace_risk.fairness.reweighed import rank_in_group, redraw, reweighing
from ace_risk.fairness.ways import FoldRows, proxies_of, ways_of
from ace_risk.kinds import configs_folder
from ace_risk.models.points import PointsClassifier
from ace_risk.models.train import train_table
from ace_risk.pipeline import prepare
from ace_risk.plans import ModelPlan
from ace_risk.study import load_study

RNG = np.random.default_rng(3)


def test_weights_make_group_and_outcome_independent_and_keep_the_rows():
    group = RNG.choice(["a", "b"], 500, p=[0.7, 0.3])
    label = (RNG.random(500) < np.where(group == "a", 0.1, 0.4)).astype(int)
    weight = reweighing(label, group)
    assert weight.sum() == pytest.approx(500)
    shares = [np.average(label[group == name], weights=weight[group == name]) for name in "ab"]
    assert shares == pytest.approx([label.mean()] * 2)
    rows = redraw(weight, np.random.default_rng(1))
    drawn = [label[rows][group[rows] == name].mean() for name in "ab"]
    assert abs(drawn[0] - drawn[1]) < 0.1 < label[group == "b"].mean() - label[group == "a"].mean()


def planted(rows=6_000):
    """Need that one group's records show less of, and a feature that tells the group."""
    rng = np.random.default_rng(3)
    group = rng.choice(["a", "b"], rows, p=[0.6, 0.4])
    need = rng.random(rows)
    label = (rng.random(rows) < 0.6 * need).astype(int)
    shown = need + np.where(group == "b", -0.35, 0.0) + rng.normal(0, 0.1, rows)
    tells = (group == "b") + rng.normal(0, 0.7, rows)
    return pd.DataFrame({"shown": shown, "tells": tells}), label, group


def gap_of(score, label, group, share=0.2):
    listed = select_top(score, int(share * len(score)), None, np.arange(len(score)))
    rates = MetricFrame(metrics=true_positive_rate, y_true=label, y_pred=listed, sensitive_features=group).by_group
    return abs(rates["a"] - rates["b"])


def test_the_constrained_fit_finds_groups_more_alike_than_the_card_on_other_rows():
    X, label, group = planted()
    half = len(X) // 2
    table = PointsClassifier(max_features=2).fit(X[:half], label[:half]).table_
    fit = constrained_fit(table, X[:half], label[:half], group[:half], 0.02, 0.2)
    free, bound = (
        gap_of(score, label[half:], group[half:]) for score in (table.decision_function(X[half:]), fit.score(X[half:]))
    )
    assert bound < 0.04 < 0.07 < free


def test_one_hot_tells_every_bin_of_the_table():
    X, label, _ = planted(800)
    table = PointsClassifier(max_features=2).fit(X, label).table_
    bins = one_hot(table, X)
    assert (bins.sum(axis=1) == len(table.terms)).all()
    points = np.concatenate([term.score_table.ravel() for term in table.terms])
    np.testing.assert_allclose(bins @ points + table.intercept, table.decision_function(X))


def test_cut_offs_of_their_own_find_groups_alike():
    X, label, group = planted()
    score = X["shown"].to_numpy()
    half = len(X) // 2
    placed = rank_in_group(score[half:], group[half:], score[:half], group[:half], label[:half])
    assert gap_of(placed, label[half:], group[half:]) < 0.06 < 0.2 < gap_of(score[half:], label[half:], group[half:])
    assert ((placed >= 0) & (placed <= 1)).all()


def test_a_sum_over_households_has_the_interval_of_drawing_them_again():
    homes = np.repeat(np.arange(200), 3)
    values = np.repeat(RNG.choice([-1.0, 0.0, 1.0], 200), 3) * (RNG.random(600) < 0.8)
    total, low, high = home_sum(values, homes)
    drawn = 600 * resampled_ratios(values, np.ones(600), homes, seed=1, draws=4_000)
    assert total == values.sum()
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.12 * (high - low))


def test_costs_are_plain_counting():
    rows = 2_000
    groups = pd.DataFrame({name: RNG.choice(["a", "b"], rows) for name in load_demo().fairness.primary_attributes})
    label = (RNG.random(rows) < 0.4).astype(np.int8)
    judged = JudgedRows(label, np.zeros(rows), np.arange(rows), np.arange(rows), np.arange(rows))
    before, after = (select_top(RNG.random(rows), 400, None, np.arange(rows)) for _ in range(2))
    costs = Costs(load_demo(), judged, groups, before)
    pair = costs.widest()
    made = costs.option(after, pair, costs.shown_in_all([before, after], pair))
    assert made["found_per_100_places"] == 100 * (after & (label == 1)).sum() / 400
    assert made["change"] == pytest.approx(100 * ((after & (label == 1)).sum() - (before & (label == 1)).sum()) / 400)
    assert sum(row["change"] for row in made["by_group"]) == pytest.approx(made["change"])
    column = groups[pair["attribute"]]
    for row in made["by_group"]:
        assert row["found"] == (after & (label == 1) & (column == row["group"])).sum()
    rates = [(after & (label == 1) & (column == name)).sum() / ((label == 1) & (column == name)).sum()
             for name in (pair["group"], pair["reference"])]  # fmt: skip
    assert made["gap"]["gap"] == pytest.approx(rates[0] - rates[1])


def test_what_may_not_be_shown_in_one_way_is_shown_in_none():
    rows, least = 1_200, load_demo().fairness.suppress_below
    group = np.repeat(["a", "b", "c"], 400)
    groups = pd.DataFrame(dict.fromkeys(load_demo().fairness.primary_attributes, group))
    label = np.tile([1, 0], rows // 2).astype(np.int8)
    judged = JudgedRows(label, np.zeros(rows), np.arange(rows), np.arange(rows), np.arange(rows))
    after = np.tile([1, 1, 0, 0], rows // 4).astype(bool)
    before = after & ~((group == "c") & (label == 1))
    before[np.flatnonzero((group == "c") & (label == 1))[: least - 1]] = True
    costs = Costs(load_demo(), judged, groups, before)
    pair = costs.widest()
    told = costs.option(after, pair, costs.shown_in_all([before, after], pair))["by_group"]
    alone = costs.option(after, pair, costs.shown_in_all([after], pair))["by_group"]
    assert [row["group"] for row in alone] == ["a", "b", "c"]
    assert len(told) == 2, "c stands together with another: alone, too few were found as it is"
    turned = costs.option(after, pair, costs.shown_in_all([after, before], pair))["by_group"]
    assert [row["group"] for row in turned] == [row["group"] for row in told], "in whichever order they are compared"
    shown = costs.shown_in_all([before, after], pair)
    for group, reference in (("c", "b"), ("b", "a")):  # a and c stand together, so neither side may give them away
        gap = costs.option(after, {**pair, "group": group, "reference": reference}, shown)["gap"]
        assert gap["gap"] == gap["low"] == SUPPRESSED, (group, reference)
    assert {row["group"] for row in told}.isdisjoint({"c"})
    assert sum(row["found"] for row in told) == sum(row["found"] for row in alone)


@pytest.fixture(scope="module")
def fold(demo_tables):
    """A validation fold, with a table that was learnt before it."""
    study = load_demo()
    prepared = prepare(study, demo_tables, lambda share, step: None)
    train, judged = prepared.fold_rows(prepared.folds.validation[0])
    plan = study.model.model_copy(update={"max_features": 5, "max_points": 3, "max_cuts": 3})
    table = train_table(plan.kind, prepared.features, prepared.labels, train, plan, prepared.catalogue, study.seed)
    return FoldRows(study, prepared, plan, "sex", train, judged, table, 0.1)


@pytest.mark.parametrize("name", ways_of(ModelPlan(max_features=3)))
def test_a_way_knows_nothing_of_the_rows_that_it_is_judged_on(fold, name):
    way = ways_of(ModelPlan(max_features=3, max_points=2, max_cuts=2))[name]
    scores = way(fold)
    turned = fold.prepared.labels.copy()
    turned.iloc[fold.judged] = 1 - turned.iloc[fold.judged]
    other_labels = replace(fold, prepared=replace(fold.prepared, labels=turned))
    np.testing.assert_array_equal(way(other_labels), scores)
    few = np.random.default_rng(2).choice(len(fold.judged), 40, replace=False)
    np.testing.assert_array_equal(way(replace(fold, judged=fold.judged[few])), scores[few])
    turned = fold.prepared.labels.copy()
    turned.iloc[fold.train] = turned.iloc[fold.train].to_numpy()[::-1]
    other_past = replace(fold, prepared=replace(fold.prepared, labels=turned))
    assert not np.array_equal(way(other_past), scores), "it does learn from the training rows"


def test_what_tells_a_group_is_learnt_from_the_training_rows(fold):
    rng = np.random.default_rng(4)
    boys = fold.prepared.groups["sex"].astype(str).eq("Boys").to_numpy()
    assert 0.4 < boys.mean() < 0.6
    signs = {"long_ago": fold.train, "lately": fold.judged}
    features = fold.prepared.features[fold.prepared.features.columns[:8]].copy()
    for name, rows in signs.items():
        features[name] = rng.normal(0, 1, len(features))
        features.loc[features.index[rows], name] += 3 * boys[rows]
    told = proxies_of(replace(fold, prepared=replace(fold.prepared, features=features)))
    assert told[0] == "long_ago"


def load_demo():
    return load_study(configs_folder() / "demo.yaml")


def test_the_command_compares_on_validation_folds_and_leaves_the_test_period_closed(run_command, demo, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(demo / "run", run)
    log = (demo / "test-openings.jsonl").read_bytes()
    done = run_command("audit", run, "--mitigation", "--data", demo / "data")
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("**/test-openings.jsonl"))
    assert (demo / "test-openings.jsonl").read_bytes() == log
    made = json.loads((run / "mitigation.json").read_text())
    names = [option["name"] for option in made["options"]]
    assert names[0] == AS_IS
    assert {"reweighed", "own_cut_offs"} <= set(names)
    told = {*(option["title"] for option in made["options"]), *made["not_compared"]}
    assert told | {TITLES["another_size"]} == set(TITLES.values())
    assert all(fold.startswith("validation") for fold in made["folds"])
    assert bool(made["left_out"]) == ("without_proxies" in names)
    page = (run / "fairness.html").read_text()
    assert page.count("A cut-off of its own for each group") == page.count(f"{CAUTION}")
    assert 'download="mitigation.csv"' in page
    assert run_command("audit", run).returncode == 0
    assert "What could be done" in (run / "fairness.html").read_text(), "kept, since it took long"
    other = json.loads((run / "mitigation.json").read_text()) | {"pack": "another"}
    (run / "mitigation.json").write_text(json.dumps(other))
    assert run_command("audit", run).returncode == 0
    assert "What could be done" not in (run / "fairness.html").read_text()


def test_without_data_or_with_other_data_it_is_refused(run_command, demo, tmp_path):
    done = run_command("audit", demo / "run", "--mitigation")
    assert done.returncode == 2
    assert "--data DIR" in done.stderr
    done = run_command("audit", demo / "run", "--mitigation", "--data", configs_folder().parent / "data" / "synthetic")
    assert done.returncode == 3
    assert "not the tables that the pack was trained on" in done.stderr


def test_fairlearn_is_imported_in_one_place_and_lazily():
    source = configs_folder().parent / "src" / "ace_risk"
    lines = [
        (path.name, line)
        for path in sorted(source.rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("from fairlearn", "import fairlearn"))
    ]
    assert [(name, line.startswith(" ")) for name, line in lines] == [("constrained.py", True)]
