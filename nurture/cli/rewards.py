"""`nurture rewards`: what is owed to those who refer, what was given, and the books."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from nurture.cli.context import house_of
from nurture.cli.reward_screens import reward_parts, rewards_table, sums_line
from nurture.cli.speaking import speaks, tell
from nurture.db.engine import read
from nurture.domain.calendar import at_wall
from nurture.domain.referral import RewardState
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import reward_books, reward_desk
from nurture.services.house import house_at
from nurture.services.runtime import Runtime

_ID = click.argument("reward_id", type=click.IntRange(1, 2**62), metavar="ID")
_BY = click.option("--by", default="", help="Who does it: a sender key. Default: your login name.")


@click.group()
def rewards() -> None:
    """Show what is owed to those who refer, and record what was given."""


@rewards.command("list")
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([str(one) for one in RewardState]),
    help="Only these states; may be said again.",
)
@click.option("--all", "everything", is_flag=True, help="Delivered and reversed ones as well.")
@click.option("--referral", "ref", default="", metavar="REF", help="Of one referral: R-7K2M9Q.")
@speaks
@click.pass_context
def list_(
    ctx: click.Context, states: tuple[str, ...], everything: bool, ref: str, locale: str
) -> None:
    """List rewards: those whose promised day has passed first, then by that day."""
    runtime = house_of(ctx).runtime
    wanted = tuple(RewardState) if everything or (ref and not states) else states
    found = reward_desk.overview(runtime, wanted, ref=ref.strip().upper())
    if not found.lines:
        tell(say("There are no rewards."))
        return
    console = Console()
    console.print(rewards_table(found.lines, _zone(runtime), locale))
    console.print(sums_line(found, locale))


@rewards.command()
@_ID
@speaks
@click.pass_context
def show(ctx: click.Context, reward_id: int, locale: str) -> None:
    """Show the reward ID with its ledger."""
    runtime = house_of(ctx).runtime
    console = Console()
    for part in reward_parts(reward_desk.sheet(runtime, reward_id), _zone(runtime), locale):
        console.print(part)


@rewards.command()
@_ID
@_BY
@click.pass_context
def deliver(ctx: click.Context, reward_id: int, by: str) -> None:
    """Record that the reward ID reached its receiver: they are thanked by mail."""
    _act(ctx, by, lambda runtime, who: reward_desk.deliver(runtime, reward_id, who))


@rewards.command()
@_ID
@click.option("--reason", required=True, help="Why: it stands in the ledger.")
@_BY
@click.pass_context
def reverse(ctx: click.Context, reward_id: int, reason: str, by: str) -> None:
    """Take the reward ID back, with an entry of the other sign."""
    _act(ctx, by, lambda runtime, who: reward_desk.reverse(runtime, reward_id, who, reason))


@rewards.command()
@_ID
@click.option("--reason", required=True, help="Why: it stands in the ledger.")
@_BY
@click.pass_context
def hold(ctx: click.Context, reward_id: int, reason: str, by: str) -> None:
    """Hold the reward ID until it is released."""
    _act(ctx, by, lambda runtime, who: reward_desk.hold(runtime, reward_id, who, reason))


@rewards.command()
@_ID
@click.option("--reason", default="", help="Why: it stands in the ledger.")
@_BY
@click.pass_context
def release(ctx: click.Context, reward_id: int, reason: str, by: str) -> None:
    """Let the reward ID go: end its hold, or its wait in case the deal is reversed."""
    _act(ctx, by, lambda runtime, who: reward_desk.release(runtime, reward_id, who, reason))


@rewards.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write; without it, standard output.",
)
@click.option("--since", default="", metavar="DAY", help="Entries from that day on: 2026-04-01.")
@speaks
@click.pass_context
def export(ctx: click.Context, out: Path | None, since: str, locale: str) -> None:
    """Write the ledger as CSV for the books."""
    runtime = house_of(ctx).runtime
    moment = _day(runtime, since) if since else None
    if out is None:
        reward_books.export(runtime, sys.stdout, locale, moment)
        return
    try:
        # With a byte order mark, so that Excel reads Japanese as it is.
        with out.open("x", encoding="utf-8-sig", newline="") as file:
            number = reward_books.export(runtime, file, locale, moment)
    except FileExistsError:
        raise NurtureError(
            say("{file} is there already", file=str(out)), say("name another file, or remove it")
        ) from None
    tell(say("{number} entries written to {file}.", number=number, file=str(out)))


def _act(ctx: click.Context, by: str, act: Callable[[Runtime, str], bool]) -> None:
    done = act(house_of(ctx).runtime, by or getpass.getuser())
    tell(say("Recorded.") if done else say("It was so already: nothing changed."))


def _day(runtime: Runtime, text: str) -> datetime:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise NurtureError(
            say("'{text}' is no day", text=text), say("write it as 2026-04-01")
        ) from None
    return at_wall(day, time(0), _zone(runtime))


def _zone(runtime: Runtime) -> ZoneInfo:
    with read(runtime.engine) as connection:
        return house_at(runtime, connection).zone
