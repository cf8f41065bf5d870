"""`nurture explain CONTACT`: why this person did or did not get each mail."""

from __future__ import annotations

import click

from nurture.cli.context import house_of
from nurture.cli.explanation import show


@click.command()
@click.argument("contact")
@click.option("--locale", type=click.Choice(["ja", "en"]), help="Language of the sentences.")
@click.pass_context
def explain(ctx: click.Context, contact: str, locale: str | None) -> None:
    """Say what CONTACT (an address) got, did not get, and why."""
    show(house_of(ctx).runtime, contact, locale)
