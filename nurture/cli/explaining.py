"""`nurture explain CONTACT`: why this person did or did not get each mail."""

from __future__ import annotations

import click

from nurture.cli.context import house_of
from nurture.cli.explanation import show
from nurture.cli.speaking import speaks


@click.command()
@click.argument("contact")
@speaks
@click.pass_context
def explain(ctx: click.Context, contact: str, locale: str) -> None:
    """Say what CONTACT (an address) got, did not get, and why."""
    show(house_of(ctx).runtime, contact, locale)
