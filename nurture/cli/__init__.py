"""The command line: `nurture COMMAND`. Each command calls one service and says what it did."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import click

from nurture import __version__
from nurture.cli.speaking import give_language, language, speaks_everywhere, told
from nurture.errors import DefinitionError, NurtureError
from nurture.log import configure as configure_log

#: command → where it lives; imported when it is asked for, so that `nurture event` does not
#: wait for web servers and MJML to load
COMMANDS = {
    "init": "starting:init",
    "check": "check:check",
    "test": "test:test",
    "schema": "definitions:schema",
    "plan": "planning:plan",
    "publish": "planning:publish_",
    "releases": "planning:releases",
    "rollback": "planning:rollback",
    "preview": "preview:preview",
    "diagram": "diagram:diagram",
    "simulate": "simulating:simulate_",
    "gallery": "gallery:gallery",
    "import": "importing:import_",
    "contact": "erasing:contact",
    "event": "operating:event",
    "today": "today:today_",
    "task": "tasks:task",
    "deal": "deals:deal",
    "asks": "asks:asks",
    "rewards": "rewards:rewards",
    "referrers": "referrers:referrers",
    "explain": "explaining:explain",
    "backtest": "backtesting:backtest_",
    "results": "results:results",
    "kpis": "kpis:kpis_",
    "nps": "nps:nps",
    "stages": "stages:stages",
    "stage": "stages:stage",
    "owner": "owners:owner",
    "unsubscribe": "operating:unsubscribe",
    "preferences": "preferences:preferences",
    "referrals": "referrals:referrals",
    "seminar": "seminars:seminar",
    "broadcast": "mailings:broadcast",
    "schedule": "schedules:schedule",
    "split": "splits:split",
    "pause": "operating:pause",
    "resume": "operating:resume",
    "hold": "operating:hold",
    "unhold": "operating:unhold",
    "webhook": "webhooks:webhook",
    "api-key": "keys:api_key",
    "up": "running:up",
    "web": "running:web",
    "team": "running:team",
    "worker": "running:worker",
    "clock": "running:clock",
    "mailbox": "running:mailbox",
    "migrate": "running:migrate",
    "demo": "demonstration:demo",
    "demo-audience": "demonstration:demo_audience",
}


class Group(click.Group):
    """Loads commands when they are asked for; shows failures as a sentence, not a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all commands in the order of a newcomer's day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is none of that name."""
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"nurture.cli.{module}"), name)
        give_language(command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an expected failure ends with status 1."""
        try:
            return super().invoke(ctx)
        except DefinitionError as error:
            for problem in error.problems:
                click.echo(problem.in_language(language()), err=True)
            ctx.exit(1)
        except NurtureError as error:
            click.echo(f"{click.style('nurture:', fg='red')} {told(error.message)}", err=True)
            if error.hint:
                click.echo(f"  → {told(error.hint)}", err=True)
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
@speaks_everywhere
@click.pass_context
def main(ctx: click.Context, project: Path | None, var: Path | None) -> None:
    """Email automation and nurture for B2B: workflows in YAML, honest tracking, referrals."""
    given = {"project": project, "var": var}
    # Until settings say otherwise: what a command prints on standard output is its own.
    configure_log("console", "warning")
    ctx.obj = {name: value for name, value in given.items() if value is not None}
    # Pipes and logs on machines without a UTF-8 locale must not lose Japanese text.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
