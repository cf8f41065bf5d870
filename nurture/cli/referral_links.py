"""`nurture referrals link|ticket`: the addresses of a referrer, and golden tickets."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len

from nurture.cli.context import house_of
from nurture.cli.speaking import language, tell, told
from nurture.db.contacts import EMAIL, find
from nurture.db.engine import read, write
from nurture.domain.addresses import canonical
from nurture.domain.golden_ticket import read_code, written
from nurture.domain.referral import Channel
from nurture.errors import NotFoundError, NurtureError
from nurture.language import say
from nurture.services import refer_links, referrals
from nurture.services.house import house_at
from nurture.services.refer_desk import desk_of_contact
from nurture.services.runtime import Runtime
from nurture.services.sentences import day
from nurture.services.tickets import make_ticket, ticket_of, withdraw_ticket


@click.command()
@click.argument("contact")
@click.option(
    "--as",
    "kind",
    type=click.Choice([str(one) for one in Channel]),
    help="Make CONTACT a referrer of this kind, who is none yet.",
)
@click.pass_context
def link(ctx: click.Context, contact: str, kind: str | None) -> None:
    """Print the page of CONTACT (an address) who refers, and the link to hand on.

    The page opens without a login: send it to nobody else.
    """
    runtime = house_of(ctx).runtime
    person = _person(runtime, contact)
    now = runtime.clock.now()
    if kind is not None:
        with write(runtime.engine) as connection:
            referrals.ensure_referrer(connection, person, kind, now)
    with read(runtime.engine) as connection:
        desk = desk_of_contact(runtime, connection, person)
        zone = ZoneInfo(house_at(runtime, connection).calendar.zone)
    if desk is None:
        raise NurtureError(
            say("{contact} refers nobody yet", contact=contact),
            say(
                "make them a referrer: `nurture referrals link {contact} --as customer`",
                contact=contact,
            ),
        )
    until = day(now + refer_links.LIFETIME, language(), zone)
    lines = [
        (
            say("their page, until {day}", day=until),
            refer_links.page_of(runtime, desk.referrer.id, now),
        ),
        (say("to hand on"), refer_links.link_of(runtime, desk.code)),
    ]
    if desk.program is not None:
        lines.append((say("the rules"), refer_links.rules_of(runtime, desk.program.name)))
    width = max(cell_len(told(name)) for name, _ in lines)
    for name, address in lines:
        shown = told(name)
        click.echo(f"{shown}{' ' * (width - cell_len(shown))}  {address}")
    if desk.program is None:
        tell(
            say("No programme is for this kind of referrer: their page shows past referrals only.")
        )


@click.command()
@click.argument("contact", required=False)
@click.option("--program", default="", help="Programme, where they take part in several.")
@click.option("--offer", default="", help="Offer that the ticket brings.")
@click.option("--withdraw", "code", metavar="CODE", help="Take back a ticket nobody has used.")
@click.pass_context
def ticket(
    ctx: click.Context, contact: str | None, program: str, offer: str, code: str | None
) -> None:
    """Make a golden ticket of CONTACT (an address) who refers, or take one back."""
    if (contact is None) == (code is None):
        raise click.UsageError(told(say("name a contact, or a ticket with --withdraw")))
    runtime = house_of(ctx).runtime
    if code is not None:
        shown = written(read_code(code) or code)
        if withdraw_ticket(runtime, code):
            tell(say("Ticket {code} is taken back.", code=shown))
        else:
            tell(say("Ticket {code} was used or taken back before: nothing changed.", code=shown))
        return
    made = make_ticket(runtime, _person(runtime, contact or ""), program, offer)
    with read(runtime.engine) as connection:
        found = ticket_of(runtime, connection, made or "", runtime.clock.now())
        zone = ZoneInfo(house_at(runtime, connection).calendar.zone)
    assert found is not None  # made a moment ago
    until = day(found.expires, language(), zone)
    tell(say("Ticket {code}, good until {day}:", code=written(found.code), day=until))
    click.echo(refer_links.ticket_address(runtime, found.code))


def _person(runtime: Runtime, contact: str) -> int:
    """Return the contact of an address; NotFoundError where there is none."""
    with read(runtime.engine) as connection:
        try:
            person = find(connection, EMAIL, canonical(contact))
        except ValueError:
            person = None
    if person is None:
        raise NotFoundError(say("no contact has the address '{email}'", email=contact))
    return person
