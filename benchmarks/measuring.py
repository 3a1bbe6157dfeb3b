"""What every script here shares, in whatever environment: timing something, and answering `run.py` with one line.

Standard library only, because the peers' environments have little in common.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Size = dict[str, Any]
Measure = Callable[[Path, Size], dict[str, Any]]
"""From the folder with the data and the size of the work to `seconds` (one per run) and what was found."""


def timed(run: Callable[[], object], runs: int) -> list[float]:
    """Seconds of each run."""
    seconds = []
    for _ in range(runs):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    return seconds


def timed_path(to_frames: Callable[[], Any], rank: Callable[[Any], Any], runs: int) -> tuple[dict[str, Any], Any]:
    """Seconds to the frames and from the start to the lists, and what of 100 places the lists reach; and the frames."""
    frames_seconds, seconds = [], []
    for _ in range(runs):
        began = time.perf_counter()
        frames = to_frames()
        frames_seconds.append(time.perf_counter() - began)
        listed = rank(frames)
        seconds.append(time.perf_counter() - began)
    return {"seconds": seconds, "frames": frames_seconds, "reached": 100 * float(listed["followed"].mean())}, frames


def digest(*arrays: Any) -> str:
    """A fingerprint of arrays, to compare values across processes."""
    hashed = hashlib.sha256()
    for array in arrays:
        hashed.update(array.tobytes())
    return hashed.hexdigest()


def answer(measures: dict[str, Measure]) -> None:
    """Do what the command line asks, `WHAT FOLDER SIZE` with the size as JSON, and print the answer as JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=list(measures))
    parser.add_argument("folder", type=Path)
    parser.add_argument("size", type=json.loads)
    asked = parser.parse_args()
    found = measures[asked.what](asked.folder, asked.size)
    print(json.dumps(found | {"peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20}))
