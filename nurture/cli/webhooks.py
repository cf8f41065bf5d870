"""`nurture webhook …`: calls of other systems: what was called, what came back, the secrets."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click
from rich import box
from rich.console import Console
from rich.table import Table

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, told
from nurture.db import calls
from nurture.db.engine import read
from nurture.domain.webhooks import Verdict, verdict_on, written
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services.house import house_at
from nurture.services.sentences import moment
from nurture.services.webhooks import call_id, retry, try_out

_STATES = {
    "queued": say("queued"),
    "answered": say("answered"),
    "refused": say("refused"),
    "failed": say("failed"),
    "dropped": say("dropped"),
}


@click.group()
def webhook() -> None:
    """Calls of other systems that `webhook` steps make."""


@webhook.command("list")
@click.option("--state", type=click.Choice(list(_STATES)), help="Only calls in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@speaks
@click.pass_context
def list_calls(ctx: click.Context, state: str | None, limit: int, locale: str) -> None:
    """Show the newest calls."""
    runtime = house_of(ctx).runtime
    with read(runtime.engine) as connection:
        rows = calls.listed(connection, state, limit)
        zone = ZoneInfo(house_at(runtime, connection).calendar.zone)
    if not rows:
        click.echo(told(say("No calls.")))
        return
    table = Table(box=box.SIMPLE_HEAD)
    for title in (
        say("call"),
        say("endpoint"),
        say("contact"),
        say("workflow / step"),
        say("state"),
        say("tries"),
        say("next try"),
    ):
        table.add_column(told(title), overflow="fold")
    for row in rows:
        status = f" ({row.status})" if row.status is not None else ""
        table.add_row(
            str(row.id),
            row.endpoint,
            row.email or "",
            f"{row.workflow} / {row.step}",
            told(_STATES[row.state]) + status,
            str(row.tries),
            moment(row.due_at, locale, zone) if row.due_at is not None else "",
        )
    Console().print(table)


@webhook.command("show")
@click.argument("number", type=int)
@speaks
@click.pass_context
def show_call(ctx: click.Context, number: int, locale: str) -> None:
    """Show a call and every try of it."""
    runtime = house_of(ctx).runtime
    with read(runtime.engine) as connection:
        row = calls.one(connection, number)
        if row is None:
            raise NotFoundError(say("there is no call {number}", number=number))
        tries = calls.attempts(connection, number)
        zone = ZoneInfo(house_at(runtime, connection).calendar.zone)
    click.echo(f"{call_id(row)}  {row.endpoint}  {row.email or ''}  {row.workflow} / {row.step}")
    click.echo(told(_STATES[row.state]))
    for one in tries:
        answer = f"HTTP {one.status}" if one.status is not None else one.text
        click.echo(f"  {moment(one.at, locale, zone)}  {answer}  {one.milliseconds} ms")


@webhook.command("retry")
@click.argument("number", type=int)
@speaks
@click.pass_context
def retry_call(ctx: click.Context, number: int, locale: str) -> None:
    """Call once more what was refused, failed or dropped; its journey has gone on already."""
    retry(house_of(ctx).runtime, number)
    click.echo(told(say("Call {number} is queued again.", number=number)))


@webhook.command("secret")
@click.argument("endpoint")
@click.pass_context
def secret(ctx: click.Context, endpoint: str) -> None:
    """Show the secret that ENDPOINT checks signatures with: WEBHOOK_NAME, else one made for it."""
    for one in house_of(ctx).webhook_secrets(endpoint):
        click.echo(written(one))


@webhook.command("test")
@click.argument("endpoint")
@speaks
@click.pass_context
def try_endpoint(ctx: click.Context, endpoint: str, locale: str) -> None:
    """Call ENDPOINT once with nobody's data, and show what came back."""
    house = house_of(ctx)
    response = try_out(house.runtime, house.caller(), house.webhook_secrets, endpoint)
    took = f"{response.seconds * 1000:.0f} ms"
    if response.status is None:
        message = say(
            "endpoint {endpoint} did not answer: {why}", endpoint=endpoint, why=response.text
        )
        raise NurtureError(message)
    click.echo(f"HTTP {response.status}, {took}")
    body = response.body.decode("utf-8", "replace")[:500]
    if body:
        click.echo("".join(char if char.isprintable() or char == "\n" else "�" for char in body))
    if verdict_on(response.status) is not Verdict.ANSWERED:
        ctx.exit(1)
