"""`nurture referrals …`: who refers whom, and the links that they hand on."""

from __future__ import annotations

import click

from nurture.cli.referral_links import link, ticket


@click.group()
def referrals() -> None:
    """Referrals: the pages and links of who refers, and golden tickets."""


referrals.add_command(link)
referrals.add_command(ticket)
