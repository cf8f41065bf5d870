"""`nurture nps`: what customers answer, whom else to ask, and unhappy answers followed up."""

from __future__ import annotations

import getpass
import json
from datetime import datetime

import click
from rich.console import Console

from nurture.cli.context import house_of
from nurture.cli.nps_screen import loops_table, screen
from nurture.cli.speaking import speaks, tell, told
from nurture.domain.loop_words import LOOP_STATES
from nurture.language import Word, say
from nurture.services.ask_list import contact_of
from nurture.services.nps_json import as_json
from nurture.services.nps_report import report
from nurture.services.survey_answers import Recorded
from nurture.services.survey_heard import Heard, hear
from nurture.services.survey_loops import move

_SURVEY = click.option("--survey", metavar="NAME", help="Which survey; the only one without it.")
_FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="json: for programs, on standard output.",
)  # fmt: skip


@click.group("nps", invoke_without_command=True)
@_SURVEY
@_FORMAT
@speaks
@click.pass_context
def nps(ctx: click.Context, survey: str | None, form: str, locale: str) -> None:
    """Show what customers answer, by round, role, driver and account, and whom else to ask."""
    if ctx.invoked_subcommand is not None:
        return
    found = report(house_of(ctx).runtime, survey)
    if form == "json":
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        return
    Console().print(screen(found, locale))


@nps.command("answer")
@click.argument("email")
@click.argument("score", type=click.IntRange(0, 10))
@_SURVEY
@click.option("--driver", "drivers", multiple=True, metavar="KEY", help="May be repeated.")
@click.option("--comment", default="", help="What they said, in their words.")
@click.option("--at", metavar="MOMENT", help="When: 2026-06-01T10:00+09:00. Default: now.")
@click.option("--by", default="", help="Who heard it; without it, you.")
@click.pass_context
def answer(
    ctx: click.Context,
    email: str,
    score: int,
    survey: str | None,
    drivers: tuple[str, ...],
    comment: str,
    at: str | None,
    by: str,
) -> None:
    """Write down an answer that EMAIL gave by phone: SCORE from 0 to 10.

    It answers the invitation that is open, else one of its own. The same answer twice is one.
    """
    runtime = house_of(ctx).runtime
    heard = Heard(
        contact_of(runtime, email), score, by or getpass.getuser(), survey or "", drivers, comment,
        _moment(at),
    )  # fmt: skip
    kept = hear(runtime, heard, "cli")
    if kept.recorded is Recorded.SAME:
        tell(say("It was so already: nothing changed."))
    else:
        tell(say("Recorded for {survey}, round {round}.", survey=kept.survey, round=kept.round))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise click.UsageError(
            told(say("'{text}' is no moment with its zone: 2026-06-01T10:00+09:00", text=text))
        )
    return found


@nps.command("loops")
@_SURVEY
@speaks
@click.pass_context
def loops(ctx: click.Context, survey: str | None, locale: str) -> None:
    """List unhappy answers that are followed up: who, since when, how far."""
    found = report(house_of(ctx).runtime, survey)
    Console().print(loops_table(found, locale))


@nps.command("loop")
@click.argument("number", type=click.IntRange(min=1))
@click.argument("state", type=click.Choice(["contacted", "resolved", "closed"]))
@click.option("--note", default="", help="What was done, in a sentence; for resolved and closed.")
@click.option("--by", default="", help="Who says so; without it, you.")
@click.pass_context
def loop(ctx: click.Context, number: int, state: str, note: str, by: str) -> None:
    """Write down how far loop NUMBER has come: contacted, resolved or closed."""
    moved = move(house_of(ctx).runtime, number, state, by or getpass.getuser(), note)
    word = Word(*LOOP_STATES[moved.state])
    if moved.already:
        tell(say("It is {state} already: nothing was changed.", state=word))
        return
    tell(say("Number {number} is {state} now.", number=number, state=word))
    if state == "resolved":
        tell(say("They are asked once more in a fortnight, where detractor-recovery runs."))
