"""Commands for the day: events, unsubscribes, pauses, holds."""

from __future__ import annotations

from collections.abc import Collection

import click

from nurture.cli.context import house_of, parse_pairs
from nurture.cli.speaking import language, tell, told
from nurture.compiler.names import KNOWN_EVENTS
from nurture.domain.seminar import REGISTERED
from nurture.domain.workflow import Purpose
from nurture.errors import NotFoundError
from nurture.language import NOTHING, Said, say
from nurture.language.hints import did_you_mean, nearest
from nurture.services import control
from nurture.services.capture import Captured, Happening, capture
from nurture.services.consequences import consequences
from nurture.services.late_registrations import over
from nurture.services.listeners import listened_to, misspelt
from nurture.services.runtime import Runtime
from nurture.services.unsubscribe import CHOICES, unsubscribe_address

#: machine seconds that a command waits to say what came of an event
_PATIENCE = 2.0

_KINDS = click.Choice([control.EVERYTHING, control.WORKFLOW, control.SENDER])


@click.command()
@click.argument("contact")
@click.argument("event_type", metavar="EVENT")
@click.option("--set", "pairs", multiple=True, metavar="NAME=VALUE", help="A property.")
@click.option("--key", help="The same key again is taken once.")
@click.pass_context
def event(
    ctx: click.Context, contact: str, event_type: str, pairs: tuple[str, ...], key: str | None
) -> None:
    """Take an EVENT of CONTACT (an address) in, e.g. form.submitted --set form=whitepaper."""
    house = house_of(ctx)
    happening = Happening(event_type, email=contact, properties=parse_pairs(pairs), key=key)
    (answer,) = capture(house.runtime, [happening], "cli")
    match answer.status:
        case "taken":
            who = (
                say("a new contact, number {id}", id=answer.contact_id)
                if answer.new_contact
                else say("contact {id}", id=answer.contact_id)
            )
            tell(say("Event {id} taken in for {who}.", id=answer.event_id, who=who))
            if event_type == REGISTERED:
                _say_whether_it_is_over(house.runtime, happening)
            listened = listened_to(house.runtime)
            if listened and event_type not in listened:
                hint = nearest(event_type, listened) or _known_like(event_type, listened)
                tell(say("Nothing in the live release listens to {event}.", event=event_type))
                if hint:
                    click.echo(f"  → {told(hint)}")
            for name, meant in misspelt(house.runtime, happening.properties):
                value = happening.properties[name]
                tell(
                    say(
                        "Nothing in the live release asks for {name}={value}.",
                        name=name,
                        value=value,
                    )
                )
                click.echo(f"  → {told(meant)}")
            if event_type in listened and house.has_workers():
                _say_what_came(house.runtime, answer)
        case "duplicate":
            tell(say("Known already as event {id}: nothing changed.", id=answer.event_id))
        case _:
            hint = say("it is kept aside and shown on the status page")
            raise NotFoundError(answer.why, hint)


def _known_like(event_type: str, listened: Collection[str]) -> Said:
    """Return a hint with the event of ours that an unknown one looks like, else what
    is listened to.

    The noun before the dot says what it is about: nps.answered is an nps.responded.
    """
    if event_type in KNOWN_EVENTS:
        return NOTHING
    ours = [one for one in KNOWN_EVENTS if one.partition(".")[0] == event_type.partition(".")[0]]
    if len(ours) == 1:
        return say("did you mean '{word}'?", word=ours[0])
    return nearest(event_type, ours) or did_you_mean(event_type, listened)


def _say_whether_it_is_over(runtime: Runtime, told_of: Happening) -> None:
    name = str(told_of.properties.get("seminar"))
    if over(runtime, [name], runtime.clock.now()):
        tell(
            say(
                "Seminar {name} is over: the registration is marked `over`, and no seat is "
                "promised.",
                name=name,
            )
        )


def _say_what_came(runtime: Runtime, taken: Captured) -> None:
    """Say which journeys an event began, and which not and why."""
    if taken.event_id is None or taken.contact_id is None:
        return
    said = consequences(runtime, taken.contact_id, taken.event_id, language(), _PATIENCE)
    for name, why in said:
        click.echo(f"  {name}: {why}")


@click.command()
@click.argument("contact")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    type=click.Choice([str(one) for one in CHOICES]),
    help="Only this purpose; may be repeated. Without it: all.",
)
@click.option("--reason", default="by hand", help="How we know: a call, a letter, a complaint …")
@click.pass_context
def unsubscribe(ctx: click.Context, contact: str, purposes: tuple[str, ...], reason: str) -> None:
    """Send nothing more to CONTACT (an address), known or not, for they told us so."""
    wanted = [Purpose(one) for one in purposes] or list(CHOICES)
    stopped = unsubscribe_address(house_of(ctx).runtime, contact, wanted, reason[:300], "cli")
    tell(
        say(
            "No more mails to {contact}: {mails} cancelled, {journeys} "
            "{journeys:workflow|workflows} ended.",
            contact=contact,
            mails=stopped.cancelled_mails,
            journeys=stopped.ended_journeys,
        )
    )


@click.command()
@click.argument("kind", type=_KINDS, default=control.EVERYTHING)
@click.argument("name", default="")
@click.option("--reason", default="", help="Shown to colleagues.")
@click.pass_context
def pause(ctx: click.Context, kind: str, name: str, reason: str) -> None:
    """Stop sending at once: everything, a workflow NAME or a sender NAME."""
    control.pause(house_of(ctx).runtime, kind, name, reason)
    tell(say("Paused: {what}", what=f"{kind} {name}".rstrip()))


@click.command()
@click.argument("kind", type=_KINDS, default=control.EVERYTHING)
@click.argument("name", default="")
@click.option("--discard", is_flag=True, help="Send nothing of what was held back.")
@click.option("--dry-run", is_flag=True, help="Only show the backlog.")
@click.pass_context
def resume(ctx: click.Context, kind: str, name: str, discard: bool, dry_run: bool) -> None:
    """Send again; the backlog goes at the policy's rate, what has expired is dropped."""
    runtime = house_of(ctx).runtime
    if dry_run:
        found = control.backlog(runtime, kind, name)
        tell(
            say(
                "Held back: {waiting} would go out, {expired} have expired.",
                waiting=found.waiting,
                expired=found.expired,
            )
        )
        return
    found = control.resume(runtime, kind, name, discard)
    fate = backlog_said(found, discard)
    tell(say("Resumed. {fate}.", fate=fate))


def backlog_said(found: control.Backlog, discard: bool) -> Said:
    """Return what becomes of mails that were held back."""
    waiting, expired = found.waiting, found.expired
    if discard:
        return say("{waiting} discarded, {expired} had expired", waiting=waiting, expired=expired)
    return say("{waiting} going out, {expired} had expired", waiting=waiting, expired=expired)


@click.command()
@click.argument("account")
@click.option("--reason", required=True, help="Why: a complaint, an open deal …")
@click.pass_context
def hold(ctx: click.Context, account: str, reason: str) -> None:
    """Silence marketing, surveys and asks to ACCOUNT (a domain or name)."""
    name = control.hold(house_of(ctx).runtime, account, reason)
    tell(say("On hold: {name}", name=name))


@click.command()
@click.argument("account")
@click.pass_context
def unhold(ctx: click.Context, account: str) -> None:
    """Take the hold on ACCOUNT away."""
    name, count = control.unhold(house_of(ctx).runtime, account)
    tell(
        say(
            "No longer on hold: {name}; {count} {count:mail is|mails are} looked at again.",
            name=name,
            count=count,
        )
    )
