from __future__ import annotations

import pandas as pd

from ace_risk.evaluate.document import data_notes, quarantine_notes
from ace_risk.evaluate.figures import tie_note
from ace_risk.evaluate.judged import JudgedRows, Ranking


def test_an_age_that_could_hardly_be_followed_is_named():
    ages = pd.Series([16] * 20 + [17] * 20)
    labels = pd.Series([1, 0] * 10 + [pd.NA] * 19 + [0], dtype="Int8")
    notes = data_notes(labels, ages, 18)
    assert len(notes) == 1
    assert "aged 17 may be listed" in notes[0]
    assert data_notes(labels.fillna(0), ages, 18) == []
    assert data_notes(labels[:0], ages[:0], 18) == []


def test_rows_set_aside_are_told():
    assert quarantine_notes({}) == []
    assert "3 of incidents, 1 of services" in quarantine_notes({"services": 1, "incidents": 3})[0]


def test_places_that_go_by_the_tie_rule_are_counted():
    import numpy as np

    lists = np.array([1] * 10 + [2] * 10)
    rows = JudgedRows(np.zeros(20, np.int8), lists, np.arange(20), np.arange(20), np.arange(20))
    constant = Ranking("rule", "A rule", np.zeros(20))
    assert tie_note(constant, rows, 3) == "A rule: 6 of 6 places go by the tie rule, to some of several equal scores."
    assert tie_note(Ranking("card", "A card", np.arange(20.0)), rows, 3) == ""
    score = np.array([5, 4, 1, 1, 0, 0, 0, 0, 0, 0] * 2, dtype=float)
    assert "2 of 6 places" in tie_note(Ranking("card", "A card", score), rows, 3)
    assert tie_note(Ranking("card", "A card", score), rows, 4) == ""  # both tied rows are listed: nobody was chosen
