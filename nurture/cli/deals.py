"""`nurture deal`: the deals under way, and news of them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell
from nurture.cli.task_screens import deal_panel, deals_table
from nurture.cli.tasks import faults_said
from nurture.db.engine import read
from nurture.domain import task_words
from nurture.language import say
from nurture.services.deal_desk import SETTABLE, act_on_deal, deal_named, open_deals, set_right
from nurture.services.house import house_at
from nurture.services.runtime import Runtime
from nurture.services.task_actions import AnswersError
from nurture.services.team import id_of_member

_BY = click.option("--by", help="Who tells of it: a sender key. Default: the contact's owner.")
_DEAL = click.argument("named", metavar="DEAL")


@click.group()
def deal() -> None:
    """Show deals, and record what became of them. DEAL is the CRM's name or our number."""


@deal.command("list")
@click.option("--for", "member", default="", metavar="KEY", help="One person's: a sender key.")
@click.option("--all", "everything", is_flag=True, help="Won and lost ones as well.")
@speaks
@click.pass_context
def list_(ctx: click.Context, member: str, everything: bool, locale: str) -> None:
    """List the deals under way, those with the newest news first."""
    runtime = house_of(ctx).runtime
    whose = id_of_member(runtime, member) if member else None
    rows = open_deals(runtime, everything, whose)
    if not rows:
        tell(say("There are no deals."))
        return
    Console().print(deals_table(rows, _zone(runtime), locale))


@deal.command()
@_DEAL
@speaks
@click.pass_context
def show(ctx: click.Context, named: str, locale: str) -> None:
    """Show a deal and what was learnt of it."""
    runtime = house_of(ctx).runtime
    Console().print(deal_panel(deal_named(runtime, named), _zone(runtime), locale))


@deal.command("set")
@_DEAL
@click.option("--stage", type=click.Choice(SETTABLE), help="How far it has come.")
@click.option("--amount", help="E.g. 1,200,000 or 120万.")
@click.option("--product", help="What it is about.")
@_BY
@speaks
@click.pass_context
def set_(
    ctx: click.Context,
    named: str,
    stage: str | None,
    amount: str | None,
    product: str | None,
    by: str | None,
    locale: str,
) -> None:
    """Set a deal's stage, amount or product right."""
    done = set_right(house_of(ctx).runtime, named, stage, amount, product, by, "cli")
    _tell(done)


@deal.command()
@_DEAL
@click.option("--at", required=True, help='When: "2026-05-20 14:00", in the calendar\'s zone.')
@click.option("--attendees", default="", help="Who takes part.")
@click.option("--decider", type=click.Choice(list(task_words.YES_NO)), default="no")
@_BY
@speaks
@click.pass_context
def meeting(
    ctx: click.Context, named: str, at: str, attendees: str, decider: str, by: str | None,
    locale: str,
) -> None:  # fmt: skip
    """Record when the next meeting is."""
    day, _, time = at.strip().replace("T", " ").partition(" ")
    answers = {"day": day, "time": time, "attendees": attendees, "decider": decider}
    _act(ctx, named, "meeting_set", answers, by, locale)


@deal.command()
@_DEAL
@click.option("--amount", required=True, help="E.g. 1,200,000 or 120万.")
@_BY
@speaks
@click.pass_context
def won(ctx: click.Context, named: str, amount: str, by: str | None, locale: str) -> None:
    """Record that a deal was won."""
    _act(ctx, named, "won", {"amount": amount}, by, locale)


@deal.command()
@_DEAL
@click.option("--reason", required=True, type=click.Choice(list(task_words.LOSS_REASONS)))
@click.option("--note", default="", help="In words.")
@click.option("--revisit-at", default="", metavar="DAY", help="When to come back: 2026-10-01.")
@_BY
@speaks
@click.pass_context
def lost(
    ctx: click.Context, named: str, reason: str, note: str, revisit_at: str, by: str | None,
    locale: str,
) -> None:  # fmt: skip
    """Record that a deal was lost, why, and when to come back."""
    answers = {"reason": reason, "note": note, "revisit_at": revisit_at}
    _act(ctx, named, "lost", answers, by, locale)


def _act(
    ctx: click.Context,
    named: str,
    action: str,
    answers: dict[str, Any],
    by: str | None,
    locale: str,
) -> None:
    try:
        done = act_on_deal(house_of(ctx).runtime, named, action, answers, by, "cli")
    except AnswersError as error:
        raise faults_said(error, locale) from None
    _tell(done)


def _tell(done: bool) -> None:
    tell(say("Recorded.") if done else say("It was so already: nothing changed."))


def _zone(runtime: Runtime) -> ZoneInfo:
    with read(runtime.engine) as connection:
        return house_at(runtime, connection).zone
