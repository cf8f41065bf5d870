"""`nurture schema`: what editors and the reference know of the files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from nurture.compiler.reference import reference as reference_page
from nurture.compiler.schema import json_schemas


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
