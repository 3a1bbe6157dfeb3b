"""What changed since the last audit: plain comparing, nothing worked out, and clear errors."""

from __future__ import annotations

import json

import pytest

from ace_risk.errors import StudyError
from ace_risk.fairness.since import changes_since, read_audit


def comparison(group, verdict, attribute="sex", role="primary", **more):
    row = {"attribute": attribute, "group": group, "reference": "Boys", "metric": "tpr", "verdict": verdict,
           "role": role, "gap": -0.1, "gap_low": -0.2, "gap_high": 0.0}  # fmt: skip
    return row | more


def document(*verdicts, **more):
    settings = {"places": 100, "lists": 4, "rows": 900, "positives": 90, "margin": 0.05}
    return {"format": "ace-risk/audit/1", **settings, "verdicts": list(verdicts)} | more


def changes(before, after, **more):
    found = changes_since(document(*before), document(*after, **more))
    return {row["group"]: row for row in found["comparisons"]}, found


def test_verdicts_and_gaps_stand_side_by_side():
    rows, found = changes(
        [comparison("Girls", "within", gap=0.01), comparison("x", "outside"), comparison("old", "within")],
        [comparison("Girls", "outside", gap=0.2), comparison("x", "outside"), comparison("fresh", "within")],
    )
    assert {name: row["change"] for name, row in rows.items()} == {
        "Girls": "another verdict", "x": "same verdict", "fresh": "new", "old": "no longer compared",
    }  # fmt: skip
    assert (rows["Girls"]["then"]["gap"], rows["Girls"]["now"]["gap"]) == (0.01, 0.2)
    assert rows["fresh"]["then"] is None
    assert rows["old"]["now"] is None
    assert found["sentences"] == [
        "Of 2 comparisons that both audits made, 1 has another verdict: Sex, Girls: within, now outside."
    ]
    assert found["tally"]["new"] == found["tally"]["no longer compared"] == 1


def test_only_declared_comparisons_count_and_hidden_gaps_stay_hidden():
    hidden = dict.fromkeys(("gap", "gap_low", "gap_high"), "c")
    rows, found = changes(
        [comparison("Girls", "within", **hidden), comparison("y", "within", role="exploratory")],
        [comparison("Girls", "within"), comparison("y", "outside", role="exploratory")],
    )
    assert list(rows) == ["Girls"]
    assert rows["Girls"]["then"]["gap"] == "c"
    assert found["sentences"] == ["Of 1 comparison that both audits made, none has another verdict."]


def test_another_reference_or_margin_is_said_and_not_compared():
    rows, found = changes(
        [comparison("Girls", "within")], [comparison("Girls", "outside", reference="Not recorded")], margin=0.1
    )
    assert rows["Girls"]["change"] == "another reference"
    assert found["sentences"] == [
        "No declared comparison of this audit stood in the last one.",
        "The margin is not the same in both, so their verdicts answer different questions.",
        "1 comparison can't be set side by side: another group is the largest now.",
    ]


def test_an_audit_beside_itself_has_no_change(demo):
    audit = read_audit(demo / "run" / "audit.json")
    found = changes_since(audit, audit)
    declared = sum(row["role"] == "primary" for row in audit["verdicts"])
    assert found["tally"] == {"same verdict": declared, "another verdict": 0,
                              "another reference": 0, "new": 0, "no longer compared": 0}  # fmt: skip


GOOD = document(comparison("Girls", "within"))
BAD = {
    "no JSON": ("{", "can't be read as an audit"),
    "a list": ("[]", "its format is nothing"),
    "another format": (json.dumps(GOOD | {"format": "ace-risk/audit/0"}), "its format is 'ace-risk/audit/0'"),
    "an evaluation": (json.dumps({"format": "ace-risk/evaluation/2"}), "only 'ace-risk/audit/1'"),
    "no margin": (json.dumps({**GOOD, "margin": None}), "margin: must be a number"),
    "no verdicts": (json.dumps({**GOOD, "verdicts": {}}), "verdicts: must be a list"),
    "no role": (json.dumps(document({**comparison("a", "within"), "role": None})), "1 of 1 lack"),
    "another word": (json.dumps(document(comparison("a", "fine"))), "1 of 1 lack"),
    "a gap in words": (json.dumps(document(comparison("a", "within", gap="small"))), "1 of 1 lack"),
    "no gap": (json.dumps(document({"attribute": "a"})), "1 of 1 lack"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_audit_is_refused_and_nothing_is_invented(case, tmp_path):
    text, words = BAD[case]
    path = tmp_path / "audit.json"
    path.write_text(text)
    with pytest.raises(StudyError, match=words):
        read_audit(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StudyError, match="can't be read"):
        read_audit(tmp_path / "none.json")
