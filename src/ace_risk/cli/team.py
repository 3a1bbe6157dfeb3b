"""Commands of a local team: the list, the daily review, and the page of a child."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ace_risk.cli.options import Data, Out, RunOrPack, SetAside, say


def list_(
    run: RunOrPack,
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
        Path | None, typer.Option("--objections", help="CSV of child_id: left out, and counted. Give it each time.")
    ] = None,
    additions: Annotated[
        Path | None, typer.Option("--additions", help="CSV of child_id, reason: added beyond the places, and marked.")
    ] = None,
    quarantine: SetAside = False,
) -> None:
    """Write a referral list sized to the places there are: referrals.csv, .xlsx, .html and .txt.

    Example: ace-risk list out/run --data out/data --as-of 2025-10-01 --places 50 --out out/list
    """
    from ace_risk import team_commands

    lines = team_commands.refer(
        run, data, as_of, out, places=places, hub=hub, previous=previous, objections=objections, additions=additions,
        quarantine=quarantine,
    )  # fmt: skip
    say(lines)


def review(
    run: RunOrPack,
    data: Data,
    as_of: Annotated[str, typer.Option("--as-of", help="The time of the review, YYYY-MM-DD or YYYY-MM-DDTHH:MM.")],
    out: Out,
    hours: Annotated[int, typer.Option("--hours", help="How many hours before it are reviewed.")] = 24,
    hub: Annotated[str | None, typer.Option("--hub", help="Only children living in this hub.")] = None,
    handed_out: Annotated[
        Path | None, typer.Option("--list", help="The referrals.csv that the team works from, to say who is on it.")
    ] = None,
    objections: Annotated[
        Path | None, typer.Option("--objections", help="CSV of child_id: left out, and counted. Give it each time.")
    ] = None,
    quarantine: SetAside = False,
) -> None:
    """Review every child in what was recorded in the last hours, family by family: review.html and review.csv.

    Example: ace-risk review out/run --data out/data --as-of 2025-10-01T08:00 --hours 24 --out out/review
    """
    from ace_risk import team_commands

    lines = team_commands.review(
        run, data, as_of, out, hours=hours, hub=hub, handed_out=handed_out, objections=objections,
        quarantine=quarantine,
    )  # fmt: skip
    say(lines)


def child(
    run: RunOrPack,
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

    say(team_commands.child(run, child_id, data, as_of, out, objections=objections, quarantine=quarantine))
