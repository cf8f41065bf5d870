"""`nurture kpis`: referrals, revenue, cost and worth, each with both of its numbers."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import click
from rich.console import Console

from nurture.cli.context import house_of
from nurture.cli.kpi_screen import costs_table, screen, what_if_table
from nurture.cli.readiness_screen import checklist_screen, week_screen
from nurture.cli.speaking import language, speaks, tell
from nurture.domain.kpi_text import plain
from nurture.domain.what_if import Change, Now, what_if
from nurture.language import say, say_number
from nurture.services.kpi_costs import costs_on_record, import_costs
from nurture.services.kpi_docs import page
from nurture.services.kpi_readiness import readiness
from nurture.services.kpis import as_json, asked, kpis, moved, newest

_FROM = click.option("--from", "first", default="", metavar="MONTH", help="First month: 2026-01.")
_TO = click.option("--to", "last", default="", metavar="MONTH", help="Last month: 2026-06.")
_JSON = click.option("--json", "plainly", is_flag=True, help="For programs, on standard output.")


@click.group("kpis", invoke_without_command=True)
@_FROM
@_TO
@click.option("--all", "everything", is_flag=True, help="Every table as well.")
@_JSON
@speaks
@click.pass_context
def kpis_(
    ctx: click.Context, first: str, last: str, everything: bool, plainly: bool, locale: str
) -> None:
    """Show the KPIs of referrals, revenue and cost: the newest twelve months."""
    if ctx.invoked_subcommand is not None:
        return
    runtime = house_of(ctx).runtime
    found = kpis(runtime, asked(runtime, first, last))
    if plainly:
        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=2))
        return
    Console().print(screen(found, locale, everything))


def _rate(_: click.Context, __: click.Parameter, text: str) -> float:
    """Return a share, written as 0.3 or 30%."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise click.BadParameter("a share from 0 to 1, or 0% to 100%")
    return value


@kpis_.command("what-if")
@click.option("--leads", default=Now().leads_per_month, type=click.FloatRange(0, 1e9),
              show_default=True, help="Leads a month.")  # fmt: skip
@click.option("--rate", default="30%", callback=_rate, show_default=True, help="Share that signs.")
@click.option("--to-rate", default="40%", callback=_rate, show_default=True, help="… aimed at.")
@click.option("--cac", default=Now().cac, type=click.FloatRange(0, 1e15), show_default=True,
              help="What winning a customer costs.")  # fmt: skip
@click.option("--ltv", default=Now().ltv, type=click.FloatRange(0, 1e15), show_default=True,
              help="What a customer is worth.")  # fmt: skip
@click.option("--win-rate", default="20%", callback=_rate, show_default=True,
              help="Share of deals that are won.")  # fmt: skip
@click.option("--cac-times", default=Change().cac_times, type=click.FloatRange(0, 100),
              show_default=True, help="Referral CAC against it.")  # fmt: skip
@click.option("--win-times", default=Change().win_times, type=click.FloatRange(0, 100),
              show_default=True, help="Win rate of referrals against it.")  # fmt: skip
@click.option("--ltv-times", default=Change().ltv_times, type=click.FloatRange(0, 100),
              show_default=True, help="LTV of referrals against it.")  # fmt: skip
@_JSON
@speaks
def what_if_(
    leads: float, rate: float, to_rate: float, cac: float, ltv: float, win_rate: float,
    cac_times: float, win_times: float, ltv_times: float, plainly: bool, locale: str,
) -> None:  # fmt: skip
    """Calculate what a better rate, or referrals, would change."""
    now = Now(leads, rate, cac, ltv, win_rate)
    found = what_if(now, Change(to_rate, cac_times, win_times, ltv_times))
    if plainly:
        told = {name: getattr(found, name) for name in found.__slots__}
        told |= {
            "more_contracts": found.more_contracts,
            "cac_to_ltv": plain(found.cac_to_ltv)["value"],
            "cac_to_ltv_then": plain(found.cac_to_ltv_then)["value"],
        }
        click.echo(json.dumps(told, indent=2))
        return
    Console().print(what_if_table(found, locale))


@kpis_.group()
def costs() -> None:
    """What winning customers costs, by source and month: the CACs' other half."""


@costs.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Read and check, write nothing.")
@click.pass_context
def import_(ctx: click.Context, file: Path, dry_run: bool) -> None:
    """Take costs in from a CSV with month, source, amount, and currency and note where needed.

    Sources are those of `kpis.sources` in the policy, `referral`, and `referral/CHANNEL`. The
    newest word of a month and source counts.
    """
    found = import_costs(house_of(ctx).runtime, file, getpass.getuser(), dry_run)
    if dry_run:
        tell(say_number("{number} row is good.", "{number} rows are good.", len(found)))
        return
    tell(say_number("{number} cost was written down.", "{number} costs were written down.",
                    len(found)))  # fmt: skip


@costs.command("list")
@_FROM
@_TO
@speaks
@click.pass_context
def list_(ctx: click.Context, first: str, last: str, locale: str) -> None:
    """List the costs on record."""
    runtime = house_of(ctx).runtime
    span = asked(runtime, first, last) or newest(runtime.clock.now().date())
    rows = costs_on_record(runtime, span.first, moved(span.last, 1))
    if not rows:
        tell(say("No costs are on record: without them every CAC is n/a."))
        return
    Console().print(costs_table(rows, locale or language()))


@kpis_.command()
@speaks
@click.pass_context
def checklist(ctx: click.Context, locale: str) -> None:
    """Show what is ready and what to do: four conditions, six items, seven items."""
    Console().print(checklist_screen(readiness(house_of(ctx).runtime), locale))


@kpis_.command()
@speaks
@click.pass_context
def week(ctx: click.Context, locale: str) -> None:
    """Show the week's routine with what was done and what waits."""
    Console().print(week_screen(readiness(house_of(ctx).runtime), locale))


@kpis_.command()
@speaks
def docs(locale: str) -> None:
    """Print what each KPI means, as docs/kpis.md has it."""
    click.echo(page(locale), nl=False)
