from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest

from ace_risk.evaluate.card_totals import total_groups
from ace_risk.evaluate.printed_card import bin_words, feature_title, lowest_total, missing_words, print_card
from ace_risk.evaluate.worked_examples import Line, fit_together, ways_to_totals
from ace_risk.features.catalogue import Catalogue, FeatureSpec
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm, PairTerm

MISSING = FeatureSpec("missing", ["missing"], "count", 365, title="Times missing")
SINCE = FeatureSpec("missing", ["missing"], "days_since_last", title="Days since missing")
HARM = FeatureSpec("harm", ["harm"], "count", 730, title="Harm to the child")
CATALOGUE = Catalogue((MISSING, SINCE, HARM))


def whole_card() -> AdditiveModel:
    return AdditiveModel(
        (
            FeatureTerm(MISSING.name, (1, 3), (0, 2, 4), 0, (80, 15, 5), 0),
            FeatureTerm(SINCE.name, (30, 365), (3, 1, 1), 0, (10, 10, 5), 75),
            FeatureTerm(HARM.name, (1,), (0, 2), 0, (90, 10), 0),
        ),
        LogisticMap(0.5, -2),
        intercept=-1,
    )


def printed(model: AdditiveModel, smallest: int = 6, rows: int = 4_000) -> dict:
    return printed_with_rows(model, smallest, rows)[-1]


def printed_with_rows(model: AdditiveModel, smallest: int = 6, rows: int = 4_000) -> tuple:
    """Totals, shares and labels of made-up rows, and the card printed from them."""
    rng = np.random.default_rng(3)
    count = rng.choice([0, 1, 2, 5], rows, p=[0.7, 0.15, 0.1, 0.05])
    since = np.where(count > 0, rng.integers(0, 365, rows), np.where(rng.random(rows) < 0.2, 500.0, np.nan))
    X = pd.DataFrame({MISSING.name: count, SINCE.name: since, HARM.name: rng.binomial(1, 0.2, rows)})
    total, share = model.decision_function(X), model.predict_proba(X)[:, 1]
    label = (rng.random(rows) < share).astype(np.int8)
    return total, share, label, print_card(model, CATALOGUE, total, share, label, smallest)


def real_card() -> AdditiveModel:
    rng = np.random.default_rng(8)
    edges = tuple(float(edge) for edge in range(5, 500, 5))
    return AdditiveModel(
        (
            FeatureTerm(MISSING.name, (1, 3), (0.0, 0.3217, 1.0414), 0.0, (140, 30, 5), 0),
            FeatureTerm(SINCE.name, edges, tuple(rng.normal(size=100)), -0.4, (1,) * 100, 75),
            FeatureTerm(HARM.name, (1,), (-0.05, 0.7), 0.0, (165, 10), 0),
        ),
        LogisticMap(1, 0),
        intercept=-2.5,
    )


def alternating(totals: pd.Series) -> pd.Series:
    """A label that every other row has."""
    return pd.Series(np.arange(len(totals)) % 2, index=totals.index)


def test_no_printed_total_rests_on_fewer_rows_than_allowed_with_the_outcome_or_without():
    totals = pd.Series([0] * 8 + [1] * 50 + [2] * 6 + [3] * 40 + [9] * 3 + [12] * 1).astype(float)
    label = pd.Series([0] * 6 + [1] * 2 + [0, 1] * 25 + [0, 1] * 3 + [0] * 30 + [1] * 10 + [1] * 4)
    groups = total_groups(totals, label, 6, -3.0)
    for group in groups:
        followed = label[totals.between(group.first, group.last)]
        assert min(followed.sum(), (1 - followed).sum()) >= 6
    assert sum(int(totals.between(group.first, group.last).sum()) for group in groups) == len(totals)
    assert [(group.words, group.low_total) for group in groups] == [("2 or less", -3.0), ("3 or more", 3.0)]


def test_a_card_with_few_rows_has_one_total():
    assert [group.words for group in total_groups(pd.Series([0.0, 1.0]), pd.Series([0, 1]), 6, 0.0)] == ["all"]


def test_totals_below_nought_have_a_true_minus_sign():
    totals = pd.Series([-2.0] * 12 + [1.0] * 12)
    groups = total_groups(totals, alternating(totals), 6, -5.0)
    assert [(group.words, group.low_total) for group in groups] == [("−2", -2.0), ("1", 1.0)]


