"""The list as CSV, spreadsheet, page and text."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from ace_risk.referrals.columns import BESIDE_COLUMNS, DECISION_COLUMNS, DECISIONS, REFERRAL_COLUMNS
from ace_risk.referrals.export import list_data, write_list
from ace_risk.referrals.workbook import naive
from ace_risk.report.csv_text import neutral
from ace_risk.report.page import Header

HOSTILE = "=cmd|' /C calc'!A0"
HEADER = Header(
    title="Referral list for 12 May 2026",
    what="Children whom the records suggest visiting first.",
    made_at=datetime(2026, 5, 12, 9, 30),
    expires_at=datetime(2026, 6, 9, 9, 30),
    statement="Synthetic data: no real child appears here.",
    purpose="To offer early support.",
    pack_id="3f9ac1d07e52",
)


@pytest.fixture
def frame() -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "rank": rank, "child_id": f"SYN-{rank:010x}", "hub": hub, "age_years": 7, "support_need": 0.31, "score": -2,
            "band": "well inside", "reason_1": "Reported missing twice, “once” overnight.",
            "reason_2": "Second, with comma",
            "reason_3": "", "reason_4": None, "strengths": "A trusted adult.",
            "support_options": "mentoring; youth club",
            "data_gaps": "", "changed_since_last": "new", "list_made_at": pd.Timestamp(2026, 5, 12, 9, 30),
            "list_expires_at": pd.Timestamp(2026, 6, 9, 9, 30), "pack": "3f9ac1d0", "visit": "V001",
            "safe_contact": True, "new": True,
        }
        for rank, hub in enumerate(["Barrow", HOSTILE, "\t=1+1", "Łódź \u202e"], start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def folder(tmp_path: Path, frame: pd.DataFrame) -> Path:
    write_list(tmp_path, frame, HEADER, places=4)
    return tmp_path


def test_five_files_and_one_more_where_there_was_a_list_before(tmp_path: Path, frame: pd.DataFrame) -> None:
    paths = write_list(tmp_path, frame, HEADER)
    names = ["referrals.csv", "referrals.xlsx", "referrals.html", "referrals.txt", "next-in-line.csv"]
    assert [path.name for path in paths] == names
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    left = pd.DataFrame({"child_id": ["=A1", "B"], "why": ["moved away", "turned 18"]})
    assert [path.name for path in write_list(tmp_path, frame, HEADER, left=left)] == [*names, "left-the-list.csv"]
    rows = (tmp_path / "left-the-list.csv").read_bytes()
    assert rows == b"child_id,why\r\n'=A1,moved away\r\nB,turned 18\r\n"
    html = (tmp_path / "referrals.html").read_text(encoding="utf-8")
    assert "2 of the last list are no longer listed." in html
    assert html.index("No longer on the list") < html.index("Moved away")


def test_csv_has_the_contract_columns_and_neutral_cells(folder: Path, frame: pd.DataFrame) -> None:
    content = (folder / "referrals.csv").read_bytes()
    assert content.count(b"\r\n") == len(frame) + 1
    assert content.decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    assert tuple(rows[0]) == REFERRAL_COLUMNS
    assert [row["hub"] for row in rows] == ["Barrow", f"'{HOSTILE}", "'\t=1+1", "Łódź \u202e"]
    assert rows[0]["score"] == "-2", "a number stays a number"
    assert rows[0]["list_made_at"] == "2026-05-12T09:30:00"
    assert rows[0]["reason_4"] == ""
    assert not any(cell.startswith(("=", "+", "@", "\t")) for row in rows for cell in row.values())


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_every_start_of_a_formula_is_neutralised(start: str) -> None:
    assert neutral(f"{start}1") == f"'{start}1"


def test_sheet_opens_with_what_to_read_first(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "referrals.xlsx").active
    assert sheet is not None
    first = [sheet.cell(row, 1).value for row in range(1, 12)]
    head = first.index("rank") + 1
    notes = " ".join(str(text) for text in first[: head - 1])
    for words in ("Synthetic data", "To offer early support.", "9 June 2026, 09:30", "reached safely", "not a measure"):
        assert words in notes
    assert [cell.value for cell in sheet[head]] == [*REFERRAL_COLUMNS, *DECISION_COLUMNS, *BESIDE_COLUMNS]
    assert sheet.freeze_panes == f"C{head + 1}"
    assert sheet.auto_filter.ref is not None
    assert sheet.auto_filter.ref.startswith(f"A{head}:")


def test_at_most_four_rows_stay_in_view_and_hold_their_text(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "referrals.xlsx").active
    assert sheet is not None
    head = next(cell.row for cell in sheet["A"] if cell.value == "rank")
    assert head <= 4
    for row in range(2, head):
        merged = next(area for area in sheet.merged_cells.ranges if area.min_row == row)
        assert merged.min_col == 1
        width = sum(
            sheet.column_dimensions[openpyxl.utils.get_column_letter(c)].width for c in range(1, merged.max_col + 1)
        )
        lines = len(str(sheet.cell(row, 1).value)) / width
        assert sheet.cell(row, 1).alignment.wrap_text
        assert sheet.row_dimensions[row].height >= 13 * lines
    assert sum(sheet.row_dimensions[row].height or 15 for row in range(1, head + 1)) < 200


def test_every_column_explains_itself(folder: Path, frame: pd.DataFrame) -> None:
    sheet = openpyxl.load_workbook(folder / "referrals.xlsx").active
    assert sheet is not None
    head = next(cell.row for cell in sheet["A"] if cell.value == "rank")
    comments = {cell.value: cell.comment for cell in sheet[head]}
    assert all(comment is not None and len(comment.text) > 10 for comment in comments.values())
    need = sheet.cell(head + 1, REFERRAL_COLUMNS.index("support_need") + 1)
    assert need.number_format == "0%"


def test_the_outcome_s_words_reach_the_page(tmp_path: Path, frame: pd.DataFrame) -> None:
    write_list(tmp_path, frame, HEADER, outcome="a plan agreed")
    assert "the model expects 31 to have a plan agreed." in (tmp_path / "referrals.html").read_text(encoding="utf-8")


def test_sheet_holds_text_dates_and_no_formula(folder: Path, frame: pd.DataFrame) -> None:
    sheet = openpyxl.load_workbook(folder / "referrals.xlsx").active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    head = next(cell.row for cell in cells if cell.value == "rank")
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=head + 1, max_row=head + len(frame))]
    hub, made = REFERRAL_COLUMNS.index("hub"), REFERRAL_COLUMNS.index("list_made_at")
    assert [row[hub] for row in rows] == list(frame["hub"])
    assert rows[0][made] == datetime(2026, 5, 12, 9, 30)
    assert rows[0][REFERRAL_COLUMNS.index("support_need")] == 0.31
    assert all(value is None for row in rows for value in row[len(REFERRAL_COLUMNS) :])


def test_sheet_says_what_the_page_says_besides(tmp_path: Path, frame: pd.DataFrame) -> None:
    count = len(frame)
    support = "=Early help: open since 1 May 2026."
    told = frame.assign(other_children_at_home=range(count), support_now=support, counted=0.24)
    write_list(tmp_path, told, HEADER)
    sheet = openpyxl.load_workbook(tmp_path / "referrals.xlsx").active
    assert sheet is not None
    head = next(cell.row for cell in sheet["A"] if cell.value == "rank")
    rows = [[cell.value for cell in row][-3:] for row in sheet.iter_rows(min_row=head + 1, max_row=head + count)]
    assert rows == [[number, support, 0.24] for number in range(count)]
    assert sheet.cell(head + 1, sheet.max_column).number_format == "0%"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert "Early help: open since 1 May 2026." in (tmp_path / "referrals.html").read_text()


def test_a_row_shows_four_offers_and_folds_the_rest(tmp_path: Path, frame: pd.DataFrame) -> None:
    """Safe contact stands before them and isn't counted; CSV and sheet hold every offer."""
    offers = ["Check safe contact first", *(f"offer number {n}" for n in range(1, 8))]
    write_list(tmp_path, frame.iloc[:1].assign(support_options="; ".join(offers)), HEADER)
    page = (tmp_path / "referrals.html").read_text(encoding="utf-8")
    before, folded = page.split("<details><summary>3 more offers</summary>")
    assert [n for n in range(1, 8) if f"Offer number {n}" in before] == [1, 2, 3, 4]
    assert [n for n in range(1, 8) if f"Offer number {n}" in folded.split("</details>")[0]] == [5, 6, 7]
    assert "3 more on the child's page." in before.replace("&#39;", "'")
    assert "; ".join(offers) in (tmp_path / "referrals.csv").read_text(encoding="utf-8")


