"""Ids, hubs and words that try to run something: text on every page, and in no log, no pack and no MLflow store."""

from __future__ import annotations

import csv
import re
import shutil
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
import yaml

from ace_risk import load_tables
from ace_risk.data.package import write_tables
from ace_risk.tracking.manifest import MANIFEST

STARTS = (
    '=HYPERLINK("http://evil.example","x")',
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "../../../../etc/passwd",
    "@SUM(A1)",
    "+1+cmd|' /C calc'!A0",
    "{{ 7*7 }}{% raw %}",
    "](javascript:alert(1)) `x`",
)
TRACE = "traceable"
"""Every hostile id holds it, so that one search finds any of them."""
DAY = ("--as-of", "2025-12-01")
SIGNED = ("--name", "<script>alert(1)</script>", "--role", "=1+1", "--until", date.today() + timedelta(30),
          "--without-gate", "<img src=x onerror=alert(2)>")  # fmt: skip


def hostile(tables, folder: Path) -> Path:
    """The tables under hostile ids and hubs, as real ones, which need an approval."""
    ids = {child: f"{STARTS[n % len(STARTS)]}{TRACE}{n}" for n, child in enumerate(tables.children["child_id"])}
    frames = {
        name: frame.assign(child_id=frame["child_id"].map(ids))
        for name in tables.names
        if "child_id" in (frame := getattr(tables, name))
    }
    hubs = {str(hub): f"{STARTS[n % len(STARTS)]}{n}" for n, hub in enumerate(sorted(tables.residence["hub"].unique()))}
    frames["residence"]["hub"] = frames["residence"]["hub"].map(hubs)
    write_tables(replace(tables, **frames, synthetic=False), folder, extra={})
    return folder


@pytest.fixture
def real(demo_tables, approve, tmp_path) -> Path:
    folder = hostile(demo_tables, tmp_path / "data")
    approve(folder, controller="<script>alert(1)</script>", purpose="=1+1 | `x`\n# Signed off")
    return folder


