"""`nurture asks`: whom to ask for an introduction now, how, and what worked."""

from __future__ import annotations

import getpass
import json
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from nurture.cli import ask_screens as screens
from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell, told
from nurture.db.engine import read
from nurture.domain.playbook import playbook as tallied
from nurture.domain.readiness import Profile
from nurture.domain.referral import AskAnswer, Channel
from nurture.domain.referral_program import MOTIVES
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services import ask_list, asking, sentences
from nurture.services.ask_answers import OFFERED
from nurture.services.ask_json import candidate_json
from nurture.services.ask_mail import text_in
from nurture.services.house import house_at
from nurture.services.runtime import Runtime

_REACH = ("unknown", "few", "some", "many")
_PROGRAM = click.option("--program", default="", help="Name of the programme (default: default).")
_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json")),
    default="table",
    help="How it is shown.",
)
_EMAIL = click.argument("email")


@click.group(invoke_without_command=True)
@_PROGRAM
@click.option("--all", "everybody", is_flag=True, help="Who must not be asked too, and why.")
@click.option("--limit", default=20, type=click.IntRange(1, 1000), help="At most so many.")
@_FORMAT
@speaks
@click.pass_context
def asks(
    ctx: click.Context, program: str, everybody: bool, limit: int, form: str, locale: str
) -> None:
    """List whom to ask now, with which offer and why; those who reach many people first."""
    if ctx.invoked_subcommand is not None:
        return
    runtime = house_of(ctx).runtime
    found = ask_list.board(runtime, program)
    zone = _zone(runtime)
    if form == "json":
        people = [*found.ready, *(found.waiting if everybody else [])]
        click.echo(_json([candidate_json(one, locale, zone) for one in people[:limit]]))
        return
    if not found.ready and not everybody:
        tell(say("Nobody may be asked now; --all says why."))
        return
    console = Console()
    for part in screens.board_parts(found, zone, locale, limit, everybody):
        console.print(part)


@asks.command()
@_EMAIL
@_PROGRAM
@speaks
@click.pass_context
def explain(ctx: click.Context, email: str, program: str, locale: str) -> None:
    """Say how ready EMAIL is, line by line, whether they may be asked, and what to say."""
    runtime = house_of(ctx).runtime
    one = ask_list.candidate(runtime, ask_list.contact_of(runtime, email), program)
    with read(runtime.engine) as connection:
        chosen = ask_list.program_of(runtime.releases.live(connection), program)
    words = ask_list.words_for(runtime, one, chosen) if one.offer is not None else None
    console = Console()
    for part in screens.person_parts(one, words, chosen, _zone(runtime), locale):
        console.print(part)


@asks.command()
@_EMAIL
@click.option("--reason", required=True, help="Why it is them whom you ask (あなただから).")
@click.option("--named", default="", help="Whom we want to meet, where it is a name.")
@click.option("--channel", type=click.Choice(asking.CHANNELS), default="mail", help="How.")
@click.option("--offer", default="", help="An offer of the programme (default: what suits them).")
@_PROGRAM
@click.option("--by", default="", help="Who asks: a sender key. Default: your login name.")
@speaks
@click.pass_context
def ask(
    ctx: click.Context, email: str, reason: str, named: str, channel: str, offer: str,
    program: str, by: str, locale: str,
) -> None:  # fmt: skip
    """Ask EMAIL now: by mail, or keep that you asked in a meeting or a chat."""
    runtime = house_of(ctx).runtime
    contact_id = ask_list.contact_of(runtime, email)
    it = asking.Personal(
        contact_id, reason, by or getpass.getuser(), channel, named, offer, program
    )
    try:
        ask_id = asking.ask_one(runtime, it)
    except asking.RefusedError as error:
        why = sentences.reason(
            error.refusal.reason, error.refusal.detail, locale, _zone(runtime), {}
        )
        raise NurtureError(say("{why}", why=why)) from None
    if channel == "mail":
        tell(say("Ask {ask_id} is on its way.", ask_id=ask_id))
    else:
        tell(say("Ask {ask_id} is written down.", ask_id=ask_id))


