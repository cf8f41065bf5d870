"""Commands around releases: plan, publish, releases, rollback."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nurture.app import House
from nurture.cli.context import house_of
from nurture.cli.mailing_remarks import mailing_lines
from nurture.cli.plan_exports import plan_json, plan_markdown
from nurture.cli.plan_screen import plan_parts
from nurture.cli.plan_words import say_plan
from nurture.cli.schedules import schedule_lines
from nurture.cli.speaking import language, speaks, tell, told
from nurture.cli.still_needed import needed_lines
from nurture.db.engine import read
from nurture.domain.forecast import FirstDay
from nurture.errors import NurtureError
from nurture.language import Said, say, say_number
from nurture.services import sentences
from nurture.services.check import Checked, check_folder
from nurture.services.history import History, history
from nurture.services.house import house_at
from nurture.services.mailing_reports import definitions_of
from nurture.services.planning import Plan, files_of, make_plan
from nurture.services.project import read_project
from nurture.services.publish import Published, carry_out, publish
from nurture.services.rollback import release_before

#: exit status of `plan --exit-code`, as `terraform plan -detailed-exitcode` has it
NOTHING, FAILED, CHANGES = 0, 1, 2

_FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="json: for programs; markdown: for a comment on a pull request (no names).",
)
_NAMED = click.option(
    "--plan", "named", metavar="ID", help="Carry out this plan, or refuse where it is stale."
)
_YES = click.option("--yes", type=int, metavar="N", help="Confirm that N people are concerned.")


@click.command()
@_FORMAT
@click.option("--no-forecast", is_flag=True, help="Leave the first 24 hours out: faster.")
@click.option(
    "--exit-code", "tells", is_flag=True, help="Exit with 2 where there is something to publish."
)
@speaks
@click.pass_context
def plan(ctx: click.Context, form: str, no_forecast: bool, tells: bool, locale: str) -> None:
    """Show what publishing the files would change, and for whom; nothing is changed.

    Exit status: 0, or with --exit-code 2 where there is something to publish and 0 where there
    is not; 1 where the files cannot be published (mistakes, or people without a place).
    """
    house = house_of(ctx)
    files = read_project(house.settings.project)
    found = make_plan(house.runtime, files, checked=_checked(house, files))
    _show(house, found, form, locale, forecast=not no_forecast)
    if found.without_place:
        ctx.exit(FAILED)
    ctx.exit(CHANGES if tells and not found.nothing_to_do else NOTHING)


@click.command(name="publish")
@_NAMED
@_YES
@click.pass_context
def publish_(ctx: click.Context, named: str | None, yes: int | None) -> None:
    """Make the files live as a new release, in one step or not at all.

    People under way keep their steps, unless a workflow says `in_flight: migrate` or `exit`.
    With --plan exactly what `nurture plan` showed is done: changed files, another release or
    other people make it stale. Without it, more people than `publish.confirm_above` of the
    policy want --yes N.
    """
    house = house_of(ctx)
    files = read_project(house.settings.project)
    checked, who = _checked(house, files), getpass.getuser()
    _say_published(house, publish(house.runtime, files, who, yes, checked, named))


@click.command()
@click.argument("release", type=int, required=False)
@_NAMED
@_YES
@_FORMAT
@click.option("--no-forecast", is_flag=True, help="Leave the first 24 hours out: faster.")
@speaks
@click.pass_context
def rollback(
    ctx: click.Context,
    release: int | None,
    named: str | None,
    yes: int | None,
    form: str,
    no_forecast: bool,
    locale: str,
) -> None:
    """Show what going back to RELEASE (default: the one before) would change; --plan does it.

    The older files become live again as a new release. People who went over to newer steps go
    back where their step still is; mails that have left and journeys that were ended stay so.
    """
    house = house_of(ctx)
    target = release if release is not None else release_before(house.runtime)
    found = make_plan(house.runtime, files_of(house.runtime, target), back_to=target)
    if named is None and yes is None:
        _show(house, found, form, locale, forecast=not no_forecast)
        return
    _say_published(house, carry_out(house.runtime, found, getpass.getuser(), yes, named))
    _say_of_the_files(house)


@click.command()
@click.option("-n", "number", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@speaks
@click.pass_context
def releases(ctx: click.Context, number: int, form: str, locale: str) -> None:
    """List what was published, by whom, when and what changed; the newest is live."""
    house = house_of(ctx)
    found = history(house.runtime, number)
    if form == "json":
        click.echo(json.dumps([_as_json(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        click.echo(say_plan("none_yet", locale))
        return
    Console().print(_table(found, locale, _zone(house)))


def _show(house: House, found: Plan, form: str, locale: str, forecast: bool) -> None:
    day = _first_day(house, found) if forecast and not found.nothing_to_do else None
    # Of the files: before the first publication nothing else says it.
    zone = ZoneInfo(found.definitions.calendar.zone)
    if form == "json":
        click.echo(json.dumps(plan_json(found, day), ensure_ascii=False, indent=2))
    elif form == "markdown":
        for line in plan_markdown(found, locale, zone, day):
            click.echo(line)
    else:
        console = Console(highlight=False)
        for part in plan_parts(found, locale, zone, day):
            console.print(part, soft_wrap=isinstance(part, Text))


def _first_day(house: House, found: Plan) -> FirstDay | None:
    from nurture.simulate.first_day import first_day

    return first_day(house.runtime, found)


def _say_published(house: House, published: Published) -> None:
    for problem in published.warnings:
        click.echo(problem.in_language(language()))
    for needed in needed_lines(published.needed):
        tell(needed)
    number = published.release_id
    back_to = published.plan.back_to if published.plan is not None else None
    if published.unchanged:
        tell(say("Release {number} is live already.", number=number))
    elif back_to is not None:
        tell(say("Release {number} is live: the files of release {of}.", number=number, of=back_to))
    else:
        tell(say("Release {number} is live.", number=number))
    for said in _became(published):
        click.echo(f"  {told(said)}")
    zone = ZoneInfo(definitions_of(house.runtime).calendar.zone)
    for line in schedule_lines(published.schedules, zone):
        click.echo(f"  {line}")
    for line in mailing_lines(published.mailings, zone):
        click.echo(f"  {line}")
    for seminar in published.seminars:
        said = say("{name} {said}", name=seminar.name, said=seminar.sentence)
        click.echo(f"  {told(said)}")


def _checked(house: House, files: Mapping[str, bytes]) -> Checked:
    """Return what `nurture check` says of the project's files."""
    runtime = house.runtime
    return check_folder(house.settings.project, files, runtime.clock.now(), runtime.public_url)


