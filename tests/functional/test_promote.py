"""The gate: what it refuses, and what becomes of a run that passes."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ace_risk import AdditiveModel, load_pack
from ace_risk.governance.contest import compare
from ace_risk.pipeline import prepare
from ace_risk.tracking.pack_files import write_pack
from ace_risk.tracking.sign_off import sign_off_statement

ACCEPTED = """\
- name: Ada Holme
  role: Chair of the ethics board
  accepts: [bar, sex, ethnicity, age_band, care_status, deprivation]
  reason: The groups are small; the audit is repeated each quarter.
  starts_on: 2026-01-01
  expires_on: {expires}
"""


def packed(
    folder: Path,
    demo: Path,
    *,
    bar: str | None = None,
    verdict: str | None = None,
    worse: bool = False,
    **model: object,
) -> Path:
    """A run like the demo's with owner, contact and who stops the work; verdicts as told, points reversed if asked."""
    pack = load_pack(demo / "run")
    stop = pack.study.stop.model_copy(update={"who": "The sergeant", "by_when": "within 2 working days"})
    study = pack.study.model_copy(update={"owner": "Head of early help", "contact": "Front desk", "stop": stop})
    evaluation, audit = dict(pack.evaluation), dict(pack.audit or {})
    if bar is not None:
        evaluation |= {"bar": [item | {"verdict": bar} for item in evaluation["bar"]], "verdict": bar}
    if verdict is not None:
        audit["verdicts"] = [row | {"verdict": verdict} for row in audit["verdicts"]]
    if model:
        evaluation["models"] = [evaluation["models"][0] | model, *evaluation["models"][1:]]
    table = reversed_points(pack.model) if worse else pack.model
    write_pack(
        folder / "pack", model=table, study=study, evaluation=evaluation, audit=audit, profile=pack.profile,
        versions=pack.versions, catalogue_yaml=study.catalogue.read_text(encoding="utf-8"),
    )  # fmt: skip
    return folder


def reversed_points(model: AdditiveModel) -> AdditiveModel:
    """The table that puts last whom the model puts first."""
    terms = tuple(
        replace(term, scores=tuple(-score for score in term.scores), missing_score=-term.missing_score)
        for term in model.terms
    )
    return replace(model, terms=terms, directions={})


@pytest.fixture(scope="module")
def passing(demo, tmp_path_factory):
    return packed(tmp_path_factory.mktemp("passing") / "run", demo, bar="meets", verdict="within")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "models"


def aliases(place: Path) -> dict[str, str]:
    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{place.parent / 'mlflow.db'}"
    client = MlflowClient(uri, uri)
    found = client.get_registered_model("demo").aliases
    return {alias: client.get_model_version("demo", version).tags["pack"] for alias, version in found.items()}


def test_the_demo_is_refused_with_every_reason_at_once_and_nothing_is_written(run_command, demo, place):
    done = run_command("promote", demo / "run", "--models", place)
    assert done.returncode == 4
    for words in (
        "bar: ",
        "fairness: sex",
        "card: owner is not given",
        "stop conditions is not given",
        "canary: not run",
    ):
        assert words in done.stderr
    assert not place.exists()
    assert not (place.parent / "mlflow.db").exists()


def test_a_run_that_passes_becomes_champion_and_is_exported(run_command, demo, passing, place, tmp_path):
    run = Path(shutil.copytree(passing, tmp_path / "run"))
    done = run_command("promote", run, "--data", demo / "data", "--models", place)
    assert done.returncode == 0, done.stderr
    assert "The canary is quiet" in done.stdout
    assert "no champion yet" in done.stdout
    pack = load_pack(run)
    assert load_pack(place / "demo").id == pack.id
    assert aliases(place) == {"champion": pack.id}

    other = packed(tmp_path / "other", demo, bar="meets", verdict="within", note="another pack")
    assert run_command("promote", other, "--data", demo / "data", "--models", place, "--candidate").returncode == 0
    assert aliases(place) == {"champion": pack.id, "challenger": load_pack(other).id}
    assert load_pack(place / "demo").id == pack.id
    done = run_command("promote", other, "--data", demo / "data", "--models", place)
    assert done.returncode == 0, done.stderr
    assert "On the same" in done.stdout
    assert aliases(place) == {"champion": load_pack(other).id}
    assert load_pack(place / "demo").id == load_pack(other).id
    assert sorted(path.name for path in place.iterdir()) == ["demo", "promotions.yaml"]
    assert "ace-risk sign-off" in done.stdout
    signing = ("--name", "Ada", "--role", "Head", "--until", date.today() + timedelta(30))
    for promoted in (place / "demo", other):
        assert run_command("sign-off", promoted, *signing).returncode == 0
        stated = sign_off_statement(load_pack(promoted), synthetic=False)
        assert stated.startswith("Signed off by Ada, Head, until")
        assert "gate" not in stated
    shutil.rmtree(place / "demo")
    shutil.copytree(tmp_path / "run" / "pack", place / "demo")  # promoted before the other one took its place
    assert run_command("sign-off", place / "demo", *signing).returncode == 0

    from mlflow.tracking import MlflowClient

    uri = f"sqlite:///{place.parent / 'mlflow.db'}"
    version = MlflowClient(uri, uri).get_model_version_by_alias("demo", "champion")
    assert version.description.startswith("# Model card")
    assert version.tags["gate"] == "passed"
    assert version.tags["verdict"] == "meets"


