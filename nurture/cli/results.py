"""`nurture results`: figures of customers come in, and their month is reported."""

from __future__ import annotations

import getpass
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from nurture.cli.context import house_of
from nurture.cli.results_screen import account_screen, overview_table
from nurture.cli.speaking import language, speaks, tell, told
from nurture.domain import result_words as words
from nurture.domain.metric_row import FIELDS
from nurture.domain.row_remarks import sentence
from nurture.errors import NotFoundError
from nurture.language import say, say_number
from nurture.services.import_metrics import MetricsReport, import_metrics
from nurture.services.result_mail import team_page
from nurture.services.results import Reported, report_results
from nurture.services.results_desk import account_results, month_named, overview
from nurture.services.runtime import Runtime

_ACCOUNT = click.argument("account")


@click.group()
def results() -> None:
    """Bring customers' figures in, and report a month. ACCOUNT is a name, domain or number."""


@results.command("import")
@click.argument("path", metavar="FILE.csv", type=click.Path(path_type=Path))
@click.option("--encoding", default="", help="e.g. cp932; found out by itself where it can be.")
@click.option("--dry-run", is_flag=True, help="Show what would happen and write nothing.")
@click.pass_context
def import_(ctx: click.Context, path: Path, encoding: str, dry_run: bool) -> None:
    """Take a list of metrics in: a row for each month, or a column for each month.

    Columns: 会社名, 指標, 英語名, 単位, 望ましい方向, 導入前, 月, 実績; in English account (name,
    domain or number), title, title_en, unit, direction, baseline, month, value. Bad rows are
    written to FILE.rejected.csv. Importing a list twice changes nothing. Exit code 1: no row
    came in.
    """
    runtime = house_of(ctx).runtime
    found = import_metrics(runtime, path, getpass.getuser(), encoding, dry_run, language())
    _show_import(found, dry_run)
    if found.rejected and found.rejected == found.read:
        ctx.exit(1)


def _show_import(found: MetricsReport, dry_run: bool) -> None:
    console = Console(highlight=False)
    if dry_run:
        console.print(told(say("Dry run: nothing was written.")), style="bold")
    for header, field in found.columns.unknown.items():
        said = say("Column '{header}' is not known and was left out", header=escape(header))
        if field:
            said = say(
                "Column '{header}' is not known and was left out: did you mean {field}?",
                header=escape(header),
                field=field if field in FIELDS else "",
            )
        console.print(told(said), style="yellow")
    for number, what in (
        (found.read, say("rows read")),
        (len(found.accounts), say("accounts concerned")),
        (found.new_metrics, say("new metrics")),
        (found.new_values, say("new figures")),
        (found.changed_values, say("figures replaced")),
        (found.unchanged_values, say("figures unchanged")),
        (found.rejected, say("rows rejected")),
    ):
        console.print(f"{number:>6,}  {told(what)}")
    for line, why in found.faults:
        reasons = "; ".join(sentence(one, language()) for one in why)
        said = say("line {line}: {why}", line=line, why=escape(reasons))
        console.print(f"  {told(said)}", style="red", soft_wrap=True)
    if found.rejected_path is not None:
        file = escape(str(found.rejected_path))
        console.print(
            told(say("Mend the bad rows in {file} and import that file.", file=file)),
            soft_wrap=True,
        )


@results.command("list")
@speaks
@click.pass_context
def list_(ctx: click.Context, locale: str) -> None:
    """List the accounts with metrics: what is missing, and what was reported."""
    found = overview(house_of(ctx).runtime)
    if not found:
        tell(say("No account has metrics yet: `nurture results import FILE.csv`."))
        return
    Console().print(overview_table(found, locale))


@results.command()
@_ACCOUNT
@speaks
@click.pass_context
def show(ctx: click.Context, account: str, locale: str) -> None:
    """Show an account's figures by month, its reports, and texts to hand on."""
    Console().print(account_screen(account_results(house_of(ctx).runtime, account), locale))


@results.command()
@_ACCOUNT
@click.option("--month", default="", help="2026-06. Default: last month, or the newest before it.")
@click.option("--remark", help="A sentence of the owner's for the readers.")
@click.option("--satisfied/--not-satisfied", default=None, help="What the customer said of it.")
@click.option(
    "--pdf",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the one page for the reader's boss to this file as well.",
)
@click.pass_context
def report(
    ctx: click.Context,
    account: str,
    month: str,
    remark: str | None,
    satisfied: bool | None,
    out: Path | None,
) -> None:
    """Report a month to the account's customers, each once however often it is called."""
    runtime = house_of(ctx).runtime
    wanted = month_named(month, account_results(runtime, account).to_report)
    made = report_results(runtime, account, wanted, getpass.getuser(), remark, satisfied)
    _tell(made)
    if out is not None:
        _write(runtime, made, out)


def _tell(made: Reported) -> None:
    locale = language()
    month = words.month_text(made.month, locale)
    if made.new:
        tell(say("{account}, {month}: the report is made.", account=made.account, month=month))
    else:
        tell(
            say(
                "{account}, {month}: the report was there already and stands as it was.",
                account=made.account,
                month=month,
            )
        )
    click.echo(f"  {words.summary(made.lines, locale)}")
    tell(
        say_number(
            "It goes to {number} contact on the next business day.",
            "It goes to {number} contacts on the next business day.",
            made.told,
        )
        if made.told
        else say("Everybody concerned has been told of it before.")
    )
    if not made.improved:
        tell(say("Nothing became better: nobody is asked for an introduction because of it."))
    if made.missing:
        names = [metric.title.get(locale) or metric.name for metric in made.missing]
        tell(say("Without a figure of this month: {names}", names=names))


def _write(runtime: Runtime, made: Reported, out: Path) -> None:
    page = team_page(runtime, made.id, language())
    if page is None:
        raise NotFoundError(say("there is no report {number}", number=made.id))
    out.write_bytes(page[1])
    tell(say("Written to {file}.", file=str(out)))
