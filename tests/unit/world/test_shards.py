"""The shards of a world, and the processes that make them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ace_risk.errors import StudyError
from ace_risk.plans import World
from ace_risk.world import shards
from ace_risk.world.shards import each_shard, processors, shard_quotas

SCRIPT = """
import os, sys, time
from ace_risk.errors import StudyError
from ace_risk.plans import World
from ace_risk.world import shards

def named(world, shard, quota):
    time.sleep(0.2 * (shard == 0))
    return shard, os.getpid()

def wrong(world, shard, quota):
    raise ZeroDivisionError(f"shard {shard}")

def killed(world, shard, quota):
    os._exit(9)

def waiting(world, shard, quota):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    made = []
    try:
        for result in shards.each_shard(World(children=22_000), globals()[sys.argv[1]], workers=2):
            made.append(result)
    except ZeroDivisionError as error:
        print("wrong:", error)
    except StudyError as error:
        print("study:", error)
    print([shard for shard, _ in made], os.getpid() in {process for _, process in made})
"""


def run(tmp_path: Path, what: str) -> str:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    done = subprocess.run([sys.executable, script, what], capture_output=True, text=True, check=True, timeout=60)
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("children", [50, 4_999, 5_000, 5_001, 112_000])
def test_quotas_add_up(children: int) -> None:
    quotas = shard_quotas(children)
    assert sum(quotas) == children
    assert min(quotas) > 0
    assert max(quotas) <= shards.SHARD_CHILDREN


def test_shards_come_in_order_from_other_processes(tmp_path: Path) -> None:
    assert run(tmp_path, "named") == "[0, 1, 2, 3, 4] False\n"


def test_an_error_in_a_worker_is_the_error_that_is_raised(tmp_path: Path) -> None:
    assert run(tmp_path, "wrong") == "wrong: shard 0\n[] False\n"


def test_a_worker_that_is_ended_from_outside_is_told_with_what_to_do(tmp_path: Path) -> None:
    told = run(tmp_path, "killed")
    assert told.startswith("study: workers: a worker process ended")
    assert "--workers 1" in told


def test_one_shard_or_one_worker_needs_no_other_process() -> None:
    def process(world: World, shard: int, quota: int) -> int:
        return os.getpid()  # a function inside a function can't be sent to another process

    assert list(each_shard(World(children=5_000), process, workers=8)) == [os.getpid()]
    assert list(each_shard(World(children=12_000), process, workers=1)) == [os.getpid()] * 3


def test_there_is_at_least_one_processor_and_no_worker_is_refused() -> None:
    assert processors() >= 1
    with pytest.raises(StudyError, match="workers: must be 1 or more, got 0"):
        list(each_shard(World(children=50), lambda *_: None, workers=0))


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with subprocess.Popen([sys.executable, script, "waiting"], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        os.kill(worker, 0)  # it lives
        parent.kill()
        parent.wait()
        for _ in range(100):
            if not alive(worker):
                break
            time.sleep(0.1)
        assert not alive(worker)


def alive(process: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
