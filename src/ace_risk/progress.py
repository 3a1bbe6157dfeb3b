"""Progress of long work: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[float, str], None]
"""Called with the share done (0 to 1) and what is being done."""


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """Show how far some work has come, on standard error.

    On a terminal one bar moves; elsewhere each new step prints one line with the seconds it took.

    Examples
    --------
    >>> with progress("count") as report:
    ...     report(0.5, "half-way")
    """
    if sys.stderr.isatty():
        with _bar(title) as report:
            yield report
    else:
        yield from _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<44}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(title, total=1.0)
        yield lambda share, step: bars.update(task, completed=share, description=f"{title}: {step}")
        bars.update(task, completed=1.0, description=title)


def _lines(title: str) -> Iterator[Report]:
    began = time.monotonic()
    last = ""

    def report(share: float, step: str) -> None:
        nonlocal last
        if step != last:
            print(f"{title}: {step}", file=sys.stderr)
            last = step

    yield report
    print(f"{title}: done in {time.monotonic() - began:.1f} s", file=sys.stderr)
