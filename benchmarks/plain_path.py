"""From tables to a list, written plainly in pandas and scikit-learn: the peer of `whole_path.py`.

It is what a data scientist who knows the rules of this data would write for one study: the same records on the same
children, the same cohort, features, labels and folds, found by merges, masks and group-bys; then logistic regression.
It reads a clean folder without checking it. `run.py` compares every value with ours before it gives a time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import Size, answer, digest, timed_path
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

DAY = pd.Timedelta(days=1)
HOUSEHOLD = [
    "domestic_abuse", "parental_substance_use", "parental_mental_health", "parent_in_custody", "parental_separation",
    "bereavement", "neglect",
]  # fmt: skip
ENFORCEMENT = ["crime", "weapons", "stop_search", "arrest", "custody", "charge", "first_time_entry"]
STATUTORY = ["cin", "s47", "cpp", "looked_after"]
COUNTED = [
    *HOUSEHOLD, "missing", "physical_harm", "emotional_harm", "crime_victim", "self_harm", "exploitation_concern",
    "asb_nuisance", "school_exclusion", "ppn", "early_help",
]  # fmt: skip
"""The kinds that features are made of: a count in each window, and the days since the last."""
WINDOWS = (90, 365, 730, None)
HORIZON, LAG, HISTORY_DAYS, TEST_CUTOFFS = 365, 30, 730, 4
PLACES = 200


@dataclass
class Frames:
    """One row per child and cutoff, in the same order; and the rows of the test fold."""

    cohort: pd.DataFrame
    features: pd.DataFrame
    labels: pd.Series
    train: np.ndarray
    test: np.ndarray

    def digest(self) -> str:
        """A fingerprint of every value."""
        children = "\n".join(self.cohort["child_id"]).encode()
        cutoffs = self.cohort["cutoff"].to_numpy("datetime64[us]")
        labels = self.labels.to_numpy(dtype=float, na_value=np.nan)
        values = self.features.to_numpy(dtype=float, na_value=np.nan)
        numbers = [np.nan_to_num(part, nan=-1.0) for part in (labels, values)]
        return digest(np.frombuffer(children, np.uint8), cutoffs, *numbers, self.train, self.test)


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """The six tables, with their dates as times."""
    names = ["children", "residence", "incidents", "involvement", "missing_episodes", "services"]
    tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}
    dates = {
        "children": ["birth_date"],
        "residence": ["start_date", "end_date"],
        "services": ["start_date", "end_date"],
    }
    for name, columns in dates.items():
        for column in columns:
            tables[name][column] = pd.to_datetime(tables[name][column]).astype("datetime64[us]")
    return tables


def order_homes(residence: pd.DataFrame) -> pd.DataFrame:
    """Each home, with when its end was learnt and from when the child had left the home before."""
    homes = residence.sort_values(["child_id", "start_date", "recorded_at"], kind="stable", ignore_index=True)
    by_child = homes.groupby("child_id")
    following = by_child[["start_date", "recorded_at"]].shift(-1)
    end_before = by_child["end_date"].shift()
    homes["end_recorded"] = following["recorded_at"].where(following["start_date"] - DAY <= homes["end_date"])
    homes["left_before"] = end_before.where(homes["start_date"] - DAY <= end_before, homes["start_date"])
    homes["place"] = by_child.cumcount()
    return homes


def lay_on_children(tables: dict[str, pd.DataFrame], homes: pd.DataFrame) -> pd.DataFrame:
    """Household incidents on every child who lived, or was still taken to live, in the home."""
    incidents = tables["incidents"]
    at_home = incidents[incidents["kind"].isin(HOUSEHOLD)]
    laid = at_home.merge(homes, on="household_id", suffixes=("", "_home"))
    lived = laid["end_date"].isna() | (laid["occurred_at"] < laid["end_date"])
    taken = laid["recorded_at"] < laid["end_recorded"]
    laid = laid[(laid["occurred_at"] >= laid["start_date"]) & (lived | taken)]
    named = pd.MultiIndex.from_frame(tables["involvement"][["incident_id", "child_id"]])
    laid = laid[~pd.MultiIndex.from_frame(laid[["incident_id", "child_id"]]).isin(named)].reset_index(drop=True)
    laid["recorded_at"] = laid[["recorded_at", "recorded_at_home"]].max(axis=1)
    gone = laid[laid["occurred_at"] >= laid["end_date"]].reset_index(names="laid")
    later = gone[["laid", "child_id", "place", "occurred_at"]].merge(homes, on="child_id", suffixes=("", "_next"))
    later = later[(later["place_next"] > later["place"]) & (later["left_before"] <= later["occurred_at"])]
    laid["withdrawn_at"] = later.groupby("laid")["recorded_at"].min().reindex(laid.index)
    return laid[laid["withdrawn_at"].isna() | (laid["recorded_at"] < laid["withdrawn_at"])]


def make_history(tables: dict[str, pd.DataFrame], homes: pd.DataFrame) -> pd.DataFrame:
    """Everything recorded about each child."""
    named = tables["involvement"].drop_duplicates(["incident_id", "child_id"]).merge(tables["incidents"])
    episodes = tables["missing_episodes"].rename(columns={"missing_from": "occurred_at", "missing_to": "ended_at"})
    spells = tables["services"].rename(columns={"start_date": "occurred_at", "end_date": "ended_at"})
    parts = [named, lay_on_children(tables, homes), episodes.assign(kind="missing"), spells]
    columns = ["child_id", "occurred_at", "recorded_at", "kind", "ended_at", "end_recorded_at", "withdrawn_at"]
    return pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)


def known_at(history: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """The records that count at a cutoff."""
    before = (history["occurred_at"] < cutoff) & (history["recorded_at"] < cutoff)
    return history[before & ~(history["withdrawn_at"] < cutoff)]


def considered(children: pd.DataFrame, homes: pd.DataFrame, known: pd.DataFrame, cutoff: pd.Timestamp) -> pd.Index:
    """The children considered at a cutoff, sorted."""
    spells = homes[(homes["start_date"] < cutoff) & (homes["recorded_at"] < cutoff)]
    last = spells.groupby("child_id").tail(1)
    left = (last["end_date"] <= cutoff) & ~(last["end_recorded"] >= cutoff)
    young = children[(children["birth_date"] < cutoff) & (children["adult_on"] > cutoff)]
    recent = known[(known["occurred_at"] >= cutoff - 730 * DAY) & ~known["kind"].isin(ENFORCEMENT)]
    plans = known[known["kind"].isin(STATUTORY)]
    closed = (plans["ended_at"] <= cutoff) & (plans["end_recorded_at"] < cutoff)
    here = pd.Index(last.loc[~left, "child_id"]).intersection(young["child_id"]).intersection(recent["child_id"])
    return here.difference(plans.loc[~closed, "child_id"]).difference(known.loc[known["kind"] == "death", "child_id"])


def measure(known: pd.DataFrame, cutoff: pd.Timestamp, who: pd.Index) -> pd.DataFrame:
    """The features of some children at a cutoff."""
    known = known[known["kind"].isin(COUNTED)]
    parts = []
    for window in WINDOWS:
        inside = known if window is None else known[known["occurred_at"] >= cutoff - window * DAY]
        counts = inside.groupby(["child_id", "kind"]).size().unstack(fill_value=0)
        counts = counts.reindex(index=who, columns=COUNTED, fill_value=0)
        parts.append(counts.add_suffix(f"_count_{f'{window}d' if window else 'ever'}"))
    days = np.floor((cutoff - known.groupby(["child_id", "kind"])["occurred_at"].max()).dt.total_seconds() / 86_400)
    parts.append(days.unstack().reindex(index=who, columns=COUNTED).add_suffix("_days_since_last_ever"))
    return pd.concat(parts, axis=1)


def observed_until(cohort: pd.DataFrame, tables: dict[str, pd.DataFrame], end: pd.Timestamp) -> pd.Series:
    """When observation of each row ends: the data's end, the 18th birthday, leaving the area, or death."""
    homes = tables["residence"].sort_values(["child_id", "start_date"], kind="stable")
    until = homes["end_date"].fillna(pd.Timestamp.max.as_unit("us")).groupby(homes["child_id"]).cummax()
    anew = homes["start_date"] - DAY > until.groupby(homes["child_id"]).shift()
    stays = until.groupby([homes["child_id"], anew.groupby(homes["child_id"]).cumsum()]).max()
    stays = stays.rename("leaves").reset_index("child_id").reset_index(drop=True)
    rows = cohort.reset_index().merge(stays, on="child_id")
    leaves = rows[rows["leaves"] > rows["cutoff"]].groupby("index")["leaves"].min()
    adult = cohort["child_id"].map(tables["children"].set_index("child_id")["adult_on"])
    deaths = tables["services"].query("kind == 'death'").groupby("child_id")["start_date"].min()
    died = cohort.join(deaths, on="child_id")["start_date"]
    ends = [pd.Series(end, cohort.index), adult, leaves.reindex(cohort.index), died]
    return pd.concat(ends, axis=1).min(axis=1)