@asks.command()
@_EMAIL
@click.argument("said", type=click.Choice([str(one) for one in OFFERED]))
@click.option("--by", default="", help="Who heard it. Default: your login name.")
@click.pass_context
def answer(ctx: click.Context, email: str, said: str, by: str) -> None:
    """Write down what EMAIL answered in person; `never` is kept for good."""
    runtime = house_of(ctx).runtime
    contact_id = ask_list.contact_of(runtime, email)
    done = asking.note_answer(runtime, contact_id, AskAnswer(said), by or getpass.getuser())
    tell(say("Recorded.") if done else say("It was so already: nothing changed."))


@asks.command()
@_EMAIL
@click.option("--kind", type=click.Choice([str(one) for one in Channel]), help="What they are.")
@click.option("--reach", type=click.Choice(_REACH), help="How many people they reach.")
@click.option("--motive", type=click.Choice(MOTIVES), help="Why they would refer.")
@click.option("--ask-again", is_flag=True, help="Take back a `never` that was noted by mistake.")
@click.pass_context
def describe(
    ctx: click.Context,
    email: str,
    kind: str | None,
    reach: str | None,
    motive: str | None,
    ask_again: bool,
) -> None:
    """Write down what kind of referrer EMAIL is, whom they reach, and their motive."""
    runtime = house_of(ctx).runtime
    contact_id = ask_list.contact_of(runtime, email)
    number = _REACH.index(reach) if reach is not None else None
    asking.describe(runtime, contact_id, kind, number, motive, True if ask_again else None)
    tell(say("Recorded."))


@asks.command()
@click.option("--industry", default="", help="Of the company that you want to meet.")
@click.option("--employees", type=click.IntRange(1), help="How many people it has.")
@click.option("--use-case", default="", help="What it would use us for.")
@click.option("--region", default="", help="Where it is.")
@_PROGRAM
@speaks
@click.pass_context
def match(
    ctx: click.Context,
    industry: str,
    employees: int | None,
    use_case: str,
    region: str,
    program: str,
    locale: str,
) -> None:
    """List who could introduce us to a company like this, closest first."""
    if not (industry or employees or use_case or region):
        raise click.UsageError(told(say("say what the company is like, e.g. --industry care")))
    runtime = house_of(ctx).runtime
    found = ask_list.match(runtime, Profile(industry, employees, use_case, region), program)
    if not found:
        tell(say("Nobody who may be asked now is like that company."))
        return
    Console().print(screens.match_table(found, locale))


@asks.command()
@_FORMAT
@speaks
@click.pass_context
def playbook(ctx: click.Context, form: str, locale: str) -> None:
    """Show what worked: answers, introductions and contracts by offer, occasion and channel."""
    runtime = house_of(ctx).runtime
    found = tallied(ask_list.results(runtime))
    titles = _titles(runtime, locale)
    whys = ask_list.whys(runtime)
    if form == "json":
        tallies = {name: [_tally(one) for one in some] for name, some in found.items()}
        click.echo(_json({**tallies, "why_not": whys}))
        return
    if not any(found.values()):
        tell(say("Nobody has been asked yet."))
        return
    console = Console()
    for table in screens.playbook_tables(found, titles, locale):
        console.print(table)
    if whys:
        console.print(screens.whys_table(whys, locale))


def _tally(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "asked": one.asked,
        "answered": one.answered,
        "referrals": one.referrals,
        "won": one.won,
        "response_rate": one.response_rate,
        "referral_rate": one.referral_rate,
        "win_rate": one.win_rate,
        "answers": one.answers,
        "best": one.best,
    }


def _titles(runtime: Runtime, locale: str) -> dict[str, str]:
    with read(runtime.engine) as connection:
        programs = runtime.releases.live(connection).definitions.programs
    found = {name: text_in(one.title, locale) for name, one in programs.items()}
    for one in programs.values():
        found |= {key: text_in(offer.title, locale) for key, offer in one.offers.items()}
    return found


def _zone(runtime: Runtime) -> ZoneInfo:
    with read(runtime.engine) as connection:
        return house_at(runtime, connection).zone


def _json(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2)
