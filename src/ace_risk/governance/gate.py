"""The gate: everything that speaks against using a pack, all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ace_risk.cards.acceptances import ACCEPTANCES, Acceptance, accepted
from ace_risk.cards.sections import ModelCard
from ace_risk.tracking.pack import Pack

MISSES = ("tpr", "fnr")
"""The comparisons that block: of the times that the outcome followed, how often a child was listed, or missed."""


def gate_reasons(pack: Pack, card: ModelCard, acceptances: Sequence[Acceptance], today: date) -> list[str]:
    """What speaks against a pack by its own record: bar and calibration, fairness, and gaps of the card.

    `does not meet` and, for whom the list misses, `outside` always block. `not enough evidence`, and a difference in
    any other comparison, need an acceptance in force: groups with different need are rightly listed at different rates,
    so such a difference is a question for a person and not a verdict.

    Returns
    -------
    list of str
        A line per reason; empty if nothing speaks against it.
    """
    return [
        *_ended(acceptances, today),
        *_unknown(acceptances, pack.audit),
        *_bar(pack.evaluation, acceptances, today),
        *_fairness(pack.audit, acceptances, today),
        *(f"card: {gap} is not given. Write it into the study and train again." for gap in card.gaps),
    ]


def _ended(acceptances: Sequence[Acceptance], today: date) -> Iterator[str]:
    for item in acceptances:
        if not item.holds(today):
            what = ", ".join(item.accepts)
            yield f"acceptances: that of {what} is not in force today. Renew it, or take it out."


def _unknown(acceptances: Sequence[Acceptance], audit: Mapping[str, Any] | None) -> Iterator[str]:
    """What is accepted must be something that the gate asks for: a slip of the pen would accept nothing."""
    asked = ["bar", *dict.fromkeys(str(row["attribute"]) for row in (audit or {}).get("verdicts", ()))]
    for name in dict.fromkeys(name for item in acceptances for name in item.accepts if name not in asked):
        yield f"acceptances: {name!r} is nothing that the gate asks for. Use: {', '.join(asked)}."


def _bar(evaluation: Mapping[str, Any], acceptances: Sequence[Acceptance], today: date) -> Iterator[str]:
    """The bar holds the calibration too: outcomes expected over observed, and the slope."""
    for item in evaluation["bar"]:
        told = f"bar: {item['item']}: needed {item['needed']}, got {item['got']}: {item['verdict']}."
        if item["verdict"] == "does not meet":
            yield told
        elif item["verdict"] != "meets" and not accepted(acceptances, "bar", today):
            yield f"{told} Get more data, or accept `bar` by name in {ACCEPTANCES} of the run."
    if evaluation["models"][0].get("calibration_slope") is None:
        yield "calibration: the slope is not known, so the shares can't be trusted."


def _fairness(audit: Mapping[str, Any] | None, acceptances: Sequence[Acceptance], today: date) -> Iterator[str]:
    if not audit or not audit["verdicts"]:
        yield "fairness: the pack holds no comparison of groups. Train again with attributes to audit."
        return
    margin = f"{100 * audit['margin']:g} in 100"
    blocking = [row for row in audit["verdicts"] if row["verdict"] == "outside" and row["metric"] in MISSES]
    for row in blocking:
        yield (
            f"fairness: {row['attribute']}: {row['group']} beside {row['reference']}, {row['metric']}: outside the "
            f"margin of {margin}."
        )
    others = [
        row
        for row in audit["verdicts"]
        if row not in blocking
        and (row["verdict"] == "outside" or (row["verdict"] != "within" and row.get("role", "primary") == "primary"))
    ]
    for attribute in dict.fromkeys(row["attribute"] for row in others):
        if accepted(acceptances, attribute, today):
            continue
        found = Counter(
            "outside in a rate other than the misses" if row["verdict"] == "outside" else "without enough evidence"
            for row in others
            if row["attribute"] == attribute
        )
        told = " and ".join(f"{number} {words}" for words, number in sorted(found.items()))
        fix = f"Get more data, or accept `{attribute}` by name in {ACCEPTANCES} of the run."
        yield f"fairness: {attribute}: of the comparisons, {told}. {fix}"
