"""`nurture api-key …`: keys of the API."""

from __future__ import annotations

import click

from nurture.cli.context import house_of
from nurture.cli.speaking import tell
from nurture.language import say
from nurture.services import api_keys


@click.group("api-key")
def api_key() -> None:
    """Keys of the API."""


@api_key.command("add")
@click.argument("name")
@click.pass_context
def add_key(ctx: click.Context, name: str) -> None:
    """Make a key and show it once; only its hash is kept."""
    key = api_keys.add(house_of(ctx).runtime, name)
    click.echo(key)


@api_key.command("revoke")
@click.argument("name")
@click.pass_context
def revoke_key(ctx: click.Context, name: str) -> None:
    """Make a key worthless at once."""
    api_keys.revoke(house_of(ctx).runtime, name)
    tell(say("Revoked: {name}", name=name))