def test_no_child_is_in_the_registry(run_command, demo, passing, place, tmp_path, demo_tables):
    run = Path(shutil.copytree(passing, tmp_path / "run"))
    assert run_command("promote", run, "--data", demo / "data", "--models", place).returncode == 0
    ids = [str(child).encode() for child in demo_tables.children["child_id"]]
    written = [path for path in [*place.rglob("*"), *(place.parent / "mlruns").rglob("*")] if path.is_file()]
    assert len(written) > 20
    for path in [place.parent / "mlflow.db", *written]:
        content = path.read_bytes()
        assert b"SYN-" not in content, path.name
        assert not any(child in content for child in ids[:50]), path.name


def test_a_challenger_that_reaches_fewer_children_is_refused(run_command, demo, place, tmp_path):
    shutil.copytree(demo / "run" / "pack", place / "demo")
    worse = packed(tmp_path / "run", demo, bar="meets", verdict="within", worse=True)
    done = run_command("promote", worse, "--data", demo / "data", "--models", place)
    assert done.returncode == 4
    assert done.stderr.count("\n  - ") == 1
    assert "champion: On the same" in done.stderr
    assert load_pack(place / "demo").id == load_pack(demo / "run").id


def test_what_chance_explains_is_not_worse_and_another_outcome_is_not_compared(demo, demo_tables, tmp_path):
    """A card that lacks its least line reaches about as many: the interval holds nought, and the sentence says it."""
    challenger = load_pack(demo / "run")
    prepared = prepare(challenger.study, demo_tables, lambda share, step: None)
    least = min(challenger.model.terms, key=lambda term: max(abs(score) for score in term.scores))
    fewer = replace(
        challenger.model, terms=tuple(term for term in challenger.model.terms if term is not least), directions={}
    )
    study = challenger.study
    for number, (model, horizon, told) in enumerate(
        ((fewer, 365, "On the same"), (reversed_points(fewer), 365, "On the same"), (fewer, 182, "another outcome"))
    ):
        outcome = study.outcome.model_copy(update={"horizon_days": horizon})
        write_pack(
            tmp_path / f"{number}" / "pack", model=model, study=study.model_copy(update={"outcome": outcome}),
            evaluation=challenger.evaluation, audit=challenger.audit, profile=challenger.profile,
            versions=challenger.versions, catalogue_yaml=study.catalogue.read_text(encoding="utf-8"),
        )  # fmt: skip
        other = load_pack(tmp_path / f"{number}")
        found = compare(other, challenger, prepared)
        assert told in found.told
        assert found.worse == (number == 1), found.told
        if number == 0:
            low, high = re.search(r"\(([-+]\d+) to ([-+]\d+) in 100\)", found.told).groups()
            assert int(low) < 0 < int(high)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"bar": "does not meet", "verdict": "within"}, "does not meet"),
        ({"bar": "meets", "verdict": "outside"}, "outside the margin of 5 in 100"),
        ({"bar": "meets", "verdict": "within", "calibration_slope": None}, "calibration"),
    ],
)
def test_what_fails_can_not_be_accepted(run_command, demo, place, tmp_path, made, words):
    run = packed(tmp_path / "run", demo, **made)
    (run / "acceptances.yaml").write_text(ACCEPTED.format(expires=date.today() + timedelta(90)))
    done = run_command("promote", run, "--data", demo / "data", "--models", place)
    assert done.returncode == 4
    assert words in done.stderr
    assert not place.exists()


