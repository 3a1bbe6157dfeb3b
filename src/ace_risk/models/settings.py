"""Checking what every kind of model is given: directions, and whole numbers that limit its size."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import get_args

from ace_risk.errors import StudyError
from ace_risk.features.catalogue import Direction

MONOTONE: Mapping[Direction, int] = {"more_need": 1, "less_need": -1, "either": 0}
"""How boosting libraries write a direction."""


def check_settings(
    model: str, directions: Mapping[str, Direction] | None, *, least: int = 1, **sizes: int
) -> dict[str, Direction]:
    """The directions as a dict, once everything is in range.

    Parameters
    ----------
    model
        Named in the error.
    directions
        Feature to `more_need`, `less_need` or `either`; None for none.
    least
        The least value that the sizes may have.
    **sizes
        Settings that must be whole numbers from `least`.

    Raises
    ------
    StudyError
        Naming every setting that is out of range and every unknown direction.

    Examples
    --------
    >>> check_settings("PointsClassifier", {"missing_count_365d": "more_need"}, max_features=12)
    {'missing_count_365d': 'more_need'}
    """
    problems = [
        f"{name}: must be a whole number from {least}, got {value!r}"
        for name, value in sizes.items()
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least
    ]
    found = dict(directions or {})
    unknown = sorted({str(value) for value in found.values()} - set(get_args(Direction)))
    if unknown:
        problems.append(f"directions: {', '.join(unknown)} is unknown; use {', '.join(get_args(Direction))}")
    if problems:
        raise StudyError.from_problems(model, problems)
    return found
