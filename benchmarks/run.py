"""Speed beside other libraries, as ratios measured in one run; `make bench` writes them to `docs/benchmarks.md`.

`comparisons.py` says what is compared. A peer that fails, or finds other values, gives a row that says so.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from comparisons import COMPARISONS, OURS, Answer, Comparison, Data, Different, Side
from table import Row, load, page, rounded, write

HERE = Path(__file__).parent
ROOT = HERE.parent
MOST_SECONDS = 420
"""The longest that one side of a comparison may take."""


class Failed(Exception):
    """One side gave no answer."""


class Bench:
    """Measures sides in a folder of data that is made as it is needed.

    Parameters
    ----------
    folder
        Where the data are made.
    environments
        Where the peers' environments lie.
    quick
        Small sizes, and our own scripts in this process: to see that the page is written, not to time anything.
    """

    def __init__(self, folder: Path, environments: Path, quick: bool) -> None:
        self.folder, self.environments, self.quick = folder, environments, quick
        self._made: list[Data] = []

    def make(self, data: Data) -> None:
        """Make data, unless they were made already."""
        if data not in self._made:
            self.measure(data.maker, data.quick if self.quick else data.full)
            self._made.append(data)

    def measure(self, side: Side, size: Answer) -> Answer:
        """What a side answers: in a fresh process, or in this one where the run is quick and the script is ours."""
        if self.quick and side.environment == OURS:
            answer: Answer = import_module(side.script).MEASURES[side.what](self.folder, size)
            return answer
        python = Path(sys.executable)
        if side.environment:
            python = self.environments / side.environment / "bin" / "python"
            if not python.exists():
                raise Failed(f"there is no {side.environment}; `make bench` makes it")
        command = [python, HERE / f"{side.script}.py", side.what, self.folder, json.dumps(size)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=MOST_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Failed(f"{side.script} took longer than {MOST_SECONDS} seconds") from None
        if done.returncode:
            raise Failed(f"{side.script}: {self._without_paths(done.stderr)}")
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def _without_paths(self, stderr: str) -> str:
        """The last line of what a process complained of, in one line of the table and without paths of this machine."""
        last = (stderr.strip().splitlines() or ["it ended without a word"])[-1]
        for path in (self.folder, self.environments, ROOT):
            last = last.replace(str(path), "…")
        return last.replace("|", "/")[:160]

    def compare(self, comparison: Comparison) -> list[Row]:
        """The rows of a comparison; where a side fails or the values differ, rows that say so."""
        size = (comparison.quick if self.quick else comparison.full) or {}
        peer = comparison.peer.what
        try:
            for data in comparison.data:
                self.make(data)
            before, theirs = self.measure(comparison.ours, size), self.measure(comparison.peer, size)
            peer, equal = theirs["peer"], comparison.check(before, theirs)
            after = self.measure(comparison.ours, size)
        except (Failed, Different) as why:
            return [Row(work, peer, failed=str(why)) for work in comparison.works.values()]
        return [
            Row(work, peer, tuple(before[name] + after[name]), tuple(theirs[name]), equal)
            for name, work in comparison.works.items()
        ]


def main(arguments: list[str] | None = None) -> None:
    """Measure every comparison, telling how far it has come, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "benchmarks.md", help="the page to write")
    parser.add_argument("--environments", type=Path, default=ROOT, help="where .venv-peers and .venv-peers-points lie")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes: shows that the page is written, times nothing"
    )
    asked = parser.parse_args(arguments)
    chosen = [one for one in COMPARISONS if one.quick is not None or not asked.quick]
    before, began, rows = load(), time.perf_counter(), []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), asked.environments, asked.quick)
        for number, comparison in enumerate(chosen, 1):
            for row in bench.compare(comparison):
                told = row.failed or "{1} times as fast ({0} to {2})".format(*map(rounded, row.ratios()))
                taken = time.perf_counter() - began
                print(f"[{number}/{len(chosen)}, {taken:.0f} s] {row.peer}: {row.work}: {told}", flush=True)
                rows.append(row)
    command = "python benchmarks/run.py --quick" if asked.quick else "make bench"
    write(asked.out, page(rows, command, before, time.perf_counter() - began))
    print(f"{asked.out.name}: {len(rows)} rows, {sum(bool(row.failed) for row in rows)} of them failed")


if __name__ == "__main__":
    main()