def test_sheet_offers_the_decisions(folder: Path) -> None:
    sheet = openpyxl.load_workbook(folder / "referrals.xlsx").active
    assert sheet is not None
    rules = {rule.type: rule for rule in sheet.data_validations.dataValidation}
    assert rules["list"].formula1 == '"' + ",".join(DECISIONS) + '"'
    column = len(REFERRAL_COLUMNS) + 1
    assert str(rules["list"].sqref).startswith(openpyxl.utils.get_column_letter(column))
    assert "date" in rules


def test_same_input_same_bytes(tmp_path: Path, folder: Path, frame: pd.DataFrame) -> None:
    again = tmp_path / "again"
    again.mkdir()
    for path in write_list(again, frame, HEADER, places=4):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_text_says_what_to_read_first(folder: Path) -> None:
    text = (folder / "referrals.txt").read_text(encoding="utf-8")
    assert text.startswith("Referral list for 12 May 2026\n====")
    for words in ("Made on 12 May 2026, 09:30. Not to be used from 9 June 2026, 09:30.", "reached safely", "Purpose:"):
        assert words in text


def test_page_is_the_list(folder: Path) -> None:
    html = (folder / "referrals.html").read_text(encoding="utf-8")
    assert html.count("<article") == 4
    assert html.count("Check safe contact first") == 4
    assert "nan" not in html.lower().split("</style>")[1].replace("cannot", "")