@pytest.mark.parametrize("seed", range(5))
def test_real_totals_are_cut_into_about_ten_groups_that_hold_every_row_once(seed):
    totals = pd.Series(np.random.default_rng(seed).normal(size=30_000))
    groups = total_groups(totals, alternating(totals), 6, -9.0)
    sizes = [int(totals.between(group.first, group.last).sum()) for group in groups]
    assert len(groups) == 10
    assert sum(sizes) == len(totals)
    assert max(sizes) - min(sizes) < 400  # edges are rounded to two decimals
    lows = [group.low_total for group in groups]
    assert lows[0] == -9.0
    assert lows == sorted(lows)
    for group, after in pairwise(groups):
        assert group.last < after.low_total <= after.first
        assert group.words.endswith(f"{after.low_total:.2f}".replace("-", "−"))


def test_one_real_total_is_one_group():
    assert [group.words for group in total_groups(pd.Series([0.123] * 30), pd.Series([0, 1] * 15), 6, 0.0)] == ["all"]


def test_totals_carry_the_counted_shares():
    total, share, label, card = printed_with_rows(whole_card())
    assert sum(row["n"] for row in card["totals"]) == 4_000
    lows = [*(row["low_total"] for row in card["totals"]), np.inf]
    for row, low, high in zip(card["totals"], lows[:-1], lows[1:], strict=True):
        here = (total >= low) & (total < high)
        assert row["n"] == here.sum()
        assert row["observed"] == pytest.approx(label[here].mean())
        assert row["predicted"] == pytest.approx(share[here].mean())
    assert [row["low_total"] for row in card["totals"]] == sorted(row["low_total"] for row in card["totals"])
    assert card["totals"][0]["low_total"] == lowest_total(whole_card()) == -1.0


@pytest.mark.parametrize("model", [whole_card(), real_card()], ids=["whole", "real"])
def test_examples_add_up_and_name_the_share_of_their_total(model):
    card = printed(model)
    assert len(card["examples"]) == 3
    for example in card["examples"]:
        assert [record["title"] for record in example["records"]] == [f["title"] for f in card["features"]]
        for record, feature in zip(example["records"], card["features"], strict=True):
            assert (record["text"], record["points"]) in [(b["text"], b["points"]) for b in feature["bins"]]
        added = card["intercept"] + sum(record["points"] for record in example["records"])
        assert example["total"] == pytest.approx(added)
        row = max((r for r in card["totals"] if r["low_total"] <= example["total"]), key=lambda r: r["low_total"])
        assert (example["observed"], example["n"]) == (row["observed"], row["n"])
        of_a_total = "a total of " if model == real_card() else ""
        assert f"with {of_a_total}{row['total']} point" in example["of_100"]
        assert f", {100 * row['observed']:.0f} had statutory support recorded" in example["of_100"]
    totals = [example["total"] for example in card["examples"]]
    assert totals == sorted(totals)
    assert len(set(totals)) == 3
    assert printed(model) == card


def test_examples_are_children_who_could_exist():
    for example in printed(whole_card())["examples"]:
        times, since, _ = (record["text"] for record in example["records"])
        assert (times == "0") == (since in ("never", "365 or more"))


def line(spec: FeatureSpec, low: float | None, high: float | None, *, missing: bool = False) -> Line:
    return Line(spec, "text", 1.0, 0.1, low, high, missing)


def test_two_lines_fit_if_some_history_gives_both():
    """Against every history of up to three records of the kind, on the days that tell the lines apart."""
    days = (10, 100, 364, 400, 800)
    recent = FeatureSpec("missing", ["missing"], "count", 90, title="Times missing")
    lines = [
        *(line(spec, low, high) for spec in (MISSING, recent) for low, high in ((None, 1), (1, 3), (3, None))),
        *(line(SINCE, low, high) for low, high in ((None, 90), (90, 365), (365, None))),
        line(SINCE, None, None, missing=True),
    ]
    histories = {tuple(sorted(day for day in found if day)) for found in product((0, *days), repeat=3)}

    def holds(history: tuple[int, ...], one: Line) -> bool:
        if one.spec is SINCE:
            if not history or one.missing:
                return not history and one.missing
            value = min(history)
        else:
            value = sum(day < (one.spec.window_days or 0) for day in history)
        return (one.low or 0) <= value and (one.high is None or value < one.high)

    for one, other in product(lines, lines):
        possible = any(holds(history, one) and holds(history, other) for history in histories)
        if possible:
            assert fit_together(one, other), (one, other)
        elif one.spec != other.spec:
            assert not fit_together(one, other), (one, other)


def test_a_part_of_the_records_cannot_be_later_than_the_whole():
    trio = FeatureSpec("trio", ["harm", "missing"], "days_since_last", title="Any of both")
    assert not fit_together(line(HARM, 1, None), line(trio, None, None, missing=True))
    assert fit_together(line(HARM, None, 1), line(trio, 0, 30))