def make_labels(cohort: pd.DataFrame, history: pd.DataFrame, until: pd.Series) -> pd.Series:
    """Whether statutory work began within the horizon; missing where that wasn't observed to its end."""
    starts = history.loc[history["kind"].isin(STATUTORY), ["child_id", "occurred_at"]]
    pairs = cohort.reset_index().merge(starts, on="child_id")
    inside = (pairs["occurred_at"] >= pairs["cutoff"]) & (pairs["occurred_at"] < pairs["cutoff"] + HORIZON * DAY)
    labels = pd.Series(0, cohort.index, dtype="Int8")
    labels[pairs.loc[inside, "index"].unique()] = 1
    return labels.mask(cohort["cutoff"] + HORIZON * DAY > until)


def fold(cohort: pd.DataFrame, until: pd.Series, start: pd.Timestamp) -> tuple[np.ndarray, np.ndarray]:
    """Rows to train on and to judge on."""
    cutoffs = cohort["cutoff"]
    gap = (HORIZON + LAG) * DAY
    usable = cutoffs[(cutoffs >= start + HISTORY_DAYS * DAY) & (cutoffs + gap <= until)].drop_duplicates().sort_values()
    test = usable.iloc[-TEST_CUTOFFS:]
    train = usable[usable + gap <= test.iloc[0]]
    return np.flatnonzero(cutoffs.isin(train)), np.flatnonzero(cutoffs.isin(test))


