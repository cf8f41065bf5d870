"""`nurture seminar …`: how seminars stand, and who came."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from nurture.app import House
from nurture.cli.context import house_of
from nurture.domain.contact_row import Basis
from nurture.domain.seminar import Seminar
from nurture.services import sentences
from nurture.services.attendance import Attendance, live_seminars, record_attendance
from nurture.services.attendance_list import read_file
from nurture.services.seminar_report import SeminarReport, all_seminars, one_seminar

#: addresses of one kind that are shown; the rest is counted
_SHOWN = 20


@click.group()
def seminar() -> None:
    """Seminars: how they stand, and who came."""


@seminar.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """Show all seminars with their figures, the next first."""
    house = house_of(ctx)
    reports, unknown = all_seminars(house.runtime)
    zone = _zone(house)
    if not reports:
        click.echo("No seminars: write one into workflows/seminars/ and publish.")
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("seminar", "starts"):
            table.add_column(heading, no_wrap=True)
        for heading in ("invited", "registered", "left", "came", "missed"):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for one in reports:
            starts = f"{one.seminar.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"
            table.add_row(one.seminar.name, starts, *_figures(one), _note(one))
        # A name that is cut off cannot be copied: narrow windows wrap by themselves.
        wide = max(Console().width, 110)
        Console(width=wide).print(table)
    for name, people in unknown.items():
        click.echo(f"Events of {people} people name '{name}', and no file writes it down.")


@seminar.command()
@click.argument("name")
@click.pass_context
def show(ctx: click.Context, name: str) -> None:
    """Show one seminar: when, where, its figures and its mailings."""
    house = house_of(ctx)
    one = one_seminar(house.runtime, name)
    found = one.seminar
    click.echo(_text(found.title))
    click.echo(
        f"  {_moment(house, found)} to {_clock(house, found)}, {_text(found.place) or 'online'}"
    )
    if _note(one):
        click.echo(f"  {_note(one)}")
    if one.wants_list:
        click.echo(f"  → nurture seminar attendance {name} FILE.csv")
    turnout, mails = one.turnout, one.mails
    click.echo(f"  invited     {mails.invited}" + _more(mails.waiting, "waiting"))
    click.echo(
        f"  registered  {turnout.registered}"
        + (f" of {found.seats} seats, {one.left} left" if found.seats is not None else "")
        + _more(turnout.withdrawn, "withdrawn")
    )
    click.echo(f"  came        {turnout.came}")
    click.echo(f"  missed      {turnout.missed}")
    for mailing in one.mailings:
        at = sentences.moment(mailing.at, "en", _zone(house))
        why = f" ({mailing.reason.replace('_', ' ')})" if mailing.reason else ""
        click.echo(f"  {mailing.kind:<11} {at}, {mailing.state}{why}, {mailing.queued} mails")


@seminar.command()
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--encoding", default="", help="Of the file; without it, found out.")
@click.option(
    "--basis",
    type=click.Choice([str(one) for one in Basis]),
    help="Consent of people nobody knew; without it, nothing but thanks to known ones is sent.",
)
@click.option("--sure", is_flag=True, help="The list is right though nobody on it registered.")
@click.pass_context
def attendance(
    ctx: click.Context, name: str, file: Path, encoding: str, basis: str | None, sure: bool
) -> None:
    """Read in who came to seminar NAME from FILE, a CSV of Zoom, Teams or your own."""
    house = house_of(ctx)
    people = read_file(file, encoding)
    found = record_attendance(
        house.runtime,
        name,
        people.people.values(),
        f"cli:{getpass.getuser()}"[:64],
        Basis(basis) if basis is not None else None,
        sure,
    )
    _tell(found)
    if people.nameless:
        click.echo(f"{people.nameless} rows have no address and were passed over.")
    for line, text in people.unreadable:
        click.echo(f"Line {line}: {text!r} is not an e-mail address.")


def _tell(found: Attendance) -> None:
    click.echo(
        f"{found.came} came: {found.attended} new"
        + (f", of whom {found.corrected} had been missed by mistake" if found.corrected else "")
        + f"; {found.missed} who had registered did not come."
    )
    if found.no_longer:
        click.echo(
            f"{found.no_longer} stood on an earlier list and not on this one: "
            "nothing is taken back."
        )
    _addresses("Nobody knew, contacts now", found.introduced)
    _addresses("May not be written to, no consent on record (--basis)", found.without_consent)
    _addresses("Our own people, left out", found.own)


def _addresses(what: str, addresses: list[str]) -> None:
    if not addresses:
        return
    more = len(addresses) - _SHOWN
    shown = ", ".join(addresses[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    click.echo(f"{what} ({len(addresses)}): {shown}")


def _figures(one: SeminarReport) -> list[str]:
    turnout = one.turnout
    over = one.attendance_at is not None or bool(turnout.came or turnout.missed)
    return [
        str(one.mails.invited),
        str(turnout.registered),
        "" if one.left is None else str(one.left),
        str(turnout.came) if over else "",
        str(turnout.missed) if over else "",
    ]


def _note(one: SeminarReport) -> str:
    if one.state == "cancelled":
        return "cancelled"
    if one.wants_list:
        return "list missing"
    return "full" if one.left == 0 and one.state == "planned" else ""


def _more(count: int, what: str) -> str:
    return f", {count} {what}" if count else ""


def _zone(house: House) -> ZoneInfo:
    return ZoneInfo(live_seminars(house.runtime).calendar.zone)


def _moment(house: House, seminar: Seminar) -> str:
    return sentences.moment(seminar.starts_at, "en", _zone(house), year=True)


def _clock(house: House, seminar: Seminar) -> str:
    return f"{seminar.ends_at.astimezone(_zone(house)):%H:%M}"


def _text(texts: Mapping[str, str]) -> str:
    """Return a text in English, else in any language."""
    return texts.get("en") or next(iter(texts.values()), "")
