"""A change of the rules of time reaches loops that were compiled before it."""

from __future__ import annotations

import os
import subprocess
import sys

LOOP = """
import rules
from ace_risk.features.compiled import compiled_with

@compiled_with(rules)
def allowed(value):
    return value < rules.LIMIT

print(allowed(5), sum(allowed.stats.cache_hits.values()))
"""


def test_a_kept_loop_follows_the_modules_that_it_rests_on(tmp_path):
    (tmp_path / "loop.py").write_text(LOOP, encoding="utf-8")
    places = [str(tmp_path), *sys.path]
    told = []
    for limit in (9, 9, 2):
        (tmp_path / "rules.py").write_text(f"LIMIT = {limit}\n", encoding="utf-8")
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(places), "NUMBA_CACHE_DIR": str(tmp_path / "kept"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, tmp_path / "loop.py"], env=environment, capture_output=True, text=True, check=True
        )
        told.append(done.stdout.split())
    assert told == [["True", "0"], ["True", "1"], ["False", "0"]]
