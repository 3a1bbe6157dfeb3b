"""What several commands ask for, and how they answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path, typer.Option("--config", "-c", help="The study file (YAML).")]
Data = Annotated[Path, typer.Option("--data", "-d", help="The folder of six tables.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder to write; it appears whole or not at all.")]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes that make the world; by default one per processor.")
]
SetAside = Annotated[
    bool, typer.Option("--quarantine", help="Set aside rows that break a rule, up to 1 % of each table.")
]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="The folder that train wrote.")]
RunOrPack = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder that train wrote, or a pack that promote exported.")
]
Packed = Annotated[Path, typer.Argument(metavar="PACK", help="A pack, or the run that holds it.")]


def say(lines: list[str]) -> None:
    """Print what a command tells, line by line."""
    for line in lines:
        typer.echo(line)
