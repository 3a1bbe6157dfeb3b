"""Kinds that end observation: who is considered, how rows are counted, and where such a kind is refused."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from ace_risk import Catalogue, FeatureSpec, Outcome, Tables, build_cohort, build_history, load_study
from ace_risk.data.schema import SCHEMA
from ace_risk.errors import StudyError
from ace_risk.features.canary import find_leaks, what_is_known
from ace_risk.features.cohort import censoring_reasons, without_few_deaths
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.models.baselines import load_baselines
from ace_risk.plans import CohortRule

RULE = CohortRule()
AT = pd.Timestamp("2021-07-01").as_unit("us")
TYPES = {"date": "datetime64[us]", "datetime": "datetime64[us]", "integer": "Int8", "boolean": "boolean"}


def tables(deaths, births=None, left=None):
    """Children a to e, each with one record in January 2021; deaths as child, day and day of recording."""
    births, left = births or {}, left or {}
    rows = {
        "children": [[child, births.get(child, "2010-05-12"), "F", None, None, None] for child in "abcde"],
        "residence": [[child, "h", "2015-01-01", left.get(child), "Eden", 3, "2015-01-01"] for child in "abcde"],
        "incidents": [["i", "2021-01-10", "2021-01-10", "asb_nuisance", None, None, None, "police"]],
        "involvement": [["i", child, "subject"] for child in "abcde"],
        "services": [
            [f"s{at}", child, "death", day, None, recorded, None] for at, (child, day, recorded) in enumerate(deaths)
        ],
    }
    frames = {}
    for name, table in SCHEMA.items():
        frame = pd.DataFrame(rows.get(name, []), columns=table.column_names)
        frames[name] = frame.astype({column.name: TYPES.get(column.type, "str") for column in table.columns})
    return Tables(**frames, data_end=pd.Timestamp("2023-01-01").as_unit("us"))


def cohort_of(made):
    return build_cohort(made, build_history(made), RULE, [AT])


def test_a_death_counts_once_under_its_own_reason():
    made = tables(
        deaths=[
            ("a", "2021-09-01", "2021-09-02"),
            ("b", "2021-10-01", "2021-10-02"),
            ("b", "2021-10-01", "2021-11-02"),  # reported by two services
            ("c", "2021-12-01", "2021-12-02"),
            ("d", "2022-08-01", "2022-08-02"),  # after the outcome window
        ],
        births={"c": "2003-12-01"},  # dies on the birthday
        left={"a": "2021-09-01", "e": "2021-10-05"},  # the home of a ends with the death
    )
    cohort = cohort_of(made)
    until = cohort.set_index("child_id")["observed_until"].dt.strftime("%Y-%m-%d").to_dict()
    assert until == {"a": "2021-09-01", "b": "2021-10-01", "c": "2021-12-01", "d": "2022-08-01", "e": "2021-10-05"}
    found = censoring_reasons(cohort, made, RULE, 365)
    assert found == {"data_end": 0, "dies": 3, "comes_of_age": 0, "leaves_area": 1}


def test_the_earliest_of_several_days_of_death_counts():
    made = tables([("a", "2021-10-01", "2021-10-02"), ("a", "2021-09-30", "2021-12-02")])
    assert cohort_of(made).set_index("child_id").loc["a", "observed_until"] == pd.Timestamp("2021-09-30")


def test_only_a_death_that_is_known_takes_a_child_off():
    made = tables(
        [("a", "2021-06-01", "2021-06-30"), ("b", "2021-06-01", "2021-07-01"), ("c", "2021-06-01", "2021-08-01")]
    )
    assert cohort_of(made)["child_id"].tolist() == ["b", "c", "d", "e"]


def test_a_death_brings_no_child_into_the_cohort():
    made = tables([("a", "2021-07-15", "2021-07-16")])
    later = build_cohort(made, build_history(made), CohortRule(seen_within_days=30), [AT + pd.Timedelta(days=20)])
    assert later.empty


def test_the_canary_is_quiet_where_children_die():
    made = tables(
        [("a", "2021-06-01", "2021-06-30"), ("b", "2021-06-01", "2021-07-01"), ("c", "2021-09-01", "2021-09-01")]
    )
    catalogue = Catalogue([FeatureSpec("asb", ["asb_nuisance"], "count")])
    assert find_leaks(made, [AT], what_is_known(RULE, catalogue, load_kinds())) == []


@pytest.mark.parametrize(("dies", "alone"), [(0, True), (1, False), (9, False), (10, True)])
def test_few_deaths_are_not_told_apart(dies, alone):
    reasons = {"data_end": 5, "dies": dies, "comes_of_age": 4, "leaves_area": 30}
    told = without_few_deaths(reasons, fewest=10)
    assert sum(told.values()) == sum(reasons.values())
    assert (told == reasons) is alone
    assert ("dies" in told) is alone


def test_such_a_kind_is_refused_as_feature_outcome_and_rule(tmp_path):
    folder = configs_folder()
    catalogue = yaml.safe_load((folder / "catalogue.yaml").read_text(encoding="utf-8"))
    catalogue["features"][0]["kinds"] = ["death"]
    aces = yaml.safe_load((folder / "aces.yaml").read_text(encoding="utf-8"))
    aces["aces"] = ["death"]
    study = yaml.safe_load((folder / "demo.yaml").read_text(encoding="utf-8"))
    study |= {name: str(folder / f"{name}.yaml") for name in ("catalogue", "aces", "kinds", "codes")}
    study["outcome"] = {"kinds": ["cin"], "after_kinds": ["death"]}
    for name, content in (("catalogue", catalogue), ("aces", aces), ("study", study)):
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    reads = (
        lambda: Outcome(["cin", "death"], 365),
        lambda: Catalogue.from_yaml(tmp_path / "catalogue.yaml"),
        lambda: load_baselines(tmp_path / "aces.yaml", load_kinds()),
        lambda: load_study(tmp_path / "study.yaml"),
    )
    for read in reads:
        with pytest.raises(StudyError, match="death: a kind that ends observation is refused"):
            read()


def test_only_services_end_observation(tmp_path):
    content = yaml.safe_load((configs_folder() / "kinds.yaml").read_text(encoding="utf-8"))
    content["incidents"]["neglect"]["ends_observation"] = True
    path = tmp_path / "kinds.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError, match="neglect: only kinds under services can have ends_observation"):
        load_kinds(path)
