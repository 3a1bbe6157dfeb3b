"""Every published figure follows from the confusion tables that are stored beside it, and nothing is learnt from
what came later."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from ace_risk import load_study
from ace_risk.kinds import configs_folder
from ace_risk.models.train import train_table
from ace_risk.pipeline import prepare


@pytest.fixture(scope="module")
def evaluation(demo):
    return json.loads((demo / "run" / "evaluation.json").read_text(encoding="utf-8"))


def shares(table):
    """Precision and recall of a stored table."""
    return table["tp"] / (table["tp"] + table["fp"]), table["tp"] / (table["tp"] + table["fn"])


def test_every_model_s_figures_follow_from_its_table(evaluation):
    assert evaluation["models"][0]["name"] == "points_card"
    assert len({sum(model["table"].values()) for model in evaluation["models"]}) == 1
    names = {model["name"] for model in evaluation["models"]}
    assert names >= {"points_card", "binned_logistic", "boosted_table", "ceiling", "ace_count", "ppn_rule",
                     "recent_contact", "chance"}  # fmt: skip
    for model in evaluation["models"]:
        precision, recall = shares(model["table"])
        table = model["table"]
        assert model["precision"] == pytest.approx(precision)
        assert model["recall"] == pytest.approx(recall)
        assert table["tp"] + table["fp"] == evaluation["places"] * evaluation["lists"]
        assert model["lift"] == pytest.approx(precision / ((table["tp"] + table["fn"]) / sum(table.values())))
        assert model["missed_per_100_places"] == pytest.approx(100 * table["fn"] / (table["tp"] + table["fp"]))
        assert model["precision_low"] <= precision <= model["precision_high"]
        assert model["recall_low"] <= recall <= model["recall_high"]
        assert model["children"]["reached"] <= model["children"]["followed"] <= table["tp"] + table["fn"]


def test_every_point_of_the_curve_follows_from_its_table(evaluation):
    ours = {point["places"]: point for point in evaluation["curve"] if point["name"] == "points_card"}
    assert evaluation["places"] in ours
    for point in evaluation["curve"]:
        assert (point["precision"], point["recall"]) == pytest.approx(shares(point))
        assert point["tp"] + point["fp"] == point["places"] * evaluation["lists"]
    at_places = ours[evaluation["places"]]
    assert {key: at_places[key] for key in ("tp", "fp", "fn", "tn")} == evaluation["models"][0]["table"]
    assert sorted(ours) == list(ours)
    assert all(np.diff([ours[places]["recall"] for places in sorted(ours)]) >= 0)


def test_folds_and_their_pool_follow_from_their_tables(evaluation):
    validation = [fold for fold in evaluation["folds"] if fold["role"] == "validation"]
    for fold in evaluation["folds"]:
        assert (fold["precision"], fold["recall"]) == pytest.approx(shares(fold["tables"]["model"]))
        assert fold["recall_ace_count"] == pytest.approx(shares(fold["tables"]["ace_count"])[1])
        assert sum(fold["tables"]["model"].values()) == fold["evaluate_rows"]
        assert fold["tables"]["model"]["tp"] + fold["tables"]["model"]["fn"] == fold["positives"]
    assert evaluation["folds"][-1]["tables"]["model"] == evaluation["models"][0]["table"]
    pool = {key: sum(fold["tables"]["model"][key] for fold in validation) for key in ("tp", "fp", "fn")}
    assert (evaluation["pooled"]["precision"], evaluation["pooled"]["recall"]) == pytest.approx(shares(pool))


def test_the_chosen_trial_is_the_pooled_validation_figure(evaluation):
    [chosen] = [trial for trial in evaluation["search"]["trials"] if trial["chosen"]]
    assert chosen["recall"] == pytest.approx(evaluation["pooled"]["recall"])
    assert chosen["precision"] == pytest.approx(evaluation["pooled"]["precision"])
    assert chosen["within"]
    best = max(trial["recall"] for trial in evaluation["search"]["trials"])
    assert evaluation["search"]["best_recall"] == best
    for trial in evaluation["search"]["trials"]:
        assert trial["within"] == (trial["recall"] >= max(best - trial["difference_error"], 0.98 * best))
        if trial["within"]:
            assert trial["features"] >= chosen["features"]


def test_groups_that_are_shown_follow_from_their_counts(evaluation):
    rows = [row for rows in evaluation["by_group"].values() for row in rows]
    shown = [row for row in rows if not row["hidden"]]
    assert {"hub", "age_band"} == set(evaluation["by_group"])
    for row in shown:
        assert row["recall"] == pytest.approx(row["tp"] / row["positives"])
        assert row["precision"] == pytest.approx(row["tp"] / row["listed"])
    for row in rows:
        counts = [row[key] for key in ("tp", "positives", "listed") if row[key] is not None]
        assert all(count == 0 or count >= 6 for count in counts)


def test_the_price_of_simplicity_is_the_ratio_of_two_tables(evaluation):
    tables = {model["name"]: model["table"] for model in evaluation["models"]}
    said = evaluation["simplicity"]
    assert said["kept"] == pytest.approx(tables["points_card"]["tp"] / tables["ceiling"]["tp"])
    assert said["card_recall"] == pytest.approx(shares(tables["points_card"])[1])
    aucs = {model["name"]: model["auc"] for model in evaluation["models"]}
    assert said["auc_difference"] == pytest.approx(aucs["ceiling"] - aucs["points_card"])


def test_the_unseen_families_and_the_learning_curve_are_told(evaluation):
    unseen = evaluation["unseen_families"]
    assert (unseen["precision"], unseen["recall"]) == pytest.approx(shares(unseen["table"]))
    assert unseen["recall_seen"] == pytest.approx(evaluation["models"][0]["recall"])
    learning = evaluation["learning"]
    assert [record["share"] for record in learning] == sorted(record["share"] for record in learning)
    assert learning[-1]["share"] == 1.0
    assert all(np.diff([record["rows"] for record in learning]) > 0)
    last = [fold for fold in evaluation["folds"] if fold["role"] == "validation"][-1]
    assert learning[-1]["rows"] == last["train_rows"]
    assert learning[-1]["recall"] == pytest.approx(last["recall"])


def test_the_oracle_orders_better_than_any_model_and_chance_by_nothing(evaluation):
    truth = {model["name"]: model for model in evaluation["truth"]["models"]}
    assert truth["oracle"]["auc_label"] > max(row["auc_label"] for name, row in truth.items() if name != "oracle")
    assert truth["oracle"]["auc_need"] > truth["points_card"]["auc_need"] > 0.5
    assert abs(truth["chance"]["auc_label"] - 0.5) < 0.12  # about 150 rows with the outcome: 3 standard errors


def test_the_truth_is_read_after_training_and_changes_nothing_but_its_own_section(
    demo, evaluation, run_command, tmp_path
):
    data = tmp_path / "data"
    shutil.copytree(demo / "data", data)
    shutil.rmtree(data / "truth")
    study = tmp_path / "study.yaml"
    text = (demo / "run" / "pack" / "study.json").read_text(encoding="utf-8")
    settings = json.loads(text) | {"search": {"trials": 0}, "checks": {"learning_shares": [], "unseen_families": False}}
    settings["model"] |= {"compare": [], **{
        key: trial[key] for trial in evaluation["search"]["trials"] if trial["chosen"]
        for key in ("max_features", "max_points", "max_cuts")}}  # fmt: skip
    settings |= {key: str(configs_folder() / f"{key}.yaml") for key in ("catalogue", "aces", "kinds", "codes")}
    study.write_text(json.dumps(settings), encoding="utf-8")
    done = run_command("train", "--config", study, "--data", data, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    again = json.loads((tmp_path / "run" / "evaluation.json").read_text(encoding="utf-8"))
    assert again["truth"] is None
    assert again["search"] is None
    assert again["simplicity"] is None
    assert again["models"][0]["table"] == evaluation["models"][0]["table"]
    model = (tmp_path / "run" / "pack" / "model.json").read_bytes()
    assert model == (demo / "run" / "pack" / "model.json").read_bytes()


def test_a_model_does_not_know_what_came_after_its_training_rows(demo, demo_tables):
    """Turning every label after the gap, and every feature of later rows, leaves the table as it is."""
    study = load_study(configs_folder() / "demo.yaml")
    study = study.model_copy(update={"referrals": study.referrals.model_copy(update={"places": 20})})
    prepared = prepare(study, demo_tables, lambda share, step: None)
    rows, judged = prepared.fold_rows(prepared.folds.test)
    first_test = prepared.cohort["cutoff"].iloc[judged].min()
    gap = np.timedelta64(study.outcome.horizon_days + study.folds.recording_lag_days, "D")
    assert (prepared.cohort["cutoff"].iloc[rows] + gap <= first_test).all()
    table = train_table("points_card", prepared.features, prepared.labels, rows, study.model, prepared.catalogue, 7)
    later = (prepared.cohort["cutoff"] + gap > first_test).to_numpy()
    labels = prepared.labels.mask(later, 1 - prepared.labels)
    features = prepared.features.copy()
    features.loc[later] = 0
    again = train_table("points_card", features, labels, rows, study.model, prepared.catalogue, 7)
    assert again == table
    everything = np.flatnonzero(prepared.labels.notna())
    leaked = train_table("points_card", features, labels, everything, study.model, prepared.catalogue, 7)
    assert leaked != table


def test_the_pack_holds_the_table_that_the_training_rows_give(demo, demo_tables, evaluation):
    """Training on the rows of the test period, or on anything else, would give another table."""
    from ace_risk import load_pack

    pack = load_pack(demo / "run")
    prepared = prepare(pack.study, demo_tables, lambda share, step: None)
    [chosen] = [trial for trial in evaluation["search"]["trials"] if trial["chosen"]]
    size = {key: chosen[key] for key in ("max_features", "max_points", "max_cuts")}
    plan = pack.study.model.model_copy(update=size)
    rows, judged = prepared.fold_rows(prepared.folds.test)
    args = (plan, prepared.catalogue, pack.study.seed)
    assert train_table(plan.kind, prepared.features, prepared.labels, rows, *args) == pack.model
    both = np.concatenate([rows, judged])
    assert train_table(plan.kind, prepared.features, prepared.labels, both, *args) != pack.model
