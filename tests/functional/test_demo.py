"""The whole path, as its readers meet it."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from html import unescape

import numpy as np
import openpyxl
import pandas as pd
import pytest

from ace_risk import build_cohort, build_history, load_pack, load_tables
from ace_risk.referrals.columns import REFERRAL_COLUMNS
from ace_risk.report.words import find_forbidden

PAGES = ("index.html", "list/referrals.html", "run/evaluation.html", "run/fairness.html", "run/card.html",
         "run/young-people.html")  # fmt: skip


@pytest.fixture(scope="module")
def listed(demo):
    with (demo / "list" / "referrals.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_output_is_there(demo):
    others = (
        "run/card.md", "run/card.json", "run/atrs.md", "run/atrs.json", "run/audit.json", "run/evaluation.json",
        "run/mlflow.db", "run/pack/manifest.sha256", "list/referrals.xlsx", "list/referrals.txt",
        "data/datapackage.json",
    )  # fmt: skip
    for name in (*PAGES, *others):
        assert (demo / name).stat().st_size > 100, name


def test_nothing_half_written_is_left(demo):
    assert [path for path in demo.rglob("*") if path.name.endswith((".part", ".old"))] == []


@pytest.mark.parametrize("page", PAGES)
def test_pages_send_no_request_and_use_fit_words(demo, page):
    html = unescape((demo / page).read_text(encoding="utf-8"))
    links = re.findall(r"""(?:src|href|action|data)\s*=\s*["']([^"']+)""", html)
    assert [link for link in links if link.startswith(("http", "//", "ftp"))] == []
    assert "default-src 'none'" in html
    assert "@import" not in html
    assert find_forbidden(re.sub(r"<[^>]+>", " ", html)) == []


def test_links_of_the_start_page_lead_somewhere(demo):
    html = (demo / "index.html").read_text(encoding="utf-8")
    targets = re.findall(r'href="([^"#]+)"', html)
    assert len(targets) >= 4
    assert [target for target in targets if not (demo / target).exists()] == []


def test_the_list_has_the_contracts_columns_in_every_format(demo, listed):
    assert tuple(listed[0]) == REFERRAL_COLUMNS
    sheet = openpyxl.load_workbook(demo / "list" / "referrals.xlsx").worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if row[0] == "rank")
    assert tuple(head[: len(REFERRAL_COLUMNS)]) == REFERRAL_COLUMNS
    html = (demo / "list" / "referrals.html").read_text(encoding="utf-8")
    assert all(row["child_id"] in html for row in listed)


def test_evidence_on_the_card_leads_somewhere(demo):
    html = (demo / "run" / "card.html").read_text(encoding="utf-8")
    targets = set(re.findall(r'href="([^"#]+)"', html))
    assert len(targets) >= 6
    assert [target for target in targets if not (demo / "run" / target).exists()] == []


def test_ranks_follow_the_score(listed):
    scores = [float(row["score"]) for row in listed]
    assert [int(row["rank"]) for row in listed] == list(range(1, len(listed) + 1))
    assert scores == sorted(scores, reverse=True)
    assert len({row["child_id"] for row in listed}) == len(listed)


def test_children_with_different_histories_have_different_sentences(listed):
    reasons = [row["reason_1"] for row in listed]
    assert all(reasons)
    assert len(set(reasons)) > 0.8 * len(reasons)
    assert all(re.search(r"\d{4}", reason) for reason in reasons)


def test_no_sentence_names_age_ethnicity_sex_or_place(demo, listed, demo_tables):
    hubs = set(demo_tables.residence["hub"])
    words = re.compile(r"\b(boys?|girls?|male|female|years old|aged|white|black|asian|mixed|postcode|estate)\b", re.I)
    for row in listed:
        text = " ".join(row[name] for name in ("reason_1", "reason_2", "reason_3", "reason_4", "strengths"))
        assert not words.search(text), row["rank"]
        assert not any(hub in text for hub in hubs), row["rank"]
        assert find_forbidden(" ".join(row.values())) == []


NOTICES = re.compile(
    r"Police sent (\d+) safeguarding notices?(?P<worse> graded amber or red)? "
    r"(?P<window>in the last 12 months|in the last 5 years|so far),.*?(?P<last>\d+ \w+ \d{4})\.$"
)
WINDOW_DAYS = {"in the last 12 months": 365, "in the last 5 years": 1827, "so far": 10_000}


