"""The points classifier: what it learns, keeps to, and refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.utils.estimator_checks import check_classifiers_train, check_estimator

from ace_risk.errors import DataError, StudyError
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.points import PointsClassifier
from ace_risk.models.terms import FeatureTerm

DIRECTIONS: dict[str, Any] = {f"count{i}": "more_need" for i in range(6)} | {f"since{i}": "less_need" for i in range(6)}


def world(seed: int, rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """Counts and days since, half of them told by need; an additive truth on the log-odds."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {}
    log_odds = np.full(rows, -3.0)
    for i in range(6):
        count = rng.poisson(rng.gamma(0.5, 1.0, rows))
        since = np.where(rng.random(rows) < 0.5, np.nan, np.floor(rng.uniform(0, 2_000, rows)))
        columns |= {f"count{i}": count.astype("uint8"), f"since{i}": since, f"free{i}": rng.normal(size=rows)}
        if i < 3:
            log_odds += 0.6 * np.minimum(count, 3) + np.where(since < 365, 1.2, 0.0)
    y = pd.Series(rng.random(rows) < expit(log_odds)).astype("Int8")
    return pd.DataFrame(columns), y


X, Y = world(1, 12_000)
MODEL = PointsClassifier(max_features=8, directions=DIRECTIONS).fit(X, Y)


class ByLogOdds(PointsClassifier):
    """The same classifier, told in log-odds, whose 0 is where the two labels are equally likely."""

    def decision_function(self, X: Any) -> np.ndarray:
        points = super().decision_function(X)
        return self.table_.probability.slope * points + self.table_.probability.intercept


def test_scikit_learn_checks_pass_but_for_the_zero_of_decision_function() -> None:
    exceptions = {
        "check_classifiers_train": "asks for decision_function above 0 exactly where the second label is predicted; "
        "ours is the total of points that people add by hand, in which 0 is the most common child (design §7)",
    }
    outcomes = check_estimator(PointsClassifier(), expected_failed_checks=exceptions, on_skip=None)
    assert len(outcomes) > 50
    excused = [outcome["check_name"] for outcome in outcomes if outcome["status"] == "xfail"]
    assert set(excused) == set(exceptions)
    # Needs an environment variable of SciPy's; the classifier claims no support for other kinds of array.
    assert {one["check_name"] for one in outcomes if one["status"] == "skipped"} == {"check_array_api_input"}
    # Nothing else hides behind the exception: with log-odds in place of points, that check passes as well.
    check_classifiers_train("ByLogOdds", ByLogOdds())


def test_it_finds_the_features_that_matter_and_no_other() -> None:
    assert set(MODEL.table_.feature_names_in_) == {f"{kind}{i}" for kind in ("count", "since") for i in range(3)}


def test_points_are_whole_small_and_in_order() -> None:
    table = MODEL.table_
    assert table.check_directions() == []
    assert table.intercept == 0
    for term in table.terms:
        assert isinstance(term, FeatureTerm)
        points = [*term.scores, term.missing_score]
        assert all(point == int(point) and abs(point) <= 5 for point in points)
        most_common = int(np.argmax([*term.counts, term.missing_count]))
        assert points[most_common] == 0
        assert all(low != high for low, high in zip(term.scores, term.scores[1:], strict=False))


def test_the_counts_of_the_table_are_those_of_the_training_rows() -> None:
    for term in MODEL.table_.terms:
        assert isinstance(term, FeatureTerm)
        found = np.bincount(np.searchsorted(term.edges, X[term.feature].dropna(), side="right"))
        assert found.tolist() == list(term.counts)
        assert term.missing_count == X[term.feature].isna().sum()


def test_it_is_about_as_good_as_gradient_boosting_and_calibrated() -> None:
    new_X, new_y = world(2, 12_000)
    ceiling = HistGradientBoostingClassifier(max_iter=60, max_depth=3, random_state=0).fit(X, Y.astype(int))
    ours, peer = MODEL.predict_proba(new_X)[:, 1], ceiling.predict_proba(new_X)[:, 1]
    y = new_y.astype(int)
    assert roc_auc_score(y, ours) > roc_auc_score(y, peer) - 0.005
    assert log_loss(y, ours) < log_loss(y, peer) + 0.002
    assert MODEL.predict_proba(X)[:, 1].mean() == pytest.approx(Y.mean(), abs=1e-6)


def test_methods_are_the_tables() -> None:
    assert (MODEL.decision_function(X) == MODEL.table_.decision_function(X)).all()
    assert (MODEL.predict_proba(X) == MODEL.table_.predict_proba(X)).all()
    assert (MODEL.predict(X) == (MODEL.predict_proba(X)[:, 1] >= 0.5)).all()
    assert AdditiveModel.from_json(MODEL.table_.to_json()) == MODEL.table_


def test_the_same_data_give_the_same_bytes_whatever_the_order_of_columns_and_rows() -> None:
    again = PointsClassifier(max_features=8, directions=DIRECTIONS).fit(X[X.columns[::-1]], Y)
    assert again.table_.to_json() == MODEL.table_.to_json()
    shuffled = X.sample(frac=1, random_state=3)
    turned = PointsClassifier(max_features=8, directions=DIRECTIONS).fit(shuffled, Y[shuffled.index])
    pd.testing.assert_series_equal(pd.Series(turned.decision_function(X)), pd.Series(MODEL.decision_function(X)))


def test_a_frame_is_read_by_name_and_an_array_by_place() -> None:
    named = MODEL.decision_function(X[X.columns[::-1]].assign(extra="text"))
    assert (named == MODEL.decision_function(X)).all()
    by_place = PointsClassifier(max_features=3).fit(X.to_numpy(), Y)
    assert set(by_place.table_.feature_names_in_) <= {f"x{place}" for place in range(X.shape[1])}
    assert not hasattr(by_place, "feature_names_in_")
    assert (by_place.classes_ == [0, 1]).all()


