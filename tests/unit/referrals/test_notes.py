"""What stands above a list about whom it holds and what it doesn't say."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from ace_risk.data.history import build_history
from ace_risk.data.tables import Tables
from ace_risk.features.cohort import build_cohort
from ace_risk.kinds import Kinds
from ace_risk.referrals.listing import ReferralList
from ace_risk.referrals.standing import find_standing
from ace_risk.report.team_headers import list_header, tie_notes, who_is_listed
from ace_risk.report.words import find_forbidden
from ace_risk.tracking.pack import Pack


def test_an_ordinary_list_needs_no_note(pack: Pack, made_list: ReferralList) -> None:
    assert who_is_listed(pack, made_list, None) == []


def test_each_thing_that_a_reader_must_know_is_a_note(pack: Pack, made_list: ReferralList) -> None:
    referrals = pack.study.referrals.model_copy(
        update={"places_by_hub": {"Eden": 8}, "places_by_age_band": {"under 1": 5}}
    )
    keeping = replace(pack, study=pack.study.model_copy(update={"referrals": referrals}))
    listing = replace(made_list, added=2, not_added=1, objected=3, objections_unknown=4, resampled_lists=0,
                      names_parental_conditions=False)  # fmt: skip
    kept, added, objected, bands, unnamed = who_is_listed(keeping, listing, None)
    assert "some are kept: 8 for Eden, 5 for age under 1." in kept
    assert added.startswith("Added by a worker, beyond the 120 places: 2.")
    assert added.endswith("objection: 1.")
    assert "objected: 3. Objections that match no child in these data: 4." in objected
    assert "nobody is marked as near the cut-off" in bands
    assert "doesn't permit naming a parent's health" in unnamed
    assert not any("kept" in note for note in who_is_listed(keeping, listing, "Eden"))
    header = list_header(keeping, listing, "Made.", None)
    assert header.safety[-5:] == (kept, added, objected, bands, unnamed)
    assert not [word for note in header.safety for word in find_forbidden(note)]


def test_equal_totals_at_the_cut_off_are_told_with_those_beneath(
    pack: Pack, made_list: ReferralList, world: Tables
) -> None:
    everybody = find_standing(pack, world, build_history(world, pack.kinds), made_list.as_of, (), 120, None)
    last = made_list.frame["score"].iloc[-1]
    assert made_list.tied_beneath == (everybody.score == last).sum() - (made_list.frame["score"] == last).sum() > 0
    [note] = tie_notes(replace(made_list, tied_beneath=31, frame=made_list.frame.assign(score=7.0)))
    assert note.startswith("Ranks 1 to 120 have the same total, and so have 31 children who are not listed. Among")
    [note] = tie_notes(replace(made_list, tied_beneath=0, frame=made_list.frame.assign(score=7.0)))
    assert note.startswith("Ranks 1 to 120 have the same total. Among")


def test_a_kinds_file_that_marks_no_condition_is_told(pack: Pack, made_list: ReferralList) -> None:
    kinds = pack.kinds
    bare = Kinds(
        {name: kind.model_copy(update={"parental_condition": False}) for name, kind in kinds.incidents.items()},
        {name: kind.model_copy(update={"parental_condition": False}) for name, kind in kinds.services.items()},
        kinds.derived,
        kinds.codes,
    )
    listing = replace(made_list, names_parental_conditions=False)
    (note,) = who_is_listed(replace(pack, kinds=bare), listing, None)
    assert "nothing was held back. Don't use this list" in note


def test_children_who_come_of_age_too_soon_are_told(pack: Pack, made_list: ReferralList, world: Tables) -> None:
    """Who turns 18 within the horizon was censored in training and test: the code says so, and so does the list."""
    born = world.children.set_index("child_id")["birth_date"]
    eighteen = made_list.frame["child_id"].map(born) + pd.DateOffset(years=18)
    soon = int((eighteen < made_list.as_of + pd.Timedelta(days=pack.study.outcome.horizon_days)).sum())
    assert made_list.come_of_age == soon > 0
    (note,) = [text for text in list_header(pack, made_list, "Made.", None).safety if "turn" in text]
    assert note.startswith(f"{soon} children here turn 18 before the outcome could be followed to its end")
    cohort = build_cohort(world, build_history(world, pack.kinds), pack.study.cohort, [made_list.as_of], pack.kinds)
    until = cohort.set_index("child_id")["observed_until"]
    ends = made_list.as_of + pd.Timedelta(days=pack.study.outcome.horizon_days)
    assert (made_list.frame["child_id"].map(until) < ends)[eighteen < ends].all()
    without = replace(made_list, come_of_age=0)
    assert not any("turn" in text for text in list_header(pack, without, "Made.", None).safety)


def test_records_newer_than_the_model_s_check_are_told(pack: Pack, made_list: ReferralList) -> None:
    def told(as_of: str) -> list[str]:
        listing = replace(made_list, as_of=pd.Timestamp(as_of))
        return [text for text in list_header(pack, listing, "Made.", None).safety if "last checked" in text]

    end = pd.Timestamp(pack.evaluation["data"]["end"])
    assert told(f"{end:%Y-%m-%d}") == []
    (soon,) = told(f"{end + pd.Timedelta(days=30):%Y-%m-%d}")
    assert f"up to {end.day} {end:%B %Y}" in soon
    assert "train and check it again" not in soon
    (late,) = told(f"{end + pd.Timedelta(days=400):%Y-%m-%d}")
    assert late.endswith("train and check it again before you rely on it.")