def test_next_in_line_is_apart_from_the_list(tmp_path: Path, frame: pd.DataFrame) -> None:
    write_list(tmp_path, frame.iloc[:3], HEADER, places=3, next_in_line=frame.iloc[3:])
    below = frame["child_id"].iloc[3]
    assert below in (tmp_path / "referrals.html").read_text(encoding="utf-8")
    assert below not in (tmp_path / "referrals.csv").read_text(encoding="utf-8")
    content = (tmp_path / "next-in-line.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert tuple(rows[0]) == REFERRAL_COLUMNS
    assert [row["child_id"] for row in rows] == [below]


def test_siblings_and_additions_show_on_the_page(tmp_path: Path, frame: pd.DataFrame) -> None:
    marked = frame.assign(other_children_at_home=[1, 2, 0, 0], new=False, band="near the cut-off")
    marked.loc[3, "changed_since_last"] = "added by a worker: <b>asked</b>"
    write_list(tmp_path, marked, HEADER, places=3, resampled_lists=50)
    html = (tmp_path / "referrals.html").read_text(encoding="utf-8")
    for words in (
        "1 other child at home, not on this list", "2 other children at home, not on this list",
        "Added by a worker: &lt;b&gt;asked&lt;/b&gt;", "1 added by a worker, beyond the places.",
        "4 near the cut-off: of 50 lists made with other families in the training data, at least 1 in 10",
    ):  # fmt: skip
        assert words in html, words
    assert html.count("at home, not on this list") == 2


def test_list_data_takes_hubs_from_both(frame: pd.DataFrame) -> None:
    data = list_data(frame.iloc[:1], frame.iloc[3:])
    assert data["hubs"] == ["Barrow", "Łódź \u202e"]
    assert data["places"] == 1
    assert data["rows"][0]["reason_4"] is None


def test_an_empty_list_can_be_written(tmp_path: Path, frame: pd.DataFrame) -> None:
    write_list(tmp_path, frame.iloc[:0], HEADER, places=0)
    assert (tmp_path / "referrals.csv").read_text(encoding="utf-8").startswith("rank,child_id,hub")


def test_missing_columns_are_named(tmp_path: Path, frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="missing columns hub, visit"):
        write_list(tmp_path, frame.drop(columns=["hub", "visit"]), HEADER)
    assert not list(tmp_path.iterdir())


def test_a_moment_with_a_zone_becomes_utc() -> None:
    assert naive(datetime(2026, 5, 12, 9, 30, tzinfo=UTC)) == datetime(2026, 5, 12, 9, 30)
    assert naive(pd.Timestamp("2026-05-12 09:30", tz="Europe/London")) == datetime(2026, 5, 12, 8, 30)
