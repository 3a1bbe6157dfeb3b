"""A challenger and the champion on the same rows of the challenger's test period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ace_risk.errors import AceRiskError
from ace_risk.evaluate.bar import gain_interval
from ace_risk.evaluate.judged import JudgedRows
from ace_risk.models.prepared import Prepared
from ace_risk.tracking.pack import Pack


@dataclass(frozen=True)
class Contest:
    """What came of comparing two packs.

    Attributes
    ----------
    told
        The comparison in a sentence, or why there is none.
    worse
        True if the challenger reaches fewer children, beyond what chance explains.
    """

    told: str
    worse: bool = False


def compare(challenger: Pack, champion: Pack | None, prepared: Prepared | None) -> Contest:
    """Compare how many of the children for whom the outcome followed each list reaches, at the challenger's places.

    Parameters
    ----------
    champion
        The pack in use; None if there is none.
    prepared
        The challenger's study on the data; None if none were given.
    """
    if champion is None:
        return Contest("Not compared: there is no champion yet.")
    if champion.id == challenger.id:
        return Contest("Not compared: this pack is the champion already.")
    if _asked(champion) != _asked(challenger):
        return Contest("Not compared: the champion learnt to expect another outcome.")
    if prepared is None:
        return Contest("Not compared with the champion: no data were given (--data).")
    _, judged = prepared.fold_rows(prepared.folds.test)
    rows = JudgedRows.of(prepared, judged)
    try:
        theirs = champion.score(prepared.history, prepared.cohort.iloc[judged])["score"].to_numpy(dtype=np.float64)
    except AceRiskError as error:
        return Contest(f"Not compared: the champion can't be scored on these data ({str(error).splitlines()[0]}).")
    ours = challenger.score_features(prepared.features.iloc[judged])["score"].to_numpy(dtype=np.float64)
    places, followed = challenger.study.referrals.places, rows.label == 1
    found, found_before = rows.top(ours, places) & followed, rows.top(theirs, places) & followed
    if not found_before.any():
        return Contest(f"On the same {len(judged):,} test rows and {places:,} places, the champion reaches nobody.")
    _, low, high = gain_interval(found, found_before, rows.households, challenger.study.seed)
    told = (
        f"On the same {len(judged):,} test rows and {places:,} places, the challenger reaches {int(found.sum()):,} "
        f"and the champion {int(found_before.sum()):,} of {int(followed.sum()):,} times that the outcome followed "
        f"({100 * low:+.0f} to {100 * high:+.0f} in 100)."
    )
    return Contest(told, worse=bool(high < 0))


def _asked(pack: Pack) -> tuple[object, ...]:
    """What a pack learnt to expect, without its name and title."""
    outcome = pack.study.outcome
    return frozenset(outcome.kinds), outcome.horizon_days, frozenset(outcome.after_kinds)
