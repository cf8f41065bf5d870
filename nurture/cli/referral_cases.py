"""`nurture referrals case`: the outline of a case study, and who agreed to it."""

from __future__ import annotations

import getpass

import click

from nurture.cli.context import house_of
from nurture.cli.speaking import speaks, tell
from nurture.language import say
from nurture.services import referral_cases
from nurture.services.case_drafts import as_text, draft


@click.command()
@click.argument("ref")
@click.option(
    "--side",
    type=click.Choice([referral_cases.REFERRER, referral_cases.REFERRED]),
    help="Who agreed: write it down.",
)
@click.option("--item", is_flag=True, help="The outline as an item for library.yaml.")
@click.option("--by", default="", help="Who does it: a sender key. Default: your login name.")
@speaks
@click.pass_context
def case(ctx: click.Context, ref: str, side: str | None, item: bool, by: str, locale: str) -> None:
    """Outline the case study of REF from its real figures, or write down that a side agrees.

    With both sides' consent a task begins the writing. The outline stands in the order of
    PASONA; what nobody knows yet is a question to ask.
    """
    runtime = house_of(ctx).runtime
    if side is not None:
        if item:
            raise click.UsageError("--side and --item do not go together")
        done = referral_cases.agree(runtime, ref, side, by or getpass.getuser())
        tell(say("Recorded.") if done else say("It was so already: nothing changed."))
        return
    found = draft(runtime, ref, locale)
    click.echo(found.item if item else as_text(found, locale))