def _say_of_the_files(house: House) -> None:
    """Say where the files of the folder are others than what went live by a rollback."""
    folder = house.settings.project
    try:
        files = read_project(folder)
        found = make_plan(house.runtime, files, checked=_checked(house, files))
    except NurtureError:
        tell(say("The files in {folder} cannot be published as they are.", folder=str(folder)))
        return
    if found.unchanged or not found.diff:
        return
    tell(
        say(
            "The files in {folder} are others still. `nurture publish` would change: {what}",
            folder=str(folder),
            what=found.headline.of(language()),
        )
    )


def _became(published: Published) -> Iterator[Said]:
    """Yield what became of people."""
    for workflow, count in published.enrolled.items():
        if not count:
            continue
        yield say_number(
            "{name}: {number} person who matches already was enrolled",
            "{name}: {number} people who match already were enrolled",
            count,
            name=workflow,
        )
    for key, name, count in published.leaving:
        yield say_number(
            "{name} is no sender any more, and {number} contact is still theirs: "
            "nurture owner --all-of {key} --to SENDER",
            "{name} is no sender any more, and {number} contacts are still theirs: "
            "nurture owner --all-of {key} --to SENDER",
            count,
            name=name,
            key=key,
        )
    counts = published.plan.counts if published.plan is not None else None
    if counts is None:
        return
    for workflow, count in counts.moved.items():
        yield say_number(
            "{name}: {number} person under way goes over to its steps",
            "{name}: {number} people under way go over to its steps",
            count,
            name=workflow,
        )
    for workflow, count in counts.ended.items():
        yield say_number(
            "{name}: {number} person under way has left",
            "{name}: {number} people under way have left",
            count,
            name=workflow,
        )


def _zone(house: House) -> ZoneInfo:
    with read(house.runtime.engine) as connection:
        return house_at(house.runtime, connection).zone


def _table(found: list[History], locale: str, zone: ZoneInfo) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(say_plan("release", locale), justify="right")
    for code in ("when", "by", "what"):
        table.add_column(say_plan(code, locale), overflow="fold", no_wrap=code == "when")
    for one in found:
        what = Text(one.headline.of(locale) if one.headline else say_plan("unrecorded", locale))
        if one.back_to is not None:
            what = Text(say_plan("went_back", locale, of=one.back_to), "bold").append(": ").append(
                what.plain, "not bold"
            )  # fmt: skip
        if one.headline is None:
            what.stylize("dim")
        people = [f"{name} {count:,}" for name, count in one.people.items()]
        if people:
            what.append(f"  ({', '.join(people)})", "dim")
        number = (
            Text(f"● {one.release_id}", "bold green") if one.live else Text(str(one.release_id))
        )
        if one.live:
            what.append(f"  {say_plan('is_live', locale)}", "bold green")
        table.add_row(number, sentences.moment(one.at, locale, zone, year=True), one.by, what)
    return table


def _as_json(one: History) -> dict[str, object]:
    return {
        "release": one.release_id,
        "live": one.live,
        "at": one.at.isoformat(),
        "by": one.by,
        "kind": one.kind,
        "back_to": one.back_to,
        "plan": one.plan,
        "headline": {"ja": one.headline.ja, "en": one.headline.en} if one.headline else None,
        "people": dict(one.people),
    }
