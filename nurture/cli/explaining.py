"""`nurture explain`: why this person got what they got; or one mail, or one journey."""

from __future__ import annotations

from collections.abc import Sequence

import click
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.explanation import show
from nurture.cli.speaking import speaks, told
from nurture.domain import glossary
from nurture.domain.glossary import word
from nurture.language import say
from nurture.services import sentences
from nurture.services.why import Entry, Story, explain_journey, explain_mail


@click.command()
@click.argument("contact", required=False)
@click.option("--message", metavar="NUMBER", help="One mail: its number, or its Message-ID.")
@click.option("--enrolment", type=int, metavar="NUMBER", help="One journey, by its number.")
@speaks
@click.pass_context
def explain(
    ctx: click.Context, contact: str | None, message: str | None, enrolment: int | None, locale: str
) -> None:
    """Say what CONTACT (an address) got, did not get, and why; or why one mail or journey."""
    if sum(one is not None for one in (contact, message, enrolment)) != 1:
        raise click.UsageError(
            told(say("name one thing: a contact, --message NUMBER, or --enrolment NUMBER"))
        )
    runtime = house_of(ctx).runtime
    if contact is not None:
        show(runtime, contact, locale)
    elif message is not None:
        _print(explain_mail(runtime, message, locale))
    elif enrolment is not None:
        _print(explain_journey(runtime, enrolment, locale))


def _print(story: Story) -> None:
    console = Console()
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    for what, value in story.facts:
        facts.add_row(told(what), Text(value))
    console.print(Panel(facts, title=Text(story.title), title_align="left"))
    if story.causes:
        console.print(_table(told(say("How it came")), story, story.causes))
    console.print(_table(told(say("What was decided and done")), story, story.entries))


def _table(title: str, story: Story, entries: Sequence[Entry]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for one in entries:
        text = Text(one.title, "bold")
        if one.verdict:
            text.append(f" [{word(glossary.VERDICTS, one.verdict, story.locale)}]", "dim")
        text.append(f": {one.text}" if one.text else "", "not bold")
        table.add_row(sentences.moment(one.at, story.locale, story.zone), text)
    return table
