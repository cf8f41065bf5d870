"""`nurture referrers`: who refers, what came of it, and whom we refer to partners."""

from __future__ import annotations

import getpass

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell
from nurture.db.contact_facts import full_name
from nurture.domain import loop_words
from nurture.domain.glossary import word
from nurture.domain.referral import Channel
from nurture.domain.referral_program import MOTIVES
from nurture.language import say
from nurture.services import referrers as desk
from nurture.services.referrers import Card
from nurture.services.task_mails import amount_text

_KINDS = click.Choice([str(one) for one in Channel])
_HEADINGS = (
    ("ご紹介者", "Referrer"),
    ("区分", "Kind"),
    ("評価", "Tier"),
    ("紹介", "Introduced"),
    ("了承", "Agreed"),
    ("面談率", "Quality"),
    ("受注", "Won"),
    ("受注率", "Win rate"),
    ("受注額", "Revenue"),
    ("こちらから", "Sent to them"),
    ("認定分野", "Certified"),
)


@click.group()
def referrers() -> None:
    """Show who refers and what came of it; mark partners, colleagues and the community."""


@referrers.command("list")
@click.option("--kind", type=_KINDS, help="One kind only.")
@speaks
@click.pass_context
def list_(ctx: click.Context, kind: str | None, locale: str) -> None:
    """List referrers by what came of their introductions, not by how many there were."""
    found = desk.cards(house_of(ctx).runtime, kind or "")
    if not found:
        tell(say("Nobody refers yet."))
        return
    japanese = locale.startswith("ja")
    table = Table(box=box.SIMPLE_HEAD)
    for index, (ja, en) in enumerate(_HEADINGS):
        numbers = index in range(3, 10)
        table.add_column(
            ja if japanese else en, justify="right" if numbers else "left", overflow="fold"
        )
    for one in found:
        table.add_row(*_cells(one, locale))
    Console().print(table)


def _cells(one: Card, locale: str) -> list[Text]:
    row, record = one.row, one.record
    name = full_name(row.family_name, row.given_name, row.locale or "ja") or row.email
    revenue = " / ".join(amount_text(v, k or None, locale) for k, v in record.revenue.items())
    partner = row.kind == Channel.PARTNER
    texts = (
        " ".join(part for part in (row.account_name, name) if part),
        word(loop_words.CHANNELS, row.kind, locale),
        word(loop_words.TIERS, str(record.tier), locale),
        str(record.introduced),
        str(record.agreed),
        _share(record.quality),
        str(record.won),
        _share(record.win_rate),
        revenue,
        str(record.sent) if partner else "",
        ", ".join(row.certifications or []),
    )
    return [Text(one) for one in texts]


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.0%}"


@referrers.command("set")
@click.argument("email")
@click.option("--kind", type=_KINDS, help="What kind of referrer they are.")
@click.option("--certified", multiple=True, help="A speciality; may be said again.")
@click.option("--reach", type=int, help="How many people they reach: 0 unknown to 3 many.")
@click.option("--motive", type=click.Choice(MOTIVES), help="Why they would refer.")
@click.pass_context
def set_(
    ctx: click.Context,
    email: str,
    kind: str | None,
    certified: tuple[str, ...],
    reach: int | None,
    motive: str | None,
) -> None:
    """Write down what kind of referrer the contact EMAIL is. What is not said stays."""
    done = desk.mark(
        house_of(ctx).runtime,
        email,
        getpass.getuser(),
        kind=kind,
        certifications=certified or None,
        reach=reach,
        motive=motive,
    )
    tell(say("Recorded.") if done else say("It was so already: nothing changed."))


@referrers.command("refer-out")
@click.argument("email")
@click.option("--for", "speciality", required=True, help="What they need: a speciality.")
@click.option("--consent", required=True, help="How they agreed to it: 「お電話でご了承」.")
@click.option("--why", default="", help="What the partner should know.")
@click.pass_context
def refer_out(ctx: click.Context, email: str, speciality: str, consent: str, why: str) -> None:
    """Refer the contact EMAIL to a partner certified for what they need."""
    sent = desk.refer_out(house_of(ctx).runtime, email, speciality, consent, getpass.getuser(), why)
    tell(say("{ref}: referred to {partner}.", ref=sent.ref, partner=sent.partner))
