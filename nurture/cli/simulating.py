"""`nurture simulate`: what a project would send to whom, in virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from nurture import log as logging_setup
from nurture.app import build
from nurture.cli.context import settings_of
from nurture.cli.forecast_screen import Screen
from nurture.cli.speaking import language, speaks
from nurture.clock import RealClock
from nurture.db.engine import read
from nurture.db.releases import files_of, newest_id
from nurture.domain.audience import Audience
from nurture.domain.row_remarks import sentence
from nurture.errors import NotFoundError, NurtureError
from nurture.language import in_language, say
from nurture.services.explain import explain, timeline_before
from nurture.services.explanation import Explanation, Happened
from nurture.services.import_contacts import ImportOptions, ImportReport
from nurture.services.project import read_project
from nurture.services.runtime import Runtime
from nurture.simulate.learning import learn
from nurture.simulate.report import as_page
from nurture.simulate.run import (
    LONGEST,
    audience_of,
    default_audience,
    simulate,
    world_of_house,
    world_of_list,
)
from nurture.simulate.world import Project, World


@click.command("simulate", short_help="Show what would be sent to whom in the next weeks.")
@click.option(
    "--contacts",
    "contacts",
    metavar="FILE.csv",
    type=click.Path(path_type=Path),
    help="A list of contacts; without it, everybody in the database (which is only read).",
)
@click.option("--live", is_flag=True, help="What is published instead of the working tree.")
@click.option("--days", default=90, show_default=True, help=f"How many days, 1 to {LONGEST}.")
@click.option("--start", default="", metavar="DATE", help="First day, e.g. 2026-04-06; else today.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same result.")
@click.option(
    "--audience",
    "audience_file",
    type=click.Path(path_type=Path),
    metavar="FILE.yaml",
    help="How readers behave; without it, careful numbers for B2B.",
)
@click.option("--learn", "learns", is_flag=True, help="Learn how readers behave from the database.")
@click.option("--show-audience", is_flag=True, help="Print the shipped audience file and end.")
@click.option("--render", is_flag=True, help="Write every mail in full; slower, and finds faults.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.html", help="A page.")
@click.option("--timeline", "who", multiple=True, metavar="EMAIL", help="Everything of a contact.")
@click.option("--more-than", default=3, show_default=True, help="Mails in seven days.")
@click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@speaks
@click.pass_context
def simulate_(
    ctx: click.Context,
    contacts: Path | None,
    live: bool,
    days: int,
    start: str,
    seed: int,
    audience_file: Path | None,
    learns: bool,
    show_audience: bool,
    render: bool,
    report: Path | None,
    who: tuple[str, ...],
    more_than: int,
    shape: str,
    locale: str,
) -> None:
    """Show what would be sent to whom in the next weeks, and what holds mails back.

    The same code that decides in production decides here, on virtual time and on a database
    in memory. Nothing is sent, nothing is written, no connection is opened.
    """
    if show_audience:
        click.echo(files("nurture.simulate").joinpath("audience.yaml").read_text("utf-8"), nl=False)
        return
    _check(days, more_than, seed, audience_file, learns)
    settings = settings_of(ctx)
    quiet = Console(stderr=True, highlight=False)
    house = build(settings).runtime if contacts is None or live or learns else None
    # A line for each mail that cannot go would bury the forecast, which counts them.
    logging_setup.configure(settings.log, "error")
    audience = _audience(audience_file, house if learns else None)
    now = house.clock.now() if house is not None else RealClock().now()
    project = None if live else Project.of(read_project(settings.project), now)
    if contacts is None:
        assert house is not None  # it is wired wherever no list is named
        zone = ZoneInfo(project.definitions.calendar.zone) if project else None
        begins = _start(start, now, zone) if start else None
        world = world_of_house(house, project, begins, render)
    else:
        project = project or _published(house)
        begins = _start(start, now, ZoneInfo(project.definitions.calendar.zone))
        world, rows = world_of_list(project, contacts, begins, ImportOptions(), render)
        _tell_of_rows(quiet, contacts, rows)
    for one in who:
        # Asked before the days pass, not after.
        _known(world, one, locale)
    with _bar(quiet, days) as progress:
        found = simulate(world, audience, days, seed, more_than, progress)
    timelines = [(one, _timeline(world, one, locale)) for one in who]
    if report is not None:
        _write(report, as_page(found.forecast, audience, locale, timelines))
    if shape == "json":
        click.echo(json.dumps(found.forecast.as_json(), ensure_ascii=False, indent=1))
        return
    Screen(found.forecast, locale).show(Console(highlight=False), timelines)
    if report is not None:
        quiet.print(escape(str(report)), style="dim", soft_wrap=True)


def _check(days: int, more_than: int, seed: int, audience_file: Path | None, learns: bool) -> None:
    if not 1 <= days <= LONGEST:
        raise NurtureError(
            say("{days} days cannot be simulated", days=days),
            say("from 1 to {longest}", longest=LONGEST),
        )
    if more_than < 1:
        raise NurtureError(say("--more-than counts mails: 1 or more"))
    if not -(2**63) <= seed < 2**63:
        raise NurtureError(say("--seed is a number of at most 18 digits"))
    if audience_file is not None and learns:
        raise NurtureError(
            say("--audience and --learn exclude each other"),
            say("either a file says how readers behave, or the past does"),
        )


def _audience(path: Path | None, house: Runtime | None) -> Audience:
    if house is not None:
        return learn(house, default_audience())
    return audience_of(path) if path is not None else default_audience()


def _published(house: Runtime | None) -> Project:
    """Return what is published as a project, for a list of contacts."""
    assert house is not None  # `--live` wires it
    with read(house.engine) as connection:
        newest = newest_id(connection)
        if newest is None:
            raise NurtureError(say("nothing is published yet"), say("run `nurture publish`"))
        return Project.of(files_of(connection, newest), house.clock.now())


def _start(text: str, now: datetime, zone: ZoneInfo | None) -> datetime:
    """Return the first moment of a day, of today for an empty text."""
    zone = zone or ZoneInfo("UTC")
    if not text:
        return datetime.combine(now.astimezone(zone).date(), time(), zone)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise NurtureError(
            say("--start: '{text}' is not a date", text=text), say("write e.g. 2026-04-06")
        ) from error
    if not 2000 <= found.year <= 2039:
        raise NurtureError(
            say("--start: the calendar knows the years 2000 to 2039, not {year}", year=found.year)
        )
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _tell_of_rows(console: Console, path: Path, report: ImportReport) -> None:
    """Say what of the list was left out, and why."""
    spoken = language()
    for unknown in report.columns.unknown:
        message = say("column {header} is not known and was left out", header=unknown.header)
        hint = say("did you mean '{word}'?", word=unknown.suggestion) if unknown.suggestion else ""
        told = f"{path.name}: {in_language(message, spoken)} {in_language(hint, spoken)}".rstrip()
        console.print(escape(told), style="yellow", soft_wrap=True)
    for line, reasons in report.faults:
        why = "; ".join(sentence(reason, spoken) for reason in reasons)
        console.print(escape(f"{path.name}:{line}: {why}"), style="yellow", soft_wrap=True)
    lost = report.rejected
    if lost:
        message = say(
            "{rows} {rows:row|rows} of {file} {rows:is|are} left out", rows=lost, file=path.name
        )
        console.print(escape(in_language(message, spoken)), style="yellow", soft_wrap=True)
    silent = len(report.not_sendable)
    if silent:
        message = say(
            "{people} {people:contact has|contacts have} no consent on record and "
            "{people:gets|get} nothing but service mails",
            people=silent,
        )
        console.print(escape(in_language(message, spoken)), style="yellow", soft_wrap=True)


def _known(world: World, who: str, locale: str) -> Explanation:
    try:
        return explain(world.runtime, who, locale)
    except NotFoundError as error:
        raise NotFoundError(
            say("--timeline: nobody is known as '{who}'", who=who),
            say("name an address of the list"),
        ) from error


def _timeline(world: World, who: str, locale: str) -> list[Happened]:
    """Return everything that happened to a contact, oldest first."""
    found = _known(world, who, locale)
    entries = list(found.timeline)
    page = entries
    while page:
        page = timeline_before(world.runtime, found.contact.id, page[-1].place, locale)
        entries += page
    return entries[::-1]


@contextmanager
def _bar(console: Console, days: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    quiet = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=quiet) as progress:
        task = progress.add_task(f"0 / {days}", total=days)

        def report(done: int) -> None:
            progress.update(task, completed=done, description=f"{done} / {days}")

        yield report


def _write(path: Path, page: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise NurtureError(
            say("{file} cannot be written: {why}", file=str(path), why=error.strerror or "")
        ) from error
