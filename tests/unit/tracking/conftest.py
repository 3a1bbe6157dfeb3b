"""A small made-up history, a model on it, and packs of that model."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ace_risk.features.catalogue import Catalogue
from ace_risk.kinds import configs_folder
from ace_risk.models.additive import AdditiveModel
from ace_risk.models.probability import LogisticMap
from ace_risk.models.terms import FeatureTerm
from ace_risk.study import load_study
from ace_risk.tracking.pack_files import write_pack

CHILDREN = [f"SYN-{number:010x}" for number in range(7_000_000_000, 7_000_000_040)]


def made_history(seed: int = 5) -> pd.DataFrame:
    """Four hundred records of forty children over two years."""
    draw = np.random.default_rng(seed)
    occurred = pd.Timestamp("2023-01-01") + pd.to_timedelta(draw.integers(0, 730 * 24, 400), unit="h")
    return pd.DataFrame(
        {
            "child_id": draw.choice(CHILDREN, 400),
            "occurred_at": occurred,
            "recorded_at": occurred + pd.to_timedelta(draw.integers(0, 200, 400), unit="h"),
            "kind": draw.choice(["domestic_abuse", "missing", "neglect", "asb_nuisance", "trusted_adult"], 400),
            "ended_at": pd.NaT,
            "end_recorded_at": pd.NaT,
            "role": None,
            "grade": draw.choice(["high", "medium"], 400),
            "hours": draw.uniform(0.1, 40, 400),
        }
    )


def made_cohort() -> pd.DataFrame:
    """Every child at two cutoffs, under an index that isn't 0, 1, 2, and in no order."""
    cutoffs = pd.to_datetime(["2024-03-01", "2024-12-01"])
    rows = pd.MultiIndex.from_product([CHILDREN, cutoffs], names=["child_id", "cutoff"]).to_frame(index=False)
    return rows.sample(frac=1, random_state=3)


def made_model(third: float = 1 / 3) -> AdditiveModel:
    """Four terms whose numbers are awkward to print."""
    terms = (
        FeatureTerm("domestic_abuse_count_365d", (1, 3), (0, 0.1 + 0.2, third), 0, (50, 20, 10), 0),
        FeatureTerm("missing_hours_sum_365d", (0.1, 17.3), (-1e-17, np.pi, 4.4), 0, (60, 15, 5), 0),
        FeatureTerm("missing_days_since_last_ever", (30, 300), (2, 1, 0), 0, (20, 20, 20), 20),
        FeatureTerm("trusted_adult_ever_730d", (1,), (0, -1.7), 0, (70, 10), 0),
    )
    directions = {"domestic_abuse_count_365d": "more_need", "missing_days_since_last_ever": "less_need"}
    return AdditiveModel(terms, LogisticMap(0.7, -2.1), 0.123456789012345678, directions)


def made_documents() -> dict:
    """What a pack is written from, but for the folder."""
    study = load_study(configs_folder() / "demo.yaml")
    return {
        "model": made_model(),
        "study": study,
        "catalogue_yaml": study.catalogue.read_text(encoding="utf-8"),
        "evaluation": {"points": {"recall": np.float64(0.1) + 0.2, "ppv": float("nan")}, "lists": np.arange(3)},
        "audit": {"verdicts": [{"attribute": "sex", "gap": 0.01, "verdict": "within"}]},
        "profile": {"fingerprints": {"children": "sha256:00"}, "data_end": pd.Timestamp("2026-01-01")},
        "versions": {"python": "3.11.7"},
        "resampled": (made_model(0.7), made_model(2 / 3)),
    }


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The history, cohort, catalogue and model, and a pack of them that no test may change."""
    path = tmp_path_factory.mktemp("made") / "pack"
    documents = made_documents()
    pack_id = write_pack(path, **documents)
    return SimpleNamespace(
        history=made_history(),
        cohort=made_cohort(),
        catalogue=Catalogue.from_yaml(documents["study"].catalogue),
        path=path,
        id=pack_id,
        **documents,
    )


@pytest.fixture
def pack_folder(made: SimpleNamespace, tmp_path: Path) -> Path:
    """A copy of the pack that a test may spoil."""
    return Path(shutil.copytree(made.path, tmp_path / "pack"))
