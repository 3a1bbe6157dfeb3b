from __future__ import annotations

import pytest
import yaml

from ace_risk import Catalogue, FeatureSpec, Outcome
from ace_risk.errors import StudyError
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.report.words import find_forbidden

SHIPPED = configs_folder() / "catalogue.yaml"


@pytest.fixture(scope="module")
def shipped():
    return Catalogue.from_yaml(SHIPPED)


def test_shipped_catalogue_covers_the_domains(shipped):
    assert len(shipped) >= 25
    assert {"trio", "missing", "asb", "harm", "exploitation", "support", "strengths"} <= {
        spec.domain for spec in shipped
    }


def test_no_shipped_feature_or_outcome_reads_an_enforcement_record(shipped):
    enforcement = load_kinds().enforcement
    assert enforcement >= {"arrest", "charge", "custody", "stop_search", "first_time_entry", "crime", "weapons"}
    for spec in shipped:
        assert not set(spec.kinds) & enforcement, spec.name


def test_every_shipped_feature_says_something_and_expires(shipped):
    for spec in shipped:
        assert spec.reason.endswith("."), spec.name
        assert "{" in spec.reason, spec.name
        assert spec.expires_days or spec.domain == "strengths", spec.name
        assert spec.support or spec.domain == "strengths", spec.name


def test_shipped_words_are_fit_to_be_read(shipped):
    texts = [spec.title + " " + spec.reason for spec in shipped] + [
        option.text for option in shipped.support_options.values()
    ]
    assert find_forbidden(" ".join(texts)) == []


@pytest.mark.parametrize("kind", ["arrest", "charge", "custody", "stop_search", "first_time_entry"])
def test_enforcement_kinds_are_refused(kind):
    with pytest.raises(StudyError, match="enforcement"):
        FeatureSpec("x", ["missing", kind], "count")
    with pytest.raises(StudyError, match="enforcement"):
        Outcome(["cin", kind], 365)


def test_kinds_that_a_file_marks_as_enforcement_are_refused_too(tmp_path):
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    content["features"][0]["kinds"] = ["weapons"]
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError, match=r"weapons: enforcement"):
        Catalogue.from_yaml(path)
    with pytest.raises(StudyError, match=r"crime: enforcement"):
        Outcome(["crime"], 30)


def test_every_problem_of_a_catalogue_is_told_at_once(tmp_path):
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    content["features"] = [
        {"label": "a", "title": "A", "kinds": ["nonsense"], "measure": "count", "domain": "trio"},
        {"label": "b", "title": "B", "kinds": ["missing"], "measure": "count", "domain": "space", "support": ["tea"]},
    ]
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        Catalogue.from_yaml(path)
    for word in ("nonsense", "space", "tea"):
        assert word in str(error.value)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"label": "Bad Name"}, "label"),
        ({"measure": "median"}, "measure"),
        ({"direction": "up"}, "direction"),
        ({"window_days": 0}, "window_days"),
        ({"measure": "sum"}, "column"),
        ({"kinds": []}, "kinds"),
    ],
)
def test_a_feature_that_makes_no_sense_is_refused(change, word):
    values = {"label": "x", "kinds": ["missing"], "measure": "count", **change}
    with pytest.raises(StudyError, match=word):
        FeatureSpec(**values)


def test_names_are_made_from_label_measure_and_window():
    assert FeatureSpec("missing", ["missing"], "count", 365).name == "missing_count_365d"
    assert FeatureSpec("missing", ["missing"], "days_since_last").name == "missing_days_since_last_ever"


def test_two_features_with_one_name_are_refused():
    spec = FeatureSpec("x", ["missing"], "count")
    with pytest.raises(StudyError, match="x_count_ever"):
        Catalogue([spec, spec])
