"""Records.find beside plain counting, and what is known when."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ace_risk.explanation.evidence import Evidence, Records, records_by_child
from ace_risk.features.catalogue import FeatureSpec

DAY = pd.Timestamp("2022-07-01")


def history(rows: list[tuple[str, str, str, str]], child: str = "C1") -> pd.DataFrame:
    """Records of a child: when, recorded when, kind, grade."""
    frame = pd.DataFrame(rows, columns=["occurred_at", "recorded_at", "kind", "grade"])
    for name in ("occurred_at", "recorded_at"):
        frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
    return frame.assign(child_id=child, role="present", source="police")


def find(rows: list[tuple[str, str, str, str]], spec: FeatureSpec) -> Evidence | None:
    return records_by_child(history(rows), ["C1"])["C1"].find(spec, DAY)


MISSING = FeatureSpec("missing", ["missing"], "count", 365)


@pytest.mark.parametrize(
    ("occurred", "recorded", "counts"),
    [
        ("2022-06-30 23:59", "2022-06-30 23:59", True),
        ("2022-06-01", "2022-07-01", False), ("2022-06-01", "2022-09-01", False), ("2022-07-01", "2022-07-01", False),
        ("2021-07-01", "2021-07-02", True), ("2021-06-30 23:59", "2021-07-02", False),
    ],
)  # fmt: skip
def test_a_record_counts_if_it_happened_and_was_recorded_before_the_day(
    occurred: str, recorded: str, counts: bool
) -> None:
    assert (find([(occurred, recorded, "missing", "high")], MISSING) is not None) == counts


def test_counts_dates_and_kinds_are_those_of_the_records() -> None:
    rows = [("2022-01-01", "2022-01-01", "neglect", "low"), ("2022-03-01", "2022-03-02", "missing", "low"),
            ("2022-02-01", "2022-02-01", "missing", "high"), ("2022-05-01", "2022-08-01", "missing", "high"),
            ("2022-04-01", "2022-04-01", "crime", "high")]  # fmt: skip
    both = FeatureSpec("both", ["missing", "neglect"], "count", 365)
    expected = Evidence(3, pd.Timestamp("2022-01-01"), pd.Timestamp("2022-03-01"), (("missing", 2), ("neglect", 1)))
    assert find(rows, both) == expected
    high = FeatureSpec("high", ["missing"], "count", 365, grades=("high",))
    assert find(rows, high) == Evidence(1, pd.Timestamp("2022-02-01"), pd.Timestamp("2022-02-01"), (("missing", 1),))
    assert find(rows, FeatureSpec("role", ["missing"], "count", roles=("victim",))) is None


def test_a_spell_is_found_however_long_ago_it_began() -> None:
    rows = [("2015-01-01", "2015-01-01", "early_help", "")]
    assert find(rows, FeatureSpec("help", ["early_help"], "count", 365)) is None
    for measure in ("open", "days_in_spell"):
        assert find(rows, FeatureSpec("help", ["early_help"], measure)) is not None
    late = [("2015-01-01", "2022-08-01", "early_help", "")]
    assert find(late, FeatureSpec("help", ["early_help"], "open")) is None


def test_each_child_has_their_own_records_and_one_without_has_none() -> None:
    frame = pd.concat([history([("2022-05-01", "2022-05-01", "missing", "low")], child) for child in ("C1", "C2")])
    found = records_by_child(frame.iloc[::-1], ["C2", "C3"])
    assert list(found) == ["C2", "C3"]
    assert isinstance(found["C3"], Records)
    assert found["C3"].find(MISSING, DAY) is None
    assert len(found["C2"].kind) == 1


def test_many_random_records_are_counted_as_plain_pandas_does() -> None:
    draw = np.random.default_rng(1)
    occurred = pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 1_000, 600), unit="D")
    frame = pd.DataFrame({
        "child_id": draw.choice(["A", "B", "C"], 600), "occurred_at": occurred,
        "recorded_at": occurred + pd.to_timedelta(draw.integers(0, 400, 600), unit="D"),
        "kind": draw.choice(["missing", "neglect", "ppn"], 600), "grade": draw.choice(["low", "high"], 600),
        "role": "present", "source": "police",
    })  # fmt: skip
    found = records_by_child(frame, ["A", "B", "C"])
    for child in "ABC":
        for days in (365, 800, None):
            spec = FeatureSpec("some", ["missing", "ppn"], "count", days, grades=("high",))
            own = frame[(frame["child_id"] == child) & frame["kind"].isin(spec.kinds) & (frame["grade"] == "high")]
            own = own[(own["occurred_at"] < DAY) & (own["recorded_at"] < DAY)]
            own = own if days is None else own[own["occurred_at"] >= DAY - pd.Timedelta(days=days)]
            evidence = found[child].find(spec, DAY)
            assert evidence is not None
            assert (evidence.number, evidence.first, evidence.last) == (
                len(own), own["occurred_at"].min(), own["occurred_at"].max(),
            )  # fmt: skip
            assert dict(evidence.by_kind) == own["kind"].value_counts().to_dict()
