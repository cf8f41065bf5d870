"""`nurture owner`: give a contact, or everything that a colleague has, to somebody else."""

from __future__ import annotations

import getpass

import click

from nurture.cli.context import house_of
from nurture.cli.speaking import tell, told
from nurture.language import say, say_number
from nurture.services.owners import change_all, change_owner


@click.command()
@click.argument("contact", required=False)
@click.option("--all-of", "leaver", metavar="WHO", help="Everything of a colleague, gone or not.")
@click.option("--to", "to", metavar="WHO", required=True, help="Who takes over.")
@click.option("--reason", default="", help="Shown in `nurture explain`.")
@click.pass_context
def owner(
    ctx: click.Context, contact: str | None, leaver: str | None, to: str, reason: str
) -> None:
    """Give CONTACT (an address), or all that a colleague has, to another colleague.

    Colleagues are named by their sender key, address or name. Open tasks go along and their
    new assignee is told; history, deals and workflows under way stay, and their mails come
    from the new owner.
    """
    if (contact is None) == (leaver is None):
        raise click.UsageError(told(say("name one contact, or a colleague with --all-of")))
    runtime, by = house_of(ctx).runtime, getpass.getuser()
    if contact is not None:
        done = change_owner(runtime, contact, to, reason, by)
        if not done.contacts:
            tell(
                say(
                    "{contact} is {name}'s already: nothing changed.",
                    contact=contact,
                    name=done.to.name,
                )
            )
            return
        if done.old is None:
            tell(say("{name} takes care of {contact} now.", name=done.to.name, contact=contact))
            return
        tell(
            say(
                "{name} takes care of {contact} now, no longer {old}.",
                name=done.to.name,
                contact=contact,
                old=done.old.name,
            )
        )
        return
    done = change_all(runtime, leaver or "", to, reason, by)
    old = done.old.name if done.old is not None else leaver
    if not done.contacts and not done.tasks:
        tell(say("Nothing is {old}'s any more: nothing changed.", old=old))
        return
    tell(
        say_number(
            "{number} contact is no longer {old}'s but {new}'s, open tasks too.",
            "{number} contacts are no longer {old}'s but {new}'s, open tasks too.",
            done.contacts,
            old=old,
            new=done.to.name,
        )
    )
    if done.tasks:
        tell(say("Open tasks about other contacts that went along: {tasks}.", tasks=done.tasks))