def tables_to_features(folder: Path) -> Frames:
    """Cohort, features, labels and test fold of the tables in a folder."""
    tables = read(folder)
    end = pd.Timestamp(json.loads((folder / "datapackage.json").read_text())["ace_risk"]["data_end"]).as_unit("us")
    children = tables["children"]
    children["adult_on"] = children["birth_date"] + pd.DateOffset(years=18)
    homes = order_homes(tables["residence"])
    history = make_history(tables, homes)
    start = tables["incidents"]["occurred_at"].min()
    rows, features = [], []
    for cutoff in pd.date_range(start.normalize().replace(day=1), end, freq="3MS", unit="us"):
        known = known_at(history, cutoff)
        who = considered(children, homes, known, cutoff)
        rows.append(pd.DataFrame({"child_id": who, "cutoff": cutoff}))
        features.append(measure(known, cutoff, who))
    cohort = pd.concat(rows, ignore_index=True)
    until = observed_until(cohort, tables, end)
    labels = make_labels(cohort, history[history["withdrawn_at"].isna()], until)
    return Frames(cohort, pd.concat(features, ignore_index=True), labels, *fold(cohort, until, start))


def rank(frames: Frames) -> pd.DataFrame:
    """The children listed on each date of the test fold, by logistic regression."""
    X = frames.features.astype(float).fillna(3_650)
    train = frames.train[frames.labels.iloc[frames.train].notna()]
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    model.fit(X.iloc[train], frames.labels.iloc[train].astype(int))
    listed = frames.cohort.iloc[frames.test].assign(score=model.predict_proba(X.iloc[frames.test])[:, 1])
    listed = listed.assign(followed=frames.labels.iloc[frames.test])
    return listed.sort_values("score", ascending=False, kind="stable").groupby("cutoff").head(PLACES)


def measure_plain(folder: Path, size: Size) -> dict[str, Any]:
    """Seconds to the frames, and to the lists."""
    timed, frames = timed_path(lambda: tables_to_features(folder / size["study"]), rank, size["runs"])
    names = ("pandas", "scikit-learn")
    found = {"rows": len(frames.cohort), "features": frames.features.shape[1], "checksum": frames.digest()}
    peer = ", ".join(f"{name} {version(name)}" for name in names)
    return timed | found | {"peer": peer}


MEASURES = {"plain": measure_plain}

if __name__ == "__main__":
    answer(MEASURES)
