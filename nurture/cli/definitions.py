"""Commands over what marketers write: schema, publish."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from nurture.cli.context import house_of
from nurture.cli.mailing_remarks import mailing_lines
from nurture.cli.schedules import schedule_lines
from nurture.cli.still_needed import needed_lines
from nurture.compiler.reference import reference as reference_page
from nurture.compiler.schema import json_schemas
from nurture.services.mailing_reports import definitions_of
from nurture.services.project import read_project
from nurture.services.publish import publish as publish_files


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="schema")
@click.option(
    "--reference",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every key of every file to this Markdown file too.",
)
def schema(folder: Path, reference: Path | None) -> None:
    """Write a JSON Schema per file kind to FOLDER, for editors to complete and underline."""
    folder.mkdir(parents=True, exist_ok=True)
    schemas = json_schemas()
    for name, content in sorted(schemas.items()):
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    click.echo(f"{len(schemas)} schemas written to {folder}")
    if reference is not None:
        reference.write_text(reference_page(), encoding="utf-8")
        click.echo(f"The reference was written to {reference}")


@click.command()
@click.option(
    "--yes", type=int, help="Confirm this very number of people to be enrolled or written to."
)
@click.pass_context
def publish(ctx: click.Context, yes: int | None) -> None:
    """Make the files live as a new release; people under way keep their steps."""
    house = house_of(ctx)
    files = read_project(house.settings.project)
    published = publish_files(house.runtime, files, getpass.getuser(), yes)
    for problem in published.warnings:
        click.echo(str(problem))
    for line in needed_lines(published.needed):
        click.echo(line)
    what = "is live already" if published.unchanged else "is live"
    click.echo(f"Release {published.release_id} {what}.")
    for workflow, count in published.enrolled.items():
        click.echo(f"  {workflow}: {count} people who match already were enrolled")
    for key, name, count in published.leaving:
        whose = "contact is" if count == 1 else "contacts are"
        click.echo(
            f"  {name} is no sender any more, and {count} {whose} still theirs: "
            f"nurture owner --all-of {key} --to SENDER"
        )
    zone = ZoneInfo(definitions_of(house.runtime).calendar.zone)
    for line in schedule_lines(published.schedules, zone):
        click.echo(f"  {line}")
    for line in mailing_lines(published.mailings, zone):
        click.echo(f"  {line}")
    for seminar in published.seminars:
        click.echo(f"  {seminar.name} {seminar.sentence}")
