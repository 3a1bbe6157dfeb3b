"""Generated figures about need, population and social care."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ace_risk.world.exposure import Exposure, percent
from ace_risk.world.need import TRIO
from ace_risk.world.plans import PLAN_KINDS
from ace_risk.world.truth import Truth

GROUP_LETTERS = {"White": "W", "Mixed": "M", "Asian": "A", "Black": "B", "Other": "O"}


def measure_need(seen: Exposure, truth: Truth) -> dict[str, float]:
    """Figures about what children live with, by key: shares of all quarters that children lived here."""
    total = truth.children.select_dtypes("number").sum()
    severe = {name: percent(total[f"quarters_severe_{name}"], total["quarters"]) for name in TRIO}
    together = percent(total["quarters_severe_all_three"], total["quarters"])
    figures = {
        "abuse_at_home": severe["domestic_abuse"],
        "ill_health": severe["parental_mental_health"],
        "substance_use": severe["parental_substance_use"],
        "all_three_severe": together,
        "all_three": percent(total["quarters_all_three"], total["quarters"]),
        "over_chance": percent(100 * together, float(np.prod(list(severe.values())))),
    }
    for age, name in (("1", "one"), ("5", "five")):
        quarters = total[f"quarters_under_{name}"]
        figures[f"under_{age}_all_three"] = percent(total[f"quarters_under_{name}_severe_three"], quarters)
        figures[f"under_{age}_any_two"] = percent(total[f"quarters_under_{name}_severe_two"], quarters)
    here = seen.lives[seen.lives["until"] >= seen.end]
    teens = here[here["birth_date"] < seen.end - pd.DateOffset(years=16)]
    parted = truth.children.set_index("child_id")["parents_separated"].reindex(teens["child_id"])
    return figures | {"separation": percent(parted.sum(), len(teens))}


def measure_population(seen: Exposure) -> dict[str, float]:
    """Figures about who lives where at the end, by key."""
    homes = seen.tables.residence[seen.tables.residence["end_date"].isna()]
    figures = {f"hub_{hub}": 100 * share for hub, share in homes["hub"].value_counts(normalize=True).items()}
    barrow = homes.loc[homes["hub"] == "Barrow", "deprivation_decile"]
    figures["barrow_deprived"] = percent((barrow <= 2).sum(), len(barrow))
    known = seen.tables.children["ethnicity"].dropna()
    known = known[known != "NS"]
    figures["white_british"] = percent((known == "W1").sum(), len(known))
    for group, letter in GROUP_LETTERS.items():
        figures[f"group_{group}"] = percent(known.str.startswith(letter).sum(), len(known))
    return figures


def measure_care(seen: Exposure) -> dict[str, float]:
    """Figures about statutory work, by key."""
    services = seen.tables.services
    plans = services[services["kind"].isin(PLAN_KINDS)].merge(seen.lives, on="child_id")
    new = plans[plans["start_date"] > seen.start]
    years = seen.years()
    figures = {
        "plan_starts": percent((new["kind"] == "cpp").sum(), years),
        "care_starts": percent((new["kind"] == "looked_after").sum(), years),
        "known_escalate": _escalation(seen, plans),
    }
    return figures | _stocks(seen, plans) | _by_five(seen, plans) | _episodes(seen, plans)


def _stocks(seen: Exposure, plans: pd.DataFrame) -> dict[str, float]:
    """Children with each plan on the last days of March, per 10,000."""
    children, days = 0, seen.march_days()
    counts = {"in_need": 0, "on_plans": 0, "looked_after": 0}
    boys = {"in_need": 0, "looked_after": 0}
    for day in days:
        children += seen.living(day)
        open_now = plans[(plans["start_date"] <= day) & ~(plans["end_date"] <= day)].drop_duplicates("child_id")
        for name, kinds in (("in_need", PLAN_KINDS), ("on_plans", ("cpp",)), ("looked_after", ("looked_after",))):
            held = open_now[open_now["kind"].isin(kinds)]
            counts[name] += len(held)
            if name in boys:
                boys[name] += int((held["sex"] == "M").sum())
    figures = {name: 100 * percent(count, children) for name, count in counts.items()}
    figures["in_need_boys"] = percent(boys["in_need"], counts["in_need"])
    figures["in_care_boys"] = percent(boys["looked_after"], counts["looked_after"])
    return figures


def _by_five(seen: Exposure, plans: pd.DataFrame) -> dict[str, float]:
    """Of children born here who lived here until five, shares with each plan by then."""
    lives = seen.lives
    fifth = lives["birth_date"] + pd.DateOffset(years=5)
    born = lives[(lives["birth_date"] == lives["since"]) & (fifth <= lives["until"])]
    early = plans[plans["child_id"].isin(born["child_id"])]
    early = early[early["start_date"] < early["birth_date"] + pd.DateOffset(years=5)]
    return {
        "need_by_5": percent(early["child_id"].nunique(), len(born)),
        "enquiry_by_5": percent(early.loc[early["kind"] == "s47", "child_id"].nunique(), len(born)),
        "plan_by_5": percent(early.loc[early["kind"] == "cpp", "child_id"].nunique(), len(born)),
    }


def episodes_of_need(plans: pd.DataFrame, end: pd.Timestamp) -> pd.DataFrame:
    """Plans that follow each other without a gap, as one episode: child_id, `start` and `end` of each."""
    rows = plans.sort_values(["child_id", "start_date"]).assign(stop=lambda rows: rows["end_date"].fillna(end))
    before = rows.groupby("child_id")["stop"].shift()
    new = before.isna() | (rows["start_date"] > before)
    spans = rows.groupby([rows["child_id"], new.cumsum()]).agg(start=("start_date", "min"), end=("stop", "max"))
    return spans.reset_index(level=0).reset_index(drop=True)


def _episodes(seen: Exposure, plans: pd.DataFrame) -> dict[str, float]:
    """How long episodes of need last, and how many come soon after another one."""
    episodes = episodes_of_need(plans, seen.end)
    before = episodes.groupby("child_id")["end"].shift()
    new = episodes["start"] > seen.start + pd.Timedelta(days=365)
    soon = (episodes["start"] - before) <= pd.Timedelta(days=365)
    known = episodes[(episodes["start"] > seen.start) & (episodes["start"] < seen.end - pd.Timedelta(days=730))]
    days = (known["end"] - known["start"]).dt.days
    return {
        "short_episodes": percent((days <= 91).sum(), len(days)),
        "long_episodes": percent((days > 730).sum(), len(days)),
        "again": percent((soon & new).sum(), new.sum()),
    }


def _escalation(seen: Exposure, plans: pd.DataFrame) -> float:
    """Of known children without an open plan, the share for whom statutory work starts within 12 months.

    Known: a record of the child, or a service, in the two years before the first of July of each year.
    """
    rows, starts = 0, 0
    records = _records(seen)
    for year in range(seen.start.year + 2, seen.end.year):
        day = pd.Timestamp(year, 7, 1)
        if day + pd.Timedelta(days=365) > seen.end or day - pd.Timedelta(days=730) < seen.start:
            continue
        recent = (records["when"] < day) & (records["when"] >= day - pd.Timedelta(days=730))
        busy = plans[(plans["start_date"] < day) & ~(plans["end_date"] <= day)]
        here = seen.lives[(seen.lives["since"] <= day) & (seen.lives["until"] > day + pd.Timedelta(days=365))]
        known = set(here["child_id"]) & set(records.loc[recent, "child_id"]) - set(busy["child_id"])
        coming = (plans["start_date"] >= day) & (plans["start_date"] < day + pd.Timedelta(days=365))
        rows, starts = rows + len(known), starts + len(known & set(plans.loc[coming, "child_id"]))
    return percent(starts, rows)


def _records(seen: Exposure) -> pd.DataFrame:
    """Child and time of every record: named in an incident, at home at one, missing, or given a service."""
    tables = seen.tables
    incidents = tables.incidents[["incident_id", "occurred_at", "household_id"]]
    named = tables.involvement.merge(incidents, on="incident_id")[["child_id", "occurred_at"]]
    spells = tables.residence[["child_id", "household_id", "start_date", "end_date"]]
    home = incidents.dropna(subset="household_id").merge(spells, on="household_id")
    home = home[(home["start_date"] <= home["occurred_at"]) & ~(home["end_date"] <= home["occurred_at"])]
    parts = [
        named,
        home[["child_id", "occurred_at"]],
        tables.missing_episodes[["child_id", "missing_from"]],
        tables.services[["child_id", "start_date"]],
    ]
    return pd.concat([part.set_axis(["child_id", "when"], axis=1) for part in parts], ignore_index=True)
