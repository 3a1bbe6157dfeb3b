from __future__ import annotations

import pytest
import yaml

from ace_risk import load_study
from ace_risk.errors import StudyError
from ace_risk.kinds import configs_folder

DEMO = configs_folder() / "demo.yaml"


@pytest.fixture
def write(tmp_path):
    """Write the demo's study with changes, and give its path."""

    def change(**changes):
        study = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
        for key in ("catalogue", "aces", "kinds", "codes", "outcomes"):
            study[key] = str(configs_folder() / study[key])
        path = tmp_path / "study.yaml"
        path.write_text(yaml.safe_dump({**study, **changes}), encoding="utf-8")
        return path

    return change


def test_paths_are_taken_from_the_files_own_folder():
    study = load_study(DEMO)
    assert study.catalogue == configs_folder() / "catalogue.yaml"


def test_a_study_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_study(DEMO).seed = 8


@pytest.mark.parametrize("name", ["statutory_support", "repeat_missing", "exploitation_concern"])
def test_every_shipped_outcome_says_what_it_is(write, name):
    outcome = load_study(write(outcome=name)).outcome
    assert outcome.name == name
    for text in (outcome.purpose, outcome.stands_for, outcome.may_mislead):
        assert len(text) > 20
    assert (outcome.after_kinds == ("missing",)) == (name == "repeat_missing")


def test_an_outcome_may_be_written_out(write):
    outcome = load_study(write(outcome={"kinds": ["cpp"], "horizon_days": 90})).outcome
    assert (outcome.kinds, outcome.horizon_days) == (("cpp",), 90)


def test_an_unknown_outcome_is_refused_with_the_known_ones(write):
    with pytest.raises(StudyError, match=r"'arrests' is not in outcomes.yaml.*repeat_missing"):
        load_study(write(outcome="arrests"))


def test_a_wrong_outcome_hides_no_other_problem_and_its_own_file_is_named(write, tmp_path):
    with pytest.raises(StudyError) as error:
        load_study(write(outcome="arrests", seed=-1))
    assert "'arrests' is not in" in str(error.value)
    assert "seed" in str(error.value)
    assert "outcome: is empty" not in str(error.value)
    (tmp_path / "ours.yaml").write_text("plan:\n  kind: [cpp]\n", encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load_study(write(outcome="plan", outcomes=str(tmp_path / "ours.yaml"), seed=-1))
    for words in ("ours.yaml: plan.kind: unknown key", "seed"):
        assert words in str(error.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"colour": 1}, ["colour: unknown key"]),
        ({"seed": -1, "folds": {"test_cutoffs": 0}}, ["seed", "folds.test_cutoffs"]),
        ({"name": "Has Spaces"}, ["name"]),
        ({"outcome": {"kinds": ["nonsense"]}}, ["nonsense", "outcome.kinds"]),
        ({"outcome": {"kinds": ["custody"]}}, ["enforcement"]),
        ({"cohort": {"open_plan_kinds": ["nonsense"]}}, ["cohort.open_plan_kinds"]),
        ({"bar": {"calibration_slope": [1.2, 0.8]}}, ["calibration_slope"]),
        ({"world": {"start": "2026-01-01", "end": "2018-01-01"}}, ["world"]),
    ],
)
def test_what_is_wrong_is_named(write, changes, words):
    with pytest.raises(StudyError) as error:
        load_study(write(**changes))
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("text", ["", "- a list", "name: [", "name: !!python/object/apply:os.system ['true']"])
def test_what_is_not_a_study_is_refused(tmp_path, text):
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError):
        load_study(path)


def test_a_file_that_is_not_there_or_not_utf8_is_refused(tmp_path):
    with pytest.raises(StudyError, match="no such file"):
        load_study(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: café".encode("latin-1"))
    with pytest.raises(StudyError, match="UTF-8"):
        load_study(tmp_path / "latin.yaml")
