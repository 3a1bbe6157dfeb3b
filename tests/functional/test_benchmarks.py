"""The table of `make bench` in a quick run without peers, and the plain path that ours is compared with."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

from ace_risk.kinds import configs_folder


@pytest.fixture
def scripts(monkeypatch):
    """The scripts can import each other, as they do when run; afterwards none of them stays imported."""
    folder = configs_folder().parent / "benchmarks"
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in set(sys.modules) - before:
        if (folder / f"{name}.py").exists():
            del sys.modules[name]


def table_rows(page: str) -> list[list[str]]:
    """The cells of each row of the page's table."""
    lines = [line for line in page.splitlines() if line.startswith("| ")][1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_quick_run_writes_the_table_and_a_peer_that_is_not_there_is_a_row(scripts, tmp_path, capsys):
    import run

    page = tmp_path / "benchmarks.md"
    run.main(["--quick", "--environments", str(tmp_path / "none"), "--out", str(page)])
    rows = table_rows(page.read_text(encoding="utf-8"))
    assert len(rows) == 3
    assert {len(cells) for cells in rows} == {9}
    peers = {cells[1].split()[0]: cells for cells in rows}
    assert peers["featuretools"][2:8] == ["–"] * 6
    assert peers["featuretools"][8] == "failed: there is no .venv-peers; `make bench` makes it"
    for peer, equal, runs in (("pandas", "every value equal", "4, 2"), ("fairlearn", "rates equal to 1e-12", "2, 1")):
        low, middle, high = (float(cell.strip("*").replace(",", "")) for cell in peers[peer][4:7])
        assert 0 < low <= middle <= high
        assert peers[peer][7:] == [runs, equal]
    assert str(tmp_path) not in page.read_text(encoding="utf-8")
    assert capsys.readouterr().out.splitlines()[-1] == "benchmarks.md: 3 rows, 1 of them failed"


def test_a_peer_that_breaks_or_finds_other_values_gets_no_ratio(scripts, tmp_path):
    from comparisons import Comparison, Side, same_values
    from run import Bench

    bench = Bench(tmp_path, tmp_path, quick=False)
    broken = Side("peer_audit", "no such thing")
    [row] = bench.compare(Comparison(broken, broken, {"seconds": "work"}, same_values, {}))
    assert row.failed.startswith("peer_audit: ")
    assert "no such thing" in row.failed
    assert row.markdown().count("|") == 10
    with pytest.raises(Exception, match="values differ"):
        same_values({"checksum": "a"}, {"checksum": "b"})


def test_the_plain_path_finds_the_same_rows_features_labels_and_folds(scripts, demo):
    import plain_path
    import whole_path

    ours, plain = (module.tables_to_features(demo / "data") for module in (whole_path, plain_path))
    pd.testing.assert_frame_equal(ours.cohort[["child_id", "cutoff"]], plain.cohort, check_dtype=False)
    pd.testing.assert_frame_equal(ours.features, plain.features, check_dtype=False, check_names=False)
    pd.testing.assert_series_equal(ours.labels, plain.labels, check_names=False)
    assert ours.digest() == plain.digest()
    assert ours.labels.isna().any()
    assert len(ours.train) > 0
    plain.features.iloc[-1, -1] = -5
    assert ours.digest() != plain.digest()
