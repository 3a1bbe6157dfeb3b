"""Sentences and questions for the board."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import StudyError
from ace_risk.fairness.audit import FairnessAudit, audit_fairness
from ace_risk.fairness.summary import audit_sentences, questions_for_board

NEVER = re.compile(r"\b(un)?fair|bias|offend|high-risk|risk score|suspect|nominal|abscond|nan\b", re.IGNORECASE)


def audit_of(**groups: tuple[int, int]) -> FairnessAudit:
    """Groups with these numbers listed and missed among the children for whom support followed."""
    listed = np.concatenate([np.repeat([1, 0], counts) for counts in groups.values()])
    names = np.repeat(list(groups), [sum(counts) for counts in groups.values()])
    frame = pd.DataFrame({"ethnicity": [*names, *names], "sex": "Girl"})
    label = np.repeat([1, 0], len(names))
    return audit_fairness(label, [*listed, *listed], frame, threshold=1)


TITLES = {"ethnicity": "Ethnicity", "sex": "Sex"}
AUDITS = {
    "differs": audit_of(White=(4120, 5880), Asian=(500, 1500), Black=(2, 4)),
    "alike": audit_of(White=(4120, 5880), Asian=(3900, 6100)),
    "untold": audit_of(White=(40, 60), Asian=(2, 3)),
    "nobody": audit_fairness([0] * 8, range(8), pd.Series(list("aaaabbbb")), list_size=2),
    "one group": audit_fairness([0, 1] * 4, range(8), pd.Series(["a"] * 8), list_size=2),
    "many": audit_of(White=(4120, 5880), **{f"Group {place}": (100, 900) for place in range(6)}),
}


@pytest.mark.parametrize("case", AUDITS)
def test_there_are_three_plain_sentences(case):
    sentences = audit_sentences(AUDITS[case], 200, 4, TITLES)
    assert len(sentences) == 3
    for sentence in sentences:
        assert sentence.endswith(".")
        assert not NEVER.search(sentence)


def test_differences_are_told_in_natural_frequencies_with_intervals():
    found, differ, untold = audit_sentences(AUDITS["differs"], 200, 4, TITLES)
    share = round(1000 * (4120 + 500 + 2) / (10_000 + 2000 + 6))
    assert found == (
        "Over 4 lists of 200 places, of 1,000 times that the outcome followed for a child like these, the child had "
        f"been listed {share} times (4,622 of 12,006)."
    )
    one_list, *_ = audit_sentences(AUDITS["differs"], 200, 1, TITLES, interval=(0.3761, 0.3939))
    assert one_list.endswith(
        f"children like these for whom the outcome followed, {share} were listed "
        "(4,622 of 12,006; between 376 and 394 of 1,000)."
    )
    assert differ == (
        "1 of 2 groups differs from the largest group by more than 50 in 1,000: "
        "Ethnicity, Asian: 250 of 1,000 listed (232 to 269), beside 412 in the largest group (White)."
    )
    assert "not enough evidence" in untold
    assert "Ethnicity: Black" in untold
    assert "Asian" not in untold


def test_groups_that_do_not_differ_are_told_with_their_range():
    _, differ, untold = audit_sentences(AUDITS["alike"], 200, 4, TITLES)
    assert differ.endswith("390 to 412 of 1,000 were listed.")
    assert untold == "There was enough evidence to assess every group."


def test_what_can_not_be_told_is_said():
    assert "No group can be assessed" in audit_sentences(AUDITS["untold"], 200, 4, TITLES)[1]
    assert "can't be assessed" in audit_sentences(AUDITS["nobody"], 2, 1, {})[0]
    assert "nothing to compare" in audit_sentences(AUDITS["one group"], 2, 1, {})[1]


def test_long_lists_of_groups_are_cut_and_counted():
    differ = audit_sentences(AUDITS["many"], 200, 4, TITLES)[1]
    assert differ.startswith("6 of 6 groups differ from")
    assert differ.endswith("; and 3 more.")


def test_places_and_lists_are_checked():
    with pytest.raises(StudyError, match="2 problems"):
        audit_sentences(AUDITS["alike"], 0, 0, TITLES)


def test_the_questions_are_plain_and_distinct():
    questions = questions_for_board()
    assert 6 <= len(set(questions)) == len(questions) <= 8
    assert all(question.endswith("?") and not NEVER.search(question) for question in questions)
