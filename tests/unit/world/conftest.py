"""Worlds that several tests look at, made once."""

from __future__ import annotations

import pytest

from ace_risk.data.tables import Tables
from ace_risk.plans import World
from ace_risk.world.lives import Lives, live
from ace_risk.world.simulate import simulate_with_truth
from ace_risk.world.truth import Truth


@pytest.fixture(scope="session")
def world() -> World:
    """The settings of the world most tests look at."""
    return World(children=3_000, seed=11)


@pytest.fixture(scope="session")
def made(world: World) -> tuple[Tables, Truth]:
    """Its six tables and the truth behind them."""
    return simulate_with_truth(world)


@pytest.fixture(scope="session")
def tables(made: tuple[Tables, Truth]) -> Tables:
    """Its six tables."""
    return made[0]


@pytest.fixture(scope="session")
def truth(made: tuple[Tables, Truth]) -> Truth:
    """The truth behind them."""
    return made[1]


@pytest.fixture(scope="session")
def lives(world: World) -> Lives:
    """The lives of its only shard."""
    return live(world, 0, world.children)
