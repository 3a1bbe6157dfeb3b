"""The truth adds up, and the oracle knows what it says it knows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from ace_risk.data.tables import Tables
from ace_risk.world.events import HIGH_NEED
from ace_risk.world.lives import Lives
from ace_risk.world.oracle import expected_weight, mean_weight
from ace_risk.world.rates import PPN_SHARES, PPN_WEIGHT, RATES
from ace_risk.world.truth import Truth, write_truth

PLANS = ["cin", "s47", "cpp", "looked_after"]


def test_one_row_per_child(tables: Tables, truth: Truth) -> None:
    pd.testing.assert_series_equal(truth.children["child_id"], tables.children["child_id"])


def test_what_happened_and_what_support_prevented_is_all_there_was(truth: Truth) -> None:
    happened = truth.children.filter(regex="^true_").sum(axis=1)
    assert (happened + truth.children["events_prevented"] == truth.children["events_without_support"]).all()
    assert (truth.children["events_recorded"] <= happened).all()
    assert truth.children["events_prevented"].sum() > 0


def test_true_self_harm_covers_what_the_tables_say(tables: Tables, truth: Truth) -> None:
    rows = tables.involvement.merge(tables.incidents, on="incident_id")
    rows = rows[rows["kind"] == "self_harm"].drop_duplicates(["child_id", "occurred_at"])
    recorded = rows["child_id"].value_counts().reindex(truth.children["child_id"], fill_value=0)
    assert (recorded.to_numpy() <= truth.children["true_self_harm"]).all()
    assert recorded.sum() > 20


def test_severe_spells_are_part_of_all_spells(truth: Truth) -> None:
    children = truth.children
    for name in ("domestic_abuse", "parental_substance_use", "parental_mental_health", "all_three"):
        severe = name if name != "all_three" else "all_three"
        assert (children[f"quarters_severe_{severe}"] <= children[f"quarters_{name}"]).all()
        assert (children[f"quarters_{name}"] <= children["quarters"]).all()


def test_need_of_the_years_lies_below_its_peak(truth: Truth) -> None:
    yearly = truth.children.filter(regex=r"^need_\d{4}$")
    assert yearly.shape[1] == 8
    assert (
        yearly.max(axis=1).dropna() <= truth.children["need_peak"].reindex(yearly.max(axis=1).dropna().index) + 1e-6
    ).all()


def test_the_oracle_is_near_what_happens(tables: Tables, truth: Truth) -> None:
    oracle = truth.oracle
    oracle = oracle[oracle["cutoff"].isin(pd.to_datetime(["2020-07-01", "2022-07-01", "2024-07-01"]))]
    plans = tables.services[tables.services["kind"].isin(PLANS)].groupby("child_id")["start_date"].apply(list)
    horizon = pd.Timedelta(days=365)
    starts = plans.reindex(oracle["child_id"])
    happens = np.array(
        [
            isinstance(days, list) and any(cutoff <= day < cutoff + horizon for day in days)
            for cutoff, days in zip(oracle["cutoff"], starts, strict=True)
        ]
    )
    assert abs(oracle["with_support"].mean() - happens.mean()) < 0.012
    assert roc_auc_score(happens, oracle["with_support"]) > 0.85


def test_support_lowers_what_the_oracle_expects(truth: Truth) -> None:
    oracle = truth.oracle
    assert (oracle["with_support"] <= oracle["without_support"] + 1e-12).all()
    assert (oracle["with_support"] < oracle["without_support"]).mean() > 0.005
    assert oracle["with_support"].between(0, 1).all()
    assert not oracle.duplicated(["child_id", "cutoff"]).any()


def test_mean_weight_by_hand() -> None:
    rate = RATES["domestic_abuse"]
    assert rate.grades is not None
    for severity in (0, 1):
        graded = sum(share * weight for share, weight in zip(rate.grades[severity], rate.weight, strict=True))
        notice = sum(share * weight for share, weight in zip(PPN_SHARES[severity], PPN_WEIGHT, strict=True))
        by_hand = graded + rate.ppn * rate.sources["police"] * notice
        assert np.isclose(mean_weight("domestic_abuse", rate)[severity], by_hand)


def test_more_need_more_to_read(lives: Lives) -> None:
    quarter = lives.need.quarters - 1
    weight = expected_weight(lives.people, lives.need, quarter)
    here = lives.people.present(np.arange(lives.people.children), np.full(lives.people.children, lives.end - 1))
    high = lives.need.child[:, quarter] > HIGH_NEED
    assert weight[here & high].mean() > 4 * weight[here & ~high].mean()


def test_the_folder_of_truth(tmp_path: Path, truth: Truth) -> None:
    write_truth(truth, tmp_path / "truth")
    assert sorted(path.name for path in (tmp_path / "truth").iterdir()) == [
        "knobs.json",
        "oracle.parquet",
        "truth.parquet",
    ]
    assert json.loads((tmp_path / "truth" / "knobs.json").read_text())["seed"] == 11
    assert len(pd.read_parquet(tmp_path / "truth" / "truth.parquet")) == len(truth.children)
