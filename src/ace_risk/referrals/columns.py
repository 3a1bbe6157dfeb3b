"""The columns of a referral list, the same in every format and in this order."""

from __future__ import annotations

REFERRAL_COLUMNS = (
    "rank", "child_id", "hub", "age_years", "support_need", "score", "band",
    "reason_1", "reason_2", "reason_3", "reason_4",
    "strengths", "support_options", "data_gaps", "changed_since_last",
    "list_made_at", "list_expires_at", "pack", "visit",
)  # fmt: skip
"""One row per child on the list. `support_need` is a share (0 to 1), `visit` an opaque family number."""

LEFT_COLUMNS = ("child_id", "why")
"""One row per child who was on the last list and isn't on this one."""

DECISION_COLUMNS = ("decision", "decision_reason", "decided_by", "decided_on")
"""What the team fills in; the spreadsheet has them after the list's own columns."""

DECISIONS = ("offered", "accepted", "declined", "already supported", "not appropriate")
"""What a decision may be."""

BESIDE_COLUMNS = ("other_children_at_home", "support_now", "counted")
"""What the spreadsheet says besides, after the decisions; the page shows it too. Blank where it isn't known."""
