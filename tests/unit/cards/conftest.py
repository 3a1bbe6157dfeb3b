"""A card as the demo gives it."""

from __future__ import annotations

import pytest

from ace_risk.cards.card import ModelCard, build_card
from ace_risk.kinds import configs_folder
from ace_risk.study import load_study

from .test_card import AUDIT, EVALUATION, SEARCH


@pytest.fixture(scope="session")
def demo_card() -> ModelCard:
    study = load_study(configs_folder() / "demo.yaml")
    return build_card(study, EVALUATION | {"search": SEARCH}, AUDIT, "3f9ac1d07e52", {"Python": "3.11"})
