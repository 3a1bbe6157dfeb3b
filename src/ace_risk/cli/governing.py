"""Commands of those who answer for a model: rebuild, promote, sign off, expire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ace_risk.cli.options import Data, Packed, Run, say


def rebuild(pack: Packed, data: Data) -> None:
    """Train again from a pack alone, and say whether the model is the same (exit code 4 if not); nothing is written.

    Example: ace-risk rebuild models/demo --data out/demo/data
    """
    from ace_risk.governance.rebuild import rebuild

    say(rebuild(pack, data))


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

    say(promote(run, data, acceptances, models, tracking_uri, candidate))


def sign_off(
    pack: Packed,
    name: Annotated[str, typer.Option("--name", help="Who answers for using the pack.")],
    role: Annotated[str, typer.Option("--role", help="As what.")],
    until: Annotated[str, typer.Option("--until", help="First day on which it no longer holds, YYYY-MM-DD.")],
    note: Annotated[str, typer.Option("--note", help="What must be known with it; stands on every list.")] = "",
    without_gate: Annotated[
        str, typer.Option("--without-gate", help="Why a pack that was not promoted is used; stands on every list.")
    ] = "",
) -> None:
    """Record who signs a pack off for use and until when, in sign-off.yaml beside the pack: one that was promoted.

    Example: ace-risk sign-off models/demo --name "A. Holme" --role "Head of early help" --until 2027-01-01
    """
    from ace_risk.governance.signing import sign_off

    say(sign_off(pack, name, role, until, note, without_gate))


def expire(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that holds lists, at any depth.")],
    even_if_changed: Annotated[
        bool, typer.Option("--even-if-changed", help="Also lists that were filled in, or have files beside them.")
    ] = False,
) -> None:
    """Delete every list in a folder whose date has passed, and say which.

    Example: ace-risk expire out
    """
    from ace_risk.governance.expire import expire

    say(expire(folder, even_if_changed))
