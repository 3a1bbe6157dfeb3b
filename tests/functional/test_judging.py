"""Judging on folds of a real small world: what the search sees, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from ace_risk import load_study
from ace_risk.data.approval import Permission
from ace_risk.errors import DataError
from ace_risk.evaluate.assessment import churns, describe_data
from ace_risk.evaluate.checks import learning_records, unseen_record
from ace_risk.evaluate.figures import at_places
from ace_risk.evaluate.judged import JudgedRows, Ranking
from ace_risk.evaluate.sizing import choose_size, fingerprint
from ace_risk.evaluate.truth import truth_record
from ace_risk.evaluate.validation import FoldJudge, ValidationFolds
from ace_risk.features.ties import tie_order
from ace_risk.kinds import configs_folder
from ace_risk.models.baselines import load_baselines
from ace_risk.models.search import Judged, Trial
from ace_risk.models.train import train_table
from ace_risk.pipeline import prepare
from ace_risk.world.answers import read_answers

SMALL = {"max_features": 4, "max_points": 3, "max_cuts": 2}


@pytest.fixture(scope="module")
def study():
    study = load_study(configs_folder() / "demo.yaml")
    return study.model_copy(
        update={
            "referrals": study.referrals.model_copy(update={"places": 20}),
            "model": study.model.model_copy(update=SMALL),
            "search": study.search.model_copy(update={"trials": 3}),
        }
    )


@pytest.fixture(scope="module")
def prepared(study, demo_tables):
    return prepare(study, demo_tables, lambda share, step: None)


@pytest.fixture(scope="module")
def folds(study, prepared):
    return ValidationFolds(prepared, 20, study.seed)


@pytest.fixture(scope="module")
def judge(study, folds):
    return FoldJudge(folds, study.fairness.attributes, 30)


def test_places_that_are_kept_are_kept_in_what_is_judged(study, demo_tables):
    keeping = study.referrals.model_copy(update={"places_by_age_band": {"under 1": 4, "16 to 17": 9}})
    prepared = prepare(study.model_copy(update={"referrals": keeping}), demo_tables, lambda share, step: None)
    _, judged = prepared.fold_rows(prepared.folds.test)
    rows, age = JudgedRows.of(prepared, judged), prepared.groups["age_band"].iloc[judged].to_numpy()
    score = prepared.features.iloc[judged].fillna(0).sum(axis=1).to_numpy(dtype=float)
    listed = rows.top(score, 20)
    for one in np.unique(rows.lists):
        inside = rows.lists == one
        assert listed[inside].sum() == 20
        for band, number in (("under 1", 4), ("16 to 17", 9)):
            assert (listed & inside & (age == band)).sum() >= min(number, (inside & (age == band)).sum())
    assert not np.array_equal(listed, replace(rows, kept=()).top(score, 20))
    table = at_places(Ranking("points_card", "Card", score), rows, 20)
    assert (table.tp, table.fp) == ((listed & (rows.label == 1)).sum(), (listed & (rows.label == 0)).sum())


def test_totals_too_small_to_tell_are_refused_on_real_data(run_command, study, demo, tmp_path, approve):
    data = shutil.copytree(demo / "data", tmp_path / "data")
    (data / "datapackage.json").unlink()
    approve(data)
    text = re.sub(r": (\w+\.yaml)", rf": {configs_folder()}/\1", (configs_folder() / "demo.yaml").read_text())
    text = text.replace("places: 200", "places: 1").replace("trials: 20", "trials: 0")
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    done = run_command("train", "--config", tmp_path / "study.yaml", "--data", data, "--out", tmp_path / "run")
    assert done.returncode == 3, done.stderr
    assert "fewer than 6 times a child was found, missed, or listed without the outcome" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_size_is_judged_by_tables_learnt_before_each_fold(judge, prepared, study):
    judged = judge(study.model)
    listed, features = judge.folds.listed(study.model), judge.folds.most_features(study.model)
    assert judged == judge(study.model)
    assert 0 < features <= 4
    assert listed.sum() == 20 * 4
    labels = np.concatenate([prepared.labels.iloc[rows].to_numpy(dtype=int) for _, rows in judge.folds.positions])
    assert judged.recall == pytest.approx(labels[listed].sum() / labels.sum())
    assert judged.precision == pytest.approx(labels[listed].mean())
    for fold, (train, rows) in zip(prepared.folds.validation, judge.folds.positions, strict=True):
        gap = pd.Timedelta(days=study.outcome.horizon_days + study.folds.recording_lag_days)
        assert prepared.cohort["cutoff"].iloc[train].max() + gap <= prepared.cohort["cutoff"].iloc[rows].min()
        assert set(prepared.cohort["cutoff"].iloc[rows]) == set(fold.evaluate)


def test_the_error_of_a_difference_is_that_of_a_plain_paired_bootstrap(judge, study):
    other = study.model.model_copy(update={"max_features": 1})
    assert judge.difference_error(study.model, study.model) == 0
    found = judge.folds.listed(study.model) & (judge.folds.rows.label == 1)
    theirs = judge.folds.listed(other) & (judge.folds.rows.label == 1)
    assert (found != theirs).any()
    homes, place = np.unique(judge.folds.rows.households.astype(str), return_inverse=True)
    sums = np.column_stack([np.bincount(place, weights=side) for side in (found, theirs, judge.folds.rows.label)])
    rng = np.random.default_rng(1)
    draws = [sums[rng.integers(0, len(homes), len(homes))].sum(axis=0) for _ in range(1_500)]
    differences = [(ours - others) / whole for ours, others, whole in draws]
    assert judge.difference_error(study.model, other) == pytest.approx(np.std(differences), rel=0.12)


def test_a_fold_in_which_nothing_followed_is_named(prepared, study):
    cutoffs = prepared.cohort["cutoff"].isin(prepared.folds.validation[0].evaluate)
    nothing = dataclasses.replace(prepared, labels=prepared.labels.mask(cutoffs & prepared.labels.notna(), 0))
    with pytest.raises(DataError, match="validation 1: the outcome followed for none of"):
        FoldJudge(ValidationFolds(nothing, 20, study.seed), study.fairness.attributes, 30)


def test_more_places_than_children_are_refused_before_anything_is_fitted(run_command, demo, tmp_path):
    settings = json.loads((demo / "run" / "pack" / "study.json").read_text(encoding="utf-8"))
    settings |= {key: str(configs_folder() / f"{key}.yaml") for key in ("catalogue", "aces", "kinds", "codes")}
    settings["world"] = None
    settings["referrals"]["places"] = 100_000
    (tmp_path / "study.yaml").write_text(json.dumps(settings), encoding="utf-8")
    done = run_command("train", "--config", tmp_path / "study.yaml", "--data", demo / "data", "--out", tmp_path / "run")
    assert done.returncode == 3
    assert "100,000 places" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study.yaml"]


def test_the_choice_of_size_is_the_same_again_and_rests_on_the_matter(prepared, folds, study, tmp_path):
    first = choose_size(study, folds, tmp_path / "a.db", "matter")
    again = choose_size(study, ValidationFolds(prepared, 20, study.seed), tmp_path / "b.db", "matter")
    resumed = choose_size(study, folds, tmp_path / "a.db", "matter")
    assert first == again == resumed
    assert len(first.trials) == len(first.errors) == 3
    assert first.plan.max_features <= 4
    assert fingerprint(study, "matter") != fingerprint(study, "other")
    other = study.model_copy(update={"seed": 8})
    assert fingerprint(study, "matter") != fingerprint(other, "matter")
    beside = study.model_copy(update={"model": study.model.model_copy(update={"compare": ()})})
    assert fingerprint(study, "matter") == fingerprint(beside, "matter")  # what stands beside changes no trial


def test_nothing_is_searched_without_trials(folds, study, tmp_path):
    none = study.model_copy(update={"search": study.search.model_copy(update={"trials": 0})})
    sized = choose_size(none, folds, tmp_path / "a.db", "matter")
    assert (sized.plan, sized.trials, sized.chosen) == (study.model, (), None)
    assert not list(tmp_path.iterdir())


def test_trials_within_one_error_of_the_best_are_told():
    from ace_risk.evaluate.sizing import Sized
    from ace_risk.plans import ModelPlan

    trials = tuple(Trial(n, n + 3, 5, 5, Judged(n + 3, recall, 0.4)) for n, recall in enumerate([0.30, 0.29, 0.28]))
    sized = Sized(ModelPlan(), trials, (0.0, 0.011, 0.019), trials[0])
    assert sized.within(0.9) == [True, True, False]
    assert sized.within(0.98) == [True, False, False]


def test_a_share_of_families_too_small_to_learn_from_is_left_out(folds, study):
    records = learning_records(folds, study.model, (1e-6, 0.5))
    assert [record["share"] for record in records] == [0.5, 1.0]


def test_families_that_were_never_seen_are_scored_by_the_other_half_s_table(prepared, study):
    _, rows = prepared.fold_rows(prepared.folds.test)
    judged = JudgedRows.of(prepared, rows)
    constant = Ranking("points_card", "Card", np.zeros(len(rows)))
    record = unseen_record(prepared, study.model, constant, judged, 20, study.seed)
    assert record["auc_seen"] == 0.5
    assert record["auc"] > 0.55
    one_class = dataclasses.replace(prepared, labels=prepared.labels.mask(prepared.labels.notna(), 0))
    assert unseen_record(one_class, study.model, constant, judged, 20, study.seed) is None


def test_a_score_that_is_true_need_finds_it_and_rows_without_an_answer_are_left_out():
    rng = np.random.default_rng(1)
    need = (rng.random(400) < 0.2).astype(float)
    rows = JudgedRows(need.astype(np.int8), np.arange(400) % 2, np.arange(400), np.arange(400), np.arange(400))
    answers = pd.DataFrame({"in_need": need, "oracle": need})
    answers.iloc[:20] = np.nan
    record = truth_record(
        [Ranking("points_card", "Card", need), Ranking("chance", "Chance", rng.random(400))], rows, answers, 20
    )
    assert record["rows"] == 380
    assert record["models"][0]["auc_need"] == record["models"][-1]["auc_need"] == 1.0
    assert record["models"][0]["precision_need"] == 1.0
    assert record["models"][0]["recall_need"] == pytest.approx(40 / need[20:].sum())
    assert record["need_share"] == pytest.approx(need[20:].mean())
    assert truth_record([Ranking("points_card", "Card", need)], rows, answers, 195) is None


@pytest.fixture(scope="module")
def of_few(study, demo_tables):
    """A study of children who had been missing before: few of the cohort are."""
    few = study.model_copy(
        update={"outcome": study.outcome.model_copy(update={"kinds": ("missing",), "after_kinds": ("missing",)})}
    )
    return few, prepare(few, demo_tables, lambda share, step: None)


def test_each_row_that_is_dropped_has_one_reason_and_ages_are_named_for_theirs_only(of_few, demo_tables):
    study, prepared = of_few
    told = describe_data(study, demo_tables, prepared, Permission(True, "Synthetic.", True))
    assert 0 < (~prepared.eligible).sum() == told["censored"]["no_earlier_record"]
    assert told["cohort_rows"] == told["labelled_rows"] + sum(told["censored"].values())
    (note,) = told["notes"]
    assert note.startswith("Children aged 17 may be listed")


def test_lists_change_among_children_who_could_be_on_them(of_few):
    study, prepared = of_few
    train, _ = prepared.fold_rows(prepared.folds.test)
    _, test = prepared.folds.rows(prepared.folds.test)
    table = train_table(
        "points_card", prepared.features, prepared.labels, train, study.model, prepared.catalogue, study.seed
    )
    titles = [Ranking(name, name, np.zeros(0)) for name in ("points_card", "ace_count")]
    card, _ = churns(prepared, table, load_baselines(study.aces, prepared.kinds), titles, 10, study.seed)
    cohort = prepared.cohort.iloc[test][prepared.eligible[test]]
    features = prepared.features.loc[cohort.index]
    order = {"score": -table.decision_function(features), "tie": tie_order(prepared.history, cohort, prepared.kinds)}
    first = cohort.assign(**order).sort_values(["cutoff", "score", "tie"]).groupby("cutoff").head(10)
    lists = [set(part) for _, part in first.groupby("cutoff")["child_id"]]
    assert [change["stayed"] for change in card["changes"]] == [len(one & two) for one, two in pairwise(lists)]


def test_the_oracle_answers_for_the_outcome_that_it_knows_only(demo, study, prepared):
    """It expects statutory work within 12 months: beside another outcome it would be a yardstick of nothing."""
    _, judged = prepared.fold_rows(prepared.folds.test)
    cohort, outcome = prepared.cohort.iloc[judged], study.outcome
    answers = read_answers(demo / "data", cohort, outcome)
    assert answers["oracle"].notna().mean() > 0.9
    rows, card = JudgedRows.of(prepared, judged), Ranking("points_card", "Card", np.zeros(len(judged)))
    assert truth_record([card], rows, answers, 20) is not None
    for other in ({"kinds": ("missing",)}, {"horizon_days": 730}, {"after_kinds": ("missing",)}):
        beside = read_answers(demo / "data", cohort, outcome.model_copy(update=other))
        assert beside["oracle"].isna().all()
        assert beside["in_need"].equals(answers["in_need"])
        assert truth_record([card], rows, beside, 20) is None
