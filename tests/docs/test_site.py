"""The documentation site: its pages say what the code says, hang together, and need nothing from elsewhere."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml

import ace_risk

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def builder():
    found = spec_from_file_location("build_reference", DOCS / "build_reference.py")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


def without_code(text):
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def named_pages(part):
    """Every page that the navigation names, at any depth."""
    if isinstance(part, str):
        return [part]
    return [page for entry in (part.values() if isinstance(part, dict) else part) for page in named_pages(entry)]


@pytest.mark.parametrize("page", builder().PAGES)
def test_a_page_made_from_the_code_is_what_the_code_says(page):
    assert (DOCS / page).read_text(encoding="utf-8") == builder().PAGES[page](), "run `make reference`"


def test_every_page_is_in_the_navigation_once():
    assert sorted(named_pages(SITE["nav"])) == [str(page.relative_to(DOCS)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_and_pictures_lead_somewhere_inside_the_docs(page):
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8")))
    for target in targets:
        path = (page.parent / target.split("#")[0]).resolve()
        assert path.is_file(), target
        assert path.is_relative_to(DOCS), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pictures_say_in_words_what_they_show(page):
    for words in re.findall(r"!\[([^\]]*)\]", page.read_text(encoding="utf-8")):
        assert len(words.split()) >= 5


def test_files_that_the_governance_map_names_are_there():
    text = (DOCS / "governance.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", text)
    assert len(named) >= 10
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_governance_map_names_every_rule_that_the_project_keeps():
    text = (DOCS / "governance.md").read_text(encoding="utf-8")
    rules = ("ATRS", "Covenant", "Authorised", "ALGO-CARE", "section 149", "50A to 50D", "UK GDPR",
             "Working Together", "Children's code")  # fmt: skip
    assert [rule for rule in rules if not re.search(rf"^## .*{rule}", text, re.MULTILINE)] == []


def test_the_python_page_names_every_public_name():
    text = (DOCS / "python.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^::: ace_risk\..*\.(\w+)$", text, re.MULTILINE)) == sorted(ace_risk.__all__)


def test_commands_in_the_docs_exist_with_their_options(run_command):
    helps: dict[str, str] = {}
    for page in PAGES:
        if page.name == "commands.md":
            continue
        for line in re.findall(r"^ace-risk (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            name, *words = line.split("#")[0].split()
            if name not in helps:
                helps[name] = run_command(name, "--help").stdout
            for option in (word for word in words if word.startswith("--")):
                assert re.search(rf"{option}\b", helps[name]), (page.name, line)
    assert len(helps) >= 8


def test_the_theme_asks_for_no_font_from_elsewhere():
    assert SITE["theme"]["font"] is False
    assert not {"extra_javascript", "extra_css", "repo_url", "site_url"} & set(SITE)