def test_a_smaller_card_keeps_to_its_size() -> None:
    small = PointsClassifier(max_features=2, max_points=2, directions=DIRECTIONS).fit(X, Y)
    assert len(small.table_.terms) == 2
    assert max(abs(score) for term in small.table_.terms for score in term.scores) == 2  # type: ignore[union-attr,arg-type]


def test_fewer_cuts_give_fewer_bins_and_the_default_is_five() -> None:
    default = PointsClassifier(max_features=8, directions=DIRECTIONS, max_cuts=5).fit(X, Y).table_
    assert default.to_json() == MODEL.table_.to_json()
    assert max(len(term.edges) for term in default.terms) > 1
    single = PointsClassifier(max_features=8, directions=DIRECTIONS, max_cuts=1).fit(X, Y).table_
    assert [len(term.edges) for term in single.terms] == [1] * 6


def test_a_direction_against_the_data_keeps_the_feature_out() -> None:
    wrong = PointsClassifier(directions={"count0": "less_need"}).fit(X[["count0"]], Y)
    assert wrong.table_.terms == ()


def test_missing_never_scores_above_the_oldest_bin_even_where_the_data_say_so() -> None:
    rng = np.random.default_rng(0)
    since = np.where(rng.random(4_000) < 0.3, np.nan, rng.integers(0, 900, 4_000))
    share = np.where(np.isnan(since), 0.6, np.where(since < 300, 0.5, 0.1))
    frame = pd.DataFrame({"since": since})
    y = rng.random(4_000) < share
    bound = PointsClassifier(directions={"since": "less_need"}).fit(frame, y).table_
    free = PointsClassifier().fit(frame, y).table_
    assert bound.check_directions() == []
    assert isinstance(free.terms[0], FeatureTerm)
    assert free.terms[0].missing_score > free.terms[0].scores[-1]


def test_missing_that_was_never_seen_scores_like_the_bin_of_least_need() -> None:
    frame = pd.DataFrame({"since": X["since0"].fillna(1_999.0), "count": X["count0"]})
    table = PointsClassifier(directions={"since": "less_need", "count": "more_need"}).fit(frame, Y).table_
    terms = {term.feature: term for term in table.terms if isinstance(term, FeatureTerm)}
    assert terms["since"].missing_score == terms["since"].scores[-1]
    assert terms["count"].missing_score == terms["count"].scores[0]


@pytest.mark.parametrize("labels", [("no", "yes"), (False, True), (3, 7), (-1.0, 1.0)])
def test_any_two_labels_will_do(labels: tuple[Any, Any]) -> None:
    y = np.where(Y == 1, labels[1], labels[0])
    model = PointsClassifier(max_features=2, directions=DIRECTIONS).fit(X[:2000], y[:2000])
    assert model.classes_.tolist() == list(labels)
    assert set(model.predict(X)) <= set(labels)


def test_nothing_to_learn_gives_everybody_the_base_rate() -> None:
    rng = np.random.default_rng(4)
    noise = pd.DataFrame(rng.normal(size=(3_000, 10))).add_prefix("n")
    noise = noise.assign(constant=1.0, empty=np.nan)
    y = rng.random(3_000) < 0.2
    model = PointsClassifier().fit(noise, y)
    assert model.table_.terms == ()
    np.testing.assert_allclose(model.predict_proba(noise)[:, 1], y.mean())


def test_ten_rows_give_no_certainty() -> None:
    frame = pd.DataFrame({"a": range(10), "b": [0, 1] * 5, "c": [np.nan] * 10})
    p = PointsClassifier().fit(frame, [0] * 5 + [1] * 5).predict_proba(frame)[:, 1]
    assert p.min() > 0.05
    assert p.max() < 0.95
    mixed = PointsClassifier().fit(frame, [0, 1, 1, 0, 0, 1, 0, 1, 1, 0]).predict_proba(frame)[:, 1]
    assert mixed == pytest.approx([0.5] * 10)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": [0] * 10}, "1 class"),
        ({"y": pd.Series([0, 1] * 4 + [pd.NA] * 2, dtype="Int8")}, "2 of 10"),
        ({"y": [0, 1, None] + [0] * 7}, "1 of 10"),
        ({"y": [0, 1, 2] * 3 + [0]}, "Only binary"),
        ({"y": [0, 1] * 4}, "8 labels for 10 rows"),
        ({"y": None}, "requires y"),
        ({"X": pd.DataFrame({"a": [np.inf, -np.inf, *range(8)], "b": 1.0})}, r"features\.a: must not be infinite"),
        ({"X": pd.DataFrame({"a": list("abcdefghij")})}, r"features\.a: must be numeric"),
        ({"X": pd.DataFrame(np.ones((10, 2)), columns=["a", "a"])}, r"features\.a: a column may stand once"),
        ({"X": pd.DataFrame(index=range(10))}, "rows and columns, got 10 by 0"),
        ({"max_features": 0}, "max_features"),
        ({"max_points": 2.5}, "max_points"),
        ({"max_points": True}, "max_points"),
        ({"max_cuts": 0}, "max_cuts: must be a whole number from 1, got 0"),
        ({"directions": {"a": "up"}}, "up is unknown"),
    ],
)
def test_bad_input_is_a_clear_error(changes: dict[str, Any], message: str) -> None:
    settings = {
        key: changes.pop(key) for key in ("max_features", "max_points", "max_cuts", "directions") if key in changes
    }
    given = {"X": pd.DataFrame({"a": range(10)}), "y": [0, 1] * 5} | changes
    with pytest.raises((DataError, StudyError), match=message):
        PointsClassifier(**settings).fit(**given)
