"""What several tests share: one demo run, made by the command itself."""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from ace_risk.cli import main

ROOT = Path(__file__).resolve().parents[1]
CHILDREN = 2_000
APPROVAL = {
    "controller": "The Constabulary",
    "lawful_basis": "UK GDPR article 6(1)(e)",
    "regime": "UK GDPR",
    "dpia_reference": "DPIA 12",
    "purpose": "Early support",
    "permitted_outcomes": ["statutory_support"],
    "names_parental_conditions": False,
    "people_allowed": ["Ada Holme", "CCP team, Carlisle"],
    "starts_on": date(2026, 1, 1),
    "expires_on": date.today() + timedelta(60),
    "retention_days": 28,
}
"""An approval of data that stand for real ones."""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def in_own_process(*arguments: object) -> Done:
    """Run the command line in a process of its own, with warnings as errors."""
    command = [sys.executable, "-W", "error", "-m", "ace_risk.cli", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)
    return Done(done.returncode, done.stdout, done.stderr)


def here(*arguments: object) -> Done:
    """Run the command line in this process: the same code, without waiting for its imports again."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session", autouse=True)
def own_caches(tmp_path_factory) -> Iterator[None]:
    """Proofs that tables are synthetic are kept in a folder of the tests', never in the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="session")
def run_command():
    """The command line, as a function of its arguments."""
    return here


@pytest.fixture(scope="session")
def demo(tmp_path_factory, worker_id) -> Path:
    """The folder that `ace-risk demo` wrote for a small world; made once, whatever the number of workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "demo"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            done = in_own_process("demo", "--children", CHILDREN, "--out", folder)
            assert done.returncode == 0, done.stderr
            assert str(folder / "index.html") in done.stdout
    return folder


@pytest.fixture
def approve(monkeypatch) -> Callable[..., Path]:
    """Write an approval that holds today beside tables that stand for real ones; whoever runs the test is on it."""
    monkeypatch.setenv("ACE_RISK_PERSON", "Ada Holme")

    def write(folder: Path, **changes: Any) -> Path:
        path = folder / "approval.yaml"
        path.write_text(yaml.safe_dump(APPROVAL | changes, sort_keys=False), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def demo_tables(demo):
    """The six tables of the demo."""
    from ace_risk import load_tables

    return load_tables(demo / "data")


@pytest.fixture(scope="session")
def browser():
    """A real browser: Debian's Chromium, or whichever stands under one of its names."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.fail("a browser named chromium, chromium-browser or google-chrome is needed for tests of pages")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def printed_sides(browser):
    """On how many sides of A4 a page prints."""

    def count(html: str) -> int:
        page = browser.new_page()
        page.set_content(html)
        printed = page.pdf(prefer_css_page_size=True)
        page.close()
        return len(re.findall(rb"/Type\s*/Page\b", printed))

    return count
