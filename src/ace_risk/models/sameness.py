"""Whether two tables of points are the same model: their cuts and points equal, other numbers to nine decimals."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from ace_risk.models.additive import AdditiveModel

TOLERANCE = 1e-9
"""How far apart numbers other than cut points and whole points may lie, absolutely or as a share of the larger."""

_EXACT = ("edges", "counts", "missing_count")


def model_differences(first: AdditiveModel, second: AdditiveModel) -> list[str]:
    """Where two tables differ, a line each; empty if they are the same model.

    Cut points, counts and whole points must be equal. Every other number may differ by :data:`TOLERANCE`, because
    another processor may add in another order.

    Examples
    --------
    >>> from ace_risk.models.probability import LogisticMap
    >>> from ace_risk.models.terms import FeatureTerm
    >>> def table(cut, slope):
    ...     term = FeatureTerm("missing_count_365d", (cut,), (0, 2), 0, (9, 1), 0)
    ...     return AdditiveModel((term,), LogisticMap(slope, -2))
    >>> model_differences(table(1, 0.5), table(1, 0.5 + 1e-12))
    []
    >>> model_differences(table(1, 0.5), table(3, 0.6))
    ['probability.slope: 0.5 and 0.6', 'terms: missing_count_365d: edges: 1.0 and 3.0']
    """
    return [
        f"{where}: {left} and {right}" for where, left, right in _differences("", _content(first), _content(second))
    ]


def _content(model: AdditiveModel) -> dict[str, Any]:
    """The table as plain values, its terms by their features, without the digest of its own text."""
    content = {key: value for key, value in json.loads(model.to_json()).items() if key != "sha256"}
    terms = {term.name: term.to_dict() for term in model.terms}
    return content | {"terms": terms, "order of terms": list(terms)}


def _differences(where: str, left: Any, right: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            inner = f"{where}{': ' if where.startswith('terms') else '.'}{key}" if where else key
            if key in left and key in right:
                yield from _differences(inner, left[key], right[key])
            else:
                yield inner, "there" if key in left else "absent", "there" if key in right else "absent"
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for one, other in zip(left, right, strict=True):
            yield from _differences(where, one, other)
    elif not _same(left, right, exact=where.rsplit(": ", 1)[-1] in _EXACT):
        yield where, str(left), str(right)


def _same(left: Any, right: Any, exact: bool) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float) and not exact:
        whole = float(left).is_integer() and float(right).is_integer()
        return left == right if whole else math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(left == right)
