"""`nurture referrals list|show|move`: how introductions stand, and moving one by hand."""

from __future__ import annotations

import getpass
import json
import sys
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell
from nurture.cli.speaking import told as spoken
from nurture.db.engine import read
from nurture.domain import loop_words
from nurture.domain.glossary import MESSAGE_STATES, word
from nurture.domain.referral import CONTACTED_BY, State, Way
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import referral_desk, sentences
from nurture.services.house import house_at
from nurture.services.referral_desk import OPEN, Answer, Line
from nurture.services.referral_outlook import Outlook, outlook, reopened
from nurture.services.referral_told import told, told_whole
from nurture.services.referral_words import reason_text
from nurture.services.referrals import Introduction
from nurture.services.runtime import Runtime

#: states of mails; one that waits for somebody's look says so
_MAIL_STATES = {**MESSAGE_STATES, "review": ("ご確認待ち", "Waits for a look")}

_HEADS = {
    "Ref": "番号",
    "State": "状態",
    "Whom": "ご紹介先",
    "By": "ご紹介元",
    "Way": "経路",
    "Owner": "担当",
    "Contact until": "初回連絡の期限",
}


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over as well.")
@click.option("--before", default="", metavar="REF", help="With --all: go on before this one.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@speaks
@click.pass_context
def list_(ctx: click.Context, everything: bool, before: str, as_json: bool, locale: str) -> None:
    """List introductions: broken promises first, then what is due soonest.

    With --all the newest come first, page by page.
    """
    runtime, more = house_of(ctx).runtime, None
    if everything or before:
        lines, more = referral_desk.page(runtime, tuple(State), before)
    else:
        lines, _ = referral_desk.overview(runtime, OPEN)
    if more is not None:
        click.echo(spoken(say("There are more: --all --before {ref}", ref=more)), err=True)
    if as_json:
        click.echo(json.dumps([told(one) for one in lines], ensure_ascii=False, indent=2))
    elif lines:
        Console().print(_table(lines, _zone(runtime), locale))
    else:
        tell(say("There are no introductions."))


@click.command()
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@speaks
@click.pass_context
def show(ctx: click.Context, ref: str, as_json: bool, locale: str) -> None:
    """Show the introduction REF with every step of its life."""
    runtime = house_of(ctx).runtime
    sheet = referral_desk.sheet(runtime, ref)
    if as_json:
        click.echo(json.dumps(told_whole(sheet), ensure_ascii=False, indent=2))
        return
    console, zone = Console(), _zone(runtime)
    console.print(_table([sheet.line], zone, locale))
    for one in sheet.steps:
        line = Text(f"{sentences.moment(one.at, locale, zone)}  ")
        line.append(word(loop_words.REFERRAL_STATES, one.to_state, locale), "bold")
        who = word(loop_words.MOVERS, one.by, locale)
        line.append(f"  {reason_text(one.reason, locale)}  {who}", "dim")
        console.print(line)
    for mail in sheet.mails:
        state = word(_MAIL_STATES, mail.state, locale)
        line = Text(f"{sentences.moment(mail.at, locale, zone)}  ")
        line.append(mail.title, "bold")
        line.append(f"  {word(loop_words.REWARD_SIDES, mail.reader, locale)}  {state}", "dim")
        console.print(line)


@click.command()
@click.argument("ref")
@click.argument("state")
@click.option("--reason", default="", help="Why it is closed: timing, not_icp …, or words.")
@click.option("--how", type=click.Choice(CONTACTED_BY), help="How they were contacted.")
@click.option("--result", default="", help="What may be told of a win, where they agreed.")
@click.option("--consent", default="", help="To received: who said that they agree, when, how.")
@click.option("--email", default="", help="To received: where they want to be written to.")
@click.option("--by", default="", help="Who does it: a sender key. Default: your login name.")
@click.option("--yes", is_flag=True, help="Do not ask, where stages are skipped or no deal is won.")
@click.pass_context
def move(
    ctx: click.Context,
    ref: str,
    state: str,
    reason: str,
    how: str | None,
    result: str,
    consent: str,
    email: str,
    by: str,
    yes: bool,
) -> None:
    """Move the introduction REF to STATE: contacted, meeting, proposal, won, lost, declined …

    It says what will follow, and asks first where stages are skipped or a win has no deal.
    `reopen` opens a closed one again where it stood.
    """
    runtime = house_of(ctx).runtime
    answer = Answer(
        reason=reason, contacted_by=how or "", result=result, consent=consent, email=email
    )
    _confirm(outlook(runtime, ref, state), yes)
    done = referral_desk.move(runtime, ref, state, by or getpass.getuser(), answer)
    tell(say("Recorded.") if done else say("It was so already: nothing changed."))
    if done and state == "reopen":
        for one in reopened(runtime, ref):
            tell(one)


def _confirm(found: Outlook, yes: bool) -> None:
    """Say what will follow; ask where something is missing that usually comes before."""
    for one in (*found.unusual, *found.follows):
        tell(one)
    if not found.unusual or yes:
        return
    if not sys.stdin.isatty():
        raise NurtureError(
            say("this needs a confirmation, and nobody can be asked here: nothing was recorded"),
            say("say it again with --yes"),
        )
    click.confirm(spoken(say("Record it all the same?")), abort=True)


@click.command()
@click.argument("referrer")
@click.option("--name", default="", help="Whom they introduce.")
@click.option("--company", default="", help="Their company.")
@click.option("--email", default="", help="Their address.")
@click.option("--why", default="", help="Why the referrer thinks of them.")
@click.option("--program", default="", help="The programme; without it, the only one.")
@click.option("--consent", default="", help="How and when they agreed; without it, it waits.")
@click.option("--by", default="", help="Who does it: a sender key. Default: your login name.")
@click.pass_context
def add(
    ctx: click.Context,
    referrer: str,
    name: str,
    company: str,
    email: str,
    why: str,
    program: str,
    consent: str,
    by: str,
) -> None:
    """Take in whom REFERRER (an address that we know) introduces."""
    it = Introduction(
        program=program,
        referrer_id=0,
        way=Way.BY_HAND,
        name=name,
        company=company,
        email=email,
        why=why,
        consented=bool(consent),
        consent_text=consent,
    )
    done = referral_desk.add_by_hand(house_of(ctx).runtime, referrer, it, by or getpass.getuser())
    if done.again:
        tell(say("{ref} stood already: nothing changed.", ref=done.ref))
    else:
        tell(say("{ref} is taken in.", ref=done.ref))


def _table(lines: Sequence[Line], zone: ZoneInfo, locale: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for english, japanese in _HEADS.items():
        table.add_column(japanese if locale.startswith("ja") else english)
    for one in lines:
        row = one.row
        until = sentences.moment(row.contact_by, locale, zone) if row.contact_by else ""
        whom = " ".join(part for part in (row.company, row.name) if part)
        who = " ".join(part for part in (row.giver_company, row.giver_family) if part)
        table.add_row(
            row.ref,
            word(loop_words.REFERRAL_STATES, row.state, locale),
            whom or "—",
            who,
            word(loop_words.WAYS, row.way, locale),
            row.owner_name or "—",
            Text(until, "red" if one.next_promise and one.next_promise.broken else ""),
        )
    return table


def _zone(runtime: Runtime) -> ZoneInfo:
    with read(runtime.engine) as connection:
        return house_at(runtime, connection).zone