def pages(*folders: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.html")}


class Elements(HTMLParser):
    """The elements of a page as a browser reads them: name and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


def is_harmless(html: str) -> bool:
    """No script but those that the page's own policy names, and no element, event or link that came from the data."""
    elements = Elements(html).found
    policy = next((str(found.get("content")) for _, found in elements if "http-equiv" in found), "")
    links = [str(link) for _, found in elements for name in ("href", "src") if (link := found.get(name))]
    return (
        [tag for tag, _ in elements].count("script") == policy.count("'sha256-")
        and not [tag for tag, _ in elements if tag in ("img", "iframe", "object", "embed")]
        and not [name for _, found in elements for name in found if name.startswith("on")]
        and not [link for link in links if re.match(r"\s*(javascript|data:text/html|https?|//)", link)]
    )


def test_the_check_of_pages_can_fail():
    assert is_harmless("<p>&lt;script&gt;</p>")
    for bad in ("<script>alert(1)</script>", "<img src=x>", '<a href="javascript:x">', "<p onclick='x'>"):
        assert not is_harmless(bad)


def test_hostile_ids_and_hubs_are_text_on_every_output_of_a_team(run_command, demo, real, tmp_path):
    run, out = tmp_path / "run", tmp_path / "out"
    shutil.copytree(demo / "run", run)
    assert run_command("sign-off", run, *SIGNED).returncode == 0
    done = run_command("list", run, "--data", real, *DAY, "--places", 40, "--out", out / "list")
    assert done.returncode == 0, done.stderr
    with (out / "list" / "referrals.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == 40
    assert len({row["child_id"][:6] for row in listed}) == len(STARTS)
    reviewed = run_command("review", run, "--data", real, *DAY, "--hours", 744, "--out", out / "review")
    assert reviewed.returncode == 0, reviewed.stderr
    ids = {row["child_id"].removeprefix("'") for row in listed} & set(load_tables(real).children["child_id"])
    for number, start in enumerate(STARTS[:4]):
        child = min(child for child in ids if child.startswith(start))
        page = run_command("child", run, child, "--data", real, *DAY, "--out", out / f"child{number}")
        assert page.returncode == 0, page.stderr
        assert TRACE not in page.stdout + page.stderr
    for path in out.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert not [cell for cell in row if cell[:1] in tuple("=+-@\t\r")], path.name
    for sheet in openpyxl.load_workbook(out / "list" / "referrals.xlsx"):
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"], sheet.title
    written = pages(*out.iterdir())
    assert {"referrals.html", "review.html", "child.html"} <= written.keys()
    for name, html in written.items():
        assert is_harmless(html), name
        assert "Signed off by &lt;script&gt;" in html, name
    for said in (done, reviewed):
        assert TRACE not in said.stdout + said.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out", "run"]


def test_a_hostile_study_and_acceptance_are_text_on_every_page_of_a_run(run_command, demo, tmp_path):
    """A pack whose words are hostile, with a manifest that fits; its pages say them and run nothing."""
    import json

    from ace_risk.tracking.manifest import write_manifest

    run = Path(shutil.copytree(demo / "run", tmp_path / "run"))
    path = run / "pack" / "study.json"
    study = json.loads(path.read_text())
    words = " ".join(STARTS)
    study |= dict.fromkeys(("title", "purpose", "owner", "contact"), words)
    study["stop"] = {"who": words, "by_when": words}
    path.write_text(json.dumps(study))
    accepted = {"name": words, "role": words, "accepts": ["bar"], "reason": words,
                "starts_on": "2026-01-01", "expires_on": "2099-01-01"}  # fmt: skip
    (run / "acceptances.yaml").write_text(yaml.safe_dump([accepted]))
    (run / "pack" / MANIFEST).unlink()
    write_manifest(run / "pack")
    for command in ("card", "audit"):
        done = run_command(command, run)
        assert done.returncode == 0, done.stderr
    shown = pages(run)
    for name in ("card.html", "young-people.html", "fairness.html"):
        assert is_harmless(shown[name]), name
    for name in ("card.html", "young-people.html"):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown[name], name
        assert "{{ 7*7 }}" in shown[name], name
    for name in ("card.md", "atrs.md"):
        text = (run / name).read_text(encoding="utf-8")
        assert "\\<script\\>" in text, name
        assert not re.search(r"(?<!\\)<[a-z]|(?<!\\)\]\(", text), name
    assert json.loads((run / "card.json").read_text())["owner"] == words


def test_no_child_is_in_anything_that_a_run_holds(demo):
    """Every byte of the run of a demo: pack, pages, figures, trials and the MLflow store."""
    found = {
        str(path.relative_to(demo))
        for path in (demo / "run").rglob("*")
        if path.is_file() and re.search(rb"SYN-[0-9a-f]{10}", path.read_bytes())
    }
    assert found == set()
    assert re.search(rb"SYN-[0-9a-f]{10}", (demo / "list" / "referrals.csv").read_bytes()), "else this could not fail"


@pytest.mark.slow
def test_a_training_on_real_records_names_neither_a_child_nor_who_may_use_them(
    run_command, small_study, approve, tmp_path
):
    config, data = small_study
    folder = hostile(load_tables(data), tmp_path / "data")
    approve(folder, people_allowed=["Ada Holme", "Zebedee Quux"])
    done = run_command("train", "--config", config, "--data", folder, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    hidden = (TRACE, "Zebedee", "Ada Holme")
    assert not [word for word in hidden if word in (done.stdout + done.stderr).replace(str(tmp_path), "")]
    for path in (tmp_path / "run").rglob("*"):
        if path.is_file():
            content = path.read_bytes().replace(str(tmp_path).encode(), b"")
            assert not [word for word in hidden if word.encode() in content], path.name
    card = (tmp_path / "run" / "card.md").read_text(encoding="utf-8")
    assert "Approved by The Constabulary" in card
