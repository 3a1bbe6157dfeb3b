"""The canary: what was recorded at or after a cutoff must move nothing at it.

The tables are disturbed in every way that may not matter: rows recorded at or after the cutoff are deleted and
changed, new ones are added (some at its very instant, some about long ago but recorded late), ends of spells that
were not yet known are changed, homes turn out to have been two or to have come after another one
(`canary_homes.py`), and all rows are put into another order. Whatever is built from both must be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.features.build import build_features
from ace_risk.features.canary_homes import later_moves
from ace_risk.features.catalogue import Catalogue
from ace_risk.features.cohort import build_cohort
from ace_risk.features.groups import build_groups
from ace_risk.features.ties import tie_order
from ace_risk.kinds import Kinds
from ace_risk.plans import CohortRule

Build = Callable[[Tables, pd.Timestamp], pd.DataFrame]
"""From tables and a cutoff to one row per child of the cohort, indexed by child_id."""

COHORT = "cohort"
_STARTS = {"missing_episodes": "missing_from", "services": "start_date"}
_ENDS = {"missing_episodes": ("missing_to", "end_recorded_at"), "services": ("end_date", "end_recorded_at")}


@dataclass(frozen=True)
class Leak:
    """Something at a cutoff that moved with later records.

    Attributes
    ----------
    cutoff
        The cutoff.
    column
        The feature or group, or `cohort` if other children were in it.
    rows
        How many rows moved.
    """

    cutoff: pd.Timestamp
    column: str
    rows: int


def what_is_known(rule: CohortRule, catalogue: Catalogue, kinds: Kinds) -> Build:
    """The builder of everything that the project takes as known at a cutoff: features, groups and tie order."""

    def build(tables: Tables, cutoff: pd.Timestamp) -> pd.DataFrame:
        history = build_history(tables, kinds)
        cohort = build_cohort(tables, history, rule, [cutoff], kinds)
        known = build_features(history, cohort, catalogue).join(build_groups(tables, history, cohort))
        return known.assign(tie_order=tie_order(history, cohort, kinds)).set_index(cohort["child_id"])

    return build


def find_leaks(tables: Tables, cutoffs: Sequence[pd.Timestamp], build: Build, seed: int = 0) -> list[Leak]:
    """Everything that moved when what came later was disturbed; empty if nothing leaks.

    Parameters
    ----------
    tables
        The six tables.
    cutoffs
        Where to look, inside the data.
    build
        What is built at a cutoff, e.g. from :func:`what_is_known`.
    seed
        Seed of the disturbance.
    """
    leaks = []
    for position, cutoff in enumerate(cutoffs):
        before = build(tables, cutoff)
        after = build(disturb(tables, cutoff, np.random.default_rng([seed, position])), cutoff)
        others = len(before.index.symmetric_difference(after.index))
        if others:
            leaks.append(Leak(cutoff, COHORT, others))
        both = before.index.intersection(after.index)
        for column in before.columns:
            left, right = before.loc[both, column].astype(object), after.loc[both, column].astype(object)
            moved = int(((left != right) & ~(left.isna() & right.isna())).sum())
            if moved:
                leaks.append(Leak(cutoff, str(column), moved))
    return leaks


def disturb(tables: Tables, cutoff: pd.Timestamp, rng: np.random.Generator) -> Tables:
    """The same tables with everything recorded at or after the cutoff deleted, changed or added to."""
    incidents, involvement = _later_incidents(tables, cutoff, rng)
    episodes = _later_spells(tables.missing_episodes, "missing_episodes", cutoff, rng)
    episodes["return_interview_at"] = episodes["return_interview_at"].mask(episodes["return_interview_at"] >= cutoff)
    return replace(
        tables,
        incidents=_shuffled(incidents, rng),
        involvement=_shuffled(involvement, rng),
        residence=_shuffled(later_moves(tables.residence, cutoff, rng), rng),
        missing_episodes=_shuffled(episodes, rng),
        services=_shuffled(_later_spells(tables.services, "services", cutoff, rng), rng),
    )


def _shuffled(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    return frame.iloc[rng.permutation(len(frame))].reset_index(drop=True)


def _later_incidents(
    tables: Tables, cutoff: pd.Timestamp, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Half of the later incidents gone, and copies of earlier ones that are recorded from the cutoff on."""
    incidents, involvement = tables.incidents, tables.involvement
    gone = incidents[(incidents["recorded_at"] >= cutoff) & (rng.random(len(incidents)) < 0.5)]["incident_id"]
    known = incidents[incidents["recorded_at"] < cutoff]
    late = known.sample(min(len(known), 500), random_state=rng).assign(recorded_at=cutoff)
    late["occurred_at"] = late["occurred_at"].where(rng.random(len(late)) < 0.7, cutoff)
    named = involvement[involvement["incident_id"].isin(late["incident_id"])]
    late["incident_id"] = "late-" + late["incident_id"].astype(str)
    named = named.assign(incident_id="late-" + named["incident_id"].astype(str))
    kept = involvement[~involvement["incident_id"].isin(gone)]
    return (
        pd.concat([incidents[~incidents["incident_id"].isin(gone)], late], ignore_index=True),
        pd.concat([kept, named], ignore_index=True),
    )


def _later_spells(frame: pd.DataFrame, name: str, cutoff: pd.Timestamp, rng: np.random.Generator) -> pd.DataFrame:
    """Half of the later spells gone, ends not yet known changed, and copies that are recorded from the cutoff on."""
    key, start = frame.columns[0], _STARTS[name]
    end, end_recorded = _ENDS[name]
    gone = (frame["recorded_at"] >= cutoff) & (rng.random(len(frame)) < 0.5)
    changed = frame.copy()
    unknown = ~(frame[end_recorded] < cutoff)
    changed.loc[unknown, [end, end_recorded]] = pd.NaT
    earlier = unknown & (frame["recorded_at"] < cutoff) & (rng.random(len(frame)) < 0.5)
    changed.loc[earlier, end] = (frame[start] + (cutoff - frame[start]) * 0.5).dt.floor("D").clip(lower=frame[start])
    changed.loc[earlier, end_recorded] = cutoff
    known = frame[frame["recorded_at"] < cutoff]
    late = known.sample(min(len(known), 300), random_state=rng).copy()
    late["recorded_at"] = cutoff
    late[[end, end_recorded]] = pd.NaT
    late[start] = late[start].where(rng.random(len(late)) < 0.7, cutoff)
    late[key] = "late-" + late[key].astype(str)
    return pd.concat([changed[~gone], late.astype(changed.dtypes.to_dict())], ignore_index=True)
