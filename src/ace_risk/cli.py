"""The command line: `ace-risk synth | check | train | audit | list | review | child | card | … | demo`.

Only commands here: each one reads its options and calls the commands. Heavy imports wait until a command
runs, so that help answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ace_risk import __version__
from ace_risk.errors import AceRiskError, StudyError

app = typer.Typer(
    name="ace-risk",
    help="Find, early, the children who may benefit from support: with reasons, a fairness audit and a model card.\n\n"
    "Start with: ace-risk demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Find, early, the children who may benefit from support.

    With reasons, a fairness audit and a model card. Start with: ace-risk demo
    """


Config = Annotated[Path, typer.Option("--config", "-c", help="The study file (YAML).")]
Data = Annotated[Path, typer.Option("--data", "-d", help="The folder of six tables.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The folder to write; it appears whole or not at all.")]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes that make the world; by default one per processor.")
]
SetAside = Annotated[
    bool, typer.Option("--quarantine", help="Set aside rows that break a rule, up to 1 % of each table.")
]
Run = Annotated[Path, typer.Argument(help="The folder that train wrote.")]
Packed = Annotated[Path, typer.Argument(help="A pack, or the run that holds it.")]


@app.command()
def synth(config: Config, out: Out, workers: Workers = None) -> None:
    """Make a synthetic world: six tables, their calibration, and the truth behind them.

    Example: ace-risk synth --config configs/demo.yaml --out out/data
    """
    from ace_risk import commands

    _say(commands.synth(config, out, workers))


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="The folder of six tables.")],
    config: Annotated[Path | None, typer.Option("--config", "-c", help="Study whose kinds and codes apply.")] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="What your files, columns and codes are called.")
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

    _say(commands.check(folder, config, mapping, quarantine, canary))


@app.command()
def train(config: Config, data: Data, out: Out, quarantine: SetAside = False) -> None:
    """Train and evaluate a points card; write a run with its pack, its evaluation and its MLflow record.

    Example: ace-risk train --config configs/demo.yaml --data out/data --out out/run
    """
    from ace_risk import commands

    _say(commands.train(config, data, out, quarantine))


@app.command()
def audit(run: Run) -> None:
    """Write the fairness report of a run: fairness.html and audit.json.

    Example: ace-risk audit out/run
    """
    from ace_risk import commands

    _say(commands.audit(run))


@app.command("list")
def list_(
    run: Run,
    data: Data,
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the list, YYYY-MM-DD: only what was known before.")],
    out: Out,
    places: Annotated[
        int | None, typer.Option("--places", help="Children on the list; the study's by default.")
    ] = None,
    hub: Annotated[str | None, typer.Option("--hub", help="Only children living in this hub.")] = None,
    previous: Annotated[
        Path | None, typer.Option("--previous", help="The last referrals.csv, to say who is new, and who left and why.")
    ] = None,
    objections: Annotated[
        Path | None, typer.Option("--objections", help="CSV of child_id: left out, counted, never listed again.")
    ] = None,
    additions: Annotated[
        Path | None, typer.Option("--additions", help="CSV of child_id, reason: added beyond the places, and marked.")
    ] = None,
    quarantine: SetAside = False,
) -> None:
    """Write a referral list sized to the places there are: referrals.csv, .xlsx, .html and .txt.

    Example: ace-risk list out/run --data out/data --as-of 2025-10-01 --places 50 --out out/list
    """
    from ace_risk import commands

    lines = commands.refer(
        run, data, as_of, out, places=places, hub=hub, previous=previous, objections=objections, additions=additions,
        quarantine=quarantine,
    )  # fmt: skip
    _say(lines)


@app.command()
def review(
    run: Run,
    data: Data,
    as_of: Annotated[str, typer.Option("--as-of", help="The time of the review, YYYY-MM-DD or YYYY-MM-DDTHH:MM.")],
    out: Out,
    hours: Annotated[int, typer.Option("--hours", help="How many hours before it are reviewed.")] = 24,
    objections: Annotated[
        Path | None, typer.Option("--objections", help="CSV of child_id: left out, and counted.")
    ] = None,
    quarantine: SetAside = False,
) -> None:
    """Review every child in what was recorded in the last hours, family by family: review.html and review.csv.

    Example: ace-risk review out/run --data out/data --as-of 2025-10-01T08:00 --hours 24 --out out/review
    """
    from ace_risk import team_commands

    _say(team_commands.review(run, data, as_of, out, hours=hours, objections=objections, quarantine=quarantine))


