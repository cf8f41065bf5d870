"""`nurture contact erase|readmit`: a person is forgotten at their wish, and may come back."""

from __future__ import annotations

import getpass

import click
from rich import box
from rich.console import Console
from rich.table import Table

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell, told
from nurture.domain.erasure_words import FATES, KINDS, fate_of
from nurture.domain.glossary import word
from nurture.language import say
from nurture.services import erasure
from nurture.services.erasure import Erased


@click.group()
def contact() -> None:
    """Erase a person at their wish; let one come in again."""


@contact.command()
@click.argument("contact", metavar="EMAIL|ID")
@click.option("--yes", is_flag=True, help="Do it. Without it, only show what would happen.")
@click.option("--by", default="", help="Who does it, for the record. Default: your login name.")
@speaks
@click.pass_context
def erase(ctx: click.Context, contact: str, yes: bool, by: str, locale: str) -> None:
    """Erase everything personal of one person, for good. Shows it first; --yes does it.

    Rows stay as numbers, so that reports add up. The address stays as a keyed hash: nothing
    is sent there, and no list brings the person back. A repeat changes nothing.
    """
    runtime = house_of(ctx).runtime
    who = int(contact) if contact.isascii() and contact.isdigit() else contact
    done = erasure.erase(runtime, who, by or getpass.getuser(), "cli", look_only=not yes)
    if done.already:
        tell(say("They were erased before: nothing is held of them."))
        return
    Console(highlight=False).print(_table(done, locale))
    if done.cancelled_mails or done.ended_journeys:
        tell(
            say(
                "Mails that do not go out any more: {mails}; journeys that end: {journeys}.",
                mails=done.cancelled_mails,
                journeys=done.ended_journeys,
            )
        )
    if yes:
        tell(say("Erased. No list brings them back."))
        tell(_ELSEWHERE)
    else:
        tell(say("Nothing was erased yet, and it cannot be undone. To do it, add --yes."))


#: what no database transaction reaches
_ELSEWHERE = say(
    "Not here: backups, lists that were imported (also LIST.rejected.csv), the local mailbox, "
    "inboxes, and systems that webhooks told."
)


def _table(done: Erased, locale: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column(told(say("What")))
    table.add_column(told(say("Rows")), justify="right")
    table.add_column(told(say("What becomes of it")))
    for kind in KINDS:
        if number := done.rows.get(kind):
            fate = word(FATES, fate_of(kind), locale)
            table.add_row(word(KINDS, kind, locale), f"{number:,}", fate)
    return table


@contact.command()
@click.argument("email")
@click.option("--by", default="", help="Who does it, for the record. Default: your login name.")
@click.pass_context
def readmit(ctx: click.Context, email: str, by: str) -> None:
    """Let an address come in again whose person was erased and comes back of their own will.

    What was erased stays so. Who agrees on a page of ours needs nobody to do this.
    """
    done = erasure.readmit(house_of(ctx).runtime, email, by or getpass.getuser(), "cli")
    tell(
        say("The address may come in again.")
        if done
        else say("Nobody of this address was erased: nothing changed.")
    )
