"""A command for those who write layouts and guides: every mail as files to look at."""

from __future__ import annotations

from pathlib import Path

import click

from nurture.cli.context import settings_of
from nurture.cli.speaking import tell
from nurture.clock import machine_now
from nurture.language import say
from nurture.services.gallery import write_gallery
from nurture.services.project import read_project


@click.command(hidden=True)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.pass_context
def gallery(ctx: click.Context, folder: Path) -> None:
    """Write every mail to FOLDER as HTML and text, in each language, for four readers."""
    files = read_project(settings_of(ctx).project)
    written, failed = write_gallery(files, folder, machine_now())
    for line in failed:
        click.echo(line, err=True)
    tell(
        say(
            "{written} {written:mail|mails} written to {folder}; see {index}",
            written=written,
            folder=folder,
            index=folder / "index.html",
        )
    )
