"""The chapters on a small demo: true to the records, the reasons of the list, and the tables."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from ace_risk import load_pack
from ace_risk.data.history import build_history
from ace_risk.explanation.contributions import contributions
from ace_risk.explanation.evidence import records_by_child
from ace_risk.explanation.reasons import _speakers
from ace_risk.fairness.counts import Attribute
from ace_risk.fairness.domains import NONE, domain_table, has_record, missed_chapter, strongest_domains
from ace_risk.fairness.shares import ShownGroups
from ace_risk.fairness.swapped import CAUTION, swap_chapter, swap_groups
from ace_risk.features.build import build_features
from ace_risk.features.catalogue import Catalogue, FeatureSpec


@pytest.fixture(scope="module")
def pack(demo):
    return load_pack(demo / "run")


@pytest.fixture(scope="module")
def last_rows(pack, demo_tables):
    """History, cohort and features of some children on one day."""
    history = build_history(demo_tables, pack.kinds)
    born = demo_tables.children.set_index("child_id")["birth_date"]
    seen = pd.unique(history["child_id"].sort_values())[:400]
    day = demo_tables.data_end - pd.Timedelta(days=400)
    cohort = pd.DataFrame({"child_id": [child for child in seen if born[child] < day], "cutoff": day})
    return history, cohort, build_features(history, cohort, pack.catalogue)


def test_the_strongest_domain_is_that_of_the_first_reason(pack, last_rows):
    history, cohort, features = last_rows
    kind, names = strongest_domains(pack.model, features, pack.catalogue)
    points, _ = contributions(pack.model, features)
    compared = 0
    by_child = records_by_child(history, cohort["child_id"])
    for row, (child, cutoff) in enumerate(zip(cohort["child_id"], cohort["cutoff"], strict=True)):
        records = by_child[child]
        adding = [spec for spec in pack.catalogue if points[spec.name].iloc[row] > 0]
        evidence = {spec.name: found for spec in adding if (found := records.find(spec, cutoff)) is not None}
        reasons = _speakers(pack.catalogue, features.iloc[row], points.iloc[row], evidence)
        expected = names.index(reasons[0][0].domain) if reasons else len(names)
        assert kind[row] == expected
        compared += bool(reasons)
    assert compared > 50


def test_a_domain_shows_where_a_record_stands_behind_one_of_its_features():
    catalogue = Catalogue(
        [
            FeatureSpec("asb", ("asb_nuisance",), "count", domain="asb"),
            FeatureSpec("asb", ("asb_nuisance",), "days_since_last", domain="asb"),
            FeatureSpec("club", ("youth_club",), "count", domain="strengths"),
            FeatureSpec("school", ("exclusion",), "ever", domain="school"),
        ]
    )
    features = pd.DataFrame(
        {"asb_count_ever": [0, 1, 0], "asb_days_since_last_ever": [np.nan, 3.0, 0.0], "club_count_ever": [1, 1, 1],
         "school_ever_ever": [1, 0, 0]}
    )  # fmt: skip
    assert domain_table(features, catalogue).to_dict("list") == {
        "asb": [False, True, True], "school": [True, False, False],
    }  # fmt: skip
    assert has_record(features, "asb_days_since_last_ever").tolist() == [False, True, True]


def test_who_is_missed_is_plain_counting():
    domains = pd.DataFrame({"asb": [True, False] * 40, "school": [True] * 60 + [False] * 20})
    label, listed = np.arange(80) % 4 != 3, np.arange(80) < 20
    shown = ShownGroups([Attribute("sex", ["a", "b"], np.arange(80) // 40)], set(), np.arange(80), 0)
    made = missed_chapter(domains, {"asb": "Calls"}, label, listed, shown)
    missed = label & ~listed
    assert made["rows"] == {"missed": missed.sum(), "found": (label & listed).sum()}
    told = {domain["title"]: domain for domain in made["domains"]}
    assert list(told) == ["Calls", "school", NONE]
    assert told["Calls"]["missed"]["part"] == (missed & domains["asb"]).sum()
    assert told["Calls"]["found"]["share"] == (label & listed & domains["asb"]).sum() / (label & listed).sum()
    assert told[NONE]["missed"]["part"] == (missed & ~domains.any(axis=1)).sum()
    assert told["school"]["by_group"][1]["part"] == (missed & domains["school"])[40:].sum()


def test_swapping_groups_changes_tables_and_no_score(pack, demo_tables, last_rows):
    _, cohort, features = last_rows
    score = pack.model.decision_function(features)
    made = swap_chapter(pack.model, demo_tables, cohort, score, pack.catalogue, pack.kinds, 3)
    assert made["cells"] > len(demo_tables.children) / 2
    assert (made["changed"], made["largest"]) == (0, 0.0)
    assert made["caution"] == CAUTION == "This says nothing about indirect discrimination"
    moved = swap_chapter(pack.model, demo_tables, cohort, score + (np.arange(len(score)) == 5), pack.catalogue,
                         pack.kinds, 3)  # fmt: skip
    assert (moved["changed"], moved["largest"]) == (1, 1.0)


def test_a_swap_keeps_the_tables_shape_and_every_value(demo_tables):
    changed, cells = swap_groups(demo_tables, np.random.default_rng(1))
    assert cells > 0
    for name in ("children", "residence"):
        before, after = getattr(demo_tables, name), getattr(changed, name)
        assert (before.dtypes == after.dtypes).all()
        assert before.index.equals(after.index)
        for column in before:
            assert (
                before[column]
                .value_counts(dropna=False)
                .sort_index()
                .equals(after[column].value_counts(dropna=False).sort_index())
            )
    assert demo_tables.children["sex"].ne(changed.children["sex"]).any()
    assert demo_tables.children["birth_date"].equals(changed.children["birth_date"])


def test_the_report_of_a_run_holds_the_chapters(demo):
    audit = json.loads((demo / "run" / "audit.json").read_text())
    assert set(audit["chapters"]) == {"missed", "reasons", "lead_time", "proxies", "swap"}
    rows = audit["chapters"]["missed"]["rows"]
    assert rows["missed"] + rows["found"] == audit["positives"]
    assert audit["chapters"]["reasons"]["rows"] == audit["selected"]
    page = (demo / "run" / "fairness.html").read_text()
    assert page.count(CAUTION) == 1
    for words in ("Who is missed", "How early", "The reasons shown", "Can the records tell the group?"):
        assert words in page
    for name in ("missed-by-domain", "lead-time-by-group", "reasons-by-group", "proxies"):
        assert f'download="{name}.csv"' in page
