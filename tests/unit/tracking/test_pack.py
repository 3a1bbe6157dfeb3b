"""Packs: written, read and refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ace_risk.errors import PackError
from ace_risk.features.build import build_features
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm
from ace_risk.tracking.manifest import MANIFEST, write_manifest
from ace_risk.tracking.pack import load_pack
from ace_risk.tracking.pack_files import write_pack

FILES = [
    "aces.yaml", "audit.json", "catalogue.yaml", "codes.yaml", "evaluation.json", "format.json", "kinds.yaml",
    "model.json", "profile.json", "resampled.json", "study.json", "variables.csv", "versions.json",
]  # fmt: skip


def test_scores_the_same_to_the_last_bit(made: SimpleNamespace) -> None:
    scored = load_pack(made.path).score(made.history, made.cohort)
    features = build_features(made.history, made.cohort, made.catalogue)
    np.testing.assert_array_equal(scored["score"], made.model.decision_function(features))
    np.testing.assert_array_equal(scored["support_need"], made.model.predict_proba(features)[:, 1])
    assert scored["score"].nunique() > 5


def test_scores_one_row_per_cohort_row_in_its_order(made: SimpleNamespace) -> None:
    pack = load_pack(made.path)
    scored = pack.score(made.history, made.cohort)
    assert list(scored.columns) == ["child_id", "cutoff", "support_need", "score"]
    pd.testing.assert_index_equal(scored.index, made.cohort.index)
    pd.testing.assert_frame_equal(scored[["child_id", "cutoff"]], made.cohort)
    again = pack.score(made.history, made.cohort.sort_index())
    pd.testing.assert_frame_equal(again, scored.sort_index())


def test_scores_a_cohort_whose_index_repeats(made: SimpleNamespace) -> None:
    pack = load_pack(made.path)
    repeated = made.cohort.set_axis([0] * len(made.cohort))
    expected = pack.score(made.history, made.cohort).set_axis(repeated.index)
    pd.testing.assert_frame_equal(pack.score(made.history, repeated), expected)


def test_reads_back_what_was_written(made: SimpleNamespace) -> None:
    pack = load_pack(made.path)
    assert (pack.id, pack.short_id, pack.path) == (made.id, made.id[:12], made.path)
    assert pack.model == made.model
    assert pack.catalogue.names == made.catalogue.names
    assert pack.kinds == made.study.load_kinds()
    assert pack.evaluation == {"points": {"recall": 0.1 + 0.2, "ppv": None}, "lists": [0, 1, 2]}
    assert pack.audit == made.audit
    assert pack.profile["data_end"] == "2026-01-01T00:00:00"
    assert pack.versions == {"python": "3.11.7"}


def test_the_study_comes_back_with_its_paths_leading_into_the_pack(made: SimpleNamespace) -> None:
    study = load_pack(made.path).study
    files = {"catalogue", "aces", "kinds", "codes"}
    assert study.model_dump(exclude=files) == made.study.model_dump(exclude=files)
    assert {getattr(study, name) for name in files} == {made.path / f"{name}.yaml" for name in files}


def test_no_file_names_the_machine(made: SimpleNamespace) -> None:
    here = [str(made.path.parent), str(made.study.catalogue.parent), str(Path.home())]
    for file in made.path.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not [place for place in here if place in text], file.name


def test_holds_the_documented_files(made: SimpleNamespace) -> None:
    assert sorted(file.name for file in made.path.iterdir()) == sorted([*FILES, MANIFEST])
    assert json.loads((made.path / "format.json").read_text()) == {"format": "ace-risk/pack", "version": 2}


def test_the_same_content_gives_the_same_bytes(made: SimpleNamespace, tmp_path: Path) -> None:
    documents = {key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "audit", "resampled")}
    turned = {key: dict(reversed(getattr(made, key).items())) for key in ("evaluation", "profile", "versions")}
    assert write_pack(tmp_path / "again", **documents, **turned) == made.id
    for name in [*FILES, MANIFEST]:
        assert (tmp_path / "again" / name).read_bytes() == (made.path / name).read_bytes()


def test_other_content_gives_another_id(made: SimpleNamespace, tmp_path: Path) -> None:
    documents = {
        key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "audit", "profile", "versions")
    }
    assert write_pack(tmp_path / "other", **documents, evaluation={}) != made.id


def test_a_pack_without_an_audit(made: SimpleNamespace, tmp_path: Path) -> None:
    documents = {key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "evaluation")}
    write_pack(tmp_path / "pack", **documents, audit=None, profile={}, versions={})
    assert load_pack(tmp_path / "pack").audit is None


def test_a_run_is_read_through_its_pack(pack_folder: Path, made: SimpleNamespace) -> None:
    (pack_folder.parent / "report.html").write_text("beside the pack, so not a part of it")
    assert load_pack(pack_folder.parent).id == made.id
    assert load_pack(str(pack_folder.parent)).path == pack_folder


def test_a_pack_may_lie_anywhere(pack_folder: Path, made: SimpleNamespace) -> None:
    moved = pack_folder.rename(pack_folder.parent / "an other  %41 plåce")
    assert load_pack(moved).id == made.id


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", ["first", "last"])
def test_one_changed_byte_in_any_file_is_named(pack_folder: Path, name: str, place: str) -> None:
    content = bytearray((pack_folder / name).read_bytes())
    content[0 if place == "first" else -1] ^= 1
    (pack_folder / name).write_bytes(content)
    with pytest.raises(PackError) as caught:
        load_pack(pack_folder)
    assert str(caught.value).split("\n")[1:] == [f"  - {name}: was changed"]


def test_one_changed_byte_in_the_manifest_is_refused(pack_folder: Path) -> None:
    content = bytearray((pack_folder / MANIFEST).read_bytes())
    content[0] ^= 1
    (pack_folder / MANIFEST).write_bytes(content)
    with pytest.raises(PackError):
        load_pack(pack_folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(pack_folder: Path, name: str) -> None:
    (pack_folder / name).unlink()
    with pytest.raises(PackError, match=f"{name}: is missing"):
        load_pack(pack_folder)
    write_manifest(pack_folder)
    if name not in ("variables.csv", "aces.yaml"):
        with pytest.raises(PackError, match=name.replace(".", r"\.")):
            load_pack(pack_folder)


def test_an_added_file_is_named(pack_folder: Path) -> None:
    (pack_folder / "children.csv").write_text("child_id\n")
    with pytest.raises(PackError, match=r"children\.csv: is not in manifest\.sha256"):
        load_pack(pack_folder)


def test_a_linked_pack_in_a_run_is_refused(made: SimpleNamespace, tmp_path: Path) -> None:
    (tmp_path / "pack").symlink_to(made.path)
    with pytest.raises(PackError, match="is a symbolic link"):
        load_pack(tmp_path)


def reseal(folder: Path, name: str, content: bytes) -> Path:
    """Change a file and write a manifest that agrees, as somebody who means harm could."""
    (folder / name).write_bytes(content)
    write_manifest(folder)
    return folder


@pytest.mark.parametrize(
    "content",
    [
        {"format": "ace-risk/pack", "version": 1}, {"format": "ace-risk/pack", "version": "2"},
        {"format": "other", "version": 2}, {}, {"format": "ace-risk/pack", "version": 2, "more": 0},
    ],
)  # fmt: skip
def test_an_unknown_format_is_refused(pack_folder: Path, content: dict) -> None:
    reseal(pack_folder, "format.json", json.dumps(content).encode())
    with pytest.raises(PackError, match="Use the release that wrote it"):
        load_pack(pack_folder)


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("variables.csv", "aces.yaml")])
@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe{}", b"[]", b"{", b"[" * 1_100, b"!!python/object/apply:os.system ['touch hacked']"]
)
def test_files_that_make_no_sense_are_refused(
    pack_folder: Path, name: str, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pack_folder.parent)
    if (name, content) == ("resampled.json", b"[]"):
        content = b"[[]]"
    reseal(pack_folder, name, content)
    with pytest.raises(PackError) as caught:
        load_pack(pack_folder)
    assert caught.value.exit_code == 5
    assert not Path("hacked").exists()


def test_a_study_with_an_unknown_key_is_refused(pack_folder: Path) -> None:
    study = json.loads((pack_folder / "study.json").read_text())
    reseal(pack_folder, "study.json", json.dumps(study | {"run": "rm"}).encode())
    with pytest.raises(PackError, match="run: unknown key"):
        load_pack(pack_folder)


def test_a_study_cannot_lead_out_of_the_pack(pack_folder: Path, made: SimpleNamespace) -> None:
    study = json.loads((pack_folder / "study.json").read_text())
    reseal(pack_folder, "study.json", json.dumps(study | {"catalogue": "/etc/passwd", "kinds": "../x"}).encode())
    pack = load_pack(pack_folder)
    assert pack.study.catalogue == pack_folder / "catalogue.yaml"
    assert pack.catalogue.names == made.catalogue.names


def test_a_study_that_contradicts_its_kinds_is_refused(pack_folder: Path) -> None:
    study = json.loads((pack_folder / "study.json").read_text())
    study["outcome"]["kinds"] = ["arrest"]
    reseal(pack_folder, "study.json", json.dumps(study).encode())
    with pytest.raises(PackError, match="enforcement records are refused"):
        load_pack(pack_folder)


def other_model() -> AdditiveModel:
    """A model on a feature that no catalogue may hold."""
    term = FeatureTerm("age_years", (10,), (0, 1), 0, (5, 5), 0)
    return AdditiveModel((term,), LogisticMap(1, 0))


def test_a_model_with_a_feature_outside_the_catalogue_is_refused(made: SimpleNamespace, tmp_path: Path) -> None:
    documents = {key: getattr(made, key) for key in ("study", "catalogue_yaml", "audit", "profile", "versions")}
    with pytest.raises(PackError, match="uses age_years, which"):
        write_pack(tmp_path / "pack", model=other_model(), **documents, evaluation={})
    forged = Path(shutil.copytree(made.path, tmp_path / "forged"))
    reseal(forged, "model.json", other_model().to_json().encode())
    with pytest.raises(PackError, match="uses age_years, which"):
        load_pack(forged)


def test_a_pack_is_written_once(made: SimpleNamespace, pack_folder: Path) -> None:
    documents = {
        key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "audit", "profile", "versions")
    }
    with pytest.raises(PackError, match="holds files already"):
        write_pack(pack_folder, **documents, evaluation={"changed": True})
    assert load_pack(pack_folder).id == made.id


def test_documents_hold_no_frames(made: SimpleNamespace, tmp_path: Path) -> None:
    documents = {key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "audit", "versions")}
    with pytest.raises(TypeError, match="plain values only"):
        write_pack(tmp_path / "pack", **documents, evaluation={}, profile={"children": made.cohort})


def test_resampled_tables_come_back_as_they_were(made: SimpleNamespace, tmp_path: Path) -> None:
    assert load_pack(made.path).resampled == made.resampled
    assert len(made.resampled) == 2
    documents = {key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "audit", "profile")}
    write_pack(tmp_path / "pack", **documents, evaluation={}, versions={})
    assert json.loads((tmp_path / "pack" / "resampled.json").read_text()) == []
    assert load_pack(tmp_path / "pack").resampled == ()


def test_a_resampled_table_that_was_changed_or_reads_other_features_is_refused(
    made: SimpleNamespace, pack_folder: Path, tmp_path: Path
) -> None:
    tables = json.loads((pack_folder / "resampled.json").read_text())
    tables[1]["terms"][0]["scores"][0] += 1
    reseal(pack_folder, "resampled.json", json.dumps(tables).encode())
    with pytest.raises(PackError, match=r"resampled\.json can't be understood.*doesn't match its sha256"):
        load_pack(pack_folder)
    reseal(pack_folder, "resampled.json", f"[{other_model().to_json()}]".encode())
    with pytest.raises(PackError, match=r"1 of 1 tables in resampled\.json read other features"):
        load_pack(pack_folder)
    documents = {key: getattr(made, key) for key in ("model", "study", "catalogue_yaml", "audit", "profile")}
    with pytest.raises(PackError, match="read other features than the model"):
        write_pack(tmp_path / "other", **documents, evaluation={}, versions={}, resampled=[other_model()])
