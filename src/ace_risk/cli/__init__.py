"""The command line: `ace-risk synth | init | check | train | audit | list | review | child | card | … | demo`.

Only commands here: each one reads its options and calls what does the work. Heavy imports wait until a command
runs, so that help answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from ace_risk import __version__
from ace_risk.cli import governing, study, team
from ace_risk.errors import AceRiskError, StudyError

app = typer.Typer(
    name="ace-risk",
    help="Find, early, the children who may benefit from support: with reasons, a fairness audit and a model card.\n\n"
    "Start with: ace-risk demo. On data of your own: ace-risk init FOLDER",
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


COMMANDS: tuple[tuple[str, Callable[..., None], str], ...] = (
    ("synth", study.synth, "Make a synthetic world: six tables"),
    ("init", study.init, "Write a study of your own to fill"),
    ("check", study.check, "Check tables, and say what is left to do"),
    ("train", study.train, "Train, evaluate and audit a points card"),
    ("audit", study.audit, "Write the fairness report of a run"),
    ("list", team.list_, "Write a referral list sized to the places"),
    ("review", team.review, "Review what was recorded in the last hours"),
    ("child", team.child, "Write the page of one child"),
    ("card", study.card, "Write the model card of a run"),
    ("rebuild", governing.rebuild, "Train again from a pack, and compare"),
    ("promote", governing.promote, "Let a run through the gate, or say why not"),
    ("sign-off", governing.sign_off, "Record who answers for a pack, until when"),
    ("expire", governing.expire, "Delete lists whose date has passed"),
    ("demo", study.demo, "Run the whole path on a synthetic world"),
)
"""Every command, in the order in which help names them, with the words of the overview."""

for name, command, overview in COMMANDS:
    app.command(name, short_help=overview)(command)


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
