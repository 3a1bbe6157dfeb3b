"""Random streams, one per mechanism, and ids that tell nothing.

Each mechanism of each shard has a generator of its own, so turning one knob leaves every other draw as
it was, and a shard gives the same bytes whoever computes it and when.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MASK = np.uint64(2**40 - 1)
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15 & (2**40 - 1) | 1), np.uint64(0xBF58476D1CE4E5B9 & (2**40 - 1) | 1))
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


_SHARD_BITS = 28


@dataclass(frozen=True)
class Streams:
    """The random numbers of one shard, by the name of the mechanism that uses them.

    `recording` numbers another recording of the same truth; None is the first one.
    """

    seed: int
    shard: int
    recording: int | None = None

    @property
    def recorder(self) -> Streams:
        """The streams of what is noticed, written down and decided; all others are those of the truth.

        Examples
        --------
        >>> first, again = Streams(seed=7, shard=0), Streams(seed=7, shard=0, recording=1)
        >>> first.recorder == first, again("births").random() == first("births").random()
        (True, True)
        >>> again.recorder("detected").random() == first.recorder("detected").random()
        False
        """
        if self.recording is None:
            return self
        drawn = np.random.SeedSequence([self.seed, self.recording]).generate_state(1, np.uint32)
        return Streams(int(drawn[0]), self.shard)

    def __call__(self, name: str) -> np.random.Generator:
        """A generator that depends on the seed, the shard and the name only.

        Examples
        --------
        >>> streams = Streams(seed=7, shard=0)
        >>> streams("births").random() == streams("births").random()
        True
        """
        sequence = np.random.SeedSequence([self.seed, self.shard, zlib.crc32(name.encode())])
        return np.random.Generator(np.random.SFC64(sequence))

    def uniform(self, name: str, *keys: NDArray[np.integer]) -> Floats:
        """A number in (0, 1) for each row of keys, whatever other rows there are.

        Rows are things that may come or go when a knob turns (events, spells); each keeps its number.

        Examples
        --------
        >>> streams = Streams(seed=7, shard=0)
        >>> few, many = streams.uniform("delay", np.array([5])), streams.uniform("delay", np.arange(10))
        >>> bool(few[0] == many[5])
        True
        """
        value: Floats = ((self.key(name, *keys) >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53
        return value

    def key(self, name: str, *keys: NDArray[np.integer]) -> NDArray[np.uint64]:
        """A new key for each row of keys, e.g. for what a thing brings about."""
        start = (self.seed * 1_000_003 + self.shard) * int(_GOLDEN) + zlib.crc32(name.encode()) * 2**32
        state = np.array([start % 2**64], dtype=np.uint64)
        for key in keys:
            state = _mixed(_mixed(state) + (key.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
        return state

    def normal(self, name: str, *keys: NDArray[np.integer]) -> Floats:
        """A standard normal number for each row of keys."""
        value: Floats = ndtri(self.uniform(name, *keys))
        return value

    def exponential(self, name: str, *keys: NDArray[np.integer]) -> Floats:
        """A number of mean 1 from the exponential distribution for each row of keys."""
        value: Floats = -np.log(self.uniform(name, *keys))
        return value


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64 bits (the finalizer of the splitmix64 generator)."""
    value = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def arrivals(uniform: NDArray[np.floating], expected: Floats) -> Ints:
    """Positions that something happens to, repeated when it happens more than once.

    Each position has its own uniform number, turned into a Poisson count by inversion, so that what
    happens to one child never depends on the rate of another.

    Parameters
    ----------
    uniform
        One number in [0, 1) per position.
    expected
        Expected number of events per position in the step, 0 or more; counts above 12 are cut to 12.

    Examples
    --------
    >>> arrivals(np.array([0.99, 0.05, 0.5], dtype=np.float32), np.array([0.1, 0.1, 5.0])).tolist()
    [1, 2, 2, 2, 2, 2]
    """
    hit = np.flatnonzero(uniform < expected)
    rate = expected[hit]
    drawn = uniform[hit]
    term = np.exp(-rate)
    tail = 1 - term
    count = np.zeros(len(hit), dtype=np.int64)
    for number in range(1, 13):
        count += drawn < tail
        term = term * rate / number
        tail = tail - term
    return np.repeat(hit, count)


def choose(uniform: Floats, shares: Floats) -> Ints:
    """A category per number: the first whose running share exceeds it.

    `shares` holds a row per number, or one row for all of them; each row adds up to 1.

    Examples
    --------
    >>> choose(np.array([0.1, 0.7, 0.95]), np.array([0.5, 0.4, 0.1])).tolist()
    [0, 1, 2]
    """
    running = np.cumsum(np.atleast_2d(shares), axis=1)[:, :-1]
    return np.asarray((uniform[:, None] >= running).sum(axis=1), dtype=np.int64)


def numbers(streams: Streams, what: str, position: NDArray[np.integer]) -> NDArray[np.uint64]:
    """A number below 2**40 for each position below 2**28, all different, that says nothing about the order.

    A one-to-one scramble of shard and position, keyed by the seed and by what is numbered: no two
    things of a world ever share a number, and neighbours in the world aren't neighbours in number.

    Examples
    --------
    >>> len(set(numbers(Streams(7, 0), "child", np.arange(1000)).tolist()))
    1000
    """
    key = np.uint64(zlib.crc32(f"{streams.seed}/{what}".encode()) * 251 & (2**40 - 1))
    value = (np.uint64(streams.shard) << np.uint64(_SHARD_BITS)) + position.astype(np.uint64)
    value = value ^ key
    for multiplier, shift in zip(_MULTIPLIERS * 2, (20, 17, 23, 19), strict=True):
        value = (value * multiplier) & _MASK
        value = value ^ (value >> np.uint64(shift))
    return value


def id_text(prefix: str, number: NDArray[np.uint64]) -> pd.Series[str]:
    """Ids such as `SYN-7f3a9c2e41`, as a text column.

    Examples
    --------
    >>> id_text("SYN-", np.array([255], dtype=np.uint64)).tolist()
    ['SYN-00000000ff']
    """
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    width = len(prefix) + 10
    letters = np.empty((len(number), width), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    for place in range(10):
        letters[:, width - 1 - place] = digits[(number >> np.uint64(4 * place)) & np.uint64(15)]
    offsets = np.arange(len(number) + 1, dtype=np.int64) * width
    text = pa.LargeStringArray.from_buffers(len(number), pa.py_buffer(offsets), pa.py_buffer(letters))
    return pd.Series(text, dtype="str")


def code_text(names: list[str], position: NDArray[np.integer]) -> pd.Series[str]:
    """A text column from positions in a list of names; a negative position means missing.

    Examples
    --------
    >>> code_text(["F", "M"], np.array([1, -1])).isna().tolist()
    [False, True]
    """
    index = pa.array(position.astype(np.int32), mask=np.asarray(position < 0))
    return pd.Series(pa.array(names, type=pa.large_string()).take(index), dtype="str")
