"""What is committed can be made again: the sample byte for byte, the pack from its own study and world."""

from __future__ import annotations

import pytest

from ace_risk import build_cohort, build_history, load_pack, load_tables
from ace_risk.data.marker import MARKER
from ace_risk.kinds import configs_folder

ROOT = configs_folder().parent
SAMPLE = ROOT / "data" / "synthetic"


def test_the_sample_is_made_again_byte_for_byte(run_command, tmp_path):
    done = run_command("synth", "--config", configs_folder() / "sample.yaml", "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    names = {str(path.relative_to(SAMPLE)) for path in SAMPLE.rglob("*") if path.is_file()}
    assert names == {
        str(path.relative_to(tmp_path / "again")) for path in (tmp_path / "again").rglob("*") if path.is_file()
    }
    for name in sorted(names):
        assert (SAMPLE / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), f"{name}: run `make sample`"


def test_the_sample_is_small_whole_and_synthetic():
    assert sum(path.stat().st_size for path in SAMPLE.rglob("*") if path.is_file()) < 1_000_000
    tables = load_tables(SAMPLE)
    assert tables.synthetic
    living = tables.residence[tables.residence["end_date"].isna()]["child_id"].nunique()
    assert living == 500
    assert (SAMPLE / MARKER).is_file()


@pytest.mark.parametrize(
    "path", sorted(path for path in (ROOT / "models").iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_an_exported_pack_loads_and_scores_the_sample(path):
    pack = load_pack(path)
    tables = load_tables(SAMPLE)
    history = build_history(tables, pack.kinds)
    scores = pack.score(history, build_cohort(tables, history, pack.study.cohort))
    assert scores["support_need"].between(0, 1).all()
    assert scores["score"].nunique() > 3


@pytest.mark.parametrize("command", ["audit", "card"])
def test_a_pack_is_never_written_into(run_command, command):
    before = sorted(path.name for path in (ROOT / "models" / "demo").iterdir())
    done = run_command(command, ROOT / "models" / "demo")
    assert done.returncode == 2
    assert "never written into" in done.stderr
    assert sorted(path.name for path in (ROOT / "models" / "demo").iterdir()) == before
