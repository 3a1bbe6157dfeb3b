from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from ace_risk.errors import OutputError
from ace_risk.models.search import Judged, Trial, best_trial, choose, search_size
from ace_risk.plans import ModelPlan, SearchPlan

PLAN = ModelPlan(max_features=12, max_points=5, max_cuts=4)


def judge(plan: ModelPlan) -> Judged:
    recall = 0.3 - 0.001 * (9 - plan.max_features) ** 2 - 0.01 * (5 - plan.max_points)
    return Judged(plan.max_features, recall, 0.4, 0.1, "sex: Boys and Girls")


def find(folder, trials, judge=judge, name="a", seed=7):
    search = SearchPlan(trials=trials)
    return search_size(PLAN, search, judge, storage=f"sqlite:///{folder}/trials.db", name=name, seed=seed)


def test_the_first_size_is_the_declared_one_and_none_is_larger(tmp_path):
    trials = find(tmp_path, 10)
    assert (trials[0].max_features, trials[0].max_points, trials[0].max_cuts) == (12, 5, 4)
    assert [trial.number for trial in trials] == list(range(10))
    assert all(3 <= trial.max_features <= 12 and 2 <= trial.max_points <= 5 for trial in trials)
    assert len({(trial.max_features, trial.max_points, trial.max_cuts) for trial in trials}) > 3


def test_the_same_seed_finds_the_same_and_another_seed_something_else(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    first, second, other = find(folders[0], 6), find(folders[1], 6), find(folders[2], 6, seed=8)
    assert first == second
    assert first != other


def test_a_search_that_was_killed_goes_on_to_the_same_trials(tmp_path):
    whole = tmp_path / "whole"
    whole.mkdir()
    expected = find(whole, 6)
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import os, signal
            from ace_risk.models.search import Judged, search_size
            from ace_risk.plans import ModelPlan, SearchPlan

            calls = []

            def judge(plan):
                calls.append(plan)
                if len(calls) == 4:
                    os.kill(os.getpid(), signal.SIGKILL)
                recall = 0.3 - 0.001 * (9 - plan.max_features) ** 2 - 0.01 * (5 - plan.max_points)
                return Judged(plan.max_features, recall, 0.4, 0.1, "sex: Boys and Girls")

            search_size(
                ModelPlan(max_features=12, max_points=5, max_cuts=4), SearchPlan(trials=6), judge,
                storage="sqlite:///{tmp_path}/trials.db", name="a", seed=7,
            )
            """
        )
    )
    done = subprocess.run([sys.executable, str(script)], env=os.environ, check=False)
    assert done.returncode == -signal.SIGKILL
    judged_again = []

    def counting(plan):
        judged_again.append(plan)
        return judge(plan)

    assert find(tmp_path, 6, judge=counting) == expected
    assert 0 < len(judged_again) <= 3


def test_fewer_trials_than_are_kept_are_the_first_of_them(tmp_path):
    """So that a study's answer doesn't depend on what else was tried in the same database."""
    many = find(tmp_path, 6)
    assert find(tmp_path, 3) == many[:3]


def test_other_matter_does_not_use_old_trials(tmp_path):
    find(tmp_path, 2)
    calls = []

    def counting(plan):
        calls.append(plan)
        return judge(plan)

    find(tmp_path, 2, judge=counting, name="b")
    assert len(calls) == 2


def test_a_size_is_judged_once(tmp_path):
    sizes = []

    def counting(plan):
        sizes.append((plan.max_features, plan.max_points, plan.max_cuts))
        return judge(plan)

    small = ModelPlan(max_features=3, max_points=2, max_cuts=2)
    search_size(small, SearchPlan(trials=6), counting, storage=f"sqlite:///{tmp_path}/t.db", name="a", seed=1)
    assert sorted(sizes) == sorted(set(sizes))


def trial(number, features, recall, points=5):
    return Trial(number, features, points, 5, Judged(features, recall, 0.4))


def test_the_simplest_within_one_standard_error_is_chosen():
    trials = [trial(0, 12, 0.30), trial(1, 6, 0.281), trial(2, 4, 0.279), trial(3, 6, 0.29)]
    assert best_trial(trials).number == 0
    near = [True, True, False, True]
    assert choose(trials, SearchPlan(), near).number == 3  # 2 is too far below; 1 has as many features, less recall
    assert choose(trials, SearchPlan(choice="best"), near).number == 0


def test_equal_features_and_recall_go_to_fewer_points():
    assert choose([trial(0, 6, 0.3), trial(1, 6, 0.3, points=3)], SearchPlan(), [True, True]).number == 1


def test_equal_recall_goes_to_the_simpler():
    assert best_trial([trial(0, 12, 0.3), trial(1, 5, 0.3)]).number == 1


def test_a_database_that_cannot_be_reached_is_said_so(tmp_path):
    with pytest.raises(OutputError, match=r"search\.storage"):
        search_size(PLAN, SearchPlan(trials=1), judge, storage=f"sqlite:///{tmp_path}/no/such/t.db", name="a", seed=1)


def test_an_address_that_is_none_is_said_so():
    with pytest.raises(OutputError, match=r"search\.storage"):
        search_size(PLAN, SearchPlan(trials=1), judge, storage="nonsense", name="a", seed=1)
