"""`nurture demo`: a hundred days in two minutes; and the audience it starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from rich.console import Console

from nurture.app import build, close
from nurture.cli.contacts import show
from nurture.cli.context import settings_of
from nurture.cli.running import stop_on_signal
from nurture.demo import audience, closing, director
from nurture.demo.browser import Web
from nurture.demo.diary import Diary
from nurture.demo.postbox import Postbox
from nurture.demo.site import Site
from nurture.demo.world import World
from nurture.errors import NurtureError
from nurture.language import language_of_terminal, say
from nurture.services.import_contacts import ImportReport


@click.command()
@click.option("--days", type=click.IntRange(1, 400), default=100, show_default=True)
@click.option(
    "--seed", type=int, default=2026, show_default=True, help="Another seed, other people."
)
@click.option("--lang", type=click.Choice(["ja", "en"]), help="Language of the stories.")
@click.option(
    "--serve/--no-serve", default=None, help="Stay until Ctrl-C (default: on a terminal)."
)
@click.pass_context
def demo(ctx: click.Context, days: int, seed: int, lang: str | None, serve: bool | None) -> None:
    """Live 100 days of nurturing on this machine, report, and serve the pages.

    Everything happens in VAR/demo, which is emptied first. Without a terminal the demo tries
    its own last command and ends; with status 1 where the circle did not close.
    """
    settings = settings_of(ctx)
    on_terminal = sys.stdout.isatty() and sys.stdin.isatty()
    console = Console(highlight=False, width=None if on_terminal else 110)
    # Where the terminal says nothing the stories are those of the house, in Japanese.
    language = lang or (language_of_terminal(os.environ) if os.environ.get("LANG") else "ja")
    code = director.emptied_and_run(
        settings,
        settings.var / "demo",
        days,
        seed,
        console,
        lambda where, path, report: _show_import(where, path, report),
        lambda running, outcome: closing.close(
            running, outcome, console, language, on_terminal if serve is None else serve
        ),
    )
    ctx.exit(code)


def _show_import(console: Console, path: Path, report: ImportReport) -> None:
    show(console, path, report, False)


@click.command("demo-audience", hidden=True)
@click.option("--seed", type=int, required=True)
@click.option("--days", type=int, required=True)
@click.pass_context
def demo_audience(ctx: click.Context, seed: int, days: int) -> None:
    """Play the readers, scanners, visitors and salespeople of a demo."""
    settings = settings_of(ctx)
    key = os.environ.get(director.KEY_VARIABLE)
    if not key:
        raise NurtureError(say("the audience is started by `nurture demo`"))
    house = build(settings, ring=lambda _queue: None)
    mailbox = house.mailbox()
    world = World(
        runtime=house.runtime,
        mailbox=mailbox,
        web=Web(settings.public_url, key),
        postbox=Postbox(settings.mailbox_port),
        site=Site.read(settings.project / "examples" / "site.yaml"),
        project=settings.project,
        diary=Diary(settings.var),
    )
    try:
        audience.run(world, seed, days, stop_on_signal())
    finally:
        mailbox.close()
        close(house)
