"""`nurture schema`: what editors and the reference know of the files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from nurture.cli.speaking import speaks, tell
from nurture.compiler.reference import reference as reference_page
from nurture.compiler.schema import json_schemas
from nurture.language import say


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="schema")
@click.option(
    "--reference",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every key of every file to this Markdown file too, in English.",
)
@speaks
def schema(folder: Path, reference: Path | None, locale: str) -> None:
    """Write a JSON Schema per file kind to FOLDER, for editors to complete and underline.

    What a key means is said in the language of the terminal, or that of --locale.
    """
    folder.mkdir(parents=True, exist_ok=True)
    schemas = json_schemas(locale)
    for name, content in sorted(schemas.items()):
        text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    tell(say("{count} schemas written to {folder}", count=len(schemas), folder=folder))
    if reference is not None:
        reference.write_text(reference_page(), encoding="utf-8")
        tell(say("The reference was written to {file}", file=reference))
