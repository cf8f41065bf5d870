"""The command line: `nurture COMMAND`. Each command calls one service and says what it did."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from nurture import __version__
from nurture.cli.definitions import check, publish, schema
from nurture.cli.demonstration import demo, demo_audience
from nurture.cli.operating import api_key, event, explain, hold, import_, pause, resume, unhold
from nurture.cli.running import clock, mailbox, migrate, team, up, web, worker
from nurture.errors import DefinitionError, NurtureError


class Group(click.Group):
    """Shows failures as a sentence with what to do, never as a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected failure ends with status 1."""
        try:
            return super().invoke(ctx)
        except DefinitionError as error:
            for problem in error.problems:
                click.echo(str(problem), err=True)
            ctx.exit(1)
        except NurtureError as error:
            click.echo(f"{click.style('nurture:', fg='red')} {error.message}", err=True)
            if error.hint:
                click.echo(f"  → {error.hint}", err=True)
            ctx.exit(1)
        except OperationalError as error:
            click.echo(f"nurture: the database did not answer: {error.orig}", err=True)
            click.echo("  → check DATABASE_URL, and that it is running", err=True)
            ctx.exit(1)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nurture")
@click.option(
    "--project",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with workflows/ and templates/ (default: here).",
)
@click.option(
    "--var",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of all local state (default: ./var).",
)
@click.pass_context
def main(ctx: click.Context, project: Path | None, var: Path | None) -> None:
    """Email automation and nurture for B2B: workflows in YAML, honest tracking, referrals."""
    given = {"project": project, "var": var}
    ctx.obj = {name: value for name, value in given.items() if value is not None}
    # Pipes and logs on machines without a UTF-8 locale must not lose Japanese text.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")


for command in (
    check,
    schema,
    publish,
    import_,
    event,
    explain,
    pause,
    resume,
    hold,
    unhold,
    api_key,
    up,
    web,
    team,
    worker,
    clock,
    mailbox,
    migrate,
    demo,
    demo_audience,
):
    main.add_command(command)
