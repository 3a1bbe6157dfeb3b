"""Random numbers that belong to a thing, and ids that tell nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ace_risk.world.streams import Streams, arrivals, choose, code_text, id_text, numbers


@pytest.mark.parametrize("rate", [0.001, 0.3, 2.0, 4.5])
def test_arrivals_are_poisson_by_inversion(rate: float) -> None:
    drawn = np.random.default_rng(1).random(20_000)
    rows = arrivals(drawn, np.full(len(drawn), rate))
    counts = np.bincount(rows, minlength=len(drawn))
    assert (counts == np.minimum(stats.poisson.isf(drawn, rate), 12)).all()


def test_one_rate_never_changes_another_count() -> None:
    drawn = np.random.default_rng(2).random(500)
    low, high = np.full(500, 0.4), np.full(500, 0.4)
    high[::2] = 3.0
    counts = [np.bincount(arrivals(drawn, rate), minlength=500)[1::2] for rate in (low, high)]
    assert (counts[0] == counts[1]).all()


def test_keyed_numbers_are_uniform_and_independent() -> None:
    streams = Streams(5, 2)
    key = np.arange(50_000)
    first, other = streams.uniform("a", key), streams.uniform("b", key)
    assert stats.kstest(first, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.02
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.02
    assert stats.kstest(streams.normal("a", key), "norm").pvalue > 0.001
    assert stats.kstest(streams.exponential("c", key), "expon").pvalue > 0.001


def test_a_key_keeps_its_number_in_any_company_and_order() -> None:
    streams = Streams(5, 2)
    one, two = np.array([7, 3, 9]), np.array([1, 2, 3])
    some = streams.uniform("a", one, two)
    turned = streams.uniform("a", one[::-1], two[::-1])
    assert (some == turned[::-1]).all()
    assert (
        streams.uniform("a", np.array([3]), np.array([7]))[0] != streams.uniform("a", np.array([7]), np.array([3]))[0]
    )


@pytest.mark.parametrize("other", [Streams(6, 2), Streams(5, 3)])
def test_seeds_and_shards_differ(other: Streams) -> None:
    key = np.arange(1_000)
    assert (Streams(5, 2).uniform("a", key) != other.uniform("a", key)).all()
    assert Streams(5, 2)("a").random() != other("a").random()


def test_choose_by_shares_of_each_row() -> None:
    shares = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    assert choose(np.array([0.9, 0.1, 0.6]), shares).tolist() == [0, 1, 1]


def test_numbers_never_meet_within_or_between_shards() -> None:
    position = np.concatenate([np.arange(20_000), 2**28 - 1 - np.arange(20_000)])
    found = np.concatenate([numbers(Streams(3, shard), "child", position) for shard in range(4)])
    assert len(np.unique(found)) == len(found)
    assert found.max() < 2**40
    neighbours = np.abs(np.diff(found[:20_000].astype(float)))
    assert np.median(neighbours) > 2**36


def test_text_of_ids_and_codes() -> None:
    assert id_text("INC-", np.array([0, 2**40 - 1], dtype=np.uint64)).tolist() == ["INC-0000000000", "INC-ffffffffff"]
    text = code_text(["a", "b"], np.array([1, -1, 0]))
    assert text.dtype == "str"
    assert text.dropna().tolist() == ["b", "a"]