@app.command()
def child(
    run: Run,
    child_id: Annotated[str, typer.Argument(metavar="ID", help="The child's id, as in the data or on a list.")],
    data: Data,
    as_of: Annotated[str, typer.Option("--as-of", help="The day of the page, YYYY-MM-DD.")],
    out: Out,
    objections: Annotated[
        Path | None, typer.Option("--objections", help="CSV of child_id: no page is made for these.")
    ] = None,
    quarantine: SetAside = False,
) -> None:
    """Write the page of one child, listed or not: why, what would change it, and the start of a plan: child.html.

    Example: ace-risk child out/run SYN-7f3a9c2e41 --data out/data --as-of 2025-10-01 --out out/child
    """
    from ace_risk import team_commands

    _say(team_commands.child(run, child_id, data, as_of, out, objections=objections, quarantine=quarantine))


@app.command()
def card(run: Run) -> None:
    """Write the model card of a run, its transparency record (atrs) and its version for young people.

    Example: ace-risk card out/run
    """
    from ace_risk import commands

    _say(commands.card(run))


@app.command()
def rebuild(pack: Packed, data: Data) -> None:
    """Train again from a pack alone, and say whether the model is the same (exit code 4 if not); nothing is written.

    Example: ace-risk rebuild models/demo --data out/demo/data
    """
    from ace_risk.governance.rebuild import rebuild

    _say(rebuild(pack, data))


@app.command()
def promote(
    run: Run,
    data: Annotated[
        Path | None, typer.Option("--data", "-d", help="The data that the run was trained on: for canary and champion.")
    ] = None,
    acceptances: Annotated[
        Path | None,
        typer.Option("--acceptances", help="Who accepts what isn't known; RUN/acceptances.yaml by default."),
    ] = None,
    models: Annotated[Path, typer.Option("--models", help="The folder of exported packs.")] = Path("models"),
    tracking_uri: Annotated[
        str | None, typer.Option("--tracking-uri", help="The MLflow registry; mlflow.db beside the models by default.")
    ] = None,
    candidate: Annotated[
        bool, typer.Option("--candidate", help="Register as challenger without the gate; export nothing.")
    ] = False,
) -> None:
    """Let a run through the gate: champion in the MLflow registry, and exported; or every reason against it.

    Example: ace-risk promote out/run --data out/data --acceptances acceptances.yaml
    """
    from ace_risk.governance.promote import promote

    _say(promote(run, data, acceptances, models, tracking_uri, candidate))


@app.command("sign-off")
def sign_off(
    pack: Packed,
    name: Annotated[str, typer.Option("--name", help="Who answers for using the pack.")],
    role: Annotated[str, typer.Option("--role", help="As what.")],
    until: Annotated[str, typer.Option("--until", help="First day on which it no longer holds, YYYY-MM-DD.")],
    note: Annotated[str, typer.Option("--note", help="What must be known with it; stands on every list.")] = "",
) -> None:
    """Record who signs a pack off for use and until when, in sign-off.yaml beside the pack.

    Example: ace-risk sign-off models/demo --name "A. Holme" --role "Head of early help" --until 2027-01-01
    """
    from ace_risk.governance.signing import sign_off

    _say(sign_off(pack, name, role, until, note))


@app.command()
def expire(
    folder: Annotated[Path, typer.Argument(help="A folder that holds lists, at any depth.")],
    even_if_changed: Annotated[
        bool, typer.Option("--even-if-changed", help="Also lists that were filled in, or have files beside them.")
    ] = False,
) -> None:
    """Delete every list in a folder whose date has passed, and say which.

    Example: ace-risk expire out
    """
    from ace_risk.governance.expire import expire

    _say(expire(folder, even_if_changed))


@app.command()
def demo(
    children: Annotated[int | None, typer.Option("--children", help="Children in the synthetic world.")] = None,
    out: Out = Path("out/demo"),
    workers: Workers = None,
) -> None:
    """Run the whole path on a synthetic world, and write an index.html to start from.

    Example: ace-risk demo --children 5000 --out out/demo
    """
    from ace_risk import commands

    _say(commands.demo(out, children, workers))


def _say(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)


def main(arguments: list[str] | None = None) -> Any:
    """Run a command; a user's error becomes one message and its exit code, never a traceback."""
    try:
        return app(arguments)
    except AceRiskError as error:
        typer.echo(f"ace-risk: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("ace-risk: stopped. Nothing was half-written.", err=True)
        sys.exit(StudyError.exit_code)


if __name__ == "__main__":
    main()
