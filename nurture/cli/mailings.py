"""`nurture broadcast …`: what is to come, a dry run, and the switches."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len
from rich.console import Console

from nurture.app import House
from nurture.cli.context import house_of
from nurture.cli.dry_runs import Sheet, Telling
from nurture.cli.operating import backlog_said
from nurture.cli.speaking import speaks, tell, told
from nurture.compiler.moments import read_wall_time
from nurture.compiler.release import compile_files
from nurture.domain import glossary
from nurture.domain.calendar import at_wall
from nurture.domain.condition_words import duration_text
from nurture.domain.definitions import Definitions, require
from nurture.domain.mailing import Mailing
from nurture.errors import NotFoundError
from nurture.language import Said, say
from nurture.services import mailing_control, mailing_reports, sentences
from nurture.services.dry_run import DryRun, dry_run
from nurture.services.project import read_project


@click.group()
def broadcast() -> None:
    """Broadcasts, and the mailings of seminars: dry run, pause, resume, cancel."""


@broadcast.command("list")
@speaks
@click.pass_context
def list_(ctx: click.Context, locale: str) -> None:
    """Show what is to come, what goes out now and what went out."""
    runtime, language = house_of(ctx).runtime, locale
    found = mailing_reports.listed(runtime)
    lines = [*found.coming, *found.running, *found.over]
    if not lines:
        tell(say("No broadcast is published yet."))
        return
    zone = _zone(mailing_reports.definitions_of(runtime))
    for one in lines:
        at = one.at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
        state = glossary.word(glossary.MAILING_STATES, one.phase, language)
        title = f"  {one.title}" if one.title != one.name else ""
        click.echo(f"{at}  {click.style(one.name, bold=True)}{title}  ({state})")
        count = one.count
        if count.made:
            figures = say(
                "{sent:,} of {all:,} left; {opened:,} opened, {clicked:,} clicked, "
                "{out:,} opted out, {bounced:,} bounced",
                sent=count.sent,
                all=count.sent + count.waiting,
                opened=count.opened,
                clicked=count.clicked,
                out=count.unsubscribed,
                bounced=count.bounced,
            )
            click.echo(f"{'':18}{told(figures)}")


@broadcast.command()
@click.argument("name")
@speaks
@click.pass_context
def show(ctx: click.Context, name: str, locale: str) -> None:
    """Show where NAME stands and what came of it."""
    runtime, language = house_of(ctx).runtime, locale
    report = mailing_reports.report(runtime, name)
    definitions = mailing_reports.definitions_of(runtime)
    line, count, zone = report.line, report.line.count, _zone(definitions)
    state = glossary.word(glossary.MAILING_STATES, line.phase, language)
    rows: list[tuple[Said, str]] = [
        (say("title"), line.title),
        (say("state"), state),
        (say("at"), sentences.moment(line.at, language, zone, year=True)),
    ]
    if line.row.reason:
        rows.append((say("reason"), line.row.reason))
    written = line.mailing
    if written is not None:
        sends = written.pick.kind if written.pick is not None else written.template
        expires = duration_text(written.expires, language)
        rows += [
            (say("to"), line.to(language)),
            (say("send"), sends),
            (say("topic"), written.topic or "–"),
            (
                say("window"),
                say("{window}, expires {expires}", window=written.window, expires=expires),
            ),
            (say("from"), written.sender),
        ]
    rows += [
        (
            say("mails"),
            say(
                "{made:,}, {left_out:,} left out without an address",
                made=count.made,
                left_out=line.row.left_out,
            ),
        ),
        (
            say("left"),
            say(
                "{sent:,}; {waiting:,} wait, {dropped:,} dropped",
                sent=count.sent,
                waiting=count.waiting,
                dropped=count.dropped,
            ),
        ),
        (
            say("people"),
            say(
                "{opened:,} opened, {clicked:,} clicked, {replied:,} replied, {out:,} opted out",
                opened=count.opened,
                clicked=count.clicked,
                replied=count.replied,
                out=count.unsubscribed,
            ),
        ),
        (
            say("back"),
            say(
                "{bounced:,} bounced, {complained:,} complaints",
                bounced=count.bounced,
                complained=count.complained,
            ),
        ),
    ]
    for key, value in rows:
        name = told(key)
        click.echo(f"{' ' * (8 - cell_len(name))}{name}  {told(value)}")
    for mail_state, why, number in report.held:
        said = sentences.reason(why, {}, language, zone, {}) if why else ""
        state = glossary.word(glossary.MESSAGE_STATES, mail_state, language)
        click.echo(f"{number:>8,}  {state}{': ' + said if said else ''}")


@broadcast.command("dry-run")
@click.argument("name")
@click.option("--at", metavar="'YYYY-MM-DD HH:MM'", help="As if it began then.")
@click.option("--live", is_flag=True, help="As published, not as the project's files say.")
@click.option("--all", "everybody", is_flag=True, help="Name everybody, not ten of each reason.")
@click.option("--csv", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write all.")
@speaks
@click.pass_context
def dry_run_(
    ctx: click.Context,
    name: str,
    at: str | None,
    live: bool,
    everybody: bool,
    file: Path | None,
    locale: str,
) -> None:
    """Say who would get NAME, who would not and why; nothing is written, nothing sent.

    Reads the project's files, so that a broadcast can be looked at before it is published.
    """
    house, language = house_of(ctx), locale
    definitions, written = _wanted(house, name, live)
    zone = _zone(definitions)
    moment = _moment(at, zone) if at is not None else None
    titles = {one.name: one.title for one in definitions.workflows.values()}
    telling = Telling(language, zone, {**titles, written.name: written.title})
    keep = None if everybody else 10
    found: DryRun
    if file is None:
        found = dry_run(house.runtime, definitions, written, moment, keep)
    else:
        # With the mark by which spreadsheets know UTF-8.
        with file.open("w", encoding="utf-8-sig", newline="") as opened:
            sheet = Sheet(opened, telling)
            found = dry_run(house.runtime, definitions, written, moment, keep, sheet.add)
    telling.show(found, Console())
    if file is not None:
        click.echo()
        tell(
            say(
                "{count:,} {count:contact was|contacts were} written to {file}",
                count=found.count(),
                file=file,
            )
        )


@broadcast.command()
@click.argument("name")
@click.option("--reason", default="", help="Shown to colleagues.")
@click.pass_context
def pause(ctx: click.Context, name: str, reason: str) -> None:
    """Queue nothing more of NAME, and hold back what is queued."""
    mailing_control.pause(house_of(ctx).runtime, name, reason)
    tell(say("Paused: {what}", what=name))


@broadcast.command()
@click.argument("name")
@click.option("--discard", is_flag=True, help="Send nothing of what was held back.")
@click.pass_context
def resume(ctx: click.Context, name: str, discard: bool) -> None:
    """Let NAME go on where it stood; what was held back goes at the policy's rate."""
    found = mailing_control.resume(house_of(ctx).runtime, name, discard)
    tell(say("{name} goes on. {fate}.", name=name, fate=backlog_said(found, discard)))


