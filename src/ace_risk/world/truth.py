"""What the records can't say: true need, what truly happened, and the oracle. No training code reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ace_risk.plans import World
from ace_risk.world.care import Care
from ace_risk.world.clock import date_of
from ace_risk.world.contacts import CARE_HOME_CALL, OVER_CONTACT
from ace_risk.world.events import Events
from ace_risk.world.incidents import children_at_home
from ace_risk.world.lives import Lives
from ace_risk.world.need import STEP_DAYS, TRIO, Need
from ace_risk.world.oracle import oracle_rows
from ace_risk.world.people import GROUPS, SEXES, People, day_number
from ace_risk.world.rates import CODE, HOUSEHOLD_KINDS, NAMES, RATES
from ace_risk.world.streams import Bools, Floats, Ints, code_text, id_text

Columns = dict[str, Any]


@dataclass(frozen=True)
class Truth:
    """The truth behind a synthetic world.

    Attributes
    ----------
    children
        One row per child: group, need by year and in summary, quarters with each of the trio, what truly
        happened (`true_…`, laid on children who lived at home), how much of it support prevented and how
        much was recorded, and contacts that planted biases made.
    oracle
        One row per child and quarter without an open statutory plan: the expected probability that
        statutory work starts within 12 months, given true need and all that agencies know, `with_support`
        as it is and `without_support`. Need is taken to stay as it is and records to come as expected.
    knobs
        The planted biases with their strengths, and how many records each made or took away.
    """

    children: pd.DataFrame
    oracle: pd.DataFrame
    knobs: dict[str, Any]


@dataclass(frozen=True)
class TruthRows:
    """The truth about the children of one shard, as arrays; the oracle names children by number too."""

    children: Columns
    oracle: Columns


def truth_rows(lives: Lives) -> TruthRows:
    """The truth about the children of a shard."""
    people, period = lives.people, np.flatnonzero(lives.events.time >= lives.start)
    children = {"child": people.child_number} | _need(people, lives.need, lives.start, lives.end)
    counts = _counts(people, lives.care, lives.events.take(period), lives.happened[period], lives.written[period])
    oracle = oracle_rows(people, lives.need, lives.course.views, lives.start)
    oracle["child"] = people.child_number[oracle["child"]]
    return TruthRows(children | counts, oracle)


def _need(people: People, need: Need, start: int, end: int) -> Columns:
    """What each child is, needs and lives with, over the period and by calendar year."""
    here = _present_quarters(people, need, start, end)
    trio = need.trio[:, people.family, :]
    columns: Columns = {
        "group": people.group,
        "sex": people.sex,
        "trusted_adult": people.trusted_adult,
        "resilience": people.resilience.astype(np.float32),
        "need_mean": _mean(need.child, here),
        "need_peak": _peak(need.child, here),
        "quarters": here.sum(axis=1),
    }
    for year in range(date_of(start).year, date_of(end - 1).year + 1):
        first, last = day_number(date(year, 1, 1)), day_number(date(year + 1, 1, 1))
        columns[f"need_{year}"] = _mean(need.child, here & _present_quarters(people, need, first, last))
    for place, name in enumerate(TRIO):
        columns[f"quarters_{name}"] = ((trio[place] >= 1) & here).sum(axis=1)
        columns[f"quarters_severe_{name}"] = ((trio[place] == 2) & here).sum(axis=1)
    severe = (trio == 2).sum(axis=0)
    columns["quarters_all_three"] = ((trio >= 1).all(axis=0) & here).sum(axis=1)
    columns["quarters_severe_all_three"] = ((severe == 3) & here).sum(axis=1)
    middle = need.begin + STEP_DAYS * np.arange(need.quarters) + STEP_DAYS // 2
    for name, years in (("under_one", 1), ("under_five", 5)):
        young = here & (middle - people.birth[:, None] < 365.25 * years)
        columns[f"quarters_{name}"] = young.sum(axis=1)
        columns[f"quarters_{name}_severe_two"] = (young & (severe >= 2)).sum(axis=1)
        columns[f"quarters_{name}_severe_three"] = (young & (severe == 3)).sum(axis=1)
    columns["parents_separated"] = people.separates[people.family] < end
    return columns


def _present_quarters(people: People, need: Need, first: int, last: int) -> Bools:
    """Whether each child lived here in the middle of each quarter of a period."""
    middle = need.begin + STEP_DAYS * np.arange(need.quarters) + STEP_DAYS // 2
    here = (people.present_from[:, None] <= middle) & (middle < people.present_to[:, None])
    return np.asarray(here & (first <= middle) & (middle < last))


def _mean(values: Floats | np.ndarray[Any, Any], where: Bools) -> Floats:
    """Mean of each row over the given places; missing where there are none."""
    count = where.sum(axis=1)
    total = np.where(where, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _peak(values: np.ndarray[Any, Any], where: Bools) -> Floats:
    """Largest of each row over the given places; missing where there are none."""
    peak = np.where(where, values, -np.inf).max(axis=1)
    return np.where(np.isneginf(peak), np.nan, peak)


def _counts(people: People, care: Care, events: Events, happened: Bools, written: Bools) -> Columns:
    """How often each kind truly happened to each child, and what became of it."""
    home = np.flatnonzero(events.child < 0)
    place, at_home = children_at_home(people, care, events, home)
    own = np.flatnonzero(events.child >= 0)
    row = np.concatenate([own, home[place]])
    child = np.concatenate([events.child[own], at_home])
    true = events.planted[row] == 0

    def counted(which: Bools) -> Ints:
        return np.bincount(child[which], minlength=people.children)

    columns: Columns = {
        "events_without_support": counted(true),
        "events_prevented": counted(true & ~happened[row]),
        "events_recorded": counted(true & happened[row] & written[row]),
        "planted_over_contact": counted((events.planted[row] == OVER_CONTACT) & written[row]),
        "planted_care_home_calls": counted((events.planted[row] == CARE_HOME_CALL) & written[row]),
    }
    for name in ("domestic_abuse", "missing"):
        columns[f"recorded_{name}"] = counted(true & written[row] & (events.kind[row] == CODE[name]))
    for name in NAMES:
        if name in RATES or name in HOUSEHOLD_KINDS:
            columns[f"true_{name}"] = counted(true & happened[row] & (events.kind[row] == CODE[name]))
    return columns


def to_truth(world: World, shards: list[TruthRows]) -> Truth:
    """Truth from the rows of all shards, ordered as the children are, with codes in words."""
    children = _frame([rows.children for rows in shards], ["child"])
    children["group"] = code_text(list(GROUPS), children["group"].to_numpy())
    children["sex"] = code_text(SEXES, children["sex"].to_numpy())
    oracle = _frame([rows.oracle for rows in shards], ["child", "cutoff"])
    oracle["cutoff"] = pd.to_datetime(oracle["cutoff"], unit="D").astype("datetime64[us]")
    knobs = {
        "seed": world.seed,
        "biases": world.biases.model_dump(mode="json"),
        "records_made": {
            "over_contact": int(children["planted_over_contact"].sum()),
            "care_home_calls": int(children["planted_care_home_calls"].sum()),
        },
    }
    return Truth(children, oracle, knobs)


def _frame(parts: list[Columns], keys: list[str]) -> pd.DataFrame:
    """Arrays of all shards as a frame in the order of its keys; the child's number becomes its id."""
    frame = pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})
    frame = frame.sort_values(keys, ignore_index=True)
    child = id_text("SYN-", frame.pop("child").to_numpy())
    frame.insert(0, "child_id", child)
    return frame


def write_truth(truth: Truth, folder: Path) -> None:
    """Write `truth.parquet`, `oracle.parquet` and `knobs.json` into a folder of their own."""
    folder.mkdir(parents=True, exist_ok=True)
    truth.children.to_parquet(folder / "truth.parquet", index=False)
    truth.oracle.to_parquet(folder / "oracle.parquet", index=False)
    text = json.dumps(truth.knobs, indent=1, sort_keys=True)
    (folder / "knobs.json").write_text(text + "\n", encoding="utf-8", newline="\n")
