"""`nurture seminar …`: how seminars stand, and who came."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from nurture.app import House
from nurture.cli.context import house_of
from nurture.cli.speaking import language, tell, told
from nurture.domain import glossary
from nurture.domain.contact_row import Basis
from nurture.domain.seminar import Seminar
from nurture.language import NOTHING, Said, say
from nurture.services import sentences
from nurture.services.attendance import Attendance, live_seminars, record_attendance
from nurture.services.attendance_list import read_file
from nurture.services.seminar_report import SeminarReport, all_seminars, one_seminar

#: addresses of one kind that are shown; the rest is counted
_SHOWN = 20

_FIGURES = (say("invited"), say("registered"), say("free"), say("came"), say("missed"))


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
        tell(say("No seminars: write one into workflows/seminars/ and publish."))
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in (say("seminar"), say("starts")):
            table.add_column(told(heading), no_wrap=True)
        for heading in _FIGURES:
            table.add_column(told(heading), justify="right", no_wrap=True)
        table.add_column("", no_wrap=True)
        for one in reports:
            starts = f"{one.seminar.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"
            table.add_row(one.seminar.name, starts, *_figures(one), told(_note(one)))
        # A name that is cut off cannot be copied: narrow windows wrap by themselves.
        wide = max(Console().width, 110)
        Console(width=wide).print(table)
    for name, people in unknown.items():
        tell(
            say(
                "Events of {people} people name '{name}', and no file writes it down.",
                people=people,
                name=name,
            )
        )


@seminar.command()
@click.argument("name")
@click.pass_context
def show(ctx: click.Context, name: str) -> None:
    """Show one seminar: when, where, its figures and its mailings."""
    house = house_of(ctx)
    one = one_seminar(house.runtime, name)
    found = one.seminar
    click.echo(_text(found.title))
    place = _text(found.place)
    when = say("{start} to {end}", start=_moment(house, found), end=_clock(house, found))
    where = say("{words}", words=place) if place else say("online")
    click.echo(f"  {told(say('{when}, {where}', when=when, where=where))}")
    if _note(one):
        click.echo(f"  {told(_note(one))}")
    if one.wants_list:
        click.echo(f"  → nurture seminar attendance {name} FILE.csv")
    turnout, mails = one.turnout, one.mails
    invited, registered, _, came, missed = _FIGURES
    seats = (
        say("of {seats} seats, {left} left", seats=found.seats, left=one.left)
        if found.seats is not None
        else NOTHING
    )
    waiting = say("{count} waiting", count=mails.waiting) if mails.waiting else NOTHING
    withdrawn = say("{count} withdrawn", count=turnout.withdrawn) if turnout.withdrawn else NOTHING
    _row(invited, mails.invited, waiting)
    _row(registered, turnout.registered, seats, withdrawn)
    _row(came, turnout.came)
    _row(missed, turnout.missed)
    for mailing in one.mailings:
        at = sentences.moment(mailing.at, language(), _zone(house))
        state = glossary.word(glossary.MAILING_STATES, mailing.state, language())
        if mailing.reason:
            why = sentences.reason(mailing.reason, {}, language(), _zone(house), {})
            state = told(say("{state} ({why})", state=state, why=why))
        kind = glossary.word(glossary.SEMINAR_MAILS, mailing.kind, language())
        _row(
            say("{words}", words=kind),
            say(
                "{at}, {state}, {mails} {mails:mail|mails}",
                at=at,
                state=state,
                mails=mailing.queued,
            ),
        )


def _row(name: Said, value: object, *more: Said) -> None:
    shown = told(name)
    rest = told(say("{rest}", rest=[one for one in more if one]))
    said = told(say("{value}", value=value))
    click.echo(f"  {shown}{' ' * max(1, 12 - cell_len(shown))}{said}{', ' if rest else ''}{rest}")


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
        tell(
            say(
                "{rows} {rows:row has|rows have} no address and {rows:was|were} passed over.",
                rows=people.nameless,
            )
        )
    for line, text in people.unreadable:
        tell(say("Line {line}: '{text}' is not an e-mail address.", line=line, text=text))


def _tell(found: Attendance) -> None:
    tell(
        say(
            "{came} came: {new} new, of whom {mended} had been missed by mistake; {missed} who "
            "had registered did not come.",
            came=found.came,
            new=found.attended,
            mended=found.corrected,
            missed=found.missed,
        )
        if found.corrected
        else say(
            "{came} came: {new} new; {missed} who had registered did not come.",
            came=found.came,
            new=found.attended,
            missed=found.missed,
        )
    )
    if found.no_longer:
        tell(
            say(
                "{people} stood on an earlier list and not on this one: nothing is taken back.",
                people=found.no_longer,
            )
        )
    _addresses(say("Nobody knew, contacts now"), found.introduced)
    _addresses(say("May not be written to, no consent on record (--basis)"), found.without_consent)
    _addresses(say("Our own people, left out"), found.own)


def _addresses(what: Said, addresses: list[str]) -> None:
    if not addresses:
        return
    more = len(addresses) - _SHOWN
    shown = say("{addresses}", addresses=addresses[:_SHOWN])
    if more > 0:
        shown = say("{addresses} and {more} more", addresses=addresses[:_SHOWN], more=more)
    tell(say("{what} ({count}): {shown}", what=what, count=len(addresses), shown=shown))


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


def _note(one: SeminarReport) -> Said:
    if one.state == "cancelled":
        return say("cancelled")
    if one.wants_list:
        return say("list missing")
    return say("full") if one.left == 0 and one.state == "planned" else NOTHING


def _zone(house: House) -> ZoneInfo:
    return ZoneInfo(live_seminars(house.runtime).calendar.zone)


def _moment(house: House, seminar: Seminar) -> str:
    return sentences.moment(seminar.starts_at, language(), _zone(house), year=True)


def _clock(house: House, seminar: Seminar) -> str:
    return f"{seminar.ends_at.astimezone(_zone(house)):%H:%M}"


def _text(texts: Mapping[str, str]) -> str:
    """Return a text in the language of this run, else in any."""
    return texts.get(language()) or next(iter(texts.values()), "")
