"""`nurture referrals …`: who refers whom, and the links that they hand on."""

from __future__ import annotations

import click

from nurture.cli.referral_cases import case
from nurture.cli.referral_links import link, ticket
from nurture.cli.referral_lists import add, list_, move, show


@click.group()
def referrals() -> None:
    """Referrals: how they stand, the pages and links of who refers, and golden tickets."""


referrals.add_command(link)
referrals.add_command(ticket)
referrals.add_command(list_)
referrals.add_command(show)
referrals.add_command(move)
referrals.add_command(add)
referrals.add_command(case)
