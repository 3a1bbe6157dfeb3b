"""What the how-to pages show as YAML or CSV works as they say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from ace_risk.cards.acceptances import read_acceptances
from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import configs_folder, load_kinds
from ace_risk.referrals.child_file import read_additions, read_objections
from ace_risk.study import load_study

DOCS = Path(__file__).resolve().parents[2] / "docs"


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def configs(tmp_path):
    """The shipped files, with what the page on features and outcomes adds to them."""
    kinds, features, outcome = blocks("own-features-and-outcome.md", "yaml")
    parts = {
        "kinds.yaml": ("incidents", kinds),
        "catalogue.yaml": ("features", features),
        "outcomes.yaml": ("", outcome),
    }
    for path in configs_folder().glob("*.yaml"):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        part, text = parts.get(path.name, ("", "{}"))
        added = yaml.safe_load(text)
        if part == "features":
            content[part] += added[part]
        elif part:
            content[part] |= added[part]
        else:
            content |= added
        (tmp_path / path.name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return tmp_path


def test_the_kind_and_the_feature_of_the_page_give_the_columns_that_it_names(configs):
    kinds = load_kinds(configs / "kinds.yaml", configs / "codes.yaml")
    names = [spec.name for spec in Catalogue.from_yaml(configs / "catalogue.yaml", kinds)]
    assert names[-2:] == ["young_carer_count_365d", "young_carer_count_ever"]
    page = (DOCS / "own-features-and-outcome.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in names[-2:])


def test_the_outcome_of_the_page_can_be_named_by_a_study(configs):
    own = (configs / "own.yaml").read_text(encoding="utf-8")
    (configs / "own.yaml").write_text(own.replace("statutory_support", "early_help_start"), encoding="utf-8")
    study = load_study(configs / "own.yaml")
    assert study.outcome.full_title == "early help recorded within 6 months"


def test_every_measure_is_explained():
    from ace_risk.features.spec import MEASURES

    page = (DOCS / "own-features-and-outcome.md").read_text(encoding="utf-8")
    table = "\n".join(line for line in page.splitlines() if line.startswith("| `"))
    assert sorted(
        set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in table.splitlines()))) - {"column"}
    ) == (sorted(MEASURES))


def test_the_acceptance_of_the_page_is_one(tmp_path):
    (text,) = blocks("retrain-compare-promote.md", "yaml")
    (tmp_path / "acceptances.yaml").write_text(text, encoding="utf-8")
    (accepted,) = read_acceptances(tmp_path / "acceptances.yaml")
    assert accepted.accepts == ("ethnicity", "age_band")
    assert accepted.holds(date(2026, 10, 31))
    assert not accepted.holds(date(2026, 11, 1))


def test_objections_and_additions_are_read_as_the_page_writes_them(tmp_path):
    objections, additions = blocks("objections-and-additions.md", "csv")
    (tmp_path / "objections.csv").write_text(objections, encoding="utf-8")
    (tmp_path / "additions.csv").write_text(additions, encoding="utf-8")
    assert list(read_objections(tmp_path / "objections.csv")) == ["K17"]
    assert read_additions(tmp_path / "additions.csv") == {
        "K23": "School rang: the child looks after two brothers alone"
    }
