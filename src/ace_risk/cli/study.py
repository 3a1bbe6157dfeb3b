"""Commands of a study: the synthetic world, the check of data, training, and the pages of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ace_risk.cli.options import Config, Data, Out, Run, SetAside, Workers, say


def synth(config: Config, out: Out, workers: Workers = None) -> None:
    """Make a synthetic world: six tables, their calibration, and the truth behind them.

    Example: ace-risk synth --config configs/demo.yaml --out out/data
    """
    from ace_risk import commands

    say(commands.synth(config, out, workers))


def init(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="An empty or a new folder.")]) -> None:
    """Write a study of your own to fill: its files, six empty tables, their dictionary, and the form of an approval.

    Then fill the tables and run ace-risk check FOLDER, which says what is left to do.

    Example: ace-risk init north-west
    """
    from ace_risk import readiness

    say(readiness.init(folder))


def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of six tables.")],
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="The study that the tables are for: its kinds and codes apply, and what is left to do before training "
            "is told. FOLDER/study.yaml by default, if there is one; without a study, the shipped kinds and codes.",
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            help="A file that says what your files, columns and codes are called; FOLDER/mapping.yaml by "
            "default, if there is one.",
        ),
    ] = None,
    quarantine: SetAside = False,
    canary: Annotated[
        bool, typer.Option("--canary", help="Also disturb later records, and name every feature that moves.")
    ] = False,
) -> None:
    """Check six tables against the data contract, and summarise their quality.

    Example: ace-risk check data/synthetic --canary
    """
    from ace_risk import commands

    say(commands.check(folder, config, mapping, quarantine, canary))


def train(config: Config, data: Data, out: Out, quarantine: SetAside = False) -> None:
    """Train and evaluate a points card; write a run with its pack, its evaluation and its MLflow record.

    Example: ace-risk train --config configs/demo.yaml --data out/data --out out/run
    """
    from ace_risk import commands

    say(commands.train(config, data, out, quarantine))


def audit(
    run: Run,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="The audit.json of an earlier run: say what changed since.")
    ] = None,
    mitigation: Annotated[
        bool, typer.Option("--mitigation", help="Also compare ways to lessen a difference; learns again, needs --data.")
    ] = False,
    data: Annotated[
        Path | None, typer.Option("--data", "-d", help="The folder of six tables, for --mitigation.")
    ] = None,
) -> None:
    """Write the fairness report of a run: fairness.html and audit.json.

    Example: ace-risk audit out/run --previous last-year/run/audit.json
    """
    from ace_risk import commands

    if mitigation:
        from ace_risk.governance.mitigating import mitigate

        mitigate(run, data)
    say(commands.audit(run, previous))


def card(run: Run) -> None:
    """Write the model card of a run, its transparency record (atrs) and its version for young people.

    Example: ace-risk card out/run
    """
    from ace_risk import commands

    say(commands.card(run))


def demo(
    children: Annotated[int | None, typer.Option("--children", help="Children in the synthetic world.")] = None,
    out: Out = Path("out/demo"),
    workers: Workers = None,
) -> None:
    """Run the whole path on a synthetic world, and write an index.html to start from.

    Example: ace-risk demo --children 5000 --out out/demo
    """
    from ace_risk import commands

    say(commands.demo(out, children, workers))
