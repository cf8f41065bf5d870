"""`nurture import contacts LIST.csv`: a progress bar, then what came in and what did not."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import Engine

from nurture.cli.speaking import language, told
from nurture.clock import Clock
from nurture.domain.definitions import Definitions
from nurture.domain.row_remarks import sentence
from nurture.errors import NurtureError
from nurture.language import say
from nurture.services.import_contacts import (
    ImportOptions,
    ImportReport,
)
from nurture.services.import_contacts import (
    Progress as Reporting,
)
from nurture.services.import_contacts import (
    import_contacts as run,
)


class ImportRuntime(Protocol):
    """What the command needs of the running house; `ctx.obj` provides it."""

    @property
    def engine(self) -> Engine:
        """The database."""
        ...

    @property
    def clock(self) -> Clock:
        """Business time."""
        ...

    @property
    def hash_key(self) -> bytes:
        """Key of the suppression list's address hashes."""
        ...

    def definitions(self, introduce: bool) -> Definitions | None:
        """What is published, or stands in the working tree; None: nothing yet.

        `introduce`: before anything is published, write down who our own people are.
        """
        ...


@click.command("contacts", short_help="Take a list of contacts in from a CSV.")
@click.argument("path", metavar="LIST.csv", type=click.Path(path_type=Path))
@click.option(
    "--basis",
    default="",
    help="business_card, opt_in, business_relationship or "
    "published_address: what allows us to write to them.",
)
@click.option("--source", default="", help="Where the addresses come from, e.g. 「◯◯展2026」.")
@click.option("--obtained", default="", help="When consent was obtained, e.g. 2026-03-12.")
@click.option(
    "--purpose",
    "purposes",
    multiple=True,
    type=click.Choice(["marketing", "survey", "referral"]),
    help="What the consent covers. Default: marketing for an opt-in, else all.",
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="HEADER=FIELD",
    help="What a column means; HEADER= leaves it out.",
)
@click.option("--encoding", default="", help="e.g. cp932; found out by itself where it can be.")
@click.option("--overwrite", is_flag=True, help="Replace fields that are filled already.")
@click.option("--dry-run", is_flag=True, help="Show what would happen and write nothing.")
@click.pass_context
def import_contacts(
    context: click.Context,
    path: Path,
    basis: str,
    source: str,
    obtained: str,
    purposes: tuple[str, ...],
    mapped: tuple[str, ...],
    encoding: str,
    overwrite: bool,
    dry_run: bool,
) -> None:
    """Take a list of contacts in from a CSV.

    UTF-8, Shift_JIS and UTF-16 are told apart; headers may be Japanese or English. Basis,
    source and date of consent come from columns (同意根拠, 取得元, 取得日) or from the options;
    a contact without them comes in and cannot be sent to (送信不可).

    A column ステージ (stage, lifecycle) says how far they are: 顧客, リード, customer … It only
    moves people forward, and as no news: no journey starts, nobody is handed off.

    Bad rows are written to LIST.rejected.csv, to be mended and imported again. Importing a
    list twice changes nothing. Exit code 1: no row could be taken in.
    """
    runtime: ImportRuntime = context.obj
    console = Console(highlight=False)
    try:
        definitions = runtime.definitions(introduce=not dry_run)
        options = ImportOptions(
            encoding=encoding,
            mapped=_mapping(mapped),
            defaults={
                "basis": basis,
                "source": source,
                "obtained": obtained,
                "purposes": ",".join(purposes),
            },
            overwrite=overwrite,
            dry_run=dry_run,
            locale=definitions.policy.default_locale if definitions is not None else "ja",
            by=getpass.getuser(),
            hash_key=runtime.hash_key,
        )
        with _bar(console) as progress:
            report = run(runtime.engine, runtime.clock, definitions, path, options, progress)
    except NurtureError as error:
        raise click.ClickException(error.in_language(language())) from error
    show(console, path, report, dry_run)
    if report.rejected and report.rejected == report.read:
        context.exit(1)


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        header, equals, field = pair.rpartition("=")
        if not equals or not header:
            raise NurtureError(
                say("--map '{pair}' is not HEADER=FIELD", pair=pair),
                say("e.g. --map 'Kontakt=email'"),
            )
        found[header.strip()] = field.strip()
    return found


@contextmanager
def _bar(console: Console) -> Iterator[Reporting]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task(told(say("Reading")))

        def report(done: int, size: int, rows: int) -> None:
            progress.update(
                task,
                completed=done,
                total=size,
                description=told(say("{rows:,} {rows:row|rows}", rows=rows)),
            )

        yield report


def show(console: Console, path: Path, report: ImportReport, dry_run: bool) -> None:
    """Print what came in, what cannot be sent to, and what stayed out and why."""
    if dry_run:
        console.print(told(say("Dry run: nothing was written.")), style="bold")
    _show_columns(console, report)
    console.print(_numbers(report))
    for line, remark in sorted(report.shown, key=lambda one: (one[1].code, one[0])):
        _print_line(console, line, sentence(remark, language()), "yellow")
    for code, number in sorted(report.remarks.items()):
        shown = sum(1 for _, remark in report.shown if remark.code == code)
        if number > shown:
            more = say("… and {number:,} more rows: {code}", number=number - shown, code=code)
            console.print(f"  {told(more)}", style="yellow")
    for line, reasons in report.faults:
        why = "; ".join(sentence(reason, language()) for reason in reasons)
        _print_line(console, line, why, "red")
    if report.rejected > len(report.faults):
        number = report.rejected - len(report.faults)
        console.print(
            f"  {told(say('… and {number:,} more bad rows', number=number))}", style="red"
        )
    if report.rejected_path is not None:
        console.print(
            told(
                say(
                    "Mend the bad rows in {file} and import that file.",
                    file=escape(str(report.rejected_path)),
                )
            ),
            soft_wrap=True,
        )


def _print_line(console: Console, line: int, why: str, style: str) -> None:
    said = say("line {line}: {why}", line=line, why=escape(why))
    console.print(f"  {told(said)}", style=style)


def _show_columns(console: Console, report: ImportReport) -> None:
    for unknown in report.columns.unknown:
        field = unknown.suggestion or "FIELD"
        mapping = f"--map {escape(repr(f'{unknown.header}={field}'))}"
        header = escape(unknown.header)
        if unknown.suggestion:
            said = say(
                "Column '{header}' is not known and was left out: did you mean {field}? {mapping}",
                header=header,
                field=field,
                mapping=mapping,
            )
        else:
            said = say(
                "Column '{header}' is not known and was left out: {mapping}",
                header=header,
                mapping=mapping,
            )
        console.print(told(said), style="yellow")


def _numbers(report: ImportReport) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column()
    no_consent = len(report.not_sendable - report.withdrawn)
    rows = [
        (report.read, say("rows read ({encoding})", encoding=report.encoding), True),
        (report.created, say("contacts created"), True),
        (report.updated, say("contacts updated"), True),
        (report.unchanged, say("contacts unchanged"), True),
        (report.repeated, say("rows repeated an address of an earlier row"), False),
        (report.accounts_created, say("accounts created"), False),
        (report.staged, say("contacts put at the stage that the list says"), False),
        (report.consents, say("consents written down"), False),
        (no_consent, say("contacts not sendable (送信不可): no consent on record"), False),
        (report.erased, say("rows of people who were erased at their wish: not taken in"), False),
        (len(report.withdrawn), say("contacts had opted out and stay so (配信停止)"), False),
        (report.rejected, say("rows rejected"), False),
    ]
    for number, what, always in rows:
        if number or always:
            table.add_row(f"{number:,}", told(what))
    return table