def test_counts_and_dates_in_reasons_are_those_of_the_raw_tables(listed, demo_tables):
    """Recompute the sentences about police notices from the tables themselves."""
    as_of = pd.Timestamp("2026-01-01")
    sentences = [(row["child_id"], row[f"reason_{number}"]) for row in listed for number in (1, 2, 3, 4)]
    told = [(child, found) for child, text in sentences if (found := NOTICES.search(text))]
    for child, found in told:
        named = demo_tables.involvement.loc[demo_tables.involvement["child_id"] == child, "incident_id"]
        incidents = demo_tables.incidents
        known = incidents[incidents["incident_id"].isin(named) & (incidents["kind"] == "ppn")]
        known = known[(known["recorded_at"] < as_of) & (known["occurred_at"] < as_of)]
        known = known[known["occurred_at"] >= as_of - pd.Timedelta(days=WINDOW_DAYS[found["window"]])]
        known = known[known["grade"].isin(["amber", "red"])] if found["worse"] else known
        last = known["occurred_at"].max()
        assert int(found[1]) == len(known)
        assert found["last"] == f"{last.day} {last:%B %Y}"
    assert told or not any("Police sent" in text for _, text in sentences)


def test_nobody_on_the_list_has_an_open_statutory_plan(listed, demo_tables):
    as_of = pd.Timestamp("2026-01-01")
    plans = demo_tables.services[demo_tables.services["kind"].isin(["cin", "s47", "cpp", "looked_after"])]
    known = plans[(plans["start_date"] < as_of) & (plans["recorded_at"] < as_of)]
    still = known[known["end_date"].isna() | (known["end_recorded_at"] >= as_of) | (known["end_date"] > as_of)]
    assert not {row["child_id"] for row in listed} & set(still["child_id"])


def test_the_pack_loads_again_and_scores_the_same_to_the_last_bit(demo, demo_tables, listed):
    pack = load_pack(demo / "run")
    history = build_history(demo_tables, pack.kinds)
    cohort = build_cohort(demo_tables, history, pack.study.cohort, [pd.Timestamp("2026-01-01")], pack.kinds)
    scored = pack.score(history, cohort).set_index("child_id")
    again = load_pack(demo / "run" / "pack").score(history, cohort).set_index("child_id")
    assert np.array_equal(scored.to_numpy()[:, 1:].astype(float), again.to_numpy()[:, 1:].astype(float))
    for row in listed:
        assert scored.loc[row["child_id"], "score"] == float(row["score"])
        assert round(scored.loc[row["child_id"], "support_need"], 4) == float(row["support_need"])


def test_the_report_says_plainly_how_the_card_compares_with_counting(demo):
    evaluation = json.loads((demo / "run" / "evaluation.json").read_text(encoding="utf-8"))
    reached = {model["name"]: model["children"]["reached"] for model in evaluation["models"]}
    ours, counting = reached["points_card"], reached["ace_count"]
    words = (
        f"{ours - counting:,} more than" if ours > counting else "no more than" if ours == counting else "fewer than"
    )
    assert words in evaluation["sentences"][2]
    assert evaluation["sentences"][2] in (demo / "run" / "evaluation.html").read_text(encoding="utf-8")


def test_the_audit_covers_every_attribute_with_intervals(demo):
    audit = json.loads((demo / "run" / "audit.json").read_text(encoding="utf-8"))
    assert {row["attribute"] for row in audit["by_group"]} == {
        "sex", "ethnicity", "ethnicity_18", "age_band", "care_status", "disability", "deprivation", "hub",
    }  # fmt: skip
    assert sum(row["role"] == "primary" for row in audit["verdicts"]) >= audit["primary_comparisons"] > 0
    assert audit["answer"] in ("within", "outside", "not enough evidence")
    shown = [row for row in audit["by_group"] if isinstance(row["tpr"], float)]
    assert shown
    assert all(row["tpr_low"] <= row["tpr"] <= row["tpr_high"] for row in shown)


def test_nothing_about_a_child_is_in_the_run(demo, demo_tables):
    ids = [identity.encode() for identity in demo_tables.children["child_id"]]
    for path in (demo / "run").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"SYN-" not in content or not any(identity in content for identity in ids), path.name


def test_mlflow_holds_parameters_metrics_and_the_pack(demo):
    with sqlite3.connect(f"file:{demo / 'run' / 'mlflow.db'}?mode=ro", uri=True) as store:
        metrics = {row[0] for row in store.execute("select key from metrics")}
        users = {row[0] for row in store.execute("select user_id from runs")}
        status = {row[0] for row in store.execute("select status from runs")}
    assert "points_card.recall" in metrics
    assert users <= {"", None}
    assert status == {"FINISHED"}
    assert list((demo / "run" / "mlruns").rglob("manifest.sha256"))


def test_the_same_command_gives_the_same_world_and_the_same_pack(demo, run_command, tmp_path):
    done = run_command("demo", "--children", 2_000, "--out", tmp_path / "again")
    assert done.returncode == 0, done.stderr
    for name in ("data/incidents.parquet", "data/datapackage.json", "run/pack/manifest.sha256"):
        assert (tmp_path / "again" / name).read_bytes() == (demo / name).read_bytes(), name
    assert load_tables(tmp_path / "again" / "data").synthetic
