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
        {"label": "c", "title": "C", "kinds": ["missing"], "measure": "median", "domain": "trio"},
        {"label": "d", "title": "D", "kinds": ["arrest"], "measure": "count", "domain": "trio"},
    ]
    path = tmp_path / "catalogue.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        Catalogue.from_yaml(path)
    for word in ("nonsense", "space", "tea", "c.measure", "arrest"):
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


CATALOGUE_HEAD = "domains: {home: Home}\nsupport_options: {tea: {text: Tea}}\nfeatures:\n"


def told_of(tmp_path, *entries):
    """What a catalogue file with some features is told."""
    path = tmp_path / "mine.yaml"
    lines = [f"  - {{title: A, measure: count, domain: home, kinds: [missing], {entry}}}\n" for entry in entries]
    path.write_text(CATALOGUE_HEAD + "".join(lines), encoding="utf-8")
    with pytest.raises(StudyError) as error:
        Catalogue.from_yaml(path)
    assert str(error.value).startswith(f"{path}: {len(error.value.problems)} problem")
    return list(error.value.problems)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("label: a, windows: [0]", "a.windows.0: must be a whole number of days from 1 to 36,525, or ever (got 0)"),
        ("label: a, windows: [true]", "a.windows.0: must be a whole number of days from 1 to 36,525"),
        ("label: a, windows: [99999]", "a.windows.0: must be a whole number of days from 1 to 36,525"),
        ("label: a, windows: 365", "a.windows: must be a list"),
        ("label: a, windows: []", "a.windows: needs at least one entry"),
        ("label: a, windows: [30, 30]", "a_count_30d: named twice"),
        ("label: a, grades: [purple]", "a.grades: purple is unknown. Use one of: high, low, medium, very_low."),
        ("label: a, roles: [from_car]", "a.roles: from_car is unknown. Did you mean from_care?"),
        ("label: a, outcome_code: [20]", "a.outcome_code: how a case ended is refused"),
        ("label: a, reason: 'Missing {tims}.'", "a.reason: {tims} is unknown. Use {times}"),
        ("label: a, reason: 'Missing {.'", "a.reason: its braces don't match"),
        ("label: a, expires_days: 0", "a.expires_days: must be whole days from 1 to 36,525"),
        ("label: A b", "A b.label: must start with a small letter"),
        ("windows: [30]", "feature 1.label: is missing"),
    ],
)
def test_each_fault_of_a_feature_is_told_once_with_its_label(tmp_path, entry, words):
    (problem,) = told_of(tmp_path, entry)
    assert problem.startswith(words)


def test_faults_of_several_features_are_told_together(tmp_path):
    problems = told_of(tmp_path, "label: B", "label: c, roles: [nobody]", "label: d", "label: d")
    assert [problem.split(":")[0] for problem in problems] == ["B.label", "c.roles", "d_count_ever"]


def test_a_misspelt_kind_is_told_with_the_nearest(tmp_path):
    path = tmp_path / "mine.yaml"
    entry = "  - {label: a, title: A, kinds: [misssing, arrest], measure: count, domain: home}\n"
    path.write_text(CATALOGUE_HEAD + entry, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        Catalogue.from_yaml(path)
    unknown, refused = error.value.problems
    assert unknown == "a.kinds: misssing is unknown. Did you mean missing?"
    assert refused.startswith("a.kinds: arrest: enforcement records are refused")


def test_how_a_case_ended_is_no_feature():
    with pytest.raises(StudyError, match="column: how a case ended is refused"):
        FeatureSpec("x", ["crime_victim"], "max", column="outcome_code")


@pytest.mark.parametrize("content", ["", "- a\n"])
def test_a_file_without_keys_is_told_in_plain_words(tmp_path, content):
    path = tmp_path / "mine.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match="file: must hold keys and values"):
        Catalogue.from_yaml(path)


def test_a_feature_is_found_by_its_name(shipped):
    assert shipped[shipped.names[3]].name == shipped.names[3]
    with pytest.raises(KeyError, match="no_such"):
        shipped["no_such"]
