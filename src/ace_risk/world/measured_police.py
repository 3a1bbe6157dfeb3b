"""Generated figures about going missing and about what the police record."""

from __future__ import annotations

import pandas as pd

from ace_risk.world.exposure import Exposure, percent
from ace_risk.world.truth import Truth

TWO_DAYS = pd.Timedelta(hours=48)


def measure_missing(seen: Exposure, truth: Truth) -> dict[str, float]:
    """Figures about missing episodes, by key."""
    episodes = seen.tables.missing_episodes.merge(seen.lives[["child_id", "birth_date", "sex"]], on="child_id")
    episodes = episodes.assign(
        year=episodes["missing_from"].dt.year,
        age=(episodes["missing_from"] - episodes["birth_date"]).dt.days / 365.25,
        long=episodes["missing_to"] - episodes["missing_from"],
    )
    care = episodes[episodes["from_care"]]
    yearly, care_yearly = episodes.groupby(["child_id", "year"]).size(), care.groupby(["child_id", "year"]).size()
    ages = care.groupby(["child_id", "year"])["age"].min()
    children = care.drop_duplicates("child_id")
    interviews = episodes.dropna(subset="return_interview_at")
    wait = interviews["return_interview_at"] - interviews["missing_to"]
    figures = {
        "missing_risk": percent(len(yearly), seen.years()),
        "missing_per_child": yearly.mean(),
        "missing_repeat": percent((yearly > 1).sum(), len(yearly)),
        "care_risk": percent(len(care_yearly), _years_in_care(seen)),
        "care_per_child": care_yearly.mean(),
        "care_repeat": percent((care_yearly > 1).sum(), len(care_yearly)),
        "care_under_10": percent((ages < 10).sum(), len(ages)),
        "care_10_to_15": percent(((ages >= 10) & (ages < 16)).sum(), len(ages)),
        "care_16_over": percent((ages >= 16).sum(), len(ages)),
        "care_boys": percent((children["sex"] == "M").sum(), len(children)),
        "care_two_days": percent((care["long"] <= TWO_DAYS).sum(), care["long"].notna().sum()),
        "missing_two_days": percent((episodes["long"] < TWO_DAYS).sum(), episodes["long"].notna().sum()),
        "interview_held": percent(len(interviews), episodes["missing_to"].notna().sum()),
        "interview_72_hours": percent((wait <= pd.Timedelta(hours=72)).sum(), len(wait)),
        "missing_reported": percent(truth.children["recorded_missing"].sum(), truth.children["true_missing"].sum()),
    }
    for grade in ("very_low", "low", "medium", "high"):
        figures[f"grade_{grade}"] = percent((episodes["risk_grade"] == grade).sum(), len(episodes))
    return figures


def _years_in_care(seen: Exposure) -> int:
    """How many children were looked after in each calendar year, summed over the years."""
    services = seen.tables.services
    care = services[services["kind"] == "looked_after"]
    total = 0
    for year in range(seen.start.year, seen.end.year + 1):
        first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year + 1, 1, 1)
        during = (care["start_date"] < min(last, seen.end)) & ~(care["end_date"] <= first)
        total += care.loc[during, "child_id"].nunique()
    return total


def measure_police(seen: Exposure, truth: Truth) -> dict[str, float]:
    """Figures about incidents, by key."""
    incidents = seen.tables.incidents
    abuse = incidents[incidents["kind"] == "domestic_abuse"]
    graded = abuse["grade"].dropna()
    asb = incidents[incidents["kind"].str.startswith("asb")]
    searches = incidents.loc[incidents["kind"] == "stop_search", "outcome_code"]
    named = seen.tables.involvement["incident_id"]
    teens = seen.years(10, 18)
    count = incidents["kind"].value_counts()
    ethnicity = seen.tables.children["ethnicity"]
    figures = {
        "abuse_children": percent(abuse["incident_id"].isin(named).sum(), len(abuse)),
        "abuse_notices": percent(_notices_after(seen, abuse), seen.years()),
        "abuse_reported": percent(
            truth.children["recorded_domestic_abuse"].sum(), truth.children["true_domestic_abuse"].sum()
        ),
        "asb_without_child": percent((~asb["incident_id"].isin(named)).sum(), len(asb)),
        "searches": percent(count.get("stop_search", 0), teens),
        "searches_nothing": percent((searches == "NFA").sum(), len(searches)),
        "searches_arrest": percent((searches == "1").sum(), len(searches)),
        "searches_community": percent((searches == "8").sum(), len(searches)),
        "arrests": percent(count.get("arrest", 0), teens),
        "detentions": percent(count.get("custody", 0), teens),
        "ethnicity_missing": percent((ethnicity.isna() | (ethnicity == "NS")).sum(), len(ethnicity)),
    }
    for grade in ("standard", "medium", "high"):
        figures[f"abuse_{grade}"] = percent((graded == grade).sum(), len(graded))
    return figures


def _notices_after(seen: Exposure, abuse: pd.DataFrame) -> int:
    """How many children were named in safeguarding notices of the same minute as domestic abuse at home."""
    incidents = seen.tables.incidents
    notices = incidents.loc[incidents["kind"] == "ppn", ["incident_id", "occurred_at"]]
    notices = notices[notices["occurred_at"].isin(abuse["occurred_at"])]
    return int(seen.tables.involvement["incident_id"].isin(notices["incident_id"]).sum())