@broadcast.command()
@click.argument("name")
@click.option("--reason", default="", help="Kept with each mail that is dropped.")
@click.pass_context
def cancel(ctx: click.Context, name: str, reason: str) -> None:
    """Take NAME back: what has not left never leaves."""
    dropped = mailing_control.cancel(house_of(ctx).runtime, name, reason)
    tell(
        say(
            "Cancelled: {name}. {dropped} {dropped:mail|mails} that had not left "
            "{dropped:is|are} dropped.",
            name=name,
            dropped=dropped,
        )
    )


def _wanted(house: House, name: str, live: bool) -> tuple[Definitions, Mailing]:
    """Return a mailing with what it refers to, from the project's files or as published."""
    if not live:
        definitions = compile_files(read_project(house.settings.project))
        if name in definitions.mailings:
            return require(definitions), definitions.mailings[name]
    definitions = mailing_reports.definitions_of(house.runtime)
    found = definitions.mailings.get(name)
    if found is None:
        raise NotFoundError(*mailing_reports.unknown(name, definitions.mailings))
    return definitions, found


def _moment(text: str, zone: ZoneInfo) -> datetime:
    wall = read_wall_time(text)
    if wall is None:
        raise click.BadParameter(
            told(say("'{text}' is not a moment such as '2026-12-08 10:00'", text=text))
        )
    return at_wall(wall.date(), wall.time(), zone)


def _zone(definitions: Definitions) -> ZoneInfo:
    return ZoneInfo(definitions.calendar.zone)
