"""The oracle: how likely statutory work is, for somebody who knows all that can be known at the time."""

from __future__ import annotations

from typing import Any

import numpy as np

from ace_risk.world.events import HIGH_NEED, of_children, of_families, severity_of
from ace_risk.world.need import STEP_DAYS, Need
from ace_risk.world.people import People
from ace_risk.world.rates import ASB_NAMES_CHILD, HOUSEHOLD_KINDS, PPN_SHARES, PPN_WEIGHT, RATES, Rate
from ace_risk.world.services import LONG_MEMORY, RECENT_MEMORY, View, easing, log_odds, start_chance
from ace_risk.world.streams import Floats

Columns = dict[str, Any]

HORIZON_MONTHS = 12
SUPPORT_KEPT = 0.85
"""Share of open support that is still open a month later, as the oracle expects it."""


def oracle_rows(people: People, need: Need, views: list[View], start: int) -> Columns:
    """The oracle of each child and quarter since `start`, where the child lived here without an open plan."""
    parts = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0))]
    for view in views:
        if view.day < start:
            continue
        quarter = int(need.quarter(np.array([view.day]))[0])
        weight = expected_weight(people, need, quarter) * (365.25 / 12 / STEP_DAYS)
        child = np.flatnonzero(
            people.present(np.arange(people.children), np.full(people.children, view.day)) & ~view.planned
        )
        with_support = expected_start(people, need, view, quarter, weight, helped=True)
        without = expected_start(people, need, view, quarter, weight, helped=False)
        parts.append((child, np.full(len(child), view.day), with_support[child], without[child]))
    names = ("child", "cutoff", "with_support", "without_support")
    return {name: np.concatenate(column) for name, column in zip(names, zip(*parts, strict=True), strict=True)}


def expected_start(people: People, need: Need, view: View, quarter: int, weight: Floats, helped: bool) -> Floats:
    """Expected probability that statutory work starts within 12 months."""
    recent, lasting = view.recent.astype(np.float64), view.lasting.astype(np.float64)
    support, after_plan = view.supported.astype(np.float64) * helped, view.after_plan.astype(np.float64)
    prevented = view.prevented.astype(np.float64) * helped
    none = np.ones(people.children)
    for _ in range(HORIZON_MONTHS):
        odds = log_odds(people, need.child[:, quarter], view.day, recent, lasting, easing(support, after_plan))
        none *= 1 - start_chance(odds)
        new = weight * (1 - prevented)
        recent, lasting = RECENT_MEMORY * recent + new, LONG_MEMORY * lasting + new
        support, prevented, after_plan = SUPPORT_KEPT * support, SUPPORT_KEPT * prevented, SUPPORT_KEPT * after_plan
    return 1 - none


def expected_weight(people: People, need: Need, quarter: int) -> Floats:
    """What agencies can expect to read about each child in a quarter, in weight, without support."""
    home = np.zeros(people.families)
    own = np.zeros(people.children)
    high = (need.child[:, quarter] > HIGH_NEED).astype(np.int64)
    for name, rate in RATES.items():
        by_severity = mean_weight(name, rate) * rate.detected
        if name in HOUSEHOLD_KINDS:
            severe = (severity_of(need, rate, quarter) == 2).astype(np.int64)
            home += of_families(need, rate, quarter) * by_severity[severe]
        else:
            own += of_children(people, need, rate, quarter) * by_severity[high]
    return home[people.family] + own


def mean_weight(name: str, rate: Rate) -> Floats:
    """Mean weight of a record of a kind, at low and at high severity, with the notices that go with it."""
    notice = rate.ppn * rate.sources.get("police", 0.0) * (np.array(PPN_SHARES) @ np.array(PPN_WEIGHT))
    graded = np.array(rate.grades) @ np.array(rate.weight) if rate.grades else np.full(2, rate.weight[0])
    named = ASB_NAMES_CHILD if name.startswith("asb") else 1.0
    return np.asarray(named * (graded + notice))
