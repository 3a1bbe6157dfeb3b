"""Files that name children: earlier lists, objections and additions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ace_risk.errors import StudyError
from ace_risk.referrals.child_file import as_in_data, read_additions, read_objections, written_id
from ace_risk.referrals.previous import changes, read_previous
from ace_risk.report.csv_text import csv_text

ODD = ["=cmd|' /C calc'!A0", "+1", "-2", "@SUM(A1)", "\t=1", " lead", "0012", "1e5", "NA", "a,b", 'q"q', "plain"]


def test_ids_that_a_list_neutralised_are_known_again(tmp_path: Path) -> None:
    rows = [[rank, child] for rank, child in enumerate(ODD, start=1)]
    path = tmp_path / "referrals.csv"
    path.write_bytes(csv_text(["rank", "child_id"], rows).encode())
    assert path.read_text(encoding="utf-8").count(",'") == 5
    assert changes([*ODD, "other"], read_previous(path)) == ["still listed"] * len(ODD) + ["new"]
    raw = pd.DataFrame({"child_id": ODD})
    assert changes([*ODD, "other"], raw) == ["still listed"] * len(ODD) + ["new"]
    assert changes(["any"], None) == ["first list"]


def test_a_list_that_a_spreadsheet_saved_again_is_read(tmp_path: Path) -> None:
    path = tmp_path / "referrals.csv"
    path.write_text("rank,child_id\n1,0012\n", encoding="utf-8-sig")
    assert changes(["0012", "12"], read_previous(path)) == ["still listed", "new"]


@pytest.mark.parametrize("content", ["", "child_id\nC1\n", "rank\n1\n", 'rank,child_id\n1,C1,2,3\n"open'])
def test_other_files_are_not_a_referral_list(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match=r"--previous: .*x\.csv is not a referral list"):
        read_previous(path)


def test_objections_are_ids_as_lists_write_them(tmp_path: Path) -> None:
    path = tmp_path / "objections.csv"
    path.write_text("child_id,noted\nC1,today\n=A1,\n,\nC1,\n", encoding="utf-8")
    assert read_objections(path) == {"C1", written_id("=A1")}
    path.write_text("id\nC1\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"--objections: .* a CSV file in UTF-8 with a column child_id"):
        read_objections(path)
    with pytest.raises(StudyError, match="--objections: "):
        read_objections(tmp_path / "none.csv")


def test_an_objection_is_kept_however_its_id_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "objections.csv"
    path.write_text("child_id\nSYN-1 \n\u00a0syn-2\n =a1\nSYN-9\n", encoding="utf-8")
    found = as_in_data(read_objections(path), pd.Series(["SYN-1", "SYN-2", "=A1", "SYN-3"]))
    assert found == {"SYN-1", "SYN-2", written_id("=A1"), "SYN-9"}
    assert as_in_data(set(), pd.Series(["SYN-1"])) == set()


def test_children_who_were_next_in_line_are_no_list(tmp_path: Path) -> None:
    path = tmp_path / "next-in-line.csv"
    path.write_text("rank,child_id\n201,C1\n202,C2\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"--list: .*next-in-line\.csv has no row of rank 1"):
        read_previous(path, "--list")


def test_additions_need_a_child_and_a_reason_each(tmp_path: Path) -> None:
    path = tmp_path / "additions.csv"
    path.write_text('child_id,reason\nC1,"Met at the  hub,\nwith an aunt."\nC2,School\n', encoding="utf-8")
    assert read_additions(path) == {"C1": "Met at the hub, with an aunt.", "C2": "School"}
    path.write_text(f"child_id,reason\nC1,\nC1,x\n,y\nC3,{'z' * 201}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_additions(path)
    message = str(caught.value)
    for words in ("without a child_id", "without a reason", "with a reason of more than 200 characters",
                  "that name a child a second time"):  # fmt: skip
        assert f"1 rows {words}" in message
    assert "C1" not in message
    assert message.count("\n") == 4
