"""`nurture preferences`: what a reader chose, and what they told us by phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from rich.cells import cell_len

from nurture.cli import speaking
from nurture.cli.context import house_of
from nurture.cli.speaking import tell, told
from nurture.domain.preference_words import RHYTHMS, change_in_words
from nurture.domain.preferences import Rhythm
from nurture.language import Word, say
from nurture.services.preferences_told import Told, adjust, preferences_of


@click.command()
@click.argument("contact")
@click.option(
    "--pause-until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Send nothing but service mails before this day; it ends by itself.",
)
@click.option("--resume", is_flag=True, help="End a pause now.")
@click.option("--topic-off", multiple=True, metavar="TOPIC", help="Not this; may be repeated.")
@click.option("--topic-on", multiple=True, metavar="TOPIC", help="This again; may be repeated.")
@click.option(
    "--rhythm", type=click.Choice([str(one) for one in Rhythm]), help="How often at most."
)
@click.option("--language", metavar="LOCALE", help="Language of their mails, e.g. en.")
@click.option("--tracking/--no-tracking", default=None, help="Measure opens and clicks, or not.")
@click.option("--by", default="cli", help="Who heard it, for the record: a colleague's name.")
@click.pass_context
def preferences(
    ctx: click.Context,
    contact: str,
    pause_until: datetime | None,
    resume: bool,
    topic_off: tuple[str, ...],
    topic_on: tuple[str, ...],
    rhythm: str | None,
    language: str | None,
    tracking: bool | None,
    by: str,
) -> None:
    """Show what CONTACT (an address) chose to get; with options, write down what they told us.

    To stop everything use `nurture unsubscribe`. Consent is theirs to give: a topic that is
    turned on comes where they agreed to marketing.
    """
    if both := sorted({*topic_on} & {*topic_off}):
        raise click.UsageError(speaking.told(say("{topics}: on or off, not both", topics=both)))
    if resume and pause_until is not None:
        raise click.UsageError(speaking.told(say("--resume or --pause-until, not both")))
    runtime = house_of(ctx).runtime
    told = Told(
        topics={name: name in topic_on for name in (*topic_on, *topic_off)},
        rhythm=Rhythm(rhythm) if rhythm else None,
        pause_until=pause_until.date() if pause_until is not None else None,
        resume=resume,
        locale=language,
        tracking=tracking,
    )
    if not told.says_nothing:
        saved = adjust(runtime, contact, told, by, "cli")
        spoken = speaking.language()
        titles = saved.sheet.offer.titles(spoken)
        for change in saved.changes:
            tell(say("Changed: {change}", change=change_in_words(change, titles, spoken)))
        if not saved.changes:
            tell(say("Nothing had to be changed for what they get."))
    _show(contact, preferences_of(runtime, contact))


def _show(contact: str, has: dict[str, Any]) -> None:
    on, off = say("on"), say("off")
    topics = [
        say("{topic} {state}", topic=name, state=on if wanted else off)
        for name, wanted in has["topics"].items()
    ]
    paused = has["paused_until"]
    lines = [
        (
            say("agreed to"),
            say("{words}", words=has["agreed_to"])
            if has["agreed_to"]
            else say("nothing: they get service mails only"),
        ),
        (say("topics"), say("{words}", words=topics) if topics else say("the policy has none")),
        (say("how often"), say("{words}", words=Word(*RHYTHMS[has["rhythm"]]))),
        (say("pause"), say("until {day}", day=paused) if paused else say("none")),
        (say("language"), say("{words}", words=has["locale"])),
        (say("measured"), say("yes") if has["tracking"] else say("no")),
    ]
    tell(say("Preferences of {contact}:", contact=contact))
    width = max(cell_len(told(name)) for name, _ in lines) + 1
    for name, value in lines:
        shown = told(name)
        click.echo(f"  {shown}{' ' * (width - cell_len(shown))}{told(value)}")
    if has["suppressed"]:
        click.echo(f"  {told(say('The address is on the suppression list: it gets nothing.'))}")
