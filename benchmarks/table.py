"""One row per comparison, and the page that they are written to."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

PACKAGES = ("ace-risk", "numpy", "pandas", "numba", "pyarrow", "duckdb", "scikit-learn")


@dataclass(frozen=True)
class Row:
    """What was measured of one piece of work.

    Attributes
    ----------
    work, peer
        What is done, and by whom beside us, with the version.
    ours, theirs
        Seconds of each run; empty where it failed.
    equal
        What was found to be equal first.
    failed
        Why there is no ratio; empty where there is one.
    """

    work: str
    peer: str
    ours: tuple[float, ...] = ()
    theirs: tuple[float, ...] = ()
    equal: str = ""
    failed: str = ""

    def ratios(self) -> tuple[float, float, float]:
        """Smallest, median and largest: the peer's fastest over our slowest, medians, its slowest over our fastest.

        Examples
        --------
        >>> Row("counts", "other 1.0", (1.0, 2.0, 4.0), (8.0, 12.0)).ratios()
        (2.0, 5.0, 12.0)
        """
        ours, theirs = self.ours, self.theirs
        return min(theirs) / max(ours), median(theirs) / median(ours), max(theirs) / min(ours)

    def markdown(self) -> str:
        """The row of the table."""
        if self.failed:
            return f"| {self.work} | {self.peer or '–'} | – | – | – | – | – | – | failed: {self.failed} |"
        low, middle, high = map(rounded, self.ratios())
        seconds = f"{rounded(median(self.ours))} | {rounded(median(self.theirs))}"
        runs = f"{len(self.ours)}, {len(self.theirs)}"
        return f"| {self.work} | {self.peer} | {seconds} | {low} | **{middle}** | {high} | {runs} | {self.equal} |"


def rounded(value: float) -> str:
    """Two figures below 100, whole numbers above.

    Examples
    --------
    >>> rounded(0.01234), rounded(7.66), rounded(0.5), rounded(10729.4)
    ('0.012', '7.7', '0.50', '10,729')
    """
    if value >= 10:
        return f"{value:,.0f}"
    places = 1 if value >= 1 else 2 if value >= 0.1 else 3 if value >= 0.01 else 4
    return f"{value:.{places}f}"


def load() -> str:
    """How busy the machine was in the last 1, 5 and 15 minutes."""
    return ", ".join(f"{value:.1f}" for value in os.getloadavg())


def machine() -> str:
    """Processors, memory, system."""
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} processors ({platform.machine()}), {gib:.0f} GiB, {platform.system()}"


def page(rows: list[Row], command: str, before: str, seconds: float) -> str:
    """The page: how it was made, the table, how to read it."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    today = date.today()
    lines = "\n".join(row.markdown() for row in rows)
    failed = sum(bool(row.failed) for row in rows)
    wanting = f" {failed} of {len(rows)} rows failed; they say why." if failed else ""
    return f"""# Side by side with other libraries

Written by `{command}` on {today.day} {today:%B %Y}, in {seconds / 60:.0f} minutes.{wanting}

- Machine: {machine()}.
- Load of the last 1, 5 and 15 minutes: {before} before, {load()} after (this run included). Far above 1 before
  the run means that others used the machine, and that the ratios are worth little.
- Ours: {packages}, Python {sys.version.split()[0]}.
- Peers with pins of their own live in environments of their own (`benchmarks/peers.txt`,
  `benchmarks/peers_points.txt`); the rest run in ours.

| work | peer | ours, s | peer, s | smallest ratio | median | largest | runs: ours, peer | found first |
|---|---|--:|--:|--:|--:|--:|--:|---|
{lines}

## How to read it

- **Ratio**: the peer's seconds over ours; above 1, ours is faster. The median is that of the peer's runs over that of
  ours; the smallest is the peer's fastest run over our slowest, the largest its slowest over our fastest.
- Each side runs in a process of its own on the same files. Ours is measured before and after the peer, so that a
  machine that slows down shows as spread. Seconds are medians.
- **Found first**: values are compared before a ratio is given; where they differ the row says *failed*. Two models
  needn't be equal: there the row says what each one's lists reach (ours first) on the same test period, which neither
  saw: of 100 places, how many go to a child for whom statutory support followed.
- The whole path is timed from the first call on, so our slowest run includes loading compiled code and the engine. Ours
  also checks the tables, lays out moves between homes and can say what was known when; the peer
  (`benchmarks/plain_path.py`) knows this one study's rules and reads a clean folder.
- DuckDB and Polars run with their defaults, which use every processor, as ours does. They answer only for children who
  have a record, in any order; ours gives a row for every child, in the cohort's order. featuretools leaves out the
  instant of the cutoff, so that its definition is ours.
- FasterRisk runs unpatched with the NumPy and scikit-learn that it pins. It and the card beside it get every feature as
  indicators cut at quantiles, because it reads yes-or-no columns only.

How large the work can get on this machine is told in [How large it can get](scale.md).
"""


def write(path: Path, text: str) -> None:
    """Write a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
