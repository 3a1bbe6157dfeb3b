"""Support in words: what is open, what ended lately, and spells that the data cut at their start."""

from __future__ import annotations

import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.explanation.parental import Unnamed
from ace_risk.kinds import load_kinds
from ace_risk.referrals.listing import ReferralList
from ace_risk.referrals.support import NO_SUPPORT, support_now, support_so_far

DAY = pd.Timestamp("2022-07-01")
START = pd.Timestamp("2019-01-01")
KINDS = load_kinds()


def date_words(time: pd.Timestamp) -> str:
    return f"{time.day} {time:%B} {time.year}"


def test_support_now_is_what_the_services_table_says(made_list: ReferralList, world: Tables) -> None:
    """Every line of the list again, from the raw table: known before the day, and open or ended within a year."""
    told = dict(zip(made_list.frame["child_id"], made_list.frame["support_now"], strict=True))
    names = {name: kind.title for name, kind in KINDS.services.items() if not (kind.statutory or kind.ends_observation)}
    rows = world.services[world.services["kind"].isin(names) & world.services["child_id"].isin(told)]
    rows = rows[(rows["start_date"] < DAY) & (rows["recorded_at"] < DAY)]
    known_end = rows["end_date"].where(rows["end_recorded_at"] < DAY)
    rows = rows.assign(end=known_end.where(known_end < DAY))
    rows = rows[rows["end"].isna() | (rows["end"] >= DAY - pd.Timedelta(days=365))]
    wanted: dict[str, set[str]] = {child: set() for child in told}
    for row in rows.itertuples(index=False):
        title = names[row.kind][:1].upper() + names[row.kind][1:]
        began = date_words(row.start_date) + (" or before" if row.start_date <= START else "")
        wanted[row.child_id].add(
            f"{title}: open since {began}." if pd.isna(row.end) else f"{title}: ended on {date_words(row.end)}."
        )
    assert any("open since" in text for text in told.values())
    assert any("ended on" in text for text in told.values())
    for child, text in told.items():
        assert {f"{part.rstrip('.')}." for part in text.split(". ")} == (wanted[child] or {NO_SUPPORT})


def test_open_support_comes_first_and_unnamed_kinds_stay_out() -> None:
    rows = [
        ("a", "early_help", "2021-01-04", "2022-03-01"),
        ("a", "parent_treatment", "2022-01-01", None),
        ("a", "cin", "2022-02-01", None),
        ("a", "youth_diversion", "2022-05-01", None),
        ("b", "early_help", "2019-01-01", None),
        ("b", "early_help", "2020-01-01", "2021-06-30"),
    ]
    history = pd.DataFrame(rows, columns=["child_id", "kind", "occurred_at", "ended_at"])
    history["occurred_at"] = history["recorded_at"] = pd.to_datetime(history["occurred_at"]).astype("datetime64[us]")
    history["ended_at"] = history["end_recorded_at"] = pd.to_datetime(history["ended_at"]).astype("datetime64[us]")
    unnamed = Unnamed(frozenset({"parent_treatment"}))
    assert support_now(history, ["b", "a", "c"], KINDS, DAY, unnamed, START) == [
        "Early help: open since 1 January 2019 or before.",
        "Youth diversion: open since 1 May 2022. Early help: ended on 1 March 2022.",
        NO_SUPPORT,
    ]
    own = history[history["child_id"] == "b"]
    assert support_so_far(own, KINDS, DAY, unnamed, START) == [
        "Early help: 1 January 2020 to 30 June 2021.",
        "Early help: since 1 January 2019 or before, open as far as is recorded.",
    ]


def test_what_is_not_yet_known_is_not_told(world: Tables) -> None:
    history = build_history(world, KINDS)
    children = world.children["child_id"].tolist()
    before = history[(history["recorded_at"] < DAY)]
    told = support_now(history, children, KINDS, DAY, Unnamed(), START)
    assert told == support_now(before, children, KINDS, DAY, Unnamed(), START)
    assert set(told) != {NO_SUPPORT}
