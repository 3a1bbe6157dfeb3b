"""Worlds that several tests look at, made once."""

from __future__ import annotations

import pytest

from ace_risk.data.tables import Tables
from ace_risk.study import World
from ace_risk.world.simulate import simulate


@pytest.fixture(scope="session")
def world() -> World:
    """The settings of the world most tests look at."""
    return World(children=3_000, seed=11)


@pytest.fixture(scope="session")
def tables(world: World) -> Tables:
    """Its six tables."""
    return simulate(world)