def test_what_is_not_known_can_be_accepted_by_name_until_a_day(run_command, demo, place, tmp_path):
    run = packed(tmp_path / "run", demo)
    assert run_command("promote", run, "--data", demo / "data", "--models", place).returncode == 4
    file = tmp_path / "accepted.yaml"
    file.write_text(ACCEPTED.format(expires=date.today()))
    done = run_command("promote", run, "--data", demo / "data", "--models", place, "--acceptances", file)
    assert done.returncode == 4
    assert "not in force today" in done.stderr
    assert not (run / "acceptances.yaml").exists()
    file.write_text(ACCEPTED.format(expires=date.today() + timedelta(90)).replace("sex,", "sexx,"))
    done = run_command("promote", run, "--data", demo / "data", "--models", place, "--acceptances", file)
    assert done.returncode == 4
    assert "acceptances: 'sexx' is nothing that the gate asks for. Use: bar, sex, ethnicity," in done.stderr
    assert "accept `sex` by name" in done.stderr
    file.write_text(ACCEPTED.format(expires=date.today() + timedelta(90)))
    done = run_command("promote", run, "--data", demo / "data", "--models", place, "--acceptances", file)
    assert done.returncode == 0, done.stderr
    for name in ("card.html", "card.md", "card.json"):
        assert "Ada Holme" in (run / name).read_text(encoding="utf-8"), name
    assert load_pack(place / "demo").id == load_pack(run).id


def test_a_folder_that_is_no_run_is_told(run_command, demo, tmp_path):
    for folder, words in (("missing", "no such folder"), ("data", "holds no pack"), ("run/pack", "never written into")):
        done = run_command("promote", demo / folder)
        assert done.returncode == 2
        assert words in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- name: Ada\n  colour: red\n", "colour: unknown key"),
        (ACCEPTED.format(expires="2025-01-01"), "expires_on must lie after starts_on"),
        ("- !!python/object/apply:os.system [true]\n", "is not plain YAML"),
    ],
)
def test_an_acceptance_that_is_none_is_explained(run_command, demo, passing, place, tmp_path, text, words):
    file = tmp_path / "accepted.yaml"
    file.write_text(text)
    done = run_command("promote", passing, "--models", place, "--acceptances", file)
    assert done.returncode == 2
    assert words in done.stderr


def test_other_data_than_those_of_the_training_are_refused(run_command, passing, place):
    from ace_risk.kinds import configs_folder

    sample = configs_folder().parent / "data" / "synthetic"
    done = run_command("promote", passing, "--data", sample, "--models", place)
    assert done.returncode == 4
    assert "other fingerprints" in done.stderr


def test_anything_but_a_pack_is_never_replaced(run_command, demo, passing, place, tmp_path):
    (place / "demo").mkdir(parents=True)
    (place / "demo" / "notes.txt").write_text("somebody's own")
    done = run_command("promote", passing, "--data", demo / "data", "--models", place)
    assert done.returncode == 5
    assert (place / "demo" / "notes.txt").read_text() == "somebody's own"


def test_any_other_registry_is_taken(run_command, demo, passing, place, tmp_path):
    run = Path(shutil.copytree(passing, tmp_path / "run"))
    (tmp_path / "elsewhere").mkdir()
    uri = f"sqlite:///{tmp_path / 'elsewhere' / 'registry.db'}"
    from mlflow.tracking import MlflowClient

    from ace_risk.tracking.store import quiet_mlflow

    with quiet_mlflow():
        MlflowClient(uri, uri).create_experiment("demo registry", (tmp_path / "elsewhere" / "files").as_uri())
    command = ("promote", run, "--data", demo / "data", "--models", place, "--tracking-uri", uri)
    done = run_command(*command)
    assert done.returncode == 0, done.stderr
    version = MlflowClient(uri, uri).get_model_version_by_alias("demo", "champion")
    assert version.tags["pack"] == load_pack(run).id
    assert not (place.parent / "mlflow.db").exists()


def test_a_pack_alone_is_not_promoted(run_command, demo, place):
    done = run_command("promote", demo / "run" / "pack", "--models", place)
    assert done.returncode == 2
    assert "never written into" in done.stderr
