"""A study and a world that train in a few seconds, for tests that train again and again."""

from __future__ import annotations

import pytest
import yaml

from ace_risk.kinds import configs_folder


@pytest.fixture(scope="session")
def small_study(run_command, tmp_path_factory):
    """The demo's study with 900 children, eight trials and none of the dear checks; config and data."""
    study = yaml.safe_load((configs_folder() / "demo.yaml").read_text(encoding="utf-8"))
    study |= {key: str(configs_folder() / study[key]) for key in ("catalogue", "aces", "kinds", "codes", "outcomes")}
    study["world"]["children"], study["referrals"]["places"], study["search"]["trials"] = 900, 9, 8
    study["model"]["compare"], study["checks"] = [], {"learning_shares": [], "unseen_families": False}
    place = tmp_path_factory.mktemp("small")
    config = place / "small.yaml"
    config.write_text(yaml.safe_dump(study), encoding="utf-8")
    done = run_command("synth", "--config", config, "--out", place / "data")
    assert done.returncode == 0, done.stderr
    return config, place / "data"
