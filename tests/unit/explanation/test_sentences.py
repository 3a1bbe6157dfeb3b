"""fill_sentence: every slot, and each window in words."""

from __future__ import annotations

import pandas as pd
import pytest

from ace_risk.explanation.evidence import Evidence
from ace_risk.explanation.sentences import fill_sentence
from ace_risk.features.catalogue import FeatureSpec

DAY, START = pd.Timestamp("2026-01-01"), pd.Timestamp("2018-01-01")
THREE = Evidence(3, pd.Timestamp("2025-03-04 22:00"), pd.Timestamp("2025-12-11 01:00"), (("ppn", 2), ("neglect", 1)))
TITLES = {"ppn": "police safeguarding notice", "neglect": "neglect"}


def fill(reason: str, value: float = 3.0, found: Evidence = THREE, **of: object) -> str:
    spec = FeatureSpec("some", ["ppn"], "count", **{"window_days": 365, **of}, reason=reason)  # type: ignore[arg-type]
    return fill_sentence(spec, found, value, DAY, START, TITLES)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("{times}", "3 times"), ("{count} call{plural}", "3 calls"),
        ("{when}", "first on 4 March 2025, most recently on 11 December 2025"),
        ("{first}; {last}", "4 March 2025; 11 December 2025"), ("{window}", "in the last 12 months"), ("{days}", "20"),
        ("({kinds})", "(police safeguarding notice twice and neglect once)"),
    ],
)  # fmt: skip
def test_each_slot(reason: str, expected: str) -> None:
    assert fill(reason) == expected


def test_one_is_once_and_has_no_plural() -> None:
    one = Evidence(1, THREE.last, THREE.last, (("ppn", 1),))
    assert fill("{times}, {count} call{plural}, {when}", 1.0, one) == "once, 1 call, on 11 December 2025"
    assert fill("{count}", 1_234.6) == "1,235"


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ({"window_days": 30}, "in the last month"), ({"window_days": 730}, "in the last 2 years"),
        ({"window_days": 45}, "in the last 45 days"), ({"window_days": None}, "so far"),
        ({"window_days": None, "expires_days": 2192}, "in the last 6 years"),
        ({"window_days": 3653}, "so far"), ({"window_days": 730, "expires_days": 180}, "in the last 6 months"),
    ],
)  # fmt: skip
def test_windows_in_words(of: dict[str, int | None], expected: str) -> None:
    assert fill("{window}", **of) == expected