def test_the_most_usual_way_to_a_total_is_found():
    """Against every choice of lines, for features that have nothing to do with each other."""
    rng = np.random.default_rng(5)
    specs = [FeatureSpec(f"kind{i}", [f"kind{i}"], "count", 365, title="T") for i in range(4)]
    features = [
        [Line(spec, str(n), float(n), float(share), n, n + 1) for n, share in enumerate(rng.dirichlet(np.ones(4)))]
        for spec in specs
    ]
    best: dict[float, float] = {}
    for lines in product(*features):
        total = 2 + sum(one.points for one in lines)
        best[total] = max(best.get(total, 0.0), float(np.prod([one.share for one in lines])))
    found: dict[float, float] = {}
    for way in ways_to_totals(features, 2.0):
        found[way.total] = max(found.get(way.total, 0.0), float(np.exp(way.usual)))
    assert found == pytest.approx(best)


def test_a_pair_is_printed_as_a_table_without_empty_rows():
    model = AdditiveModel(
        (
            FeatureTerm(HARM.name, (1,), (0, 2.5), 0, (9, 1), 0),
            PairTerm(
                (MISSING.name, SINCE.name), ((1,), (90,)), ((0, 1, 2), (3.5, 4, 5), (6, 7, 8)),
                ((1, 1, 3), (3, 2, 0), (0, 0, 0)),
            ),
        ),
        LogisticMap(1, -3),
    )  # fmt: skip
    card = printed(model)
    (pair,) = card["pairs"]
    assert pair["titles"] == ["Times missing, last 365 days", "Days since missing"]
    assert (pair["rows"], pair["columns"]) == (["0", "1 or more"], ["0 to 89", "90 or more", "never"])
    assert pair["points"] == [[0, 1, 2], [3.5, 4, 5]]
    assert card["examples"] == []


def test_a_change_below_nought_stands_in_the_bin_that_holds_it():
    """Every whole value is told by the words of the one bin that holds it."""
    more = FeatureSpec("missing", ["missing"], "change", 90, title="Change in missing episodes")
    catalogue = Catalogue((more,))
    model = AdditiveModel((FeatureTerm(more.name, (-1, 1), (0, 1, 3), 0, (10, 80, 10), 0),), LogisticMap(1, -2))
    values = np.repeat([-3.0, 0.0, 2.0], 20)
    total, share = (
        model.decision_function(pd.DataFrame({more.name: values})),
        model.predict_proba(pd.DataFrame({more.name: values}))[:, 1],
    )
    card = print_card(model, catalogue, total, share, np.tile([0, 1], 30).astype(np.int8), 6)
    assert [line["text"] for line in card["features"][0]["bins"]] == ["−2 or less", "−1 to 0", "1 or more"]


@pytest.mark.parametrize("measure", ["count", "change", "days_since_last"])
def test_the_words_of_whole_bins_name_every_value_once(measure):
    spec = FeatureSpec("missing", ["missing"], measure, 90, title="T")
    lowest = -9 if measure == "change" else 0
    ends = [None, *((-2.0, 0.5, 3.0) if measure == "change" else (0.5, 3.0)), None]
    told: list[int] = []
    for low, high in pairwise(ends):
        words = bin_words(low, high, spec).replace("−", "-").split(" ")
        first = lowest if words[1:] == ["or", "less"] else int(words[0])
        last = 9 if words[1:] == ["or", "more"] else int(words[-1] if words[1:2] == ["to"] else words[0])
        told += range(first, last + 1)
    assert told == list(range(lowest, 10))


@pytest.mark.parametrize(
    ("window", "expires", "title", "missing"),
    [
        (None, 182, "T, last 182 days", "none in the last 182 days"),
        (None, 366, "T, last 366 days", "none in the last 366 days"),
        (730, 182, "T, last 182 days", "none in the last 182 days"),
        (365, None, "T, last 365 days", "none in the last 365 days"),
        (None, 2192, "T, last 6 years", "none in the last 6 years"),
        (None, None, "T", "never"),
    ],
)
def test_a_window_is_told_as_it_counts(window, expires, title, missing):
    count, since = (
        FeatureSpec("asb", ["asb"], measure, window, title="T", expires_days=expires)
        for measure in ("count", "days_since_last")
    )
    assert (feature_title(count), missing_words(since)) == (title, missing)


@pytest.mark.parametrize("measure", ["change", "sum", "mean", "max"])
def test_what_lies_above_nought_has_a_record_in_its_window(measure):
    column = "" if measure == "change" else "hours"
    more = FeatureSpec("missing", ["missing"], measure, 90, title="T", column=column)
    rising, steady = line(more, 1, None), line(more, None, 1)
    assert not fit_together(rising, line(MISSING, None, 1))
    assert not fit_together(rising, line(SINCE, 90, None))
    assert fit_together(rising, line(MISSING, 1, 3))
    assert fit_together(steady, line(MISSING, None, 1))
